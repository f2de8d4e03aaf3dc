/** What a project may still have: Nova's and Cinder's limits (GET /limits), and quotas of Neutron (GET /quotas/PROJECT/details). */
import { FleetError } from '../../../errors.ts';
import { formatBytes } from '../../../units.ts';
import type { Row } from '../../lib/json.ts';
import type { Api } from '../api.ts';
import type { Cloud } from '../cloud.ts';
import { numberOf, rowIn } from '../json.ts';

export interface Quota {
  /** `vCPUs`. */
  readonly label: string;
  readonly used: number;
  /** Infinity is no limit. */
  readonly most: number;
  readonly spell: (value: number) => string;
}

export interface QuotaServices {
  readonly nova: Api;
  readonly cinder: Api | undefined;
  readonly neutron: Api | undefined;
}

const mib = (value: number): string => formatBytes(value * 1024 ** 2);
const gib = (value: number): string => formatBytes(value * 1024 ** 3);

/** Undefined where one of both is not told. -1 is no limit. */
function quota(
  row: Row,
  label: string,
  [used, most]: readonly [string, string],
  spell: Quota['spell'] = String,
): readonly Quota[] {
  const [now, limit] = [numberOf(row, used), numberOf(row, most)];
  if (now === undefined || limit === undefined) return [];
  return [{ label, used: now, most: limit < 0 ? Number.POSITIVE_INFINITY : limit, spell }];
}

export async function novaQuotas(nova: Api, subject: string, signal: AbortSignal): Promise<readonly Quota[]> {
  const row = rowIn(rowIn(await nova.get('/limits', { signal, subject }), 'limits'), 'absolute');
  return [
    ...quota(row, 'Servers', ['totalInstancesUsed', 'maxTotalInstances']),
    ...quota(row, 'vCPUs', ['totalCoresUsed', 'maxTotalCores']),
    ...quota(row, 'Memory', ['totalRAMUsed', 'maxTotalRAMSize'], mib),
  ];
}

export async function cinderQuotas(cinder: Api, subject: string, signal: AbortSignal): Promise<readonly Quota[]> {
  const row = rowIn(rowIn(await cinder.get('/limits', { signal, subject }), 'limits'), 'absolute');
  return [
    ...quota(row, 'Volumes', ['totalVolumesUsed', 'maxTotalVolumes']),
    ...quota(row, 'Volume space', ['totalGigabytesUsed', 'maxTotalVolumeGigabytes'], gib),
    ...quota(row, 'Snapshots of volumes', ['totalSnapshotsUsed', 'maxTotalSnapshots']),
  ];
}

async function neutronQuotas(neutron: Api, { project }: Cloud, subject: string, signal: AbortSignal) {
  const body = await neutron.get(`/quotas/${encodeURIComponent(project.id)}/details`, { signal, subject });
  const all = rowIn(body, 'quota');
  const of = (label: string, key: string) => quota(rowIn(all, key), label, ['used', 'limit']);
  return [
    ...of('Networks', 'network'),
    ...of('Ports', 'port'),
    ...of('Routers', 'router'),
    ...of('Floating addresses', 'floatingip'),
    ...of('Security groups', 'security_group'),
  ];
}

/** Of all services that tell theirs: one that does not leaves its own away. Rejects where Nova does not. */
export async function readQuotas(
  { nova, cinder, neutron }: QuotaServices,
  cloud: Cloud,
  signal: AbortSignal,
): Promise<readonly Quota[]> {
  const subject = `the quotas of ${cloud.name}`;
  const optional = async (asked: Promise<readonly Quota[]> | undefined): Promise<readonly Quota[]> => {
    try {
      return (await asked) ?? [];
    } catch (error) {
      if (error instanceof FleetError && !signal.aborted) return [];
      throw error;
    }
  };
  const all = await Promise.all([
    novaQuotas(nova, subject, signal),
    optional(cinder && cinderQuotas(cinder, subject, signal)),
    optional(neutron && neutronQuotas(neutron, cloud, subject, signal)),
  ]);
  return all.flat();
}

/** `4 of 20`, `4, no limit`. */
export const spellQuota = ({ used, most, spell }: Quota): string =>
  most === Number.POSITIVE_INFINITY ? `${spell(used)}, no limit` : `${spell(used)} of ${spell(most)}`;

/** Throws op.refused, before anything is made, for the first that would be more than is left. `wanted`: by label. */
export function refuseOverQuota(
  name: string,
  quotas: readonly Quota[],
  wanted: Readonly<Record<string, number | undefined>>,
): void {
  for (const { label, used, most, spell } of quotas) {
    const more = wanted[label] ?? 0;
    const left = Math.max(0, most - used);
    if (more <= left) continue;
    const what = label.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
    throw new FleetError(
      'op.refused',
      `${name} would need ${spell(more)} of ${spell(left)} ${what} left in its project`,
      { fix: 'choose a smaller flavor or disk, delete what is not needed, or ask for a larger quota' },
    );
  }
}
