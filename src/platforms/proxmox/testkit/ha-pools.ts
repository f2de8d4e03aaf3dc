/** High availability and resource pools of a pretended cluster (PVE::API2::HA::Resources, PVE::API2::Pool). */
import { refusal } from './refusal.ts';
import type { World } from './world.ts';

type Values = Readonly<Record<string, string>>;

export function answerHa(world: World, method: string, segments: readonly string[], values: Values): unknown {
  const sid = segments[3] ?? values['sid'] ?? '';
  const state = world.ha.get(sid);
  if (method === 'GET' && segments[3] === undefined) return [...world.ha].map(([one]) => ({ sid: one }));
  if (method === 'POST') {
    if (state !== undefined) throw refusal(500, `resource ID '${sid}' already defined`);
    if (!world.guests.has(Number(sid.slice(3)))) throw refusal(500, `cannot add non-existing service '${sid}'`);
    world.ha.set(sid, values['state'] ?? 'started');
    return null;
  }
  if (state === undefined) throw refusal(500, `no such resource '${sid}'`);
  if (method === 'DELETE') world.ha.delete(sid);
  else if (method === 'PUT') world.ha.set(sid, values['state'] ?? state);
  else return { sid, type: sid.slice(0, 2), state, digest: 'd1' };
  return null;
}

export function changePool(
  { pools }: World,
  { poolid = '', vms = '', delete: takes, 'allow-move': moves }: Values,
): null {
  const pool = pools.get(poolid);
  if (!pool) throw refusal(500, `pool '${poolid}' does not exist`);
  for (const vmid of vms.split(',').map(Number)) {
    if (takes === '1') {
      if (!pool.delete(vmid)) throw refusal(500, `VM ${vmid} is not a pool member`);
      continue;
    }
    const [other] = [...pools].find(([name, members]) => name !== poolid && members.has(vmid)) ?? [];
    if (other !== undefined && moves !== '1')
      throw refusal(500, `VM ${vmid} belongs already to pool '${other}' and 'allow-move' is not set`);
    if (other !== undefined) pools.get(other)?.delete(vmid);
    pool.add(vmid);
  }
  return null;
}
