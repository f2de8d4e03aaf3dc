/** What the network of the first NIC keeps for a new VM: its address, and its name. */

import type { Warning } from '../../contract.ts';
import type { GuestNetwork } from '../../lib/seed/network-spec.ts';
import { refused } from '../../lib/spec-values.ts';
import type { Made } from '../../lib/take-back.ts';
import type { HostCall } from '../host/host-call.ts';
import { type Change, changeNetwork, removalOf } from '../names/change-network.ts';
import { additionOf, readSpec } from '../names/dns-ops.ts';
import { planOf, warningsOf } from '../names/lease-ops.ts';
import { type Halves, type NetworkNames, readHalves, withHostname } from '../names/read-names.ts';
import { networkNamed } from '../network/find-network.ts';
import type { Plug } from '../nic/nic-options.ts';
import type { VirtualNetwork } from '../rpc/protocol.ts';

/** An entry that is to come. */
export interface Keeping {
  readonly network: VirtualNetwork;
  /** `the reservation of 10.0.0.5 in lan`. */
  readonly words: string;
  /** Out of what is there when it is kept: others may have changed the network since it was planned. */
  changesIn(halves: Halves<NetworkNames>): Halves<Change>;
}

interface FirstNic {
  /** Of what it hangs on. */
  readonly type: Plug['type'];
  readonly network: string;
  readonly mac: string;
}

/** Rejects with what stands in the way, as a reservation or a DNS entry alone would; nothing is changed here. */
export async function planKept(
  call: HostCall,
  vm: string,
  { kept: { ip, isReserved, isNamed }, domain }: GuestNetwork,
  nic: FirstNic | undefined,
): Promise<{ readonly keeping: readonly Keeping[]; readonly warnings: readonly Warning[] }> {
  if (ip === '') return { keeping: [], warnings: [] };
  if (!nic) throw refused('a VM without a NIC has no address to be reserved');
  if (nic.type !== 'network')
    throw refused(
      `${ip} is kept by a network of libvirt, and the first NIC is in none`,
      'put a NIC in that network first, or reserve nothing',
    );
  const network = await networkNamed(call, nic.network);
  const halves = await readHalves(call, network);
  const keeping: Keeping[] = [];
  const warnings: Warning[] = [];
  if (isReserved) {
    const lease = { network: network.name, mac: nic.mac, ip, name: '' };
    const changesIn = (now: Halves<NetworkNames>): Halves<Change> => {
      const { add, live, saved } = planOf(lease, now);
      return { live: live && { ...live, add }, saved: saved && { ...saved, add } };
    };
    changesIn(halves);
    warnings.push(...(await warningsOf(call, network, halves, lease, ip)));
    keeping.push({
      network,
      words: `the reservation of ${ip} in ${network.name}`,
      changesIn,
    });
  }
  if (isNamed) {
    const names = [vm, ...(domain === '' ? [] : [`${vm}.${domain}`])];
    const changesIn = ({ live, saved }: Halves<NetworkNames>): Halves<Change> => ({
      live: live && namesIn(network.name, live, ip, names),
      saved: saved && namesIn(network.name, saved, ip, names),
    });
    changesIn(halves);
    keeping.push({ network, words: `the DNS entry of ${ip} in ${network.name}`, changesIn });
  }
  return { keeping, warnings };
}

/** One entry with all names: libvirt keeps one for each address. */
function namesIn(zone: string, half: NetworkNames, ip: string, names: readonly string[]): Change {
  const type = ip.includes(':') ? 'AAAA' : 'A';
  const [first, ...more] = names.map((name) => additionOf(zone, readSpec({ zone, name, type, data: ip }), half));
  if (!first) throw refused(`${zone}: no name is given for ${ip}`);
  const add = more.reduce((entry, _, at) => withHostname(entry, ip, names[at + 1] ?? ''), first.add);
  return { ...first, add };
}

/** What is to be changed, out of what is there now. */
export const changesNow = async (call: HostCall, { network, changesIn }: Keeping): Promise<Halves<Change>> =>
  changesIn(await readHalves(call, network));

/** Waited for also when the caller has given up, as all that is to be taken back then. */
export const keep = (call: HostCall, { network, words }: Keeping, changes: Halves<Change>): Promise<void> =>
  changeNetwork({ ...call, signal: new AbortController().signal }, network, `keep ${words}`, changes);

/** What is there of it then, or may be. */
export function keptMade(call: HostCall, { network, words }: Keeping, changes: Halves<Change>): Made {
  const back: Halves<Change> = {
    live: changes.live && opposite(changes.live),
    saved: changes.saved && opposite(changes.saved),
  };
  const change = back.live ?? back.saved;
  return {
    what: words,
    command: change ? removalOf(network, change) : '',
    // Also once the caller has given up.
    undo: () => changeNetwork({ ...call, signal: new AbortController().signal }, network, `take back ${words}`, back),
  };
}

const opposite = (change: Change): Change => ({ ...change, remove: change.add, add: change.remove });
