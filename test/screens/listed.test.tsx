/** Networks, storages, volumes, images and flavors of endpoints, as tables on the screen. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type FleetOptions, type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
const open = async (options: FleetOptions = {}) => {
  fleet = await openFleet({ size: '120x40', vms: 60, ...options });
};
afterEach(() => fleet.close());

/** Views without a key of their own are reached by their names. */
async function openByName(id: string) {
  await fleet.press(':', id, 'enter');
  await fleet.see('as of');
}
const networks = () => fleet.server.collections.network.all().map(({ name }) => name);

const lab = () => {
  const found = fleet.server.collections.network.all().find(({ name }) => name === 'lab');
  if (!found) throw new Error('the fleet has no network lab');
  return found;
};

describe('the networks of an endpoint', () => {
  it('F-271 are listed from any row below it, with what is known of the one under the cursor', async () => {
    await open();
    await fleet.press('jjj', '5');
    await fleet.see('Networks of demo');
    await fleet.see(/as of \d\d:\d\d:\d\d, 5 networks/);
    expect(fleet.line(' lab ')).toMatch(/lab +yes +nat +nat +192\.168\.150\.0\/24 +yes/);
    await fleet.press('jjj');
    await fleet.see(/cidrs +192\.168\.150\.0\/24, fd00:150::\/64/);
    fleet.dontSee('NODE');
    await fleet.press('esc');
    await fleet.see('crm-queue1');
  });

  it('F-268 are made with a form, and F-269 deleted after what goes was said and the name was typed', async () => {
    await open();
    await fleet.press('5');
    await fleet.see('as of');
    await fleet.press('a', 'backup', 'enter', 'enter', '10.77.0.0/24', 'pgdn', 'enter');
    await fleet.see('demo has the network backup');
    await fleet.see(/backup +yes +nat +nat +10\.77\.0\.0\/24 +yes/);
    await fleet.press('G', 'X');
    await fleet.see('Is lost: the network backup (10.77.0.0/24)');
    await fleet.press('back', 'pgdn', 'enter');
    await fleet.see('that is not backup');
    expect(networks()).toContain('backup');
    await fleet.press('ctrl-u', 'backup', 'pgdn', 'enter');
    await fleet.see('backup of demo is deleted');
    expect(networks()).not.toContain('backup');
    fleet.dontSee('10.77.0.0/24');
  });

  it('F-269 F-381 that VMs are in are not deleted, and the question names the VMs', async () => {
    await open();
    await fleet.press('5');
    await fleet.see('as of');
    await fleet.press('X');
    await fleet.see(/Not possible: lan is used by auth-db1, billing-db1/);
    await fleet.press('lan', 'pgdn', 'enter');
    await fleet.see('Delete network: lan is used by');
    expect(networks()).toContain('lan');
  });

  it('F-270 are changed in a form with what they have now, after it was shown what changes and when', async () => {
    await open();
    await fleet.press('5');
    await fleet.see('as of');
    await fleet.press('jjj', 'e');
    await fleet.see(/Domain +/);
    await fleet.press('down', 'down', 'down', 'lab.test', 'pgdn', 'enter');
    await fleet.see('Domain: none → lab.test (from its next start on)');
    expect(fleet.server.savedNetworks.of(lab())).toMatchObject({ domain: '' });
    await fleet.press('y');
    await fleet.see('lab of demo has Domain lab.test; domain: from the next start of lab on');
    expect(fleet.server.savedNetworks.of(lab())).toMatchObject({ domain: 'lab.test', dhcp: true });
    await fleet.press('e');
    await fleet.see('lab.test');
    await fleet.press('pgdn', 'enter');
    await fleet.see('Edit network: nothing was changed');
  });

  it('that are refused say why: a range that another one has', async () => {
    await open();
    await fleet.press('5');
    await fleet.see('as of');
    await fleet.press('a', 'twice', 'enter', 'enter', '192.168.150.128/25', 'pgdn', 'enter');
    await fleet.see('192.168.150.128/25 overlaps the network lab');
    expect(networks()).not.toContain('twice');
  });

  it('are stopped after a question and started without one', async () => {
    await open();
    await fleet.press('5');
    await fleet.see('as of');
    await fleet.press('jjj', 'S');
    await fleet.see('VMs that run lose their link to it');
    await fleet.press('y');
    await fleet.see('lab of demo is not active any more');
    await fleet.press('s');
    await fleet.see('lab of demo is active');
  });

  it('are filtered, sorted, marked and written to a file', async () => {
    await open();
    await fleet.press('5');
    await fleet.see('as of');
    await fleet.press('/', 'mode:bridge', 'enter');
    await fleet.see('3 networks');
    fleet.dontSee('192.168.150.0/24');
    await fleet.press('/', 'ctrl-u', 'mtu>1500', 'enter');
    await fleet.see('1 network');
    await fleet.press('/', 'ctrl-u', 'enter', 'space', 'space', 'ctrl-e');
    await fleet.see('networks.csv');
    const path = join(fleet.configFile, '..', 'nets.csv');
    await fleet.press('ctrl-u', path, 'enter');
    await fleet.see(/2 networks/);
    const lines = (await readFile(path, 'utf8')).trim().split('\n');
    expect(lines.map((line) => line.split(',')[0])).toEqual(['name', 'lan', 'dmz']);
  });
});

