/** VMs of ConVirt, by their configuration files. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { filesOfNode } from '../../src/cli/import/convirt/config-files.ts';
import type { App } from '../../src/compose.ts';
import type { Connection, FolderList } from '../../src/platforms/contract.ts';
import { bytes } from '../../src/units.ts';
import { appAt, commandContext } from './command-context.ts';
import { type Desk, openDesk } from './run-drover.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk('endpoints: {}\n');
});
afterEach(() => desk.clear());

const file = async (name: string, text: string) => {
  const path = join(desk.home, name);
  await writeFile(path, text);
  return path;
};
const WEB = `# made by ConVirt
name = 'web'
platform = 'kvm'
memory = 512; vcpus = 2
disk = ['file:/vm/web.qcow2,hda,w',  # the system
        "phy:vg/data,vdb,w", 'file:/iso/cd.iso,hdc:cdrom,r', ',hdd:cdrom,r']
vif = ['mac=00:16:3e:01:02:03,bridge=br0,model=e1000', u'']
boot = "n"
on_crash = 'restart'
device_config = {'a': [1, (2,)], 'b': None}
vnc = 1
`.replace('; ', '\n');

it('F-035 F-205 shows what the files of VMs say, and writes a template of each', async () => {
  const [web, old] = [
    await file('web.conf', WEB),
    await file('old', "memory=64\nvcpus=1\nvif=[]\ndisk=['tap:aio:/a.img,xvda,w']"),
  ];
  const shown = await desk.run('import', 'convirt', web, old, '--dry-run');
  expect([
    shown.code,
    shown.stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/ {2,}/)),
  ]).toEqual([
    0,
    [
      ['TEMPLATE', 'STATUS', 'MEMORY', 'CPUS', 'DISKS', 'NICS'],
      ['ConVirt/web', 'new', '512 MiB', '2', '/vm/web.qcow2 /dev/vg/data', 'br0 default'],
      ['ConVirt/old', 'new', '64 MiB', '1', '/a.img', '-'],
    ],
  ]);
  expect(shown.stderr).toContain('ConVirt/web: not taken: on_crash, device_config\n');
  expect(shown.stderr).toContain('ConVirt/old: it was made for Xen');
  expect(shown.stderr).toContain('nothing was written');
  const written = await desk.run('import', 'convirt', web, '--group', 'Old', '--yes');
  expect([written.code, written.stderr]).toEqual([
    0,
    expect.stringContaining('drover vm create web -C ENDPOINT --template Old/web makes it there'),
  ]);
  expect(
    await readFile(join(desk.home, '.local/share/drover/templates/Old/web/template.yaml'), 'utf8'),
  ).toBe(`version: "1.0"
platform: kvm
vm:
  memory: 512
  numcpus: 2
  cloudinit: false
  disk: [ { volume: /vm/web.qcow2, bus: ide, format: qcow2 }, { volume: /dev/vg/data, bus: virtio, format: raw } ]
  nic: [ { network: br0, kind: bridge, mac: 00:16:3e:01:02:03, model: e1000 }, { network: default } ]
  iso: /iso/cd.iso
  boot-network: true
`);
  expect((await desk.run('import', 'convirt', web, '--group', 'Old', '-o', 'json')).json()).toMatchObject([
    { name: 'Old/web', status: 'there already', written: false },
  ]);
});

const VALID = "memory = 1\nvcpus = 1\ndisk = ['file:/a,hda,w']\nvif = []\n";
it.each([
  ['import os', ':1: behind import there is no ='],
  ["memory = __import__('os').system('id')", ':1: this is no plain value'],
  ["memory = [1 for x in 'a']", ':1: a comma is missing'],
  ["memory = 'a' + 'b'", ':1: memory has more than one value'],
  [`${VALID}x = '`, ':5: a text has no end'],
  [`${VALID}x = ${'['.repeat(50)}`, 'too deep'],
  ["memory = 1\nvcpus = 1\ndisk = ['file:/a,hda,w']", 'it has no vif, as each VM has'],
  [VALID.replace('memory = 1', 'memory = 1.5'), 'memory must be a whole number above 0'],
  [VALID.replace('/a', '../a'), '"../a" is no path that begins with /'],
  [VALID.replace('/a', '/$HOME'), '"/$HOME" has a character that can\'t be taken'],
  [VALID.replace('/a', '/a\\n'), "has a character that can't be taken"],
  [VALID.replace('file:/a,hda,w', 'x'), 'disk "x" is no TYPE:PATH,DEVICE,MODE'],
  [VALID.replace('file:', 'tap:vhd:'), 'disk "/a" is vhd, which can\'t be taken'],
  [VALID.replace('file:', 'tap:qcow:'), 'disk "/a" is qcow, which can\'t be taken'],
  [`${VALID}name = '../../etc'`, 'a template can\'t be called "../../etc"'],
])('F-035 refuses a file with %j, and runs nothing of it', async (text, why) => {
  const { code, stderr } = await desk.run('import', 'convirt', await file('vm', text), '--yes');
  expect([code, stderr]).toEqual([3, expect.stringContaining(why)]);
  expect(stderr).toContain('nothing was written');
});

it('F-205 says that a disk which was read-only there is not so here', async () => {
  const path = await file('vm', VALID.replace('hda,w', 'hda,r'));
  const { stderr } = await desk.run('import', 'convirt', path, '--dry-run');
  expect(stderr).toContain('ConVirt/vm: /a was read-only there, and can be written to here\n');
});

it('F-035 refuses a flag that is for other tools', async () => {
  const path = await file('vm', VALID);
  expect(await desk.run('import', 'convirt', path, '--only', 'vm', '--yes')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--only is not for convirt'),
  });
  expect(await desk.run('import', 'govc', '--group', 'x')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--group is for convirt: govc has endpoints, and no templates'),
  });
});

it('F-035 names what was written before an error', async () => {
  const [one, two] = [await file('one', VALID), await file('two', VALID)];
  // A file in the way, where the folder of the second would be.
  const group = join(desk.home, '.local/share/drover/templates/ConVirt');
  await mkdir(group, { recursive: true });
  await writeFile(join(group, 'two'), '');
  const { code, stderr } = await desk.run('import', 'convirt', one, two, '--yes');
  expect(code).not.toBe(0);
  expect(stderr).toContain('drover vm create one -C ENDPOINT --template ConVirt/one makes it there');
});

it('F-035 reads files and folders of a node, as those of this machine', async () => {
  await desk.write('endpoints:\n  lab: { platform: fake, vms: 3, latency: 0, events-every: 0 }\n');
  const { name } = (await desk.run('node', 'list', '-o', 'json')).json<readonly { readonly name: string }[]>()[0] ?? {};
  const node = String(name);
  const put = async (path: string, text: string) =>
    expect((await desk.run('node', 'put', node, await file('sent', text), path, '--overwrite')).code).toBe(0);
  await put('/srv/vms/web.conf', WEB);
  await put('/srv/vms/old', VALID);
  await put('/srv/vms/more', `${VALID}x = import os`);
  await put('/srv/vms/large', `${VALID}${'#'.repeat(300 * 1024)}`);
  const shown = await desk.run('import', 'convirt', '--node', node, '/srv/vms', '/etc/motd', '--dry-run', '-o', 'json');
  const where = (path: string) => `${node}:${path}`;
  expect(shown.json()).toMatchObject([
    { file: where('/srv/vms/large'), status: 'refused', why: expect.stringContaining('/srv/vms/large has 300K') },
    { file: where('/srv/vms/more'), status: 'refused', why: expect.stringContaining(`${where('/srv/vms/more')}:5: `) },
    { name: 'ConVirt/old', file: where('/srv/vms/old'), status: 'new' },
    { name: 'ConVirt/web', file: where('/srv/vms/web.conf'), status: 'new', memory: 512 },
    { file: where('/etc/motd'), status: 'refused', why: expect.stringContaining(where('/etc/motd')) },
  ]);
  const written = await desk.run('import', 'convirt', '--node', node, '/srv/vms/old', '--yes');
  expect([written.code, written.stderr]).toEqual([
    0,
    expect.stringContaining('drover vm create old -C lab --template ConVirt/old makes it there'),
  ]);
  expect(await desk.run('import', 'convirt', '--node', node, '/srv/none', '--yes')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('/srv/none is not there'),
  });
});

it('a file of a node that leads elsewhere by the time it is read is refused', async () => {
  await desk.write('endpoints:\n  lab: { platform: fake, vms: 3, latency: 0, events-every: 0 }\n');
  const app = await appAt(desk, desk.clock);
  const entry = { name: 'web', kind: 'file', size: bytes(9), changed: 1, mode: 0o644, owner: 0, group: 0 } as const;
  const lists: Readonly<Record<string, FolderList>> = {
    '/srv/vms': { path: '/srv/vms', is: { ...entry, kind: 'folder' }, entries: [entry] },
    '/srv/vms/web': { path: '/etc/motd', is: entry, entries: undefined },
  };
  const connection: App['sessions']['connection'] = (name) => {
    const real = app.sessions.connection(name);
    const files = async (_id: unknown, path: string) => lists[path] as FolderList;
    return real && ({ ...real, node: { ...real.node, files } } as Connection);
  };
  const context = commandContext({ app: { ...app, sessions: { ...app.sessions, connection } } });
  try {
    const [web] = (await filesOfNode('fra-01', ['/srv/vms'], context)).files;
    await expect(web?.text()).rejects.toThrow('fra-01:/srv/vms/web leads to /etc/motd by now');
  } finally {
    await app.close();
  }
});
