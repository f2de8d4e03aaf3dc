import { FleetError } from '../../errors.ts';
import { type NodeId, nativeOf } from '../../ids.ts';
import type { NodeInfo } from '../contract.ts';
import type { About, Api } from './api.ts';
import { listMachines } from './list-machines.ts';
import type { Machine } from './machine.ts';
import { readZones } from './zones.ts';

/** An availability zone, F-040: AWS tells what it is and how it is, not how large; and for an hour what was terminated in it. */
export async function readNodeInfo(api: Api, id: NodeId, signal: AbortSignal): Promise<NodeInfo> {
  const name = nativeOf(id);
  const about = { subject: id, signal };
  const [zones, terminated] = await Promise.all([readZones(api, about), readTerminated(api, name, about)]);
  const zone = zones.find(({ ZoneName }) => ZoneName === name);
  if (!zone) throw new FleetError('node.not-found', `there is no zone ${name} in this region`);
  const messages = (zone.Messages ?? []).map(({ Message }) => Message);
  const lines: readonly (readonly [string, string, string | undefined])[] = [
    ['General', 'Region', zone.RegionName],
    ['General', 'Zone id', zone.ZoneId],
    ['General', 'Type', zone.ZoneType],
    ['General', 'State', zone.State],
    ['General', 'Opted in', zone.OptInStatus],
    ['General', 'Group', zone.GroupLongName ?? zone.GroupName],
    ['General', 'Parent zone', zone.ParentZoneName],
    ['Network', 'Border group', zone.NetworkBorderGroup],
    ...messages.map((message) => ['Messages', 'AWS says', message] as const),
    ...terminated.map((one) => ['Terminated', one.name, [one.id, one.reason].filter(Boolean).join(': ')] as const),
  ];
  return {
    facts: {},
    lines: lines.flatMap(([section, label, value]) => (value ? [[section, label, value] as const] : [])),
  };
}

/** Rows have none of these: what was terminated can't be brought back, and its name may be another one's already. */
const readTerminated = (api: Api, zone: string, about: About): Promise<readonly Machine[]> =>
  listMachines(api, about, [
    { Name: 'instance-state-name', Values: ['terminated'] },
    { Name: 'availability-zone', Values: [zone] },
  ]);
