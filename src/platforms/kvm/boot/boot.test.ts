import { describe, expect, it } from 'vitest';
import { FleetError } from '../../../errors.ts';
import { VIR_ERR } from '../rpc/errors.ts';
import { procedures } from '../rpc/protocol.ts';
import { type FileWords, guestWithFiles } from '../testkit/guest-with-files.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';
import { editXml } from '../xml/edit-xml.ts';
import type { BootDevice } from './boot-device.ts';
import { setFirstBoot } from './boot-xml.ts';
import { readBoot, setBoot, setNextBoot, switchBoot } from './next-boot.ts';

const DEVICES = {
  disk: (order = '') => `<disk device='disk'><x/>${order}</disk>`,
  cdrom: (order = '') => `<disk device='cdrom'>${order}</disk>`,
  network: (order = '') => `<interface type='network'>${order}</interface>`,
  host: (order = '') => `<hostdev>${order}</hostdev>`,
};
const order = (number: number, more = '') => `<boot order='${number}'${more}/>`;
const ALL = DEVICES.disk() + DEVICES.cdrom() + DEVICES.network();
const xmlOf = (os: string, devices = ALL, more = '') =>
  `<domain>${more}<os><type>hvm</type>${os}<odd/></os><devices>${devices}</devices></domain>`;
const [HD, CD, NET] = ["<boot dev='hd'/>", "<boot dev='cdrom'/>", "<boot dev='network'/>"];

describe('what a guest starts from', () => {
  it.each<[string, string | undefined, string]>([
    ['the first of its kinds', 'cdrom', xmlOf(CD + HD)],
    ['its disk', 'disk', xmlOf(HD)],
    ['a floppy', undefined, xmlOf("<boot dev='fd'/>")],
    ['nothing that is said', undefined, xmlOf('')],
    ['the device with the lowest order', 'network', xmlOf('', DEVICES.disk(order(12)) + DEVICES.network(order(2)))],
    ['a device of its host', undefined, xmlOf('', DEVICES.host(order(1)) + DEVICES.disk(order(2)))],
    ['a disk that says no kind', 'disk', xmlOf('', `<disk>${order(1)}</disk>`)],
  ])('is %s', async (_what, boot, xml) => {
    expect(await readBoot(xml)).toEqual({ ...(boot === undefined ? {} : { boot }), 'next-boot': null });
  });

  it.each<[string, BootDevice, string, string]>([
    [
      'one before another',
      'cdrom',
      xmlOf(HD + NET + CD),
      xmlOf("<boot dev='cdrom'/><boot dev='hd'/><boot dev='network'/>"),
    ],
    ['one that is first', 'disk', xmlOf(HD + CD), xmlOf(HD + CD)],
    ['one that was none', 'network', xmlOf(HD), xmlOf(HD).replace('<os>', '<os><boot dev="network"/>')],
    [
      'an order of devices',
      'cdrom',
      xmlOf('', DEVICES.disk(order(3)) + DEVICES.cdrom(order(7, " loadparm='A'")) + DEVICES.host(order(5))),
      xmlOf('', DEVICES.disk(order(2)) + DEVICES.cdrom(order(1, " loadparm='A'")) + DEVICES.host(order(3))),
    ],
    [
      'a device that had no order',
      'network',
      xmlOf('', DEVICES.disk(order(1)) + DEVICES.network() + DEVICES.network()),
      xmlOf('', DEVICES.disk(order(2)) + DEVICES.network('<boot order="1"/>') + DEVICES.network()),
    ],
  ])('is set: %s', async (_what, kind, before, after) => {
    const editor = await editXml(before, 'domain');
    setFirstBoot(editor, 'web1', kind);
    expect(editor.text().replaceAll('"', "'")).toBe(after.replaceAll('"', "'"));
  });

  it.each<[string, string, string]>([
    ['has no such device', xmlOf(HD, DEVICES.disk()), 'web1 has no CD drive that it could start from'],
    [
      'starts from a kernel alone',
      xmlOf(HD).replace('hvm', 'linux'),
      'web1 is no fully virtualized guest: it starts from a kernel alone',
    ],
  ])('is refused for a guest that %s', async (_what, xml, message) => {
    const editor = await editXml(xml, 'domain');
    expect(() => setFirstBoot(editor, 'web1', 'cdrom')).toThrow(message);
  });
});

