/** Entries of zones: record sets of Designate, all values of one name and type together (DNS v2: /recordsets). */
import { FleetError } from '../../../errors.ts';
import { type DnsId, dnsId, nativeOfListed } from '../../../ids.ts';
import type { DnsOps, DnsRecord } from '../../contract.ts';
import { asRow, type Row, textOf } from '../../lib/json.ts';
import { noListed } from '../../lib/listed.ts';
import { numberOf, textsIn } from '../json.ts';
import { isOfProject, readListed } from '../listed-rows.ts';
import { isMissing, needed, type Project } from '../project.ts';
import { isOfZone, readEntries, withDot, withoutDot, zoneCalled } from './zones.ts';

export function createDnsOps(project: Project): Required<DnsOps> {
  const { cloud } = project;

  async function find(id: DnsId, signal: AbortSignal) {
    const [zone = '', set = ''] = nativeOfListed(id).split('/');
    const path = `/zones/${encodeURIComponent(zone)}/recordsets/${encodeURIComponent(set)}`;
    try {
      const row = await needed(project.designate, 'Designate').get(path, { signal, subject: set });
      return { path, row, name: withoutDot(textOf(row, 'name') ?? set) };
    } catch (error) {
      throw isMissing(error) ? noListed('dns', id) : error;
    }
  }

  return {
    async list(_of, signal) {
      const subject = `the entries of ${cloud.name}`;
      const designate = needed(project.designate, 'Designate');
      const rows = await readListed(designate, '/recordsets', 'recordsets', { subject, signal });
      return rows
        .filter(({ row }) => isOfProject(cloud, textOf(row, 'project_id'), false))
        .map(
          ({ id, row, trouble }): DnsRecord => ({
            id: dnsId(cloud.endpoint, `${textOf(row, 'zone_id') ?? ''}/${id}`),
            name: withoutDot(textOf(row, 'name') ?? id),
            zone: withoutDot(textOf(row, 'zone_name') ?? ''),
            type: textOf(row, 'type') ?? '',
            ttl: numberOf(row, 'ttl'),
            data: textsIn(row, 'records').join(', '),
            ...(trouble && { trouble }),
          }),
        );
    },
    async create(_of, { name, zone: asked, type, data, ttl, overwrite }, signal) {
      const designate = needed(project.designate, 'Designate');
      const zone = await zoneCalled(project, asked, signal);
      const full = fullName(name, withoutDot(zone.name));
      const [there] = await readEntries(project, zone, signal, { name: full, type });
      const words = { records: [data], ...(ttl !== undefined && { ttl }) };
      const path = `/zones/${encodeURIComponent(zone.id)}/recordsets`;
      if (there && overwrite !== true)
        throw new FleetError('op.conflict', `${withoutDot(full)} has an entry ${type} already`, {
          fix: 'replace it, or choose another name',
        });
      const { body } = there
        ? await designate.change('PUT', `${path}/${there.id}`, { signal, subject: name, json: words })
        : await designate.change('POST', path, { signal, subject: name, json: { name: full, type, ...words } });
      const id = textOf(asRow(body, name), 'id');
      return { warnings: [], ...(id !== undefined && { id: dnsId(cloud.endpoint, `${zone.id}/${id}`) }) };
    },
    async planDelete(id, signal) {
      const { row, name } = await find(id, signal);
      const goes = [`${name} ${textOf(row, 'type') ?? ''} ${textsIn(row, 'records').join(', ')}`];
      const refused = whyKept(row);
      return { goes, stays: [], ...(refused !== undefined && { refused }) };
    },
    async delete(id, signal) {
      const { path, row, name } = await find(id, signal);
      const refused = whyKept(row);
      if (refused !== undefined) throw new FleetError('op.refused', refused);
      await needed(project.designate, 'Designate').change('DELETE', path, { signal, subject: name });
      return { warnings: [] };
    },
  };
}

const whyKept = (row: Row): string | undefined => {
  const zone = withoutDot(textOf(row, 'zone_name') ?? '');
  return isOfZone(row, zone) ? `this entry is of the zone ${zone} itself, and goes with it alone` : undefined;
};

/** With its zone behind it. `@` is the zone itself. */
function fullName(name: string, zone: string): string {
  const own = withoutDot(name);
  if (own === '' || own === '@' || own === zone) return withDot(zone);
  return withDot(own.endsWith(`.${zone}`) ? own : `${own}.${zone}`);
}
