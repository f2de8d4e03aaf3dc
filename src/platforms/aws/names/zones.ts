/** Hosted zones of Route 53. */
import { randomUUID } from 'node:crypto';
import { FleetError } from '../../../errors.ts';
import { createGate } from '../../../gate.ts';
import { zoneId } from '../../../ids.ts';
import type { LossPlan, Zone, ZoneOps } from '../../contract.ts';
import { refusePlanned } from '../../lib/listed.ts';
import type { About } from '../api.ts';
import { listNetworks } from '../network/vpcs.ts';
import { type AwsRegion, aboutRegion, accepted, meant, nativeId, present, readAll } from '../region.ts';
import { deleteRecords, type FoundZone, ownRecords } from './records.ts';

const PAGE = 100;
/** Name servers cost a request for each. */
const MOST_ASKED = 100;
const AT_ONCE = 4;

const route53Of = ({ api }: AwsRegion) => api.service('route53');
const plainName = (name: string): string => name.replace(/\.$/, '');
const plainId = (id: string): string => id.replace('/hostedzone/', '');

/** As a list tells them: without name servers and networks. */
export async function findZones(region: AwsRegion, about: About): Promise<readonly FoundZone[]> {
  const all = await readAll('ListHostedZones', async (marker) => {
    const page = marker === undefined ? {} : { Marker: marker };
    const answer = await route53Of(region).read('ListHostedZones', { MaxItems: PAGE, ...page }, about);
    return { items: answer.HostedZones ?? [], next: answer.NextMarker || undefined };
  });
  return all.map(({ Id = '', Name = '', Config, ResourceRecordSetCount }) => ({
    id: zoneId(region.endpoint, plainId(Id)),
    name: plainName(Name),
    records: ResourceRecordSetCount,
    private: Config?.PrivateZone === true,
    description: Config?.Comment || undefined,
  }));
}

/** The one that has this id or is called so: names have no capitals there. Rejects with zone.not-found and name.ambiguous. */
export async function findZone(region: AwsRegion, word: string, about: About): Promise<FoundZone> {
  const all = await findZones(region, about);
  const isId = all.some(({ id }) => nativeId(id) === word);
  return meant('zone', region.endpoint, all, isId ? word : plainName(word).toLowerCase());
}

async function listZones(region: AwsRegion, about: About): Promise<readonly Zone[]> {
  const gate = createGate(AT_ONCE);
  return Promise.all(
    (await findZones(region, about)).map(async (zone, at): Promise<Zone> => {
      const more =
        at < MOST_ASKED
          ? await gate.run(about.signal, () =>
              route53Of(region).read('GetHostedZone', { Id: nativeId(zone.id) }, about),
            )
          : undefined;
      return {
        ...zone,
        networks: more?.VPCs?.flatMap(({ VPCId }) => VPCId ?? []) ?? [],
        nameServers: more?.DelegationSet?.NameServers ?? [],
      };
    }),
  );
}

export function createZoneOps(region: AwsRegion): Required<ZoneOps> {
  const { endpoint } = region;
  const found = async (id: string, about: About): Promise<FoundZone> =>
    present(
      'zone',
      id,
      (await findZones(region, about)).find((one) => one.id === id),
    );
  const plan = async (zone: FoundZone, withRecords: boolean, about: About): Promise<LossPlan> => {
    const count = (await ownRecords(region, zone, about)).length;
    const words = `${count} ${count === 1 ? 'entry' : 'entries'}`;
    return {
      goes: [`the zone ${zone.name}`, ...(withRecords && count > 0 ? [`${words} in it`] : [])],
      stays: [],
      ...(!withRecords && count > 0 && { refused: `${zone.name} has ${words}, which are not to go` }),
    };
  };

  return {
    list: (_of, signal) => listZones(region, aboutRegion(region, signal)),
    async create(_of, { name, description, network, email }, signal) {
      const about = aboutRegion(region, signal);
      if (email !== '') throw new FleetError('op.unsupported', `${name}: Route 53 asks for no email address`);
      const isPrivate = network !== '';
      const other = (await findZones(region, about)).find((one) => one.name === name && one.private === isPrivate);
      if (other) throw new FleetError('op.conflict', `${endpoint} has a zone ${name} already`);
      const vpc = isPrivate ? meant('network', endpoint, await listNetworks(region, about), network) : undefined;
      const { HostedZone } = await route53Of(region).change(
        'CreateHostedZone',
        {
          Name: name,
          CallerReference: randomUUID(),
          HostedZoneConfig: { Comment: description, PrivateZone: isPrivate },
          ...(vpc && { VPC: { VPCId: nativeId(vpc.id), VPCRegion: region.region as never } }),
        },
        about,
      );
      return { ...accepted, ...(HostedZone?.Id !== undefined && { id: zoneId(endpoint, plainId(HostedZone.Id)) }) };
    },
    planDelete: async (id, { records }, signal) => {
      const about = aboutRegion(region, signal);
      return plan(await found(id, about), records, about);
    },
    async delete(id, { records }, signal) {
      const about = aboutRegion(region, signal);
      const zone = await found(id, about);
      refusePlanned(await plan(zone, records, about));
      if (records) await deleteRecords(region, zone, about);
      await route53Of(region).change('DeleteHostedZone', { Id: nativeId(id) }, { ...about, subject: zone.name });
      return accepted;
    },
  };
}
