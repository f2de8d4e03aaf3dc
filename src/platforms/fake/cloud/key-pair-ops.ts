import { createHash } from 'node:crypto';
import { FleetError } from '../../../errors.ts';
import { type KeyPairId, keyPairId } from '../../../ids.ts';
import type { KeyPair, KeyPairOps } from '../../contract.ts';
import { refuseTakenName } from '../../lib/listed.ts';
import type { Calls } from '../call.ts';
import { accepted } from '../power.ts';
import type { FakeServer } from '../server.ts';

export function createKeyPairOps({ collections, clock, endpoint }: FakeServer, calls: Calls): Required<KeyPairOps> {
  const pairOf = (id: KeyPairId): KeyPair => collections.keypair.one(id);

  return {
    list: (_of, signal) => calls.endpoint('keypair.list', signal, () => collections.keypair.all()),
    create: (_of, { name, publicKey }, signal) =>
      calls.endpoint('keypair.create', signal, () => {
        refuseTakenName('keypair', endpoint, collections.keypair.all(), name);
        const [, type, key] = /^ssh-(\S+) ([A-Za-z0-9+/=]+)/.exec(publicKey) ?? [];
        if (type === undefined || key === undefined)
          throw new FleetError('op.refused', `${name}: that is no public key`);
        const id = keyPairId(endpoint, name);
        const fingerprint = `SHA256:${createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64')}`;
        collections.keypair.put({ id, name, type, fingerprint, created: clock.now() });
        return { ...accepted(), id };
      }),
    planDelete: (id, signal) =>
      calls.endpoint('keypair.planDelete', signal, () => ({ goes: [`the key pair ${pairOf(id).name}`], stays: [] })),
    delete: (id, signal) =>
      calls.endpoint('keypair.delete', signal, () => {
        pairOf(id);
        collections.keypair.remove(id);
        return accepted();
      }),
  };
}
