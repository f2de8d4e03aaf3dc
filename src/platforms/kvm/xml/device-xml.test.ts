import { describe, expect, it } from 'vitest';
import { readXml } from '../../transport/xml.ts';
import { newDisk, newNic, readDevices, withMedium, withPlug } from './device-xml.ts';
import { hasNoFreePort } from './free-ports.ts';
import { element, writeElement } from './write-element.ts';

const again = async (xml: string) => writeElement(await readXml(xml));

describe('an element that is written again', () => {
  it('keeps what drover knows nothing of', async () => {
    const xml =
      '<disk type="file" rawio="yes"><driver name="qemu" iothread="2"><metadata_cache><max_size unit="bytes">5</max_size></metadata_cache></driver><serial> a &amp; b </serial><later:on xmlns:later="x"/></disk>';
    expect(await again(xml)).toBe(xml.replace('<later:on', '<on'));
  });

  it('has the same words in its attributes and texts for the next reader', async () => {
    const words = 'a"b<c>&d\'e\n\tf';
    const written = writeElement(element('source', { file: words }));
    expect((await readXml(written)).attributes['file']).toBe(words);
    expect(written).not.toContain('\n');
    expect((await readXml(writeElement({ ...element('serial'), text: 'x & <y>' }))).text).toBe('x & <y>');
  });
});

const drive = async (more: string) =>
  (
    await readDevices(
      `<domain><devices><disk type='file' device='cdrom'><driver name='qemu' type='raw' cache='none'/>${more}<target dev='sda' bus='sata'/><readonly/><alias name='sata0-0-0'/><address type='drive' unit='0'/></disk></devices></domain>`,
    )
  ).disks[0]?.element ?? element('none');

describe('a drive', () => {
  const iso = { path: '/iso/a&b.iso', format: 'raw', isBlock: false };
  const rest = '<target dev="sda" bus="sata"/><readonly/><alias name="sata0-0-0"/><address type="drive" unit="0"/>';

  it('gets another medium, and keeps its address', async () => {
    const full = await drive(
      "<source file='/iso/old.iso' index='2'/><backingStore type='file'><source file='/old'/></backingStore>",
    );
    expect(writeElement(withMedium(full, iso))).toBe(
      `<disk type="file" device="cdrom"><driver name="qemu" type="raw" cache="none"/>${rest}<source file="/iso/a&amp;b.iso"/></disk>`,
    );
    expect(writeElement(withMedium(full, { path: '/dev/sr0', format: 'raw', isBlock: true }))).toMatch(
      /^<disk type="block" .*<source dev="\/dev\/sr0"\/><\/disk>$/,
    );
  });

  it('is emptied, also one that had a device of the host', async () => {
    const full = { ...(await drive("<source dev='/dev/sr0'/>")), attributes: { type: 'block', device: 'cdrom' } };
    expect(writeElement(withMedium(full, undefined))).toBe(
      `<disk type="file" device="cdrom"><driver name="qemu" type="raw" cache="none"/>${rest}</disk>`,
    );
  });
});

it('writes new disks and NICs with all names escaped', () => {
  const medium = { path: '/d/"a"<b>.img', format: 'raw', isBlock: false };
  expect(writeElement(newDisk(medium, { target: 'vdb', bus: 'virtio', shareable: false, readOnly: false }))).toBe(
    '<disk type="file" device="disk"><driver name="qemu" type="raw"/><source file="/d/&quot;a&quot;&lt;b&gt;.img"/><target dev="vdb" bus="virtio"/></disk>',
  );
  expect(
    writeElement(
      newDisk(
        { ...medium, path: '/dev/vg/a', isBlock: true },
        { target: 'sda', bus: 'scsi', shareable: true, readOnly: false },
      ),
    ),
  ).toBe(
    '<disk type="block" device="disk"><driver name="qemu" type="raw"/><source dev="/dev/vg/a"/><target dev="sda" bus="scsi"/><shareable/></disk>',
  );
  expect(writeElement(newNic({ type: 'network', name: 'a&b' }, 'e1000', '52:54:00:00:00:01'))).toBe(
    '<interface type="network"><mac address="52:54:00:00:00:01"/><source network="a&amp;b"/><model type="e1000"/></interface>',
  );
});

it('plugs a NIC into another network, with nothing of the old one left but what is its own', async () => {
  const { nics } = await readDevices(
    "<domain><devices><interface type='network'><mac address='52:54:00:00:00:01'/><source network='old' portid='7' bridge='virbr0'/><target dev='vnet3'/><model type='virtio'/><filterref filter='clean'/><mtu size='1400'/></interface></devices></domain>",
  );
  const [nic] = nics;
  expect(writeElement(withPlug(nic?.element ?? element('none'), { type: 'bridge', name: 'br0' }))).toBe(
    '<interface type="bridge"><mac address="52:54:00:00:00:01"/><source bridge="br0"/><target dev="vnet3"/><model type="virtio"/><filterref filter="clean"/><mtu size="1400"/></interface>',
  );
});

describe('a machine without free ports', () => {
  const port = (index: number) => `<controller type='pci' index='${index}' model='pcie-root-port'/>`;
  const at = (bus: number) => `<disk><address type='pci' bus='0x0${bus}'/></disk>`;
  const root = "<controller type='pci' index='0' model='pcie-root'/>";
  it.each([
    ['each port has a device', `${root}${port(1)}${port(2)}${at(1)}${at(2)}`, true],
    ['there is no port', root, true],
    ['one is free', `${root}${port(1)}${port(2)}${at(1)}`, false],
    [
      'a bridge has room',
      `${root}${port(1)}${at(1)}<controller type='pci' index='2' model='pcie-to-pci-bridge'/>`,
      false,
    ],
    ['it is no q35', "<controller type='pci' index='0' model='pci-root'/>", false],
    [
      'the only device is on another kind of bus',
      `${root}${port(1)}<disk><address type='drive' bus='0x01'/></disk>`,
      false,
    ],
  ])('is one where %s: %s', async (_what, devices, expected) => {
    expect(hasNoFreePort(await readXml(`<devices>${devices}</devices>`))).toBe(expected);
  });
});
