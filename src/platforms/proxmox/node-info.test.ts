import { expect, it } from 'vitest';
import { FleetError } from '../../errors.ts';
import type { Api } from './api.ts';
import { readNodeInfo } from './node-info.ts';
import { nodeNetwork, nodeStatus } from './testkit/reports.ts';

const { signal } = new AbortController();

/** An API that answers these paths, and refuses the others as a login without rights is refused. */
const apiWith = (answers: Readonly<Record<string, unknown>>): Pick<Api, 'get'> => ({
  get: async (path) => {
    if (path in answers) return answers[path];
    throw new FleetError('auth.forbidden', 'pve1: this login lacks the right Sys.Audit');
  },
});

it('F-040 has sizes and addresses of a node for programs, IPv4 and IPv6', async () => {
  const api = apiWith({ '/nodes/pve1/status': nodeStatus, '/nodes/pve1/network': nodeNetwork });
  const { facts, lines } = await readNodeInfo(api, 'pve1', signal);
  expect(facts).toMatchObject({
    addresses: [
      { device: 'vmbr0', address: '10.11.12.13/24' },
      { device: 'vmbr0', address: '2001:db8::13/64' },
    ],
    networks: ['vmbr0', 'vmbr1'],
    storage: [{ name: '/', kind: 'filesystem', size: nodeStatus.rootfs.total }],
    memoryUsed: nodeStatus.memory.used,
  });
  expect(lines).toContainEqual(['Network', 'vmbr0', '10.11.12.13/24']);
  expect(lines).toContainEqual(['CPU', 'Model', nodeStatus.cpuinfo.model]);
  expect(lines).toContainEqual(['CPU', 'Threads', String(nodeStatus.cpuinfo.cpus)]);
});

it('tells the rest of a node whose network this login may not read', async () => {
  const { facts } = await readNodeInfo(apiWith({ '/nodes/pve1/status': nodeStatus }), 'pve1', signal);
  expect(facts).toMatchObject({ addresses: [], networks: [], memoryUsed: nodeStatus.memory.used });
});