describe('the settings', () => {
  it('define the guest with its passwords, and say that a kernel comes first', async () => {
    const guest = guestWithFiles({ xml: xmlOf(HD), whole: xmlOf(HD, ALL, '<secret/>') });
    expect(await setBoot(guest.call, 'cdrom')).toBeUndefined();
    expect(guest.sent).toEqual([['define', expect.stringContaining('<secret/>'), 1]]);
    const kernel = guestWithFiles({ xml: xmlOf(`<kernel>/k</kernel>${HD}`) });
    expect(await setBoot(kernel.call, 'cdrom')).toMatchObject({ feature: 'boot' });
    await expect(setBoot(guest.call, '')).rejects.toMatchObject({ code: 'op.refused' });
    await expect(setBoot(guestWithFiles({ transient: true }).call, 'disk')).rejects.toMatchObject({
      code: 'op.conflict',
    });
  });

  it('keep what comes after the first start in an element of drover, in the saved definition', async () => {
    const { call, sent } = guestWithFiles({ xml: xmlOf(HD) });
    await setNextBoot(call, 'cdrom');
    await setNextBoot(call, null);
    expect(sent).toEqual([
      ['metadata', '<next boot="cdrom"/>', 'drover', 'urn:drover', 2],
      ['metadata', undefined, 'drover', 'urn:drover', 2],
    ]);
    const bare = guestWithFiles({ xml: xmlOf(HD, DEVICES.disk()) });
    await expect(setNextBoot(bare.call, 'network')).rejects.toMatchObject({ code: 'op.refused' });
    const kept =
      '<metadata><next xmlns="urn:other" boot="disk"/><d:next xmlns:d="urn:drover" boot="network"/></metadata>';
    expect(await readBoot(xmlOf(HD, ALL, kept))).toEqual({ boot: 'disk', 'next-boot': 'network' });
  });
});

describe('after its first start', () => {
  const NEXT = '<metadata><o:kept xmlns:o="o"/><drover:next xmlns:drover="urn:drover" boot="disk"/></metadata>';
  const set = (words: FileWords = {}) => {
    const guest = guestWithFiles({ state: 1, xml: xmlOf(CD + HD, ALL, NEXT), ...words });
    guest.answer(procedures.domainMetadata, () => '<next boot="disk"/>');
    return guest;
  };

  it('F-046 a guest starts from what was chosen for it, in one change', async () => {
    const { call, sent } = set();
    expect(await switchBoot(call)).toEqual([]);
    const after =
      '<domain><metadata><o:kept xmlns:o="o"/></metadata><os><type>hvm</type><boot dev="hd"/><boot dev="cdrom"/><odd/></os>';
    expect(sent).toEqual([['define', expect.stringContaining(after), 1]]);
  });

  it.each([
    ['nothing was chosen', VIR_ERR.noMetadata],
    ['it has no saved definition', VIR_ERR.operationInvalid],
    ['its driver keeps no metadata', VIR_ERR.noSupport],
  ])('nothing is done where %s', async (_what, number) => {
    const { call, sent, answer } = set();
    answer(procedures.domainMetadata, () => {
      throw libvirtNo(number);
    });
    expect(await switchBoot(call)).toEqual([]);
    expect(sent).toEqual([]);
  });

  it('a failure is a warning that names what is left', async () => {
    const warning = (detail: string) => [{ feature: 'next-boot', detail: `web1 has started, but ${detail}` }];
    const refused = set();
    refused.answer(procedures.define, () => {
      throw libvirtNo(VIR_ERR.operationFailed, 'disk full');
    });
    expect(await switchBoot(refused.call)).toEqual(
      warning('it still starts from what it did (disk full): set boot to disk and next-boot to none'),
    );
    const lost = set();
    lost.answer(procedures.domainMetadata, () => {
      throw new FleetError('host.unreachable', 'cut off');
    });
    expect(await switchBoot(lost.call)).toEqual(
      warning('it could not be read what it is to start from the next time: cut off'),
    );
    const fallen = set({ state: 5 });
    expect(await switchBoot(fallen.call)).toEqual(warning('does not run: boot is not disk yet'));
    expect(fallen.sent).toEqual([]);
  });
});
