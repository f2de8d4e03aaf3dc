import type { AvailabilityZone } from '@aws-sdk/client-ec2';
import { UNKNOWN_SIZE } from '../../units.ts';
import type { Node } from '../contract.ts';
import type { About, Api } from './api.ts';
import { zoneStateOf } from './states.ts';
import { type Place, regionPool, zoneNode } from './vm-row.ts';

/** The zones that this account has: also the local and wavelength zones that were opted into. */
export async function readZones(api: Api, about: About): Promise<readonly AvailabilityZone[]> {
  const { AvailabilityZones = [] } = await api.read('DescribeAvailabilityZones', {}, about);
  return AvailabilityZones;
}

/** A zone is a node without figures: AWS does not tell how large one is. */
export function nodeOf(place: Place, zone: AvailabilityZone, since: number): Node {
  const { ZoneName: name = '', State: word, Messages = [] } = zone;
  const said = Messages.map(({ Message }) => Message ?? '').filter((text) => text !== '');
  const troubled = word !== 'available' || said.length > 0;
  return {
    id: zoneNode(place, name),
    name,
    pool: regionPool(place),
    state: zoneStateOf(word),
    address: undefined,
    cpus: Number.NaN,
    memory: UNKNOWN_SIZE,
    version: 'Amazon EC2',
    ...(troubled ? { trouble: { message: [word ?? 'no state', ...said].join(': '), since } } : {}),
  };
}

/** A zone that is known by its instances alone. */
export const unknownZone = (place: Place, name: string): Node => {
  const { trouble: _trouble, ...node } = nodeOf(place, { ZoneName: name }, 0);
  return node;
};
