import { expect, it } from 'vitest';
import { readDocument } from './document.ts';
import { hardwareLines } from './hardware-lines.ts';

const linesOf = async (xml: string) =>
  hardwareLines(await readDocument(`<domain>${xml}</domain>`, 'domain')).map(([label, value]) => `${label}: ${value}`);

it('says what hardware of a guest is set', async () => {
  const xml = `<maxMemory slots='16' unit='KiB'>1048576</maxMemory>
    <memoryBacking><hugepages><page size='2048' unit='KiB'/></hugepages></memoryBacking>
    <cputune><vcpupin vcpu='0' cpuset='0-1'/><vcpupin vcpu='1' cpuset='2'/></cputune>
    <numatune><memory mode='strict' nodeset='0-1'/></numatune>
    <os><kernel>/boot/vmlinuz</kernel><cmdline>quiet</cmdline></os>
    <cpu><topology sockets='1' dies='1' cores='2' threads='2'/><feature policy='require' name='aes'/><feature policy='disable' name='vmx'/>
      <numa><cell id='0' cpus='0-1' memory='98304' unit='KiB'/><cell id='1' cpus='2-3' memory='163840' unit='KiB'/></numa></cpu>
    <devices><filesystem><source dir='/srv'/><target dir='data'/></filesystem><iommu model='intel'/>
      <hostdev type='pci'><source><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source></hostdev>
      <hostdev type='usb'><source><vendor id='0x1'/></source></hostdev></devices>`;
  expect(await linesOf(xml)).toEqual([
    'Topology: 1 sockets, 2 cores, 2 threads',
    'CPU flags: aes require, vmx disable',
    'Pinned: vCPU 0 to 0-1, vCPU 1 to 2',
    'NUMA cells: vCPUs 0-1 with 98304 KiB, vCPUs 2-3 with 163840 KiB',
    'NUMA mode: strict of 0-1',
    'Memory to plug: up to 1048576 KiB in 16 slots',
    'Huge pages: 2048 KiB',
    'Shared folders: /srv as data',
    'Host devices: 0000:01:00.0, usb',
    'IOMMU: intel',
    'Kernel: /boot/vmlinuz quiet',
  ]);
});

it('says nothing of a guest that has only what all have', async () => {
  expect(await linesOf('<os/><cpu mode="host-model"/><devices/>')).toEqual([]);
  expect(await linesOf('<memoryBacking><hugepages/></memoryBacking>')).toEqual(['Huge pages: yes']);
});
