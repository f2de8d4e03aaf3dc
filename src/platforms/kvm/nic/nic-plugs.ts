/** What the NICs of a new VM hang on, found on its host. */
import { FleetError } from '../../../errors.ts';
import { refused } from '../../lib/spec-values.ts';
import { attribute, child } from '../../transport/xml.ts';
import type { BootDevice } from '../boot/boot-device.ts';
import { readPci } from '../hardware/devices.ts';
import { refuseNoFunction } from '../hardware/host-checks.ts';
import type { HostCall } from '../host/host-call.ts';
import { checkNetwork } from '../make/find.ts';
import { interfaceType, refuseNoDevice } from '../network/interfaces.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';
import { procedures } from '../rpc/protocol.ts';
import { readDocument } from '../xml/document.ts';
import type { NicOptions, Plug } from './nic-options.ts';

/** Rejects with network.not-found, op.refused or op.conflict for what it can't hang on; `starts`: the VM is to run at once. */
export async function plugFor(
  call: HostCall,
  { network: name, options }: { readonly network: string; readonly options: NicOptions },
  starts: boolean,
): Promise<Plug> {
  const { kind, vlan, filter } = options;
  if (filter !== '') await refuseNoFilter(call, filter);
  if (kind === 'user') return { type: 'user', name: '' };
  if (kind === 'hostdev') {
    await refuseNoFunction(call, readPci(name));
    return { type: 'hostdev', name };
  }
  if (kind === 'macvtap') {
    await refuseNoDevice(call, name, false);
    return { type: 'direct', name };
  }
  if (kind === 'network') {
    const type = await networkOrBridge(call, name, starts);
    if (vlan !== undefined && (type === 'bridge' || !(await takesTags(call, name))))
      throw refused(
        `the network ${name} takes no VLAN tags of its NICs`,
        'use one of Open vSwitch, or an interface of the host that is in the VLAN',
      );
    return { type, name };
  }
  // A bridge of Open vSwitch is no bridge for the host.
  await refuseNoDevice(call, name, kind === 'bridge');
  return { type: 'bridge', name };
}

async function networkOrBridge(call: HostCall, name: string, starts: boolean): Promise<'network' | 'bridge'> {
  try {
    await checkNetwork(call, name, starts);
    return 'network';
  } catch (error) {
    const isMissing = error instanceof FleetError && error.code === 'network.not-found';
    if (isMissing && (await interfaceType(call, name)) === 'bridge') return 'bridge';
    throw error;
  }
}

async function takesTags({ client, signal }: HostCall, name: string): Promise<boolean> {
  const network = await client.call(procedures.networkByName, { name }, { signal });
  const xml = await readDocument(
    await client.call(procedures.networkXml, { network, flags: 0 }, { signal }),
    'network',
  );
  return (
    attribute(child(xml, 'virtualport'), 'type') === 'openvswitch' ||
    attribute(child(xml, 'forward'), 'mode') === 'hostdev'
  );
}

async function refuseNoFilter({ client, signal }: HostCall, name: string): Promise<void> {
  await client.call(procedures.filterByName, { name }, { signal }).catch((error: unknown) => {
    if (error instanceof LibvirtError && error.code === VIR_ERR.noFilter)
      throw refused(`the host has no network filter ${JSON.stringify(name)}`);
    throw error;
  });
}

type Ordered = readonly { readonly options: NicOptions }[];
const chosenOf = (nics: Ordered) =>
  nics
    .flatMap(({ options: { order } }, at) => (order === undefined ? [] : [{ at, order }]))
    .toSorted((a, b) => a.order - b.order);

/** The order of starting with a place for each NIC that has an order of its own: behind all else where the network is not in it. */
export function withNics(order: readonly BootDevice[], nics: Ordered): readonly BootDevice[] {
  const { length } = chosenOf(nics);
  if (length === 0) return order;
  const all: readonly BootDevice[] = order.includes('network') ? order : [...order, 'network'];
  return all.flatMap((kind) => (kind === 'network' ? Array<BootDevice>(length).fill(kind) : [kind]));
}

/** Of each NIC: its place in that order, 0 for none. The first has one where none is chosen. */
export function placesOf(order: readonly BootDevice[], nics: Ordered): readonly number[] {
  const first = order.indexOf('network') + 1;
  const chosen = chosenOf(nics);
  const place = (at: number) => chosen.findIndex((one) => one.at === at);
  return nics.map((_, at) => (chosen.length === 0 ? (at === 0 ? first : 0) : place(at) < 0 ? 0 : first + place(at)));
}
