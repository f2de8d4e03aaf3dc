/**
 * Who has a rule for a security group: the cluster, its nodes, its virtual networks and its guests each have a firewall of their own, and
 * the API has no list of all rules. One request for each of them.
 */
import { FleetError, sentence } from '../../../errors.ts';
import { asRows, textOf } from '../../lib/json.ts';
import { usedBy } from '../../lib/listed.ts';
import { isNotOffered } from '../api.ts';
import { type ListContext, readCatalog } from '../catalog.ts';
import { pathOf } from '../guest-call.ts';
import { placePath, readEach } from '../read-each.ts';
import { maySeeAll } from '../rights.ts';

interface Place {
  readonly name: string;
  readonly path: string;
}

/** Why it can't be deleted: who has it, or that this could not be found out. Undefined when none has it. */
export async function whoHasGroup(
  context: ListContext,
  group: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { api } = context;
  const untold = `who has ${group} can't be found out`;
  if (!maySeeAll(context.permissions)) return `${untold}: this login may not see all guests (VM.Audit on /vms)`;
  const [{ resources }, vnets] = await Promise.all([readCatalog(context, signal), readVnets(context, signal)]);
  if (typeof vnets === 'string') return `${untold}: ${vnets}`;
  const nodes = [...resources.nodes.values()];
  const places: readonly Place[] = [
    { name: 'the cluster', path: '/cluster/firewall/rules' },
    ...nodes.map(({ name }) => ({ name: `the node ${name}`, path: `${placePath('nodes', name)}/firewall/rules` })),
    ...vnets.map((name) => ({
      name: `the network ${name}`,
      path: `${placePath('cluster', 'sdn', 'vnets', name)}/firewall/rules`,
    })),
    ...[...resources.guests.values()].map((guest) => ({ name: guest.name, path: `${pathOf(guest)}/firewall/rules` })),
  ];
  const parts = await readEach(places, signal, async ({ name, path }) => {
    const answer = await api.get(path, { signal, subject: name }).catch((error: unknown) => {
      if (error instanceof FleetError && error.code === 'op.unsupported') return [];
      throw error;
    });
    return asRows(answer, name).some((row) => row['type'] === 'group' && textOf(row, 'action') === group);
  });
  const users = parts.flatMap(({ part, value }) => (value === true ? [part.name] : []));
  if (users.length > 0) return usedBy(group, users);
  const failed = parts.find(({ error }) => error !== undefined);
  return failed?.error && `${untold}: ${sentence(failed.error)}`;
}

/** None where there is no SDN, as before 8.1; why they may not be seen. */
async function readVnets({ api }: ListContext, signal: AbortSignal): Promise<readonly string[] | string> {
  try {
    const subject = 'the virtual networks';
    const rows = asRows(await api.get('/cluster/sdn/vnets', { signal, subject }), subject);
    return rows.flatMap((row) => textOf(row, 'vnet') ?? []);
  } catch (error) {
    if (!isNotOffered(error)) throw error;
    return error.code === 'auth.forbidden' ? sentence(error) : [];
  }
}
