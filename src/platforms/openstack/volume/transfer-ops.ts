/** Volumes that go from one project to another (API reference of Block Storage v3: /os-volume-transfer). */
import { FleetError } from '../../../errors.ts';
import { nativeOfListed, volumeId } from '../../../ids.ts';
import type { VolumeOfferOps } from '../../contract.ts';
import { asRow, textOf } from '../../lib/json.ts';
import { usedBy } from '../../lib/listed.ts';
import { rowIn, rowsIn } from '../json.ts';
import { isMissing, needed, type Project } from '../project.ts';
import { namesOfServers } from '../server-list.ts';
import { theVolume, untilVolume } from './cinder.ts';

const PATH = '/os-volume-transfer';

export function createTransferOps(project: Project): Required<VolumeOfferOps> {
  const { cloud } = project;
  const cinder = () => needed(project.cinder, 'Cinder');
  return {
    async offer(id, signal) {
      const { id: volume_id, name, servers, status } = await theVolume(project, nativeOfListed(id), signal);
      if (servers.length > 0) {
        const users = await namesOfServers(project.nova, servers, signal);
        throw new FleetError('op.refused', `${usedBy(name, users)}: detach it first`);
      }
      if (status !== 'available') throw new FleetError('op.conflict', `the volume ${name} is ${status}`);
      const json = { transfer: { volume_id, name } };
      const { body } = await cinder().change('POST', PATH, { signal, subject: name, json });
      const row = rowIn(asRow(body, name), 'transfer');
      const [offer, key] = [textOf(row, 'id'), textOf(row, 'auth_key')];
      return {
        warnings: [],
        ...(offer !== undefined && key !== undefined && { offer: { id: offer, key: () => key } }),
      };
    },
    async withdraw(id, signal) {
      const { id: volume, name } = await theVolume(project, nativeOfListed(id), signal);
      const subject = `the offers of ${cloud.name}`;
      // Not page by page: Cinder takes a limit for a word that offers are filtered by, and finds none.
      const all = rowsIn(await cinder().get(`${PATH}/detail`, { subject, signal }), 'transfers');
      const offer = all.flatMap((row) => (textOf(row, 'volume_id') === volume ? (textOf(row, 'id') ?? []) : []))[0];
      if (offer === undefined) throw new FleetError('op.refused', `${name} is not offered`);
      await cinder().change('DELETE', `${PATH}/${encodeURIComponent(offer)}`, { signal, subject: name });
      await untilVolume(project, volume, 'available', signal);
      return { warnings: [] };
    },
    async accept(_of, offer, signal) {
      const path = `${PATH}/${encodeURIComponent(offer.id)}/accept`;
      const json = { accept: { auth_key: offer.key() } };
      const subject = `the offer ${offer.id}`;
      const { body } = await cinder()
        .change('POST', path, { signal, subject, json })
        .catch((error: unknown) => {
          if (!isMissing(error)) throw error;
          throw new FleetError('volume.not-found', `${cloud.endpoint} has no offer ${offer.id}`, {
            fix: 'ask for another one: it was withdrawn, or taken by others',
          });
        });
      const volume = textOf(rowIn(asRow(body, subject), 'transfer'), 'volume_id');
      if (volume === undefined) return { warnings: [] };
      await untilVolume(project, volume, 'available', signal);
      return { warnings: [], id: volumeId(cloud.endpoint, volume) };
    },
  };
}
