/** Images that were made of a server: what OpenStack calls its snapshots. They live on without it. */
import { FleetError } from '../../../errors.ts';
import { snapshotId, type VmId } from '../../../ids.ts';
import type { Snapshot } from '../../contract.ts';
import { textOf } from '../../lib/json.ts';
import type { Api } from '../api.ts';
import { rowsIn, timeOf } from '../json.ts';
import type { ServerCall } from '../server-call.ts';

/** What is asked beside it is shown without them, if it must be. */
const DEADLINE_MS = 5_000;

/** What Glance says of an image that is still being taken. */
const UNFINISHED: ReadonlySet<string> = new Set(['queued', 'saving', 'uploading', 'importing']);

/** Oldest first; none when Glance can't be asked. They hold disks only, and none is layered on another. */
export async function readSnapshots(
  vm: VmId,
  glance: Api | undefined,
  { server, name, signal }: ServerCall,
): Promise<readonly Snapshot[]> {
  if (!glance) return [];
  try {
    const query = { instance_uuid: server.id, sort: 'created_at:asc' };
    const body = await glance.get('/images', { signal, subject: name, query, deadlineMs: DEADLINE_MS });
    return rowsIn(body, 'images').flatMap((row) => {
      const id = textOf(row, 'id');
      if (id === undefined || UNFINISHED.has(textOf(row, 'status') ?? '')) return [];
      return {
        id: snapshotId(vm, id),
        name: textOf(row, 'name') ?? id,
        parent: undefined,
        created: timeOf(row, 'created_at'),
        current: false,
        memory: false,
        external: undefined,
        description: textOf(row, 'description'),
      };
    });
  } catch (error) {
    if (error instanceof FleetError && !signal.aborted) return [];
    throw error;
  }
}
