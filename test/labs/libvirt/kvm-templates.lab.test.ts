/** VMs that are made of templates on a real host, as virsh sees them. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Desk, openDesk } from '../../cli/run-drover.ts';
import { host3, removeGuests, site, virsh } from './hosts.ts';

const host = host3;
const VMS = ['of-template', 'of-iso'];

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
