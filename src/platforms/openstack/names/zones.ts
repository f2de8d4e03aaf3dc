/** Zones of Designate, and names as it spells them, with a dot at the end (API reference of DNS v2). */
import { FleetError } from '../../../errors.ts';
import { type Row, textOf } from '../../lib/json.ts';
import { isOfProject, type ListedRow, readListed } from '../listed-rows.ts';
import { needed, type Project } from '../project.ts';

export const withDot = (name: string): string => (name.endsWith('.') ? name : `${name}.`);
export const withoutDot = (name: string): string => name.replace(/\.$/, '');

export async function readZones(
  { cloud, designate }: Project,
  signal: AbortSignal,
  query: Readonly<Record<string, string>> = {},
): Promise<readonly ListedRow[]> {
  const subject = `the zones of ${cloud.name}`;
  const rows = await readListed(needed(designate, 'Designate'), '/zones', 'zones', { subject, signal, query });
  return rows.filter(({ row }) => isOfProject(cloud, textOf(row, 'project_id'), false));
}

/** Rejects with zone.not-found. */
export async function zoneCalled(project: Project, name: string, signal: AbortSignal): Promise<ListedRow> {
  const [found] = await readZones(project, signal, { name: withDot(name) });
  if (found) return found;
  throw new FleetError('zone.not-found', `${project.cloud.endpoint} has no zone ${JSON.stringify(name)}`);
}

/** Of the zone itself: Designate makes these, and they go with it alone. */
export const isOfZone = (row: Row, zone: string): boolean =>
  textOf(row, 'name') === withDot(zone) && ['SOA', 'NS'].includes(textOf(row, 'type') ?? '');

/** Entries of a zone, those for the zone itself among them. */
export const readEntries = (
  { designate }: Project,
  { id, name }: { readonly id: string; readonly name: string },
  signal: AbortSignal,
  query: Readonly<Record<string, string>> = {},
): Promise<readonly ListedRow[]> =>
  readListed(needed(designate, 'Designate'), `/zones/${encodeURIComponent(id)}/recordsets`, 'recordsets', {
    ...{ subject: `the entries of ${name}`, signal, query },
  });
