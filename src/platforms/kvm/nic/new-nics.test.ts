import { describe, expect, it } from 'vitest';
import type { Settings } from '../../contract.ts';
import type { BootDevice } from '../boot/boot-device.ts';
import { readSpec } from '../make/spec.ts';
import { nicXml, type Plug, readNicOptions } from './nic-options.ts';
import { placesOf, withNics } from './nic-plugs.ts';

const written = (row: Settings, plug: Plug, model = 'virtio') =>
  nicXml({ model, mac: '', plug, options: readNicOptions(row, model) }, 0);
const network: Plug = { type: 'network', name: 'lan' };

describe('a NIC of a new VM', () => {
  it.each<readonly [Settings, Plug, string]>([
    [{}, network, '<interface type="network"><source network="lan"/><model type="virtio"/></interface>'],
    [{ kind: 'bridge' }, { type: 'bridge', name: 'br0' }, '<interface type="bridge"><source bridge="br0"/>'],
    [
      { kind: 'openvswitch', vlan: 7 },
      { type: 'bridge', name: 'br0' },
      '<source bridge="br0"/><vlan><tag id="7"/></vlan><virtualport type="openvswitch"/>',
    ],
    [
      { kind: 'macvtap' },
      { type: 'direct', name: 'eth0' },
      '<interface type="direct"><source dev="eth0" mode="bridge"/><model type="virtio"/></interface>',
    ],
    [
      { kind: 'hostdev', network: '3b:10.1', vlan: 9 },
      { type: 'hostdev', name: '3b:10.1' },
      '<interface type="hostdev" managed="yes"><source><address type="pci" domain="0x0000" bus="0x3b" slot="0x10" function="0x1"/></source><vlan><tag id="9"/></vlan></interface>',
    ],
    [{ kind: 'user' }, { type: 'user', name: '' }, '<interface type="user"><model type="virtio"/></interface>'],
    [{ driver: 'vhost', queues: 8 }, network, '<driver name="vhost" queues="8"/>'],
    [{ mtu: 9000 }, network, '<mtu size="9000"/>'],
    [{ filter: 'a&b' }, network, '<filterref filter="a&amp;b"/>'],
    [{ unplugged: true }, network, '<link state="down"/>'],
    [
      { 'in-average': 1000, 'in-peak': 2000, 'in-burst': 512, 'out-average': 10 },
      network,
      '<bandwidth><inbound average="1000" peak="2000" burst="512"/><outbound average="10"/></bandwidth>',
    ],
  ])('F-279 with %j is plugged into %j', (row, plug, said) => expect(written(row, plug)).toContain(said));

  it.each<readonly [Settings, string]>([
    [{ kind: 'wifi' }, 'there is no kind of NIC "wifi"'],
    [{ model: 'e1000', queues: 2 }, 'a driver and queues of their own have NICs of the model virtio alone'],
    [{ model: 'e1000', driver: 'vhost' }, 'a driver and queues of their own have NICs of the model virtio alone'],
    [{ kind: 'hostdev', network: '00:02.0', queues: 2 }, 'a driver and queues of their own'],
    [{ kind: 'user', queues: 2 }, 'the network of QEMU has one queue'],
    [{ queues: 257 }, 'a NIC has 1 to 256 queues'],
    [{ mtu: 67 }, 'an MTU is 68 to 65521'],
    [{ kind: 'macvtap', mtu: 1400 }, 'a NIC of the kind macvtap has the MTU of what it is'],
    [{ vlan: 4095 }, 'the tag of a VLAN is 1 to 4094'],
    [{ kind: 'bridge', vlan: 2 }, 'no VLAN can be tagged on a NIC of the kind bridge'],
    [{ kind: 'macvtap', filter: 'x' }, 'packets of a NIC of the kind macvtap go past the filters of its host'],
    [{ filter: 'a\u0007' }, "has characters that libvirt can't keep"],
    [{ kind: 'openvswitch', filter: 'x' }, 'packets of a NIC of the kind openvswitch go past the filters'],
    [{ kind: 'user', 'in-average': 5 }, "the bandwidth of a NIC of the kind user can't be limited"],
    [{ 'out-peak': 5 }, 'out-peak and out-burst need out-average'],
    [{ 'in-average': 5, 'in-peak': 4 }, 'in-peak is less than in-average'],
    [{ kind: 'hostdev', network: '00:02.0', unplugged: true }, 'a device of the host has no cable'],
    [{ kind: 'hostdev', network: 'eth0' }, '"eth0" is no address of a PCI device'],
    [{ network: '' }, 'a NIC without a network'],
  ])('is refused with %j: %s', (row, said) => {
    const nic = [{ network: 'lan', ...row }];
    expect(() => readSpec({ name: 'web1', nic })).toThrow(
      expect.objectContaining({ code: 'op.refused', message: expect.stringContaining(said) }),
    );
  });

  it.each<readonly [readonly BootDevice[], readonly (number | undefined)[], readonly BootDevice[], readonly number[]]>([
    [['disk'], [undefined, undefined], ['disk'], [0, 0]],
    [
      ['network', 'disk'],
      [undefined, undefined],
      ['network', 'disk'],
      [1, 0],
    ],
    [
      ['network', 'disk'],
      [2, undefined, 1],
      ['network', 'network', 'disk'],
      [2, 0, 1],
    ],
    [
      ['disk', 'cdrom'],
      [undefined, 5],
      ['disk', 'cdrom', 'network'],
      [0, 3],
    ],
  ])('is one of those that the VM starts from: %j with %j', (order, wanted, all, places) => {
    const nics = wanted.map((one) => ({
      options: readNicOptions(one === undefined ? {} : { 'boot-order': one }, 'virtio'),
    }));
    expect(withNics(order, nics)).toEqual(all);
    expect(placesOf(all, nics)).toEqual(places);
  });
});
