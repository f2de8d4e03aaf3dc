/** Resource pools of the cluster: /pools (PVE::API2::Pool). A guest is in one at most. */
import { FleetError } from '../../../errors.ts';
import type { Api } from '../api.ts';
import type { Guest } from '../guests.ts';

/** '' takes it out of the one that it is in. */
export async function movePool(
  api: Api,
  { vmid, name, pool }: Pick<Guest, 'vmid' | 'name' | 'pool'>,
  to: string,
  signal: AbortSignal,
): Promise<void> {
  if ((pool ?? '') === to) return;
  if (!/^[A-Za-z0-9._/-]*$/.test(to))
    throw new FleetError('op.refused', `${JSON.stringify(to)} is no name of a resource pool`);
  const vms = String(vmid);
  const form: Record<string, string> =
    to === '' ? { poolid: pool ?? '', vms, delete: '1' } : { poolid: to, vms, 'allow-move': '1' };
  await api.put('/pools', { signal, subject: name, form });
}
