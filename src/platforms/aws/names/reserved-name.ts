/** The name that an instance was given in a zone of Route 53, which goes when the instance goes. */
import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { sentence } from '../../../errors.ts';
import type { Made } from '../../lib/take-back.ts';
import type { About } from '../api.ts';
import type { Machine } from '../machine.ts';
import type { AwsRegion } from '../region.ts';
import { DOMAIN_TAG, ENTRY_TAG } from '../tags.ts';
import { createRecord } from './dns.ts';
import { changeRecords, type FoundZone, plainName, readRecords } from './records.ts';
import { findZones } from './zones.ts';

interface Wanted {
  readonly name: string;
  readonly domain: string;
  readonly address: string;
}

/**
 * What is made is put into `made`. Name and address are noted at the instance: it may be called otherwise later, and a public address is
 * another's once it is off.
 */
export async function reserveName(
  region: AwsRegion,
  instance: string,
  { name, domain, address }: Wanted,
  made: Made[],
  about: About,
): Promise<void> {
  const type = address.includes(':') ? 'AAAA' : 'A';
  await createRecord(region, { name, zone: domain, type, data: address }, about);
  const entry = `${name}.${domain}`;
  made.push({
    what: `the DNS entry ${entry}`,
    command: `drover dns delete ${entry}`,
    async undo() {
      const found = await findEntry(region, { entry, domain, addresses: [address] }, about);
      if (found) await removeEntry(region, found, about);
    },
  });
  const Tags = [{ Key: ENTRY_TAG, Value: `${entry} ${address}` }];
  await region.api.change('CreateTags', { Resources: [instance], Tags }, about);
}

/** An entry of the zone that leads to the instance and to nothing else. */
export interface ReservedName {
  readonly entry: string;
  readonly zone: FoundZone;
  readonly set: ResourceRecordSet;
}

/** Undefined where none was reserved, or where it leads elsewhere by now. Asks nothing of instances without the tag. */
export async function findReservedName(
  region: AwsRegion,
  { tags, ips, name }: Machine,
  about: About,
): Promise<ReservedName | undefined> {
  const domain = tags.get(DOMAIN_TAG);
  if (!domain) return undefined;
  const [entry = `${name}.${domain}`, address] = tags.get(ENTRY_TAG)?.split(' ') ?? [];
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
    return `the DNS entry ${reserved.entry} stays: ${sentence(error)}; drover dns delete ${reserved.entry} removes it`;
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
  for (const zone of (await findZones(region, about)).filter((one) => one.name === domain)) {
    const set = (await readRecords(region, zone, about)).find(
      ({ Name = '', Type, ResourceRecords = [] }) =>
        plainName(Name) === entry &&
        (Type === 'A' || Type === 'AAAA') &&
        ResourceRecords.length > 0 &&
        ResourceRecords.every(({ Value = '' }) => addresses.includes(Value)),
    );
    if (set) return { entry, zone, set };
  }
  return undefined;
}
