import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(simulated({ demo: { vms: 60 } }));
});
afterEach(() => desk.clear());

it('F-323 the details of a VM say of each card and disk what it is, in labelled lines', async () => {
  const { stdout } = await desk.run('vm', 'info', 'billing-db1');
  expect(stdout).toMatch(/^net interface: eth0 mac: 52:54:00(:[0-9a-f]{2}){3} net: (lan|dmz|storage) type: virtio$/m);
  expect(stdout).toMatch(/^disk\w*: vda .*system\.qcow2/m);
});
