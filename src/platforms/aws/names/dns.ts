/** Entries of the hosted zones, one for each value. */
import type { ResourceRecordSet, RRType } from '@aws-sdk/client-route-53';
import { FleetError } from '../../../errors.ts';
import { type DnsId, dnsId } from '../../../ids.ts';
import type { DnsOps, DnsRecord, DnsSpec } from '../../contract.ts';
import { noListed } from '../../lib/listed.ts';
import type { About } from '../api.ts';
import { type AwsRegion, aboutRegion, accepted, nativeId } from '../region.ts';
import { changeRecords, type FoundZone, plainName, readRecords } from './records.ts';
import { findZone, findZones } from './zones.ts';

/** As kcli's entries. */
const TTL = 300;

interface Entry {
  readonly zone: FoundZone;
  readonly set: ResourceRecordSet;
  readonly row: DnsRecord;
}

const entriesOf = (endpoint: AwsRegion['endpoint'], zone: FoundZone, set: ResourceRecordSet): readonly Entry[] => {
  const { Name = '', Type = 'A', TTL: ttl, ResourceRecords = [], AliasTarget, SetIdentifier } = set;
  const name = plainName(Name);
  const values = AliasTarget
    ? [`alias of ${plainName(AliasTarget.DNSName ?? '')}`]
    : ResourceRecords.map(({ Value = '' }) => Value);
  const which = [nativeId(zone.id), Type, name, ...(SetIdentifier === undefined ? [] : [SetIdentifier])].join('/');
  return values.map((data) => ({
    zone,
    set,
    row: { id: dnsId(endpoint, `${which}/${data}`), name, zone: zone.name, type: Type, ttl, data },
  }));
};

async function readEntries(region: AwsRegion, about: About, only?: FoundZone): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const zone of only ? [only] : await findZones(region, about)) {
    for (const set of await readRecords(region, zone, about)) entries.push(...entriesOf(region.endpoint, zone, set));
  }
  return entries;
}

export function createDnsOps(region: AwsRegion): Required<DnsOps> {
  const { endpoint } = region;
  /** The id begins with that of the zone. */
  const found = async (id: DnsId, about: About): Promise<Entry> => {
    const [ofZone = ''] = nativeId(id).split('/');
    const zone = (await findZones(region, about)).find((one) => nativeId(one.id) === ofZone);
    const entry = zone && (await readEntries(region, about, zone)).find(({ row }) => row.id === id);
    if (!entry) throw noListed('dns', id);
    return entry;
  };

  return {
    list: async (_of, signal) => (await readEntries(region, aboutRegion(region, signal))).map(({ row }) => row),
    async create(_of, spec, signal) {
      const about = aboutRegion(region, signal);
      const { id } = await createRecord(region, spec, about);
      return { ...accepted, id: dnsId(endpoint, id) };
    },
    async planDelete(id, signal) {
      const { row, zone } = await found(id, aboutRegion(region, signal));
      return {
        goes: [`${row.name} ${row.type} ${row.data}`],
        stays: [],
        ...(isOfZone(row, zone) && { refused: `${zone.name} needs it: it says who answers for the zone` }),
      };
    },
    async delete(id, signal) {
      const about = aboutRegion(region, signal);
      const { row, zone, set } = await found(id, about);
      if (isOfZone(row, zone)) throw new FleetError('op.refused', `${zone.name} needs its ${row.type} entry`);
      const left = (set.ResourceRecords ?? []).filter(({ Value }) => Value !== row.data);
      await changeRecords(
        region,
        zone,
        left.length === 0
          ? [{ Action: 'DELETE', ResourceRecordSet: set }]
          : [{ Action: 'UPSERT', ResourceRecordSet: { ...set, ResourceRecords: left } }],
        about,
      );
      return accepted;
    },
  };
}

const isOfZone = ({ name, type }: DnsRecord, zone: FoundZone): boolean =>
  name === zone.name && (type === 'SOA' || type === 'NS');

/** An entry as Route 53 has it: in small letters, with its zone behind it. */
export interface MadeRecord {
  readonly id: string;
  readonly name: string;
  readonly zone: FoundZone;
  readonly set: ResourceRecordSet;
}

/** Rejects with zone.not-found, and op.conflict for a name that has an entry of the type. */
export async function createRecord(region: AwsRegion, spec: DnsSpec, about: About): Promise<MadeRecord> {
  const zone = await findZone(region, spec.zone, about);
  const said = spec.name.toLowerCase().replace(/\.$/, '');
  const name = said === zone.name || said.endsWith(`.${zone.name}`) ? said : `${said}.${zone.name}`;
  const type = spec.type as RRType;
  const data = type === 'TXT' && !spec.data.startsWith('"') ? JSON.stringify(spec.data) : spec.data;
  if (!spec.overwrite) {
    const all = await readRecords(region, zone, about);
    if (all.some(({ Name = '', Type }) => plainName(Name) === name && Type === type))
      throw new FleetError('op.conflict', `${zone.name} has an entry ${name} ${type} already`, {
        fix: 'choose another name, or replace it: --overwrite',
      });
  }
  const set = { Name: name, Type: type, TTL: spec.ttl ?? TTL, ResourceRecords: [{ Value: data }] };
  const Action = spec.overwrite ? 'UPSERT' : 'CREATE';
  await changeRecords(region, zone, [{ Action, ResourceRecordSet: set }], about);
  return { id: `${nativeId(zone.id)}/${type}/${name}/${data}`, name, zone, set };
}
