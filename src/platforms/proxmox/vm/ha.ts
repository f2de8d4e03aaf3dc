/** High availability of a guest: /cluster/ha/resources/{sid} (PVE::API2::HA::Resources). */
import { FleetError } from '../../../errors.ts';
import { asRow, textOf } from '../../lib/json.ts';
import { type Api, isNotOffered } from '../api.ts';
import type { Guest } from '../guests.ts';
import { placePath } from '../read-each.ts';

type Named = Pick<Guest, 'kind' | 'vmid' | 'name'>;

const sidOf = ({ kind, vmid }: Named): string => `${kind === 'qemu' ? 'vm' : 'ct'}:${vmid}`;

/** `started`, `stopped` …; `none` for a guest that it leaves alone, and where this login may not ask. */
export async function readHa(api: Api, guest: Named, signal: AbortSignal): Promise<string> {
  const path = placePath('cluster', 'ha', 'resources', sidOf(guest));
  try {
    const state = textOf(asRow(await api.get(path, { signal, subject: guest.name }), guest.name), 'state') ?? 'started';
    return state === 'enabled' ? 'started' : state;
  } catch (error) {
    if (isNone(error)) return 'none';
    throw error;
  }
}

/** `no such resource 'vm:100'`, with 500; or there is no high availability, or none for this login. */
const isNone = (error: unknown): boolean =>
  isNotOffered(error) || (error instanceof FleetError && /no such resource/i.test(error.message));

/** `none` takes it out. */
export async function askHa(api: Api, guest: Named, state: string, signal: AbortSignal): Promise<void> {
  const sid = sidOf(guest);
  const path = placePath('cluster', 'ha', 'resources', sid);
  const subject = guest.name;
  if (state === 'none') {
    await api.delete(path, { signal, subject });
    return;
  }
  const before = await readHa(api, guest, signal);
  if (before === 'none') await api.post('/cluster/ha/resources', { signal, subject, form: { sid, state } });
  else await api.put(path, { signal, subject, form: { state } });
}
