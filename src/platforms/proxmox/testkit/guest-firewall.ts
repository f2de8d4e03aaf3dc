/** Firewalls of a pretended cluster, its nodes and guests (PVE::API2::Firewall::Rules and their options). */
import { createHash } from 'node:crypto';
import { refusal } from './refusal.ts';
import type { World, WorldGuest } from './world.ts';
import { startFirewall, type WorldFirewall } from './world-parts.ts';

type Values = Readonly<Record<string, string>>;

/** Words of a request that say where it goes. */
const PLACE: ReadonlySet<string> = new Set(['node', 'vmid', 'vnet', 'pos', 'digest', 'moveto']);

/** Of the cluster, a node or a virtual network, by its path. */
export function firewallAt({ firewalls }: World, place: string): WorldFirewall {
  const firewall = firewalls.get(place) ?? startFirewall(false);
  firewalls.set(place, firewall);
  return firewall;
}

/** `below`: what stands behind /firewall. */
export function answerFirewall(
  { groups }: World,
  firewall: WorldFirewall,
  method: string,
  below: readonly string[],
  values: Values,
  guest?: WorldGuest,
): unknown {
  const [what, place] = below;
  const { rules } = firewall;
  if (what === 'options') {
    if (method === 'GET') return { enable: firewall.isOn ? 1 : 0, digest: digestOf(firewall) };
    firewall.isOn = values['enable'] === '1';
    return null;
  }
  if (what !== 'rules') throw refusal(501, `Method '${method} /firewall/${below.join('/')}' not implemented`);
  if (method === 'GET')
    return rules.map((rule, pos) => ({
      ...rule,
      pos,
      digest: digestOf(firewall),
      ...(rule['enable'] !== undefined && { enable: Number(rule['enable']) }),
    }));
  if (values['digest'] !== undefined && values['digest'] !== digestOf(firewall))
    throw refusal(500, 'detected modified configuration - file changed by other user? Try again.');
  if (method === 'POST') {
    const { type, action = '', iface } = values;
    const wrong = (key: string, why: string) => refusal(400, 'Parameter verification failed.', { [key]: why });
    if (type === 'group' && !groups.has(action)) throw wrong('action', `no such security group '${action}'`);
    if (iface !== undefined && guest && guest.config[iface] === undefined) throw wrong('iface', 'no such interface');
    // a new rule is the first one
    rules.unshift(Object.fromEntries(Object.entries(values).filter(([key]) => !PLACE.has(key))));
    return null;
  }
  const at = Number(place);
  const rule = rules[at];
  if (!rule) throw refusal(500, `no rule at position ${place}`);
  const { moveto } = values;
  rules.splice(at, 1);
  if (method === 'PUT' && moveto !== undefined)
    rules.splice(Number(moveto) > at ? Number(moveto) - 1 : Number(moveto), 0, rule);
  return null;
}

const digestOf = ({ rules }: WorldFirewall): string => createHash('sha1').update(JSON.stringify(rules)).digest('hex');