it('has the columns that are chosen, in their order, until they are as usual again', async () => {
  await open();
  await fleet.press('5');
  await fleet.see('as of');
  await fleet.press('w');
  await fleet.see('Columns of the networks');
  await fleet.press('space', 'j', 'K', 'G');
  await fleet.see(/✓ type/);
  await fleet.press('esc');
  expect(fleet.line('NAME')).toMatch(/NAME +TYPE +MODE/);
  await fleet.press('w', 'j', 'j', 'j', 'j', 'j', 'j', 'j', 'j', 'space', 'esc');
  expect(fleet.line('NAME')).toMatch(/TROUBLE|ENDPOINT|NODE/);
  await fleet.press('esc', '5');
  await fleet.see(/NAME +TYPE +MODE/);
  await fleet.press('w', 'd', 'esc');
  expect(fleet.line('NAME')).toMatch(/NAME +ACTIVE +TYPE/);
});

it('F-258 shows the storages of an endpoint, sizes with their units', async () => {
  await open({ size: '80x24' });
  await fleet.press('6');
  await fleet.see('Storages of demo');
  expect(fleet.line(' vms ')).toMatch(/vms +yes +nfs +9\.8T +6\.0T +3\.8T/);
  expect(fleet.line(' scratch-fra-01 ')).toMatch(/1\.8T +40G +1\.7T +fra-01 +tank\/scratch$/);
});

it('shows what is in a storage with enter', async () => {
  await open();
  await fleet.press('6');
  await fleet.see('as of');
  await fleet.see('enter volumes');
  await fleet.press('j', 'enter');
  await fleet.see('Volumes of demo');
  await fleet.see('filter storage:iso');
  expect(fleet.frame()).not.toContain('system.qcow2');
  await fleet.see('debian-13.iso');
});

it('F-438 F-482 shows which VMs are in a network, with enter', async () => {
  await open();
  await fleet.press('5');
  await fleet.see('enter NICs');
  await fleet.press('/', 'dmz', 'enter');
  await fleet.see('1 network, filter dmz');
  await fleet.press('enter');
  await fleet.see(/as of .* NICs?, filter net:dmz/);
  expect(fleet.line(' eth0 ')).toContain(' dmz ');
  expect(fleet.frame()).not.toMatch(/ eth\d +(lan|storage) /);
});

it('F-262 makes a volume in a storage that is chosen from a list, and makes it larger', async () => {
  await open();
  await openByName('volume.list');
  await fleet.press('a', 'data1', 'enter', 'enter');
  await fleet.see('scratch-fra-01');
  fleet.dontSee('scratch-fra-02');
  await fleet.press('enter');
  await fleet.press('pgdn', 'enter');
  await fleet.see('demo has the volume data1');
  const made = () => fleet.server.collections.volume.all().find(({ name }) => name === 'data1');
  expect(made()).toMatchObject({ storage: 'vms', size: 10 * 2 ** 30, format: 'qcow2' });
  await fleet.press('/', 'data1', 'enter', '+', '20GiB', 'pgdn', 'enter');
  await fleet.see('data1 of demo has its new size');
  expect(made()?.size).toBe(20 * 2 ** 30);
});

it('F-283 fetches an image, and F-284 deletes it; F-309 shows the sizes of VMs', async () => {
  await open();
  await openByName('image.list');
  await fleet.see('12 images');
  await fleet.press('a', 'tiny', 'enter', 'https://images.example/tiny.qcow2', 'pgdn', 'enter');
  await fleet.see('demo has the image tiny');
  await fleet.press('/', 'tiny', 'enter', 'X');
  await fleet.see('Is lost: /srv/vms/tiny');
  await fleet.press('tiny', 'pgdn', 'enter');
  await fleet.see('tiny of demo is deleted');
  await fleet.press('esc');
  await openByName('flavor.list');
  expect(fleet.line(' large ')).toMatch(/large +8 +32G +10G/);
});

it('lists what several endpoints have in one table, and asks on which of them something is made', async () => {
  const endpoint = { platform: 'fake', vms: 10, 'events-every': 0, latency: 0 };
  await open({ config: JSON.stringify({ endpoints: { left: endpoint, right: { ...endpoint, seed: 3 } } }) });
  await fleet.press('m');
  await fleet.press('esc', '*', '5');
  await fleet.see('Networks of 2 endpoints');
  expect(fleet.line('ENDPOINT')).toMatch(/NAME.*ENDPOINT/);
  await fleet.press('a');
  await fleet.see('Create network on');
  await fleet.press('j', 'enter');
  await fleet.see('Create network on right?');
  await fleet.press('both', 'enter', 'enter', '10.44.0.0/24', 'pgdn', 'enter');
  await fleet.see('right has the network both');
  expect(fleet.line('10.44.0.0/24')).toMatch(/right/);
});

it('says why an endpoint has no such list', async () => {
  await open({ values: { without: 'network.list, network.create, network.delete' } });
  await fleet.press('5');
  await fleet.see('Networks: this fleet was made without network.list');
});
