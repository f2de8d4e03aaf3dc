import { beforeAll, describe, expect, it } from 'vitest';
import { gib } from '../../units.ts';
import { readXml, type XmlElement } from '../transport/xml.ts';
import { readDevices } from './devices.ts';
import { readObject } from './properties.ts';
import { readSnapshots } from './snapshots.ts';
import { fixture } from './testkit/fixture.ts';

let values: ReadonlyMap<string, XmlElement>;

beforeAll(async () => {
  await readXml(fixture('devices.xml'), {
    take(element) {
      if (element.name === 'objects') ({ values } = readObject(element));
      return false;
    },
  });
});

describe('devices of a VM', () => {
  it('are its disks and cards, with the bus they hang on', () => {
    const { disks, nics } = readDevices(values.get('config.hardware.device'));
    expect(disks).toEqual([
      expect.objectContaining({
        label: 'disk-202-0',
        path: expect.stringMatching(/^\[LocalDS_0\] .*\.vmdk$/),
        size: gib(10),
        format: 'thin',
        bus: 'scsi',
        readOnly: false,
      }),
    ]);
    expect(nics).toEqual([
      expect.objectContaining({
        label: 'ethernet-0',
        type: 'e1000',
        mac: expect.stringMatching(/^00:0c:29:/),
        portgroup: expect.stringMatching(/^dvportgroup-/),
      }),
    ]);
  });

  it('name the layers below a disk, an image in a drive, and a mapped LUN', async () => {
    const { disks } = readDevices(
      await readXml(`<val xmlns:t="xsi">
        <VirtualDevice t:type="VirtualDisk"><key>1</key><backing t:type="VirtualDiskFlatVer2BackingInfo"><fileName>[a] w/2.vmdk</fileName>
          <parent><fileName>[a] w/1.vmdk</fileName><parent><fileName>[a] base/0.vmdk</fileName></parent></parent></backing><capacityInKB>1024</capacityInKB></VirtualDevice>
        <VirtualDevice t:type="VirtualDisk"><key>2</key><backing t:type="VirtualDiskRawDiskMappingVer1BackingInfo"><fileName>[a] w/r.vmdk</fileName></backing></VirtualDevice>
        <VirtualDevice t:type="VirtualCdrom"><key>3</key><backing t:type="VirtualCdromIsoBackingInfo"><fileName>[iso] d.iso</fileName></backing></VirtualDevice>
        <VirtualDevice t:type="VirtualCdrom"><key>4</key><backing t:type="VirtualCdromRemotePassthroughBackingInfo"/></VirtualDevice>
      </val>`),
    );
    expect(disks.map(({ path, format, readOnly, below }) => [path, format, readOnly, below])).toEqual([
      ['[a] w/2.vmdk', 'thick', false, ['[a] w/1.vmdk', '[a] base/0.vmdk']],
      ['[a] w/r.vmdk', 'rdm', false, []],
      ['[iso] d.iso', 'iso', true, []],
    ]);
  });

  it('come with the tree of its snapshots', () => {
    expect(readSnapshots(values.get('snapshot'))).toEqual([
      expect.objectContaining({ name: 'installed', parent: undefined, current: false }),
      expect.objectContaining({ name: 'before upgrade', current: true }),
    ]);
    expect(readSnapshots(undefined)).toEqual([]);
  });
});
