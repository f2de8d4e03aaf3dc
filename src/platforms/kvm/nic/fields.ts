/** What can be said of the NICs of a new VM here, beyond what all platforms take. */
import type { Field, ListField, SettingsField } from '../../contract.ts';
import { choice, count, flag, text, withItems } from '../../lib/field-kinds.ts';

/**
 * `network`: one of libvirt's, else a bridge of the host. `macvtap` goes past the host by an interface of it, `openvswitch` is a
 * bridge of Open vSwitch, `hostdev` a PCI device that becomes the NIC, `user` QEMU's own network.
 */
export const NIC_KINDS = ['network', 'bridge', 'openvswitch', 'macvtap', 'hostdev', 'user'] as const;
export const NIC_DRIVERS = ['vhost', 'qemu'] as const;

const MOST_RATE = 2 ** 31 - 1;
const NIC: readonly Field[] = [
  choice(
    'kind',
    'Kind',
    'What the network is; left empty, one of libvirt, or a bridge of the host of this name.',
    NIC_KINDS,
  ),
  choice('driver', 'Driver', 'Who moves its packets: the kernel of the host, or QEMU.', NIC_DRIVERS),
  count('queues', 'Queues', 'How many vCPUs can move its packets at once; of virtio alone.', 1, 256),
  count('mtu', 'MTU', 'Largest packet; left empty, that of the network.', 68, 65_521),
  count('vlan', 'VLAN', 'Tag of its packets, where the network takes one: Open vSwitch, SR-IOV.', 1, 4094),
  text('filter', 'Filter', 'Network filter of libvirt.', { examples: ['clean-traffic'] }),
  flag('unplugged', 'Unplugged', 'Its cable is not plugged in.'),
  count(
    'boot-order',
    'Boot order',
    'In which NICs are tried when it starts from the network; left empty, the first.',
    1,
    99,
  ),
  ...(['in', 'out'] as const).flatMap((way) => [
    count(
      `${way}-average`,
      `Rate ${way}`,
      `What it may ${way === 'in' ? 'receive' : 'send'}, in KiB a second.`,
      1,
      MOST_RATE,
    ),
    count(`${way}-peak`, `Peak ${way}`, 'For a short time, in KiB a second.', 1, MOST_RATE),
    count(`${way}-burst`, `Burst ${way}`, 'How much at that rate, in KiB.', 1, MOST_RATE),
  ]),
];

export const withNicOptions = (field: ListField & SettingsField): SettingsField =>
  withItems({ ...field, item: field.item.map(notRequired) }, NIC);
/** QEMU's own network has no name: a NIC without one is refused where it needs it. */
const notRequired = (one: Field): Field => ({ ...one, required: false });
