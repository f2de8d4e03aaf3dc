/** Volumes of a server: nova knows which they are, Cinder how large. */
import { FleetError } from '../../../errors.ts';
import { type Bytes, gib } from '../../../units.ts';
import { textOf } from '../../lib/json.ts';
import type { Api } from '../api.ts';
import { bytesOf, rowIn, rowsIn } from '../json.ts';
import type { ServerCall } from '../server-call.ts';

export interface Volume {
  readonly id: string;
  /** `/dev/vdb`. */
  readonly device: string;
  /** Undefined when nova does not tell it (before 2.79): then it must count as lost. */
  readonly deleted: boolean | undefined;
  readonly name: string | undefined;
  readonly size: Bytes | undefined;
}

/** Without Cinder's word it is a volume all the same. */
const DEADLINE_MS = 5_000;

/** `cinder` undefined: names and sizes stay unknown. */
export async function readVolumes(call: ServerCall, cinder: Api | undefined): Promise<readonly Volume[]> {
  const { server, signal, name } = call;
  if (server.volumes.length === 0) return [];
  const deleted = new Map(server.volumes.map((volume) => [volume.id, volume.deleted]));
  const rows = rowsIn(await call.get('/os-volume_attachments'), 'volumeAttachments');
  return Promise.all(
    rows.map(async (row): Promise<Volume> => {
      const id = textOf(row, 'volumeId') ?? '';
      const said = row['delete_on_termination'];
      const sheet = cinder ? await readSheet(cinder, id, name, signal) : {};
      return {
        id,
        device: textOf(row, 'device') ?? '',
        deleted: typeof said === 'boolean' ? said : deleted.get(id),
        name: textOf(sheet, 'name'),
        size: bytesOf(sheet, 'size', gib(1)),
      };
    }),
  );
}

async function readSheet(cinder: Api, id: string, subject: string, signal: AbortSignal) {
  try {
    const options = { signal, subject, deadlineMs: DEADLINE_MS };
    return rowIn(await cinder.get(`/volumes/${encodeURIComponent(id)}`, options), 'volume');
  } catch (error) {
    if (error instanceof FleetError && !signal.aborted) return {};
    throw error;
  }
}
