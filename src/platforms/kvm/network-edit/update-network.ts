/** Changes of a network: what is saved, and what runs as far as libvirt can change that. */
import { FleetError, sentence } from '../../../errors.ts';
import type { Accepted, NetworkNow, NetworkSettings, NetworkUpdateOptions, Warning } from '../../contract.ts';
import { refuseStaleNetwork } from '../../lib/refuse-stale.ts';
import { shellWord } from '../../lib/take-back.ts';
import { readXml, type XmlElement } from '../../transport/xml.ts';
import type { HostCall } from '../host/host-call.ts';
import { changeNetwork } from '../names/change-network.ts';
import { endsOf, writeRange } from '../network/network-parts.ts';
import { settingsIn, subnetsOf } from '../network/network-settings.ts';
import { readableVmsIn, vmsIn } from '../network/vms-in.ts';
import { NETWORK_XML, SECTION } from '../rpc/flags.ts';
import { procedures, type VirtualNetwork } from '../rpc/protocol.ts';
import { CHANGE_MS, DONE } from '../vm/guest-call.ts';
import { readDocument } from '../xml/document.ts';
import { element } from '../xml/write-element.ts';
import { editNetworkXml, spelledKeys } from './edit-network.ts';

type Changes = Partial<NetworkSettings>;
type Key = keyof NetworkSettings;

/** libvirt changes these, of what is to be changed here, while a network is active; the plan is only written down. */
const AT_ONCE: ReadonlySet<Key> = new Set(['dhcp', 'range', 'autostart', 'plan']);

interface Read extends NetworkNow {
  /** The document that is saved. */
  readonly text: string;
  readonly isActive: boolean;
}

/** Rejects with op.refused for one that is not saved. VMs that can't be read are not among `users`: a restart is refused then. */
export async function readNetworkNow(call: HostCall, network: VirtualNetwork): Promise<Read> {
  const { client, signal } = call;
  const options = { signal };
  const [isActive, isPersistent] = await Promise.all([
    client.call(procedures.networkIsActive, { network }, options),
    client.call(procedures.networkIsPersistent, { network }, options),
  ]);
  if (!isPersistent)
    throw new FleetError('op.refused', `${network.name} has no saved definition that could be changed`, {
      fix: 'give it one with virsh net-edit',
    });
  const [text, autostart] = await Promise.all([
    client.call(procedures.networkXml, { network, flags: NETWORK_XML.inactive }, options),
    client.call(procedures.networkAutostart, { network }, options),
  ]);
  const settings = { ...settingsIn(await readDocument(text, 'network')), autostart };
  return {
    settings,
    atRestart: isActive ? (Object.keys(settings) as Key[]).filter((key) => !AT_ONCE.has(key)) : [],
    users: isActive ? await readableVmsIn(call, network) : [],
    text,
    isActive,
  };
}

/**
 * Saves the changes, and makes them so where the network runs: ranges of DHCP by NETWORK_UPDATE, all else by a restart where that is
 * wanted. When libvirt refuses one of the steps those before it are taken back.
 */
export async function updateNetwork(
  call: HostCall,
  network: VirtualNetwork,
  asked: Changes,
  basedOn: Changes,
  { restart }: NetworkUpdateOptions,
): Promise<Accepted> {
  const now = await readNetworkNow(call, network);
  refuseStaleNetwork(network.name, basedOn, now.settings);
  const changes = differing(now.settings, asked);
  const keys = Object.keys(changes) as Key[];
  if (keys.length === 0) return DONE;
  const text = await editNetworkXml(network.name, now.text, changes);
  const late = keys.filter((key) => now.atRestart.includes(key));
  const restarts = restart && late.length > 0;
  const users = restarts ? await vmsIn(call, network, 'running') : [];
  await call.change('change', () => inSteps(call, network, now, text, changes, restarts));
  return { warnings: warningsOf(network.name, users, late, restart) };
}

function differing(now: Changes, asked: Changes): Changes {
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  return Object.fromEntries(
    Object.entries(asked).filter(([key, value]) => value !== undefined && !same(now[key as Key], value)),
  );
}

