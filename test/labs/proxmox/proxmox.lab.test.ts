import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { systemClock } from '../../../src/clock.ts';
import { endpointName, nodeId, vmId } from '../../../src/ids.ts';
import type { Connection, Endpoint, Settings, WireLine } from '../../../src/platforms/contract.ts';
import { platform } from '../../../src/platforms/proxmox/index.ts';
import { gib, mib } from '../../../src/units.ts';
import { type Watching, watchConnection } from '../../contract/watching.ts';
import { siteFrom } from './site.ts';

const PVE = endpointName('pve');
const [WEB1, DB1, DNS1] = [vmId(PVE, 'qemu/100'), vmId(PVE, 'qemu/101'), vmId(PVE, 'lxc/103')];
const { signal } = new AbortController();
const { files } = siteFrom(process.env);
const { endpoints }: { endpoints: { pve: Settings } } = parse(readFileSync(files.config, 'utf8'));
const endpoint: Endpoint = { name: PVE, platform: 'proxmox', values: { ...endpoints.pve, password: 'any' } };

const open: Connection[] = [];
const watches: Watching[] = [];
const wire: WireLine[] = [];
const context = { signal, clock: systemClock, wire: (line: WireLine) => void wire.push(line), ask: {} };

afterEach(async () => {
  for (const watching of watches.splice(0)) await watching.stop();
  for (const connection of open.splice(0)) await connection.close();
});

async function watch(): Promise<Watching> {
  const connection = await platform.connect(endpoint, context);
  open.push(connection);
  const watching = watchConnection(connection);
  watches.push(watching);
  await watching.until('the whole list', () => watching.feeds.find(({ kind }) => kind === 'complete'));
  return watching;
}

describe('a Proxmox VE that others pretend', () => {
  it('F-496 is listed: nodes, virtual machines and containers', async () => {
    const { vms, feeds } = await watch();
    const [first] = feeds;
    expect(first?.kind === 'inventory' && first.inventory.nodes.map(({ name }) => name).sort()).toEqual([
      'pve1',
      'pve2',
    ]);
    expect(vms.get(WEB1)).toMatchObject({ name: 'web1', state: 'running', node: nodeId(PVE, 'pve1'), plan: 'shop' });
    expect(vms.get(DNS1)).toMatchObject({ name: 'dns1', state: 'running', node: nodeId(PVE, 'pve2') });
  });

  it('F-346 F-347 starts and stops a virtual machine', async () => {
    const watching = await watch();
    const { vm } = watching.connection;
    await vm.stop(DB1, 'force', signal);
    await watching.untilState(DB1, 'stopped');
    await vm.start(DB1, signal);
    await watching.untilState(DB1, 'running');
    await vm.stop(DB1, 'graceful', signal);
    await watching.untilState(DB1, 'stopped');
  });

  it('F-365 changes the memory of a virtual machine', async () => {
    const { vm } = (await watch()).connection;
    const before = await vm.settings?.(DB1, 'config', signal);
    expect(before).toMatchObject({ memory: mib(8192), vcpus: 4 });
    await vm.configure?.(DB1, 'config', { memory: mib(4096) }, { memory: mib(8192) }, signal);
    expect(await vm.settings?.(DB1, 'config', signal)).toMatchObject({ memory: mib(4096) });
    await vm.configure?.(DB1, 'config', { memory: mib(8192) }, { memory: mib(4096) }, signal);
  });

  it('F-358 tells of its disks and nodes', async () => {
    const { vm, node, snapshot } = (await watch()).connection;
    expect((await vm.planDelete?.(WEB1, signal))?.goes).toEqual(['local-zfs:vm-100-disk-0']);
    // the mock knows of the place among snapshots only, which is none
    expect(await snapshot?.list?.(WEB1, signal)).toEqual([]);
    expect((await node?.info?.(nodeId(PVE, 'pve2'), signal))?.lines.length).toBeGreaterThan(3);
  });

  it('lists its storages, what is in them, and its networks', async () => {
    const { storage, volume, image, network } = (await watch()).connection;
    const storages = await storage?.list?.(PVE, signal);
    expect(storages?.map(({ id, active, size }) => [id, active, size])).toEqual([
      ['pve/pve1/local', true, gib(100)],
      ['pve/pve2/local', true, gib(100)],
      ['pve/pve1/local-zfs', true, gib(500)],
      ['pve/nas', true, gib(1000)],
    ]);
    expect(await volume?.list?.(PVE, signal)).toMatchObject([
      { id: 'pve/pve1/local-zfs:vm-100-disk-0', size: gib(32), users: ['web1'] },
      { id: 'pve/pve1/local:iso/debian-13.iso', type: 'iso', size: mib(600) },
    ]);
    expect(await image?.list?.(PVE, signal)).toMatchObject([{ name: 'debian-13.iso', type: 'iso', size: mib(600) }]);
    // the mock has no SDN, and answers 501
    expect((await network?.list?.(PVE, signal))?.map(({ id }) => id)).toEqual(['pve/pve1/vmbr0', 'pve/pve2/vmbr0']);
  });

  it('is trusted by its fingerprint alone', async () => {
    const other = endpoints.pve['fingerprint']?.toString().replace(/^../, '00') ?? '';
    const values = { ...endpoint.values, fingerprint: other };
    await expect(platform.connect({ ...endpoint, values }, context)).rejects.toMatchObject({ code: 'trust.tls' });
    const { fingerprint: _fingerprint, ...unpinned } = endpoint.values;
    await expect(platform.connect({ ...endpoint, values: unpinned }, context)).rejects.toMatchObject({
      code: 'trust.tls',
    });
  });

  it('passes every check', async () => {
    const checks = await platform.test(endpoint, context);
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(checks.length).toBeGreaterThan(5);
  });
});
