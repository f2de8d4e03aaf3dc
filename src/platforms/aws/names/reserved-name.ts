/** The name that an instance was given in a zone of Route 53, which goes when the instance goes. */
import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { FleetError, sentence } from '../../../errors.ts';
import { type Made, shellWord } from '../../lib/take-back.ts';
import { within } from '../../transport/deadline.ts';
import type { About } from '../api.ts';
import type { Machine } from '../machine.ts';
import { type AwsRegion, nativeId } from '../region.ts';
import { ENTRY_TAG, zoneIn } from '../tags.ts';
import { createRecord } from './dns.ts';
import { changeRecords, type FoundZone, readAddresses } from './records.ts';
import { findZones } from './zones.ts';

/** An instance can be deleted without its name, and does not wait long for it. */
const LOOK_MS = 5_000;

interface Wanted {
  readonly name: string;
  readonly domain: string;
  readonly address: string;
}

/**
 * What is made is put into `made`. Name, address and instance are noted at the instance: it may be called otherwise later, a public
 * address is another's once it is off, and tags are copied to other instances.
 */
export async function reserveName(
  region: AwsRegion,
  instance: string,
  { name, domain, address }: Wanted,
  made: Made[],
  about: About,
): Promise<void> {
  const type = address.includes(':') ? 'AAAA' : 'A';
  const { name: entry, zone, set } = await createRecord(region, { name, zone: domain, type, data: address }, about);
  made.push({
    what: `the DNS entry ${entry}`,
    command: `drover dns delete ${shellWord(entry)}`,
    undo: () => removeEntry(region, { entry, zone, set }, about),
  });
  const Tags = [{ Key: ENTRY_TAG, Value: `${entry} ${address} ${instance}` }];
  await region.api.change('CreateTags', { Resources: [instance], Tags }, about);
}

/** An entry of the zone that leads to the instance and to nothing else. */
export interface ReservedName {
  readonly entry: string;
  readonly zone: FoundZone;
  readonly set: ResourceRecordSet;
}

/** What there is of it, or why that is not known, as a sentence: the instance can be deleted all the same. */
export async function lookForName(
  region: AwsRegion,
  machine: Machine,
  about: About,
): Promise<ReservedName | string | undefined> {
  const { clock } = region;
  const late = () => new FleetError('op.timeout', `Route 53 did not answer within ${LOOK_MS / 1000} s`);
  try {
    return await within(LOOK_MS, { clock, signal: about.signal }, late, ({ signal }) =>
      findReservedName(region, machine, { ...about, signal }),
    );
  } catch (error) {
    about.signal.throwIfAborted();
    if (!(error instanceof FleetError)) throw error;
    return `its DNS entry in ${zoneIn(machine.tags)}, if it has one (${error.message})`;
  }
}

/** Undefined where none was reserved, or where it leads elsewhere by now. Asks nothing of instances without the tag. */
async function findReservedName(
  region: AwsRegion,
  { id, tags, ips, name }: Machine,
  about: About,
): Promise<ReservedName | undefined> {
  const domain = zoneIn(tags);
  if (!domain) return undefined;
  const [entry = `${name}.${domain}`, address, owner = id] = tags.get(ENTRY_TAG)?.split(' ') ?? [];
  // The tags were copied from the instance that has the name.
  if (owner !== id) return undefined;
  return findEntry(region, { entry, domain, addresses: address === undefined ? ips : [address, ...ips] }, about);
}

/** Why the entry stayed, as a sentence; undefined when it is gone. The instance is gone by now, so nothing rejects. */
export async function releaseName(
  region: AwsRegion,
  reserved: ReservedName,
  about: About,
): Promise<string | undefined> {
  try {
    await removeEntry(region, reserved, about);
    return undefined;
  } catch (error) {
    return `the DNS entry ${reserved.entry} stays: ${sentence(error)}; drover dns delete ${shellWord(reserved.entry)} removes it`;
  }
}

const removeEntry = (region: AwsRegion, { zone, set }: ReservedName, about: About): Promise<void> =>
  changeRecords(region, zone, [{ Action: 'DELETE', ResourceRecordSet: set }], about);

interface Sought {
  readonly entry: string;
  readonly domain: string;
  readonly addresses: readonly string[];
}

async function findEntry(
  region: AwsRegion,
  { entry, domain, addresses }: Sought,
  about: About,
): Promise<ReservedName | undefined> {
  // Earlier versions noted them as they were typed.
  const [called, of] = [entry.toLowerCase(), domain.toLowerCase()];
  for (const zone of (await findZones(region, about)).filter(
    ({ id, name }) => name === of || nativeId(id) === domain,
  )) {
    const name = called.endsWith(`.${zone.name}`) ? called : called.replace(`.${of}`, `.${zone.name}`);
    const set = (await readAddresses(region, zone, name, about)).find(
      ({ ResourceRecords = [] }) =>
        ResourceRecords.length > 0 && ResourceRecords.every(({ Value = '' }) => addresses.includes(Value)),
    );
    if (set) return { entry: name, zone, set };
  }
  return undefined;
}
