import { beforeAll, describe, expect, it } from 'vitest';
import { endpointName, vmId } from '../../ids.ts';
import { gib, mib } from '../../units.ts';
import { readXml, type XmlElement } from '../transport/xml.ts';
import { readDevices } from './devices.ts';
import { readObject } from './properties.ts';
import { readSnapshots } from './snapshot/snapshots.ts';
import { fixture } from './testkit/fixture.ts';

const VM = vmId(endpointName('vc'), 'vm-1');

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
    expect(disks).toMatchObject([
      { key: '203', label: 'cdrom-203', path: '', format: 'iso', bus: 'scsi', readOnly: true },
      {
        key: '204',
        label: 'disk-202-0',
        path: '[LocalDS_0] DC0_C0_RP0_VM0/disk1.vmdk',
        size: gib(10),
        format: 'thin',
        bus: 'scsi',
        readOnly: false,
        below: [],
      },
    ]);
    expect(nics).toMatchObject([
      {
        key: '4000',
        label: 'ethernet-0',
        type: 'e1000',
        mac: '00:0c:29:35:32:37',
        network: undefined,
        portgroup: 'dvportgroup-12',
      },
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
      ['', 'iso', true, []],
    ]);
  });

  it.each([
    ['VirtualLsiLogicController', 'scsi'],
    ['VirtualBusLogicController', 'scsi'],
    ['VirtualLsiLogicSASController', 'scsi'],
    ['ParaVirtualSCSIController', 'scsi'],
    ['VirtualNVMEController', 'nvme'],
    ['VirtualAHCIController', 'ahci'],
    ['VirtualSATAController', 'sata'],
    ['VirtualIDEController', 'ide'],
    ['VirtualUSBXHCIController', 'usb'],
    ['VirtualSIOController', 'disk'],
  ])('hang on a %s as on %s, disks and drives alike', async (controller, bus) => {
    const device = (kind: string) =>
      `<VirtualDevice t:type="${kind}"><key>7</key><controllerKey>1</controllerKey><backing><fileName>[a] f</fileName></backing></VirtualDevice>`;
    const { disks } = readDevices(
      await readXml(
        `<val xmlns:t="xsi"><VirtualDevice t:type="${controller}"><key>1</key></VirtualDevice>${device('VirtualDisk')}${device('VirtualCdrom')}</val>`,
      ),
    );
    expect(disks.map((disk) => disk.bus)).toEqual([bus, bus]);
  });

  it('are reported with what there is of them', async () => {
    const { disks, nics } = readDevices(
      await readXml(`<val xmlns:t="xsi">
        <VirtualDevice t:type="VirtualDisk"><backing t:type="VirtualDiskSparseVer2BackingInfo"/><capacityInKB>2048</capacityInKB></VirtualDevice>
        <VirtualDevice t:type="VirtualDisk"><key>5</key><backing><thinProvisioned>false</thinProvisioned></backing></VirtualDevice>
        <VirtualDevice t:type="VirtualCdrom"><key>6</key><deviceInfo><label>CD 1</label></deviceInfo><backing><fileName>[i] x</fileName></backing></VirtualDevice>
        <VirtualDevice t:type="VirtualCdrom"><key>7</key><backing><fileName></fileName></backing></VirtualDevice>
        <VirtualDevice><macAddress></macAddress><backing><deviceName>LAN</deviceName></backing></VirtualDevice>
      </val>`),
    );
    const plain = { path: '', bus: 'disk', readOnly: false, below: [] };
    expect(disks).toMatchObject([
      { ...plain, label: '', size: mib(2), format: 'thin' },
      { ...plain, label: '5', size: undefined, format: 'thick' },
      { ...plain, label: 'CD 1', path: '[i] x', size: undefined, format: 'iso', readOnly: true },
      { ...plain, label: '7', path: '', size: undefined, format: 'iso', readOnly: true },
    ]);
    expect(nics).toMatchObject([{ key: '', label: '', mac: '', type: '', network: 'LAN', portgroup: undefined }]);
    expect(readDevices(undefined)).toEqual({ disks: [], nics: [] });
  });

  it('come with the tree of its snapshots', () => {
    const one = { memory: false, external: true, description: undefined };
    const made = Date.UTC(2026, 10, 21, 13, 21, 29);
    expect(readSnapshots(VM, values)).toEqual([
      { ...one, id: `${VM}#snapshot-4999`, name: 'installed', parent: undefined, current: false, created: made + 854 },
      {
        ...one,
        id: `${VM}#snapshot-5001`,
        name: 'before upgrade',
        parent: `${VM}#snapshot-4999`,
        current: true,
        created: made + 875,
      },
    ]);
    expect(readSnapshots(VM, new Map())).toEqual([]);
  });
});
