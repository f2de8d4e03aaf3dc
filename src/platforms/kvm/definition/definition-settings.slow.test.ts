import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Settings } from '../../contract.ts';
import { readDocument } from '../xml/document.ts';
import { completeTopology } from './cpu-parts.ts';
import { keysDefined, readDefined, withDefined, withNewDefined } from './definition-settings.ts';

const REAL = readFileSync(new URL('../fixtures/domain-web1-running.xml', import.meta.url), 'utf8');
const read = async (xml: string) => readDefined(await readDocument(xml, 'domain'));
const BARE = '<domain type="qemu"><vcpu current="2">4</vcpu><os><type arch="x86_64">hvm</type></os><devices/></domain>';

describe('settings of a definition', () => {
  it.each<readonly [Settings]>([
    [{ cpu: 'host-model' }],
    [{ cpu: 'qemu64' }],
    [{ 'cpu-flag': [{ name: 'aes', policy: 'disable' }] }],
    [{ pmu: 'off' }],
    [{ sockets: 2, cores: 1, threads: 2, 'max-vcpus': 4 }],
    [{ firmware: 'uefi' }],
    [{ firmware: 'uefi-secure' }],
    [{ kernel: '/boot/vm & linuz', initrd: '/boot/initrd', cmdline: 'quiet' }],
    [{ 'on-poweroff': 'restart', 'on-reboot': 'destroy', 'on-crash': 'preserve' }],
    [{ clock: 'localtime' }],
    [{ tpm: true, rng: true, tablet: true, 'guest-agent': true }],
    [{ graphics: 'spice' }],
    [{ graphics: 'none' }],
    [{ graphics: 'sdl', 'sdl-display': ':0', 'sdl-xauth': '/root/.Xauthority' }],
    [{ 'usb-mouse': true, 'usb-keyboard': true }],
    [{ video: 'virtio' }],
    [{ balloon: false }],
    [{ virtualization: 'kvm' }],
  ])('F-096 F-097 F-098 becomes %j and goes back, and nothing else changes', async (changes) => {
    for (const xml of [REAL, BARE.replace('<devices/>', '<cpu/><devices><memballoon model="virtio"/></devices>')]) {
      const before = await read(xml);
      const { xml: changed } = await withDefined(xml, changes);
      expect(await read(changed)).toEqual({
        ...before,
        ...changes,
        ...(changes['balloon'] === false && { 'memory-reports': 0 }),
      });
      const back = Object.fromEntries(Object.keys(changes).map((key) => [key, before[key] ?? '']));
      const clear = Object.entries(back).filter(
        ([key, value]) => value !== '' || /^(kernel|initrd|cmdline|pmu|sockets|cores|threads|max-vcpus)$/.test(key),
      );
      const again = await withDefined(changed, Object.fromEntries(clear));
      expect(await read(again.xml)).toMatchObject(Object.fromEntries(clear));
    }
  });

  it('leaves a definition alone that is as it was asked for', async () => {
    const now = await read(REAL);
    expect((await withDefined(REAL, now)).xml).toBe(REAL);
  });

  it('F-071 reads a definition that says nothing', async () => {
    expect(await read('<domain/>')).toMatchObject({
      cpu: '',
      sockets: '',
      'max-vcpus': 1,
      firmware: 'bios',
      graphics: 'none',
    });
    expect(await read('<domain/>')).toMatchObject({
      clock: '',
      'on-crash': '',
      balloon: true,
      machine: '',
      'memory-reports': 0,
    });
  });

  it.each<readonly [Settings, string]>([
    [{ cpu: '' }, 'a guest has a CPU'],
    [{ graphics: 'sdl' }, 'a window of SDL is on a display of X, not on ""'],
    [{ graphics: 'sdl', 'sdl-display': ':0', 'sdl-xauth': 'a' }, 'an X authority has a whole path on the host'],
    [{ 'sdl-display': ':0' }, 'only a window of SDL is on a display of X'],
    [{ clock: 'variable' }, 'there is no clock "variable"'],
    [{ 'on-crash': '' }, 'there is no value of on-crash ""'],
    [{ kernel: 'vmlinuz' }, 'a kernel has a whole path on the host'],
    [{ cmdline: 'a\nb' }, 'the command line of a kernel is one line'],
    [{ sockets: 3, 'max-vcpus': 4 }, "3 sockets don't make 4 vCPUs"],
    [{ 'cpu-flag': [{ name: 'a b' }] }, '"a b" is no flag of a CPU'],
  ])('F-098 refuses %j', async (changes, why) => {
    await expect(withDefined(REAL, changes)).rejects.toMatchObject({
      code: 'op.refused',
      message: expect.stringContaining(why),
    });
  });

  it('F-110 has a window of SDL, and no server beside it, and devices on USB beside those on PS/2', async () => {
    const ps2 = BARE.replace('<devices/>', '<devices><input type="mouse" bus="ps2"/><graphics type="vnc"/></devices>');
    expect(await read(ps2)).toMatchObject({ 'usb-mouse': false, 'sdl-display': '' });
    const { xml } = await withDefined(ps2, { graphics: 'sdl', 'sdl-display': ':1', 'usb-mouse': true });
    expect(xml).toContain('<graphics type="sdl" display=":1"/>');
    expect(xml).not.toContain('vnc');
    const { xml: moved } = await withDefined(xml, { 'sdl-display': ':2', 'usb-mouse': false });
    expect(moved).toContain('<input type="mouse" bus="ps2"/><graphics type="sdl" display=":2"/>');
    const { xml: back } = await withDefined(moved, { graphics: 'vnc' });
    expect(await read(back)).toMatchObject({ graphics: 'vnc', 'sdl-display': '' });
  });

  it('takes what only spice has away with its screen, and warns of what is lost', async () => {
    const spice = (await withDefined(REAL, { graphics: 'spice', tpm: true })).xml;
    expect(spice).toContain('spicevmc');
    const { xml, warnings } = await withDefined(spice, { graphics: 'vnc', tpm: false });
    expect(xml).not.toContain('spicevmc');
    expect(warnings.map(({ feature }) => feature)).toEqual(['tpm']);
  });

  it('names the UEFI variables that stay', async () => {
    const uefi = BARE.replace('<os>', '<os firmware="efi"><loader>/OVMF.fd</loader><nvram>/vars.fd</nvram>');
    const { xml, warnings } = await withDefined(uefi, { firmware: 'bios' });
    expect(await read(xml)).toMatchObject({ firmware: 'bios' });
    expect(warnings.map(({ detail }) => detail).join()).toContain('/vars.fd');
  });

  it('keeps as many vCPUs in use as there is room for', async () => {
    const few = await withDefined(BARE, { sockets: 1, cores: 1, threads: 1, 'max-vcpus': 1 });
    expect(few.xml).toContain('<vcpu>1</vcpu>');
    const many = await withDefined(BARE, { sockets: 1, cores: 4, threads: 2, 'max-vcpus': 8 });
    expect(many.xml).toContain('<vcpu current="2">8</vcpu>');
  });
});

