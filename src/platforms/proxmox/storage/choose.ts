/** The storage that is meant by a name, or that is the usual one. */
import { FleetError } from '../../../errors.ts';
import type { KnownStorage } from '../catalog.ts';

export interface StorageWish {
  /** For sentences. */
  readonly endpoint: string;
  /** Its name, `pve1/local` where several nodes have one of that name, or '' for the first that can take it. */
  readonly wanted: string;
  /** One of these it must take: `iso`, `images`. */
  readonly content: string;
  /** The node that must be able to use it. */
  readonly node?: string;
}

/** Rejects with storage.not-found, name.ambiguous, op.conflict or op.refused. */
export function chooseStorage(
  storages: readonly KnownStorage[],
  { endpoint, wanted, content, node }: StorageWish,
): KnownStorage {
  const isNear = (one: KnownStorage) => node === undefined || one.node === undefined || one.node === node;
  const isUsable = (one: KnownStorage) => (node === undefined ? one.through.length > 0 : one.through.includes(node));
  const takes = (one: KnownStorage) => one.content.includes(content);
  const where = node === undefined ? endpoint : node;
  if (wanted === '') {
    const usual = storages.find((one) => isUsable(one) && takes(one));
    if (usual) return usual;
    throw new FleetError('op.refused', `no active storage of ${where} takes ${content}`, {
      fix: `allow the content ${content} on a storage (Datacenter, Storage)`,
    });
  }
  const called = storages.filter(({ key, name }) => key === wanted || name === wanted);
  const named = called.filter(isNear);
  const [first, ...others] = named;
  if (!first) {
    const elsewhere = called.length > 0 ? `; it is on ${called.map((one) => one.node).join(', ')}` : '';
    throw new FleetError('storage.not-found', `${where} has no storage ${JSON.stringify(wanted)}${elsewhere}`);
  }
  if (others.length > 0) {
    throw new FleetError('name.ambiguous', `${named.length} nodes have a storage ${wanted} of their own`, {
      fix: `say which one: ${named.map(({ key }) => key).join(', ')}`,
    });
  }
  if (isUsable(first)) {
    if (takes(first)) return first;
    throw new FleetError('op.refused', `${first.key} takes ${first.content.join(', ') || 'nothing'}, not ${content}`, {
      fix: `allow the content ${content} on it, or choose another storage`,
    });
  }
  throw new FleetError(
    'op.conflict',
    `${first.key} can't be used now: ${first.offline ?? (node === undefined ? 'it is not active' : `it is not active on ${node}`)}`,
  );
}
