/** Record sets of Route 53: one name and type with all that it answers. */
import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53';
import type { Zone } from '../../contract.ts';
import type { About } from '../api.ts';
import { type AwsRegion, nativeId } from '../region.ts';

/** As a list of zones tells them: without name servers and networks. */
export type FoundZone = Pick<Zone, 'id' | 'name' | 'records' | 'private' | 'description'>;

const PAGE = 300;
/** Most changes of one request. */
const MOST_CHANGES = 500;
const MOST_PAGES = 1_000;
/** One of each type, or several between which Route 53 chooses. */
const MOST_OF_NAME = 20;

/** `*.example.com`: without the dot at the end, and what Route 53 writes in octal digits as it is. */
export const plainName = (name: string): string =>
  name
    .replace(/\\(\d{3})/g, (_whole, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
    .replace(/\.$/, '');

export async function readRecords(
  { api }: AwsRegion,
  { id }: Pick<FoundZone, 'id'>,
  about: About,
): Promise<readonly ResourceRecordSet[]> {
  const route53 = api.service('route53');
  const all: ResourceRecordSet[] = [];
  let from: object = {};
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await route53.read(
      'ListResourceRecordSets',
      { HostedZoneId: nativeId(id), MaxItems: PAGE, ...from },
      about,
    );
    all.push(...(answer.ResourceRecordSets ?? []));
    if (answer.IsTruncated !== true) break;
    const { NextRecordName, NextRecordType, NextRecordIdentifier } = answer;
    from = {
      StartRecordName: NextRecordName,
      StartRecordType: NextRecordType,
      ...(NextRecordIdentifier === undefined ? {} : { StartRecordIdentifier: NextRecordIdentifier }),
    };
  }
  return all;
}

/** The entries of this name that lead to addresses: these alone are asked for, since a zone may have ten thousand others. */
export async function readAddresses(
  { api }: AwsRegion,
  { id }: Pick<FoundZone, 'id'>,
  name: string,
  about: About,
): Promise<readonly ResourceRecordSet[]> {
  // From here on, in the order of names and then of types: A and AAAA are the first two.
  const from = { StartRecordName: name, StartRecordType: 'A', MaxItems: MOST_OF_NAME } as const;
  const answer = await api
    .service('route53')
    .read('ListResourceRecordSets', { HostedZoneId: nativeId(id), ...from }, about);
  return (answer.ResourceRecordSets ?? []).filter(
    ({ Name = '', Type }) => plainName(Name) === name && (Type === 'A' || Type === 'AAAA'),
  );
}

/** Without those that each zone has for itself. */
export async function ownRecords(
  region: AwsRegion,
  zone: FoundZone,
  about: About,
): Promise<readonly ResourceRecordSet[]> {
  const all = await readRecords(region, zone, about);
  return all.filter(({ Name = '', Type }) => !(plainName(Name) === zone.name && (Type === 'SOA' || Type === 'NS')));
}

export async function changeRecords(
  { api }: AwsRegion,
  { id, name }: Pick<FoundZone, 'id' | 'name'>,
  changes: readonly Change[],
  about: About,
): Promise<void> {
  for (let from = 0; from < changes.length; from += MOST_CHANGES) {
    const ChangeBatch = { Changes: changes.slice(from, from + MOST_CHANGES) };
    await api
      .service('route53')
      .change('ChangeResourceRecordSets', { HostedZoneId: nativeId(id), ChangeBatch }, { ...about, subject: name });
  }
}

export async function deleteRecords(region: AwsRegion, zone: FoundZone, about: About): Promise<void> {
  const all = await ownRecords(region, zone, about);
  const changes = all.map((ResourceRecordSet): Change => ({ Action: 'DELETE', ResourceRecordSet }));
  await changeRecords(region, zone, changes, about);
}