function warningsOf(
  name: string,
  users: readonly string[],
  late: readonly Key[],
  restart: boolean,
): readonly Warning[] {
  if (late.length === 0) return [];
  const warning = (detail: string): readonly Warning[] => [{ feature: 'network.update', detail }];
  if (!restart) return warning(`${spelledKeys(late)}: from the next start of ${name} on`);
  if (users.length === 0) return [];
  return warning(`without a link until they start again or their NICs are plugged in again: ${users.join(', ')}`);
}

async function inSteps(
  call: HostCall,
  network: VirtualNetwork,
  { text: before, settings, isActive }: Read,
  after: string,
  { autostart }: Changes,
  restarts: boolean,
): Promise<void> {
  const { client, signal } = call;
  // From the first change on to its end, and back, also when the caller gives up: half of it would be worse than the rest.
  const steady: HostCall = { ...call, signal: new AbortController().signal };
  const options = { deadlineMs: CHANGE_MS };
  const define = (xml: string) => client.call(procedures.defineNetwork, { xml }, options);
  const setAutostart = (on: boolean) =>
    client.call(procedures.setNetworkAutostart, { network, autostart: on }, options);
  let isStopped = false;
  signal.throwIfAborted();
  if (after !== before) await define(after);
  try {
    if (autostart !== undefined) await setAutostart(autostart);
    if (restarts) {
      await client.call(procedures.destroyNetwork, { network }, options);
      isStopped = true;
      await client.call(procedures.createNetwork, { network }, options);
    } else if (isActive && after !== before) await changeRanges(steady, network, after);
  } catch (error) {
    if (isUnanswered(error)) throw error;
    const back = async () => {
      if (after !== before) await define(before);
      if (autostart !== undefined) await setAutostart(settings.autostart === true);
      if (isStopped) await client.call(procedures.createNetwork, { network }, options);
      else if (isActive && after !== before) await changeRanges(steady, network, before);
    };
    await back().catch((left: unknown) => {
      const said = `${sentence(error)}; what was done before could not be taken back: ${sentence(left)}`;
      throw new FleetError('op.failed', `${network.name}: ${said}`, { fix: lookAt(network), cause: error });
    });
    throw error;
  }
  signal.throwIfAborted();
}

const lookAt = ({ name }: VirtualNetwork): string =>
  `look at virsh net-dumpxml --inactive ${shellWord(name)}, and start it with virsh net-start ${shellWord(name)}`;

/** No answer came: how much was done is not known, and nothing is taken back blindly. */
const isUnanswered = (error: unknown): boolean =>
  error instanceof FleetError &&
  (error.code === 'outcome.unknown' || error.code === 'host.unreachable' || error.code === 'op.timeout');

/** Those of the running network become those that are saved: dnsmasq is started again by libvirt, and no link is lost. */
async function changeRanges(call: HostCall, network: VirtualNetwork, saved: string): Promise<void> {
  const { client, signal } = call;
  const xml = await client.call(procedures.networkXml, { network, flags: 0 }, { signal, deadlineMs: CHANGE_MS });
  const [live, wanted] = await Promise.all([rangesIn(xml), rangesIn(saved)]);
  for (const [parent, { cidr, ranges }] of live.entries()) {
    const own = wanted.find((one) => one.cidr.first === cidr.first && one.cidr.length === cidr.length);
    if (!own) continue;
    const [before, after] = [ranges, own.ranges].map((all) => all.map(writeRange));
    const removed = ranges.filter((range) => !after?.includes(writeRange(range)));
    const added = own.ranges.filter((range) => !before?.includes(writeRange(range)));
    for (let at = 0; at < Math.max(removed.length, added.length); at++) {
      const [remove, add] = [removed[at], added[at]].map((range) => range && element('range', { ...endsOf(range) }));
      const change = { section: SECTION.dhcpRange, parent, remove, add };
      await changeNetwork(call, network, 'change the DHCP range', { live: change, saved: undefined });
    }
  }
}

const rangesIn = async (xml: string) => subnetsOf((await readXml(xml)) as XmlElement);
