/** VMs that are made of templates on a real host, as virsh sees them. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Desk, openDesk } from '../../cli/run-drover.ts';
import { until } from '../until.ts';
import { host3, removeGuests, site, virsh } from './hosts.ts';
import { inHost } from './namespaces.ts';

const host = host3;
const PATIENCE_MS = 60_000;
const VMS = ['of-template', 'of-iso', 'of-script'];

let desk: Desk;
const drover = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await desk.run(...args);
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  return { stdout, stderr };
};

async function tidy(): Promise<void> {
  await removeGuests(host, ...VMS);
  for (const vm of VMS)
    for (const file of [`${vm}_0.qcow2`, `${vm}.ISO`, `${vm}-cd.iso`])
      await virsh(host, 'vol-delete', '--pool', 'default', file).catch(() => undefined);
}
beforeAll(async () => {
  await tidy();
  desk = await openDesk(await readFile(site.files.config, 'utf8'));
  await drover('pool', 'set', 'QA Lab', 'IMAGE=busybox.qcow2', 'MEMORY=160');
  await drover('template', 'add', '--built-in');
});
afterAll(async () => {
  await desk?.clear();
  await tidy();
});

it('F-154 F-165 a cloud image with the variables of its pool; virsh shows the template and its version', async () => {
  const flags = ['-C', host.name, '--no-start', '--template', 'linux-cloud', '--virtualization', 'qemu'];
  await drover('vm', 'create', 'of-template', ...flags, '--vcpus', '1', '--disk', 'size=128MiB');
  const xml = await virsh(host, 'dumpxml', '--inactive', 'of-template');
  expect(xml).toContain('<kvirt:profile>Common/linux-cloud@1.0</kvirt:profile>');
  expect(xml).toMatch(/<memory unit='KiB'>163840<\/memory>/);
  expect(xml).toMatch(/<vcpu[^>]*>1<\/vcpu>/);
  expect(xml).toContain('of-template.ISO');
  await drover('template', 'edit', 'linux-cloud', '--var', 'CPUS=3', '--new-version', '1.1');
  const { stdout } = await drover('template', 'vms', 'linux-cloud', '-C', host.name, '-o', 'json');
  expect(JSON.parse(stdout)).toMatchObject([{ name: 'of-template', version: '1.0', isOld: true }]);
  expect(await desk.run('template', 'delete', 'linux-cloud', '--yes')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining(`VMs were made of it: ${host.name}/of-template`),
  });
});

it('F-152 an empty VM that starts from an installation medium of Windows', async () => {
  await virsh(host, 'vol-create-as', 'default', 'of-iso-cd.iso', '1M', '--format', 'raw');
  const flags = ['-C', host.name, '--no-start', '--template', 'windows-iso', '--virtualization', 'qemu'];
  await drover('vm', 'create', 'of-iso', ...flags, '--var', 'ISO=of-iso-cd.iso', '--var', 'DISK_SIZE=1');
  const xml = await virsh(host, 'dumpxml', '--inactive', 'of-iso');
  expect(xml).toContain('of-iso-cd.iso');
  expect(xml).toMatch(/<tpm model=/);
  expect(xml).toMatch(/<target dev='sda' bus='sata'\/>/);
  expect(xml).toMatch(/<model type='e1000e'\/>/);
  expect(xml).toContain("firmware='efi'");
  await virsh(host, 'vol-delete', '--pool', 'default', 'of-iso-cd.iso');
});

/** Where scripts make disks, on the host. */
const DIR = '/tmp/drover-made-disks';
const SCRIPT = 'while getopts x:p:s:i:l:c: o; do eval "$o=\\$OPTARG"; done; . "$c"; . "$p"';

const WITH_FUNCTIONS = '. "$(dirname "$0")/../../common/functions"; read_arguments "$@"';

async function withScript(
  name: string,
  script: string,
  vm = '{ memory: 128, numcpus: 1 }',
  begin = SCRIPT,
): Promise<void> {
  const folder = join(desk.home, name);
  await mkdir(folder);
  await writeFile(
    join(folder, 'template.yaml'),
    `version: 1.0\nvariables: { COLOUR: red, DIR: ${DIR}, provision_timeout: 60 }\nvm: ${vm}\n`,
  );
  await writeFile(join(folder, 'provision.sh'), `${begin}\n${script}\n`);
  await drover('template', 'add', `Lab/${name}`, '--folder', folder);
}
const make = (template: string, ...more: readonly string[]) =>
  desk.run(
    'vm',
    'create',
    'of-script',
    '-C',
    host.name,
    '--no-start',
    '--virtualization',
    'qemu',
    '--disk',
    'size=8MiB',
    '--template',
    template,
    ...more,
  );
