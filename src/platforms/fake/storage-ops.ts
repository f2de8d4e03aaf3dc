import { FleetError } from '../../errors.ts';
import { type StorageId, storageId } from '../../ids.ts';
import { bytes, gib } from '../../units.ts';
import type { LossPlan, Storage, StorageOps } from '../contract.ts';
import { refusePlanned, refuseTakenName, usedBy } from '../lib/listed.ts';
import type { Calls } from './call.ts';
import { planFor } from './listed-plans.ts';
import { accepted } from './power.ts';
import type { FakeServer } from './server.ts';

export function createStorageOps({ collections, endpoint }: FakeServer, calls: Calls): Required<StorageOps> {
  const usersOf = (name: string): readonly string[] => [
    ...new Set(collections.volume.all().flatMap(({ storage, users = [] }) => (storage === name ? users : []))),
  ];

  const storageOf = (id: StorageId): Storage => collections.storage.one(id);

  const planStorage = ({ name }: Storage, all: boolean): LossPlan => {
    const inside = collections.volume.all().flatMap((one) => (one.storage === name ? [one.path ?? one.name] : []));
    return planFor(name, usersOf(name), [`the definition of ${name}`, ...(all ? inside : [])], all ? [] : inside);
  };

  return {
    list: (_of, signal) => calls.endpoint('storage.list', signal, () => collections.storage.all()),
    create: (_of, { name, type, path, source = '', hosts = [] }, signal) =>
      calls.endpoint('storage.create', signal, () => {
        if (path === '' && source === '')
          throw new FleetError('op.refused', `${name}: a storage needs a path or a source`);
        refuseTakenName('storage', endpoint, collections.storage.all(), name);
        const id = storageId(endpoint, name);
        collections.storage.put({
          id,
          name,
          type,
          node: undefined,
          shared: true,
          active: true,
          size: gib(500),
          used: bytes(0),
          path: path || source,
          ...(source !== '' && { source }),
          ...(hosts.length > 0 && { hosts }),
          content: ['images'],
        });
        return { ...accepted(), id };
      }),
    planDelete: (id, { volumes }, signal) =>
      calls.endpoint('storage.planDelete', signal, () => planStorage(storageOf(id), volumes)),
    delete: (id, { volumes }, signal) =>
      calls.endpoint('storage.delete', signal, () => {
        const storage = storageOf(id);
        refusePlanned(planStorage(storage, volumes));
        if (volumes) {
          for (const one of collections.volume.all())
            if (one.storage === storage.name) collections.volume.remove(one.id);
        }
        collections.storage.remove(id);
        return accepted();
      }),
    start: (id, signal) =>
      calls.endpoint('storage.start', signal, () => {
        collections.storage.put({ ...storageOf(id), active: true });
        return accepted();
      }),
    stop: (id, signal) =>
      calls.endpoint('storage.stop', signal, () => {
        const storage = storageOf(id);
        const users = usersOf(storage.name);
        if (users.length > 0) throw new FleetError('op.refused', usedBy(storage.name, users));
        collections.storage.put({ ...storage, active: false });
        return accepted();
      }),
    refresh: (id, signal) =>
      calls.endpoint('storage.refresh', signal, () => {
        storageOf(id);
        return accepted();
      }),
  };
}
