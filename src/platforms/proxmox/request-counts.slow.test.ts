/** How many requests lists and details take: as many for a thousand guests as for ten. */
import { afterEach, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../clock.ts';
import { endpointName, nodeId, securityGroupId, vmId } from '../../ids.ts';
import { connect } from './connection.ts';
import { ACCOUNTS } from './testkit/access.ts';
import { type FakeProxmox, startFakeProxmox } from './testkit/server.ts';

const PVE = endpointName('pve');
const { signal } = new AbortController();
/** Short waits take next to no time; deadlines take all of theirs. */
const clock: Clock = { ...systemClock, after: (ms, call) => systemClock.after(ms < 3_000 ? ms / 100 : ms, call) };

let server: FakeProxmox | undefined;
afterEach(() => server?.close());

async function counts(guests: number): Promise<Readonly<Record<string, number>>> {
  const fake = await startFakeProxmox(clock);
  server = fake;
  for (let at = 0; at < guests; at++)
    fake.world.addGuest('qemu', 'pve1', { name: `web${at}`, scsi0: 'nas:VMID/vm-VMID-disk-0,size=8G' });
  const values = { host: fake.origin, user: ACCOUNTS.token.id, secret: ACCOUNTS.token.secret };
  const context = { signal, clock, wire: () => {}, ask: {} };
  const { storage, volume, image, network, backup, securitygroup, securityrule, snapshot, disk, nic, node, vm, close } =
    await connect({ name: PVE, platform: 'proxmox', values }, context);
  const found: Record<string, number> = {};
  const count = async (what: string, run: Promise<unknown> | undefined) => {
    const before = fake.requests.length;
    await run;
    found[what] = fake.requests.length - before;
  };
  const web0 = vmId(PVE, 'qemu/100');
  await count('storages', storage?.list?.(PVE, signal));
  await count('volumes', volume?.list?.(PVE, signal));
  await count('images', image?.list?.(PVE, signal));
  await count('networks', network?.list?.(PVE, signal));
  await count('backups', backup?.list?.(PVE, signal));
  await count('security groups', securitygroup?.list?.(PVE, signal));
  await count('rules of a group', securityrule?.list?.(securityGroupId(PVE, 'web'), signal));
  await count('details', vm.info(web0, signal));
  await count('disks', disk?.list?.(web0, signal));
  await count('NICs', nic?.list?.(web0, signal));
  await count('snapshots', snapshot?.list?.(web0, signal));
  await count('history', vm.history?.(web0, 'day', signal));
  await count('settings', vm.settings?.(web0, 'config', signal));
  await count('information about a node', node?.info?.(nodeId(PVE, 'pve1'), signal));
  await count('deletion plan', vm.planDelete?.(web0, signal));
  const spec = { live: true, copyDisks: true, storage: '', removeCopied: true, despite: [] };
  const targets = [{ node: nodeId(PVE, 'pve2') }, { node: undefined }];
  await count('migration plan', vm.planMigrate?.(web0, targets, spec, signal));
  await close();
  await fake.close();
  server = undefined;
  return found;
}

it('does not grow with the number of guests', async () => {
  const few = await counts(2);
  expect(few).toMatchObject({
    ...{
      storages: 2,
      'security groups': 1,
      'rules of a group': 1,
      details: 6,
      disks: 3,
      NICs: 3,
      snapshots: 2,
      history: 2,
    },
    ...{ settings: 5, 'deletion plan': 3, 'information about a node': 2, 'migration plan': 5 },
  });
  expect(await counts(1_000)).toEqual(few);
});
