import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mib } from '../../../units.ts';
import { readDomainXml } from './domain-xml.ts';

const web1 = readFileSync(new URL('../fixtures/domain-web1-running.xml', import.meta.url), 'utf8');

describe('domain XML', () => {
  it('F-213 F-244 reads memory, CPUs, disks and nets of a running guest', async () => {
    expect(await readDomainXml(web1)).toMatchObject({
      memory: mib(128),
      maxMemory: mib(256),
      cpus: 1,
      maxCpus: 2,
      type: 'qemu',
      arch: 'x86_64',
      firmware: 'BIOS',
      hasSerial: true,
      hasAgent: true,
      graphics: ['vnc 127.0.0.1:5900'],
      disks: [
        { target: 'vda', bus: 'virtio', device: 'disk', format: 'qcow2', readOnly: false },
        { target: 'sda', device: 'cdrom', readOnly: true },
      ],
      nics: [{ type: 'network', source: 'default' }],
    });
  });

  it('reads a guest with one of everything as it reads many', async () => {
    const xml = await readDomainXml(`<domain type='kvm'><name>x</name><memory unit='GiB'>2</memory><vcpu>4</vcpu>
      <title>A &amp; B</title><description>two
lines</description><os firmware='efi'><type>hvm</type><nvram>/nvram/x.fd</nvram></os>
      <devices><disk type='volume' device='disk'><source pool='fast' volume='x'/><target dev='vda'/><shareable/></disk>
      <disk type='network' device='disk'><source protocol='rbd' name='pool/x'/><target dev='vdb'/></disk></devices></domain>`);
    expect(xml).toMatchObject({
      memory: mib(2048),
      maxMemory: mib(2048),
      cpus: 4,
      title: 'A & B',
      description: 'two\nlines',
      firmware: 'UEFI',
      nvram: '/nvram/x.fd',
      hasSerial: false,
      nics: [],
    });
    expect(xml.disks.map(({ path, elsewhere }) => [path, elsewhere])).toEqual([
      [undefined, 'fast/x'],
      [undefined, 'rbd:pool/x'],
    ]);
    expect(xml.disks[0]?.shareable).toBe(true);
  });

  it.each([
    ['<html><body>nginx</body></html>', '<html> is not a domain'],
    ['<domain><devices><disk type="file">', 'it broke off half-way'],
    ['<!DOCTYPE d [<!ENTITY e "e">]><domain>&e;</domain>', 'a document type is not allowed'],
    [`<domain><title>${'t'.repeat(4 * 1024 ** 2)}</title></domain>`, 'it is longer than 4194304 characters'],
  ])('refuses %.40s', async (xml, why) => {
    await expect(readDomainXml(xml)).rejects.toThrow(why);
  });

  it('reads the largest arguments that QEMU can have, and a definition of 3 MiB', async () => {
    const disks = Array.from(
      { length: 24 },
      (_, i) => `<disk><source file='/${String(i).padStart(131_071, '0')}'/></disk>`,
    );
    const xml = await readDomainXml(`<domain><devices>${disks.join('')}</devices></domain>`);
    expect(xml.disks).toHaveLength(24);
  });
});