describe('a topology', () => {
  const none = { sockets: '', cores: '', threads: '', 'max-vcpus': 2 };
  const two = { sockets: 1, cores: 2, threads: 1, 'max-vcpus': 2 };
  it.each<readonly [Settings, Settings, Settings]>([
    [{ sockets: 2, cores: 2 }, none, { sockets: 2, cores: 2, 'max-vcpus': 4 }],
    [{ sockets: 2 }, none, { sockets: 2 }],
    [{ 'max-vcpus': 4 }, none, { 'max-vcpus': 4 }],
    [{ 'max-vcpus': 4 }, two, { 'max-vcpus': 4, sockets: '' }],
    [{ threads: 2 }, two, { threads: 2, 'max-vcpus': 4 }],
    [{ sockets: '', cores: '', threads: '' }, two, { sockets: '', cores: '', threads: '' }],
    [{ memory: 5 }, two, { memory: 5 }],
  ])('%j of %j comes to %j', (asked, now, all) => expect(completeTopology(asked, now)).toEqual(all));

  it('is given whole, or not at all', () => {
    expect(() => completeTopology({ cores: '' }, two)).toThrow('cores is left open');
  });

  it('takes the number of vCPUs into the definition', () => {
    expect(keysDefined({ 'max-vcpus': 4, vcpus: 1 }, two)).toEqual(['max-vcpus']);
    expect(keysDefined({ 'max-vcpus': 4, clock: 'utc' }, none)).toEqual(['clock']);
  });
});

it('F-076 gives a new guest what was asked for, and leaves the rest to libvirt', async () => {
  const made = '<domain><devices><input type="tablet" bus="usb"/><memballoon model="virtio"/></devices></domain>';
  const asked = {
    clock: 'localtime',
    'on-crash': 'restart',
    video: '',
    tablet: false,
    'usb-mouse': false,
    'usb-keyboard': true,
    balloon: true,
    'memory-reports': 9,
  };
  const xml = await withNewDefined(made, { ...asked, cpu: '', kernel: '' });
  expect(await read(xml)).toMatchObject({
    clock: 'localtime',
    'on-crash': 'restart',
    tablet: false,
    'usb-mouse': false,
    'usb-keyboard': true,
    'memory-reports': 9,
  });
  expect(xml).not.toContain('<video>');
});