const left = () => inHost(host, 'sh', '-c', 'ls -d /tmp/drover-template-* 2>/dev/null; true');
const isThere = async () => (await virsh(host, 'list', '--all', '--name')).includes('of-script');

it('F-155 F-156 a script runs on the node before the VM is made, with the arguments of ConVirt, and leaves nothing there', async () => {
  await withScript(
    'good',
    'echo "$VM_NAME $COLOUR $i"; grep "^memory = " "$x"; test -f "$s/$i/template.yaml" && echo logged > "$l"',
  );
  expect(await make('good', '--var', 'COLOUR=blue')).toMatchObject({ code: 0 });
  expect(await isThere()).toBe(true);
  const log = await readFile(join(desk.home, '.local/share/drover/templates/.logs/Lab/good/of-script.log'), 'utf8');
  expect(log).toBe('of-script blue Lab/good\nmemory = 134217728\n--- log\nlogged\n');
  expect(await left()).toBe('');
  await removeGuests(host, 'of-script');
});

it('F-155 a script that fails, hangs or floods makes no VM, and leaves its output and nothing on the node', async () => {
  await withScript('bad', 'echo no room >&2; exit 3');
  const bad = await make('bad');
  expect([bad.code, bad.stderr]).toEqual([
    1,
    expect.stringContaining('provision.sh of Lab/bad ended with exit code 3: no room'),
  ]);
  expect(bad.stderr).toMatch(/of-script was not made; what the script wrote is in \S+of-script\.log/);
  await withScript('slow', 'sleep 600');
  const slow = await make('slow', '--var', 'provision_timeout=2');
  expect([slow.code, slow.stderr]).toEqual([
    1,
    expect.stringContaining('took more than 2 s, and was ended on the node'),
  ]);
  await withScript('flood', 'head -c 9000000 /dev/zero | tr "\\\\0" x; exit 1');
  expect((await make('flood')).code).toBe(1);
  expect(await isThere()).toBe(false);
  expect(await left()).toBe('');
});

const disks = () => inHost(host, 'sh', '-c', `ls ${DIR}`);
const reserved = async () => (await desk.run('node', 'run', host.name, '--', 'ls', '.cache/drover/making')).stdout;
const isFree = async () => !(await reserved()).includes('of-script');

it('F-154 F-157 what a script makes goes when the script fails, hangs or loses its link', async () => {
  await inHost(host, 'sh', '-c', `rm -rf ${DIR}; mkdir ${DIR}`);
  const vm = '{ memory: 128, numcpus: 1, disk: [{ volume: $DIR/$VM_NAME.qcow2, format: qcow2 }] }';
  const create = 'create_disk "$DIR/$VM_NAME.qcow2" 8 qcow2; log_msg made';
  const flags = ['vm', 'create', 'of-script', '-C', host.name, '--no-start', '--virtualization', 'qemu', '--template'];
  await withScript('disk-bad', `${create}; exit 3`, vm, WITH_FUNCTIONS);
  expect(await desk.run(...flags, 'disk-bad')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('exit code 3'),
  });
  expect([await disks(), await isFree()]).toEqual(['', true]);

  await withScript('disk-hangs', `${create}; sleep 600`, vm, WITH_FUNCTIONS);
  const hung = await desk.run(...flags, 'disk-hangs', '--var', 'provision_timeout=2');
  expect([hung.code, hung.stderr]).toEqual([1, expect.stringContaining('took more than 2 s')]);
  expect([await disks(), await isFree()]).toEqual(['', true]);

  await withScript('disk-cut', `${create}; sleep 600`, vm, WITH_FUNCTIONS);
  const cut = desk.run(...flags, 'disk-cut');
  await until('the script has made its disk', PATIENCE_MS, async () => (await disks()) !== '');
  // what runs in a login lives on
  await inHost(host, 'sh', '-c', 'pkill -KILL -P "$(cat /run/sshd.pid)"');
  const { code, stderr } = await cut;
  expect([code, stderr]).toEqual([1, expect.stringMatching(/provision\.sh of Lab\/disk-cut: .*\S+of-script\.log/s)]);
  await until('what the script made is gone', PATIENCE_MS, async () => (await disks()) === '' && (await isFree()));
  // Its files are there still, since the link was gone; they go as the message says.
  const [, command = ''] = /: drover node run host3 -- '([^']*)' removes it/.exec(stderr) ?? [];
  expect(await desk.run('node', 'run', host.name, '--', command)).toMatchObject({ code: 0 });
  expect(await left()).toBe('');
  await inHost(host, 'sh', '-c', `rm -rf ${DIR}`);
});
