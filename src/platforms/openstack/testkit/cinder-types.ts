/** Volume types of the pretended Cinder, and volumes that go from one project to another. */
import { randomBytes, randomUUID } from 'node:crypto';
import { isRow, type Row, textOf } from '../../lib/json.ts';
import { rowIn } from '../json.ts';
import { novaRefusal } from './refusal.ts';
import type { World } from './world.ts';

interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

const GONE = (what: string) => novaRefusal(404, `${what} could not be found.`);

export const typeView = ([id, name]: readonly [id: string, name: string]) => ({
  id,
  name,
  is_public: true,
  description: null,
});

/** `POST /types`, `GET` and `DELETE /types/ID`. */
export function answerType({ volumeTypes, volumeWords }: World, method: string, id: string, body: unknown): Answer {
  if (method === 'POST') {
    const row = rowIn(isRow(body) ? body : {}, 'volume_type');
    const made = randomUUID();
    volumeTypes.set(made, textOf(row, 'name') ?? '');
    return { status: 200, body: { volume_type: typeView([made, textOf(row, 'name') ?? '']) } };
  }
  const name = volumeTypes.get(id);
  if (name === undefined) throw GONE(`Volume type ${id}`);
  if (method === 'GET') return { status: 200, body: { volume_type: typeView([id, name]) } };
  if ([...volumeWords.values()].some(({ type }) => type === name))
    throw novaRefusal(400, 'Target volume type is still in use.');
  volumeTypes.delete(id);
  return { status: 202 };
}

/** Below `/os-volume-transfer`. */
export function answerTransfer(
  { transfers, volumes }: World,
  method: string,
  [id, verb]: readonly [id: string, verb: string],
  body: unknown,
): Answer {
  const given: Row = isRow(body) ? body : {};
  if (method === 'POST' && id === '') {
    const volume = textOf(rowIn(given, 'transfer'), 'volume_id') ?? '';
    if (!volumes.has(volume)) throw GONE(`Volume ${volume}`);
    if (transfers.has(volume)) throw novaRefusal(400, 'Invalid volume: status must be available');
    const offer = { id: randomUUID(), key: randomBytes(8).toString('hex') };
    transfers.set(volume, offer);
    return { status: 202, body: { transfer: { id: offer.id, auth_key: offer.key, volume_id: volume } } };
  }
  if (method === 'GET')
    return {
      status: 200,
      body: { transfers: Array.from(transfers, ([volume_id, offer]) => ({ id: offer.id, name: null, volume_id })) },
    };
  const [found] = [...transfers].filter(([, offer]) => offer.id === id);
  if (!found) throw GONE(`Transfer ${id}`);
  const [volume_id, { key }] = found;
  if (verb === 'accept' && rowIn(given, 'accept')['auth_key'] !== key)
    throw novaRefusal(400, `Invalid auth key: Attempt to transfer ${id} with invalid auth key.`);
  transfers.delete(volume_id);
  return { status: 202, ...(verb === 'accept' && { body: { transfer: { id, name: null, volume_id } } }) };
}
