/** Zones of Designate (API reference of DNS v2: /v2/zones): listed, made and deleted. */
import { FleetError } from '../../../errors.ts';
import { nativeOfListed, type ZoneId, zoneId } from '../../../ids.ts';
import type { LossPlan, ZoneOps } from '../../contract.ts';
import { asRow, textOf } from '../../lib/json.ts';
import { noListed, refusePlanned, refuseTakenName } from '../../lib/listed.ts';
import { isMissing, needed, type Project } from '../project.ts';
import { isOfZone, readEntries, readZones, withDot, withoutDot } from './zones.ts';

export function createZoneOps(project: Project): Required<ZoneOps> {
  const { cloud } = project;

  async function find(id: ZoneId, signal: AbortSignal) {
    const native = nativeOfListed(id);
    const path = `/zones/${encodeURIComponent(native)}`;
    try {
      const row = await needed(project.designate, 'Designate').get(path, { signal, subject: native });
      return { id: native, path, name: withoutDot(textOf(row, 'name') ?? native) };
    } catch (error) {
      throw isMissing(error) ? noListed('zone', id) : error;
    }
  }

  async function plan(zone: { readonly id: string; readonly name: string }, records: boolean, signal: AbortSignal) {
    const own = (await readEntries(project, zone, signal)).filter(({ row }) => !isOfZone(row, zone.name));
    const count = `${own.length} ${own.length === 1 ? 'entry' : 'entries'}`;
    const goes = [`the zone ${zone.name}`, ...(own.length > 0 ? [`its ${count}`] : [])];
    const isKept = own.length > 0 && !records;
    return { goes, stays: [], ...(isKept && { refused: `${zone.name} has ${count}: delete them too` }) } as LossPlan;
  }

  return {
    list: async (_of, signal) =>
      (await readZones(project, signal)).map(({ id, name, row, trouble }) => ({
        id: zoneId(cloud.endpoint, id),
        name: withoutDot(name),
        records: undefined,
        private: undefined,
        networks: [],
        nameServers: [],
        description: textOf(row, 'description'),
        ...(trouble && { trouble }),
        ...(textOf(row, 'status') === 'ERROR' && {
          trouble: { message: 'Designate says that it is in error', since: 0 },
        }),
      })),
    async create(_of, { name, description, network, email }, signal) {
      if (network !== '')
        throw new FleetError('op.unsupported', 'zones of Designate are answered for everywhere', {
          fix: 'leave the network out',
        });
      const full = withDot(name);
      const all = (await readZones(project, signal, { name: full })).map((one) => ({ name: withoutDot(one.name) }));
      refuseTakenName('zone', cloud.name, all, withoutDot(full));
      const json = {
        ...{ name: full, type: 'PRIMARY', email: email === '' ? `hostmaster@${withoutDot(full)}` : email },
        ...(description !== '' && { description }),
      };
      const designate = needed(project.designate, 'Designate');
      const { body } = await designate.change('POST', '/zones', { signal, subject: name, json });
      const id = textOf(asRow(body, name), 'id');
      return { warnings: [], ...(id !== undefined && { id: zoneId(cloud.endpoint, id) }) };
    },
    planDelete: async (id, { records }, signal) => plan(await find(id, signal), records, signal),
    async delete(id, { records }, signal) {
      const zone = await find(id, signal);
      refusePlanned(await plan(zone, records, signal));
      const { path, name: subject } = zone;
      await needed(project.designate, 'Designate').change('DELETE', path, { signal, subject });
      return { warnings: [] };
    },
  };
}
