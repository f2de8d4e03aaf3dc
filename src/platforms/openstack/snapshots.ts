/** Images that were made of a server: what OpenStack calls its snapshots. They live on without it. */
import { FleetError } from '../../errors.ts';
import type { Api } from './api.ts';
import { rowsIn, textOf } from './json.ts';
import type { ServerCall } from './server-call.ts';

/** What is asked beside it is shown without them, if it must be. */
const DEADLINE_MS = 5_000;

/** Their names, oldest first; none when nobody can say. */
export async function readSnapshots(
  glance: Api | undefined,
  { server, name, signal }: ServerCall,
): Promise<readonly string[]> {
  if (!glance) return [];
  try {
    const query = { instance_uuid: server.id, sort: 'created_at:asc' };
    const body = await glance.get('/images', { signal, subject: name, query, deadlineMs: DEADLINE_MS });
    return rowsIn(body, 'images').flatMap((row) => textOf(row, 'name') ?? textOf(row, 'id') ?? []);
  } catch (error) {
    if (error instanceof FleetError && !signal.aborted) return [];
    throw error;
  }
}
