import { expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { wait } from '../../../clock.ts';
import { endpointName, nodeId } from '../../../ids.ts';
import type { Node, Vm } from '../../contract.ts';
import type { HostFacts } from '../host/host.ts';
import { uuidText } from '../link/uuid.ts';
import { procedures } from '../rpc/protocol.ts';
import { createScriptedClient, libvirtNo } from '../testkit/scripted-client.ts';
import type { GuestEvent } from './events.ts';
import { watchHost } from './watch.ts';

const NO_METADATA = 80;
const uuid = Buffer.alloc(16, 7);
const domain = { name: 'web1', uuid, id: 9 };

/** A host without guests, whose shell takes its time to answer. */
function setUp(shellMs = 0) {
  const { client, answer } = createScriptedClient();
  const no = () => {
    throw libvirtNo(NO_METADATA);
  };
  answer(procedures.domainStats, () => Buffer.alloc(4));
  answer(procedures.listDomains, () => ({ domains: [], count: 0 }));
  answer(procedures.domainByUuid, () => domain);
  answer(procedures.domainState, () => ({ state: 1, reason: 1 }));
  answer(procedures.hasManagedSave, () => false);
  answer(procedures.domainInfo, () => ({ state: 1, maxMemoryKib: 1024, memoryKib: 1024, cpus: 1, cpuTimeNs: 0 }));
  for (const missing of [procedures.domainAutostart, procedures.domainMetadata, procedures.domainAddresses])
    answer(missing as typeof procedures.domainAutostart, no);
  answer(procedures.domainXml, () => '<domain/>');
  answer(procedures.domainIsPersistent, () => true);
  answer(procedures.nodeCpuStats, no);
  answer(procedures.nodeMemoryStats, no);
  const clock = createTestClock();
  const endpoint = endpointName('a');
  const node = nodeId(endpoint, 'n');
  let tell = (_event: GuestEvent) => {};
  const rows: Vm[] = [];
  const nodes: Node[] = [];
  const ending = new AbortController();
  let isComplete = false;
  const watching = watchHost(
    {
      daemon: { poll: client, control: async () => client, open: async () => client, close: () => undefined },
      events: {
        listen(listener) {
          tell = listener;
        },
        start: async () => undefined,
      },
      facts: { node: { id: node } } as unknown as HostFacts,
      place: { endpoint, node },
      clock,
      onTouched: () => undefined,
      async system(signal) {
        await wait(clock, shellMs, signal);
        return 'Debian GNU/Linux 12';
      },
    },
    {
      signal: ending.signal,
      interest: () => [],
      everyMs: () => 1_000,
      sink(feed) {
        if (feed.kind === 'complete') isComplete = true;
        if (feed.kind !== 'changes') return;
        for (const change of feed.changes) {
          if (change.kind === 'vm-upsert') rows.push(change.vm);
          if (change.kind === 'node-upsert') nodes.push(change.node);
        }
      },
    },
  );
  const end = () => {
    ending.abort();
    return watching;
  };
  return { clock, node, rows, nodes, isComplete: () => isComplete, tell: (event: GuestEvent) => tell(event), end };
}

it('shows since when a guest is on whose start was reported by an event', async () => {
  const { clock, rows, tell, end } = setUp();
  await clock.pass(100);
  const bootedAt = clock.now();
  tell({ uuid: uuidText(uuid), text: 'Started (booted)', bootedAs: 9 });
  await clock.pass(5_000);
  expect(rows).toMatchObject([{ name: 'web1', state: 'running', bootedAt }]);
  await end();
});

it('has said all when its shell has said what its operating system is: a command line prints it', async () => {
  const { clock, node, nodes, isComplete, end } = setUp(2_000);
  await clock.pass(1_900);
  expect([nodes, isComplete()]).toEqual([[], false]);
  await clock.pass(200);
  expect([nodes, isComplete()]).toEqual([[{ id: node, os: 'Debian GNU/Linux 12' }], true]);
  await end();
});
