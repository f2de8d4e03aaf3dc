/** A name that leads to a VM, whose address is looked up, and waited for. */
import { type Clock, systemClock, wait } from '../clock.ts';
import { FleetError } from '../errors.ts';
import { endpointOf } from '../ids.ts';
import type { Connection, Nic, Vm, VmInfo } from '../platforms/contract.ts';
import type { ObjectAction } from './action.ts';
import { LIMIT_MS } from './listed-verbs.ts';
import { OVERWRITE, ZONE } from './names.ts';
import { needed } from './object-action.ts';
import { isListed, seenInList } from './seen-in-list.ts';
import { textIn } from './text-in.ts';

/** A guest that has just been started gets its address in this time. */
const ADDRESS_MS = 100_000;
const AGAIN_MS = 2_000;
const LONGEST_NAME = 253;
/** A first label may stand for all: of such zones as take that. */
const HOST_NAME = /^(\*\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\.?$/i;

export const dnsPointAction: ObjectAction<'vm'> = {
  kind: 'object',
  id: 'dns.point',
  noun: 'dns',
  on: 'vm',
  title: 'Name VM in DNS',
  phrase: 'Let a name in DNS lead to …',
  help: 'Let a network or zone answer a name with the address of a VM, which is waited for.',
  keys: [],
  danger: 'none',
  needs: 'dns.create',
  aliases: ['vm.dns'],
  options: [
    ZONE,
    { key: 'name', label: 'Name', help: 'The name; left empty, that of the VM.', kind: 'text', default: '' },
    OVERWRITE,
  ],
  fits: () => true,
  outcome: (args, vm) =>
    vm &&
    seenInList({
      kind: 'dns',
      of: endpointOf(vm.id),
      words: `is answered for ${nameIn(textIn(args, 'name'), vm)}`,
      limitMs: LIMIT_MS,
      holds: isListed('name'),
    }),
  async send(connection, vm, args, signal) {
    const zone = textIn(args, 'zone');
    const create = needed(connection, 'dns.create');
    const name = nameIn(textIn(args, 'name'), vm);
    if (name.length > LONGEST_NAME || !HOST_NAME.test(name))
      throw new FleetError('op.refused', `${JSON.stringify(name)} is no name of a host`, {
        fix: 'give another name: --name',
      });
    const data = await addressIn(connection, vm, zone, systemClock, signal);
    const entry = { name, zone, type: data.includes(':') ? 'AAAA' : 'A', data };
    return create(endpointOf(vm.id), { ...entry, ...(args['overwrite'] === true && { overwrite: true }) }, signal);
  },
};

const nameIn = (name: string, vm: Vm): string => name || vm.name;

/**
 * Of its NIC in the network that the zone is of; of a VM without such a NIC the one that comes first. Rejects with op.refused for a
 * VM that is off and has none, with op.timeout for one that gets none in time.
 */
export async function addressIn(
  connection: Pick<Connection, 'vm'>,
  { id, name, ips: before }: Vm,
  zone: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<string> {
  const until = clock.ticks() + ADDRESS_MS;
  for (;;) {
    const info = await connection.vm.info(id, signal);
    const { state } = info;
    const inZone = info.nics.filter(({ net }) => net === zone);
    const [address] = inZone.length > 0 ? ofNics(inZone, info) : ofAny(info, state === 'stopped' ? [] : before);
    if (address !== undefined) return address;
    if (state === 'stopped')
      throw new FleetError('op.refused', `${name} is off, and has no address`, { fix: 'start it first' });
    if (clock.ticks() >= until)
      throw new FleetError(
        'op.timeout',
        `${name} has no address${inZone.length > 0 ? ` in ${zone}` : ''} after ${ADDRESS_MS / 1000} s`,
        { fix: 'give the address yourself: drover dns create' },
      );
    await wait(clock, AGAIN_MS, signal);
  }
}

/** Addresses in other networks lead elsewhere: the right one is waited for. */
const ofNics = (nics: readonly Nic[], { addresses = [] }: VmInfo): readonly string[] => {
  const macs = new Set(nics.map(({ mac }) => mac));
  return [
    ...nics.flatMap(({ ips = [] }) => ips),
    ...addresses.flatMap(({ address, mac }) => (mac !== undefined && macs.has(mac) ? [address] : [])),
  ];
};

const ofAny = ({ nics, addresses = [], row }: VmInfo, before: readonly string[]): readonly string[] => [
  ...addresses.map(({ address }) => address),
  ...(row?.ips ?? []),
  ...nics.flatMap(({ ips = [] }) => ips),
  ...before,
];
