import { randomBytes, randomUUID } from 'node:crypto';
import { FleetError } from '../../errors.ts';
import { nativeOfListed } from '../../ids.ts';
import type { VolumeOfferOps } from '../contract.ts';
import { refusePlanned } from '../lib/listed.ts';
import type { Calls } from './call.ts';
import { planFor } from './listed-plans.ts';
import { accepted } from './power.ts';
import type { FakeServer } from './server.ts';

/** Volumes that change hands. There is one owner here, who takes over what was offered. */
export function createVolumeOffers({ collections, offers }: FakeServer, calls: Calls): Required<VolumeOfferOps> {
  return {
    offer: (id, signal) =>
      calls.endpoint('volume.offer', signal, () => {
        const { name, users = [] } = collections.volume.one(id);
        refusePlanned(planFor(name, users, []));
        if (offers.has(id))
          throw new FleetError('op.conflict', `${name} is offered already`, { fix: 'withdraw it first' });
        const offer = { id: randomUUID(), key: randomBytes(8).toString('hex') };
        offers.set(id, offer);
        return { ...accepted(), offer: { id: offer.id, key: () => offer.key } };
      }),
    withdraw: (id, signal) =>
      calls.endpoint('volume.withdraw', signal, () => {
        const { name } = collections.volume.one(id);
        if (!offers.delete(id)) throw new FleetError('op.refused', `${name} is not offered`);
        return accepted();
      }),
    accept: (_of, offer, signal) =>
      calls.endpoint('volume.accept', signal, () => {
        const [found] = [...offers].filter(([, one]) => one.id === offer.id);
        if (!found) throw new FleetError('volume.not-found', `no volume is offered as ${offer.id}`);
        const [id, { key }] = found;
        if (offer.key() !== key)
          throw new FleetError('op.refused', `the key is not that of the offer of ${nativeOfListed(id)}`);
        offers.delete(id);
        return { ...accepted(), id };
      }),
  };
}
