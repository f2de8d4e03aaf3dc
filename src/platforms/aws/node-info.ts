import { FleetError } from '../../errors.ts';
import { type NodeId, nativeOf } from '../../ids.ts';
import type { NodeInfo } from '../contract.ts';
import type { Api } from './api.ts';
import { readZones } from './zones.ts';

/** An availability zone, F-040: AWS tells what it is and how it is, not how large. */
export async function readNodeInfo(api: Api, id: NodeId, signal: AbortSignal): Promise<NodeInfo> {
  const name = nativeOf(id);
  const zone = (await readZones(api, { subject: id, signal })).find(({ ZoneName }) => ZoneName === name);
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
  ];
  return {
    facts: {},
    lines: lines.flatMap(([section, label, value]) => (value ? [[section, label, value] as const] : [])),
  };
}
