/** VMs that are made and cloned, and their disks and NICs, by keys. */
import { afterEach, describe, expect, it } from 'vitest';
import { type FleetOptions, type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
const open = async (options: FleetOptions = {}) => {
  fleet = await openFleet({ size: '120x40', vms: 40, ...options });
};
afterEach(() => fleet.close());

/** `billing-web1`, which is stopped, and the row of its disks and NICs. */
const STOPPED = ['jjj'];
const rowOf = (name: string) => fleet.server.fleet.rowOf(fleet.vm((vm) => vm.name === name).id);

describe('a VM', () => {
  it('F-033 F-093 F-237 is made with a form of what its platform asks for, with disks and NICs as rows', async () => {
    await open();
    await fleet.press(...STOPPED, 'a', 'down', 'enter');
    await fleet.see('Create VM on demo?');
    await fleet.press('newvm', 'enter', 'enter');
    await fleet.see('❯ debian-12');
    fleet.dontSee('debian-12.iso');
    await fleet.press('down', 'enter');
    await fleet.see(/Image +debian-13/);
    await fleet.press('down', 'down', 'enter', 'a');
    await fleet.see('New disk');
    await fleet.press('ctrl-u', '20GiB', 'pgdn', 'enter');
    await fleet.see(/20GiB +virtio/);
    await fleet.press('esc', 'pgdn', 'enter');
    await fleet.see('demo has the VM newvm, which is running');
    const { image } = await fleet.untilVm(({ name, state }) => name === 'newvm' && state === 'running');
    expect(image).toBe('debian-13');
    expect(fleet.server.drives.disks(rowOf('newvm')).map(({ size }) => size)).toEqual([20 * 1024 ** 3]);
  });

  it('is asked for beside what is left of what its endpoint may have, and is not made when nothing is', async () => {
    await open({ values: { 'most-vms': 1 } });
    await fleet.press(...STOPPED, 'a', 'down', 'enter');
    await fleet.see(/Name.* 0 of 1 VMs left/);
    await fleet.press('newvm', 'pgdn', 'enter');
    await fleet.see('newvm would be one VM more than the 1 that demo may have');
  });

  it('needs a name, and one that is free', async () => {
    await open();
    await fleet.press(...STOPPED, 'a', 'down', 'enter', 'pgdn', 'enter');
    await fleet.see('Name is needed');
    await fleet.press('up', 'up', 'up', 'up', 'up', 'up', 'up', 'up', 'up', 'up', 'up', 'up', 'up');
    await fleet.press('gateway', 'pgdn', 'enter');
    await fleet.see('demo has a VM gateway already');
  });

  it('that could not be made is tried again with its form as it was filled in', async () => {
    await open();
    await fleet.press(...STOPPED, 'a', 'down', 'enter', 'gateway', 'down', 'down', 'ctrl-u', '3GiB', 'pgdn', 'enter');
    await fleet.see('demo has a VM gateway already');
    await fleet.press('t');
    await fleet.see('Create VM gateway on demo');
    await fleet.press('f');
    await fleet.see(/Name +gateway/);
    await fleet.see(/Memory +3GiB/);
    await fleet.press('gateway9', 'pgdn', 'enter');
    await fleet.see('demo has the VM gateway9, which is running');
  });

  it('F-249 is cloned, one at a time', async () => {
    await open();
    await fleet.press(...STOPPED, 'C');
    await fleet.see('Clone billing-web1 on fra-01?');
    await fleet.press('copy', 'pgdn', 'enter');
    await fleet.see('is cloned as copy');
    expect((await fleet.untilVm(({ name }) => name === 'copy')).state).toBe('stopped');
    await fleet.press('space', 'space', 'C');
    await fleet.see('Clone VM: mark one VM at most');
  });
});

describe('the disks of a VM', () => {
  it('F-260 F-265 are added, grow, are detached, and deleted after what goes was said', async () => {
    await open();
    await fleet.press(...STOPPED, 'd');
    await fleet.see('Disks of billing-web1');
    const disks = () => fleet.server.drives.disks(rowOf('billing-web1')).map(({ device }) => device);
    expect(disks()).toEqual(['vda']);
    await fleet.press('a');
    await fleet.see('Add disk to billing-web1 on fra-01?');
    await fleet.press('ctrl-u', '5GiB', 'pgdn', 'enter');
    await fleet.see('billing-web1 has the new disk');
    await fleet.see(/vdb +disk +5\.0G +virtio/);
    await fleet.press('G', '+');
    await fleet.press('8GiB', 'pgdn', 'enter');
    await fleet.see(/vdb +disk +8\.0G +virtio/);
    await fleet.press('D');
    await fleet.see('A guest that has it mounted loses what it has not written.');
    await fleet.press('y');
    await fleet.see('vdb of billing-web1 is detached');
    expect(disks()).toEqual(['vda']);
    await fleet.press('X');
    await fleet.see(/Is lost: \/srv\/vms\/.*system\.qcow2/);
    await fleet.press('vda', 'pgdn', 'enter');
    await fleet.see('vda of billing-web1 is deleted');
    expect(disks()).toEqual([]);
  });
});

describe('the other disks of a VM', () => {
  it('F-265 are named with the one that stays, and detached after a yes', async () => {
    await open();
    const devices = () =>
      fleet.server.drives.disks(rowOf('billing-db1')).flatMap(({ type, device }) => (type === 'disk' ? [device] : []));
    expect(devices()).toEqual(['vda', 'vdb']);
    await fleet.press('jj', ':', 'vm.detach-disks', 'enter');
    await fleet.see('Detach other disks');
    await fleet.see(/stays: vda .*system\.qcow2/);
    await fleet.see(/goes: vdb .*data\.qcow2/);
    expect(devices()).toEqual(['vda', 'vdb']);
    await fleet.press('y');
    await fleet.see('billing-db1 has no disk but the one that it starts from');
    expect(devices()).toEqual(['vda']);
  });
});

describe('the NICs of a VM', () => {
  it('F-185 F-276 F-278 are added, plugged into another network, and removed', async () => {
    await open();
    await fleet.press(...STOPPED, 'u');
    await fleet.see('NICs of billing-web1');
    const nets = () => fleet.server.nics.of(rowOf('billing-web1')).map(({ net }) => net);
    const [first] = nets();
    await fleet.press('a');
    await fleet.see('Add NIC to billing-web1 on fra-01?');
    await fleet.press('enter', 'enter', 'pgdn', 'enter');
    await fleet.see('billing-web1 has a new NIC in lan');
    expect(nets()).toEqual([first, 'lan']);
    await fleet.press('G', 'p');
    await fleet.see('Change network');
    await fleet.press('enter', 'down', 'enter', 'pgdn', 'enter');
    await fleet.see('The guest loses its connections through it.');
    await fleet.press('y');
    await fleet.see('is in dmz');
    expect(nets()).toEqual([first, 'dmz']);
    await fleet.press('X', 'y');
    await fleet.see('is removed');
    expect(nets()).toEqual([first]);
  });
});
