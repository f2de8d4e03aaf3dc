import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mib } from '../../units.ts';
import { readDomainXml } from './domain-xml.ts';

const web1 = readFileSync(new URL('./fixtures/domain-web1-running.xml', import.meta.url), 'utf8');

describe('domain XML', () => {
  it('F-213 F-244 reads memory, CPUs, disks and nets of a running guest', () => {
    expect(readDomainXml(web1)).toMatchObject({
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

  it('reads a guest with one of everything as it reads many', () => {
    const xml = readDomainXml(`<domain type='kvm'><name>x</name><memory unit='GiB'>2</memory><vcpu>4</vcpu>
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

  it('refuses what is no domain', () => {
    expect(() => readDomainXml('<html><body>nginx</body></html>')).toThrow('not a domain');
  });
});
