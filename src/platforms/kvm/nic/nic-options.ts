/** What a NIC of a new VM is plugged into, and how: https://libvirt.org/formatdomain.html#network-interfaces */
import type { Settings } from '../../contract.ts';
import { numberIn, oneOf, refused, textIn } from '../../lib/spec-values.ts';
import { escapeXml } from '../../transport/xml.ts';
import { pciWords, readPci } from '../hardware/devices.ts';
import { refuseUnwritable } from '../metadata/texts.ts';
import { NIC_DRIVERS, NIC_KINDS } from './fields.ts';

export interface NicOptions {
  readonly kind: (typeof NIC_KINDS)[number];
  readonly driver: string;
  readonly queues: number | undefined;
  readonly mtu: number | undefined;
  readonly vlan: number | undefined;
  /** A network filter of libvirt. */
  readonly filter: string;
  readonly isUnplugged: boolean;
  /** In which it is tried when the VM starts; undefined is not at all, but for the first NIC. */
  readonly order: number | undefined;
  readonly inbound: Rate | undefined;
  readonly outbound: Rate | undefined;
}

/** KiB a second, and KiB. */
export interface Rate {
  readonly average: number;
  readonly peak: number | undefined;
  readonly burst: number | undefined;
}

/** What Linux takes of a tap device; QEMU has no more queues. */
const MOST_QUEUES = 256;
/** Kinds that go through a tap device which libvirt makes. */
const TAPS: ReadonlySet<string> = new Set(['network', 'bridge', 'openvswitch']);
const MTU = { least: 68, most: 65_521 };

/** Throws op.refused for options that don't go together. */
export function readNicOptions(row: Settings, model: string): NicOptions {
  const kind = oneOf(NIC_KINDS, textIn(row, 'kind') || 'network', 'kind of NIC');
  const [queues, mtu, vlan, filter] = [
    numberIn(row, 'queues'),
    numberIn(row, 'mtu'),
    numberIn(row, 'vlan'),
    textIn(row, 'filter'),
  ];
  const driver = oneOf(['', ...NIC_DRIVERS], textIn(row, 'driver'), 'driver of NICs');
  const options: NicOptions = {
    kind,
    driver,
    queues,
    mtu,
    vlan,
    filter,
    isUnplugged: row['unplugged'] === true,
    order: numberIn(row, 'boot-order'),
    inbound: readRate(row, 'in'),
    outbound: readRate(row, 'out'),
  };
  const [isTap, isDevice] = [TAPS.has(kind), kind === 'hostdev'];
  if (isDevice) readPci(textIn(row, 'network'));
  if ((queues !== undefined || driver !== '') && (model !== 'virtio' || isDevice))
    throw refused('a driver and queues of their own have NICs of the model virtio alone');
  if (queues !== undefined && (queues < 1 || queues > MOST_QUEUES || kind === 'user'))
    throw refused(kind === 'user' ? 'the network of QEMU has one queue' : `a NIC has 1 to ${MOST_QUEUES} queues`);
  if (mtu !== undefined && (!isTap || mtu < MTU.least || mtu > MTU.most))
    throw refused(
      isTap ? `an MTU is ${MTU.least} to ${MTU.most}` : `a NIC of the kind ${kind} has the MTU of what it is`,
    );
  if (vlan !== undefined && (vlan < 1 || vlan > 4094)) throw refused('the tag of a VLAN is 1 to 4094');
  if (vlan !== undefined && (kind === 'user' || kind === 'macvtap' || kind === 'bridge'))
    throw refused(
      `no VLAN can be tagged on a NIC of the kind ${kind}`,
      'use openvswitch, or an interface of the host that is in the VLAN',
    );
  if (filter !== '' && (!isTap || kind === 'openvswitch'))
    throw refused(`packets of a NIC of the kind ${kind} go past the filters of its host`);
  refuseUnwritable(filter);
  if ((options.inbound || options.outbound) && !isTap && kind !== 'macvtap')
    throw refused(`the bandwidth of a NIC of the kind ${kind} can't be limited`);
  if (options.isUnplugged && isDevice) throw refused('a device of the host has no cable that can be pulled here');
  return options;
}

function readRate(row: Settings, way: 'in' | 'out'): Rate | undefined {
  const [average, peak, burst] = ['average', 'peak', 'burst'].map((key) => numberIn(row, `${way}-${key}`));
  if (average === undefined) {
    if (peak !== undefined || burst !== undefined) throw refused(`${way}-peak and ${way}-burst need ${way}-average`);
    return undefined;
  }
  if (peak !== undefined && peak < average) throw refused(`${way}-peak is less than ${way}-average`);
  return { average, peak, burst };
}

export const USUAL_NIC: NicOptions = readNicOptions({}, 'virtio');

/** What it hangs on, as the host has it. */
export interface Plug {
  readonly type: 'network' | 'bridge' | 'direct' | 'hostdev' | 'user';
  readonly name: string;
}

export interface PluggedNic {
  readonly model: string;
  readonly mac: string;
  readonly plug: Plug;
  readonly options: NicOptions;
}

/** `order`: 0 for one that the VM does not start from. */
export function nicXml({ model, mac, plug, options }: PluggedNic, order: number): string {
  const { driver, queues, mtu, vlan, filter, kind } = options;
  const words = [driver && ` name="${driver}"`, queues !== undefined && ` queues="${queues}"`].filter(Boolean).join('');
  const inside = [
    mac && `<mac address="${mac}"/>`,
    sourceXml(plug),
    vlan !== undefined && `<vlan><tag id="${vlan}"/></vlan>`,
    kind === 'openvswitch' && '<virtualport type="openvswitch"/>',
    bandwidthXml(options),
    plug.type !== 'hostdev' && `<model type="${escapeXml(model)}"/>`,
    words && `<driver${words}/>`,
    filter && `<filterref filter="${escapeXml(filter)}"/>`,
    options.isUnplugged && '<link state="down"/>',
    mtu !== undefined && `<mtu size="${mtu}"/>`,
    order > 0 && `<boot order="${order}"/>`,
  ].filter(Boolean);
  return `<interface type="${plug.type}"${plug.type === 'hostdev' ? ' managed="yes"' : ''}>${inside.join('')}</interface>`;
}

function sourceXml({ type, name }: Plug): string {
  if (type === 'user') return '';
  if (type === 'hostdev') return `<source><address type="pci" ${pciWords(readPci(name))}/></source>`;
  if (type === 'direct') return `<source dev="${escapeXml(name)}" mode="bridge"/>`;
  return `<source ${type}="${escapeXml(name)}"/>`;
}

/** Of a NIC, and of a network, which has it alike. */
export function bandwidthXml({ inbound, outbound }: Pick<NicOptions, 'inbound' | 'outbound'>): string {
  const one = (way: string, rate: Rate | undefined) =>
    rate &&
    `<${way} average="${rate.average}"${rate.peak === undefined ? '' : ` peak="${rate.peak}"`}${rate.burst === undefined ? '' : ` burst="${rate.burst}"`}/>`;
  const inside = [one('inbound', inbound), one('outbound', outbound)].filter(Boolean);
  return inside.length > 0 ? `<bandwidth>${inside.join('')}</bandwidth>` : '';
}
