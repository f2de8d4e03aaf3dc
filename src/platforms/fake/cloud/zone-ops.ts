import { type ZoneId, zoneId } from '../../../ids.ts';
import type { LossPlan, Zone, ZoneOps } from '../../contract.ts';
import { refusePlanned, refuseTakenName } from '../../lib/listed.ts';
import type { Calls } from '../call.ts';
import { accepted } from '../power.ts';
import type { FakeServer } from '../server.ts';
import { counted } from './counted.ts';

export function createZoneOps({ collections, endpoint }: FakeServer, calls: Calls): Required<ZoneOps> {
  const entriesOf = (name: string) => collections.dns.all().filter(({ zone }) => zone === name);
  const withCount = (zone: Zone): Zone => ({ ...zone, records: entriesOf(zone.name).length });
  const zoneOf = (id: ZoneId): Zone => withCount(collections.zone.one(id));
  const plan = ({ name, records = 0 }: Zone, withRecords: boolean): LossPlan => ({
    goes: [
      `the zone ${name}`,
      ...(withRecords && records > 0 ? [`${counted(records, 'entry', 'entries')} in it`] : []),
    ],
    stays: [],
    ...(!withRecords &&
      records > 0 && { refused: `${name} has ${counted(records, 'entry', 'entries')}, which are not to go` }),
  });

  return {
    list: (_of, signal) => calls.endpoint('zone.list', signal, () => collections.zone.all().map(withCount)),
    create: (_of, { name, description, network }, signal) =>
      calls.endpoint('zone.create', signal, () => {
        refuseTakenName('zone', endpoint, collections.zone.all(), name);
        const id = zoneId(endpoint, name);
        collections.zone.put({
          id,
          name,
          records: 0,
          private: network !== '',
          networks: network === '' ? [] : [network],
          nameServers: ['ns1.demo.example', 'ns2.demo.example'],
          description: description === '' ? undefined : description,
        });
        return { ...accepted(), id };
      }),
    planDelete: (id, { records }, signal) => calls.endpoint('zone.planDelete', signal, () => plan(zoneOf(id), records)),
    delete: (id, { records }, signal) =>
      calls.endpoint('zone.delete', signal, () => {
        const zone = zoneOf(id);
        refusePlanned(plan(zone, records));
        for (const entry of entriesOf(zone.name)) collections.dns.remove(entry.id);
        collections.zone.remove(id);
        return accepted();
      }),
  };
}
