/** Bytes of files: `/folder/PATH?dcPath=…&dsName=…` of a vCenter or ESX host ("Accessing Datastore Files over HTTP"). */
import { FleetError } from '../../../errors.ts';
import type { Destination, Source } from '../../contract.ts';
import { receiveParts } from '../../lib/file-parts.ts';
import { type Made, shellWord } from '../../lib/take-back.ts';
import { type Catalog, parentsOf, type Store } from '../place/catalog.ts';
import type { Session } from '../session.ts';

/** As long as a large file takes over a slow line; when nothing moves, the transport gives up. */
const DEADLINE_MS = 86_400_000;
const PIECE_MS = 600_000;
const PIECE = 16 * 1024 ** 2;

/** Folders are parts of the path of a datacenter, but for the root. */
export function folderPath(catalog: Catalog, store: Store, name: string): string {
  const parents = parentsOf(catalog, store);
  const at = parents.findIndex(({ ref }) => ref.type === 'Datacenter');
  const way = parents.slice(at).filter(({ parent }) => parent !== '');
  const dcPath =
    at < 0
      ? 'ha-datacenter'
      : way
          .map((one) => one.name)
          .toReversed()
          .join('/');
  const query = new URLSearchParams({ dcPath, dsName: store.name });
  return `/folder/${name.split('/').map(encodeURIComponent).join('/')}?${query}`;
}

export async function sendFile(session: Session, path: string, source: Source, signal: AbortSignal): Promise<void> {
  const answer = await session.send({
    method: 'PUT',
    path,
    kind: 'mutates',
    signal,
    deadlineMs: DEADLINE_MS,
    headers: { 'content-type': 'application/octet-stream' },
    stream: { length: source.size, pieces: () => source.read(0) },
  });
  if (answer.status < 200 || answer.status > 299) throw refusedBy(session, source.name, answer.status);
}

/** Goes on behind what is there, where that is the beginning of this file. Rejects with op.conflict when it changes meanwhile. */
export async function receiveFile(session: Session, path: string, to: Destination, signal: AbortSignal): Promise<void> {
  const ask = (method: 'HEAD' | 'GET', headers: Readonly<Record<string, string>> = {}) =>
    session.send({ method, path, kind: 'reads', signal, headers, deadlineMs: PIECE_MS });
  const head = await ask('HEAD', { 'accept-encoding': 'identity' });
  const size = Number(head.headers['content-length'] ?? Number.NaN);
  if (head.status !== 200 || !Number.isSafeInteger(size)) throw refusedBy(session, to.name, head.status);
  const version = head.headers['last-modified'];
  const read = async (from: number, length: number): Promise<Buffer> => {
    const range = `bytes=${from}-${from + length - 1}`;
    const answer = await ask('GET', { range, 'accept-encoding': 'identity' });
    if (answer.headers['last-modified'] !== version) {
      throw new FleetError('op.conflict', `${to.name}: it became another file meanwhile`, { fix: 'fetch it again' });
    }
    if (answer.status === 206 && answer.body.length === length) return answer.body;
    if (answer.status === 200 && from === 0 && answer.body.length === size && size <= PIECE) return answer.body;
    throw refusedBy(session, to.name, answer.status);
  };
  await receiveParts({ size, part: PIECE, read }, to);
}

const refusedBy = ({ host }: Session, name: string, status: number): unknown =>
  status === 403
    ? new FleetError('auth.forbidden', `${name}: the right Datastore.FileManagement or Datastore.Browse is missing`)
    : new FleetError('op.failed', `${name}: ${host} answered with the status ${status}`);

/** A file that is perhaps only half there. */
export const fileMade = ({ name: store }: Store, name: string, undo: (signal: AbortSignal) => Promise<void>): Made => ({
  what: `the file [${store}] ${name}`,
  command: `govc datastore.rm -ds ${shellWord(store)} ${shellWord(name)}`,
  undo: () => undo(new AbortController().signal),
});
