/** Key pairs of Nova, which belong to the user (API reference of Compute: /os-keypairs). */
import { FleetError } from '../../../errors.ts';
import { type KeyPairId, keyPairId, nativeOfListed } from '../../../ids.ts';
import type { KeyPair, KeyPairOps, LossPlan } from '../../contract.ts';
import { type Row, textOf } from '../../lib/json.ts';
import { noListed, refuseTakenName } from '../../lib/listed.ts';
import { readPages } from '../../transport/http/rest-pages.ts';
import { rowIn, rowsIn } from '../json.ts';
import { isAtLeast } from '../microversion.ts';
import { isMissing, type Project } from '../project.ts';
import { nextMarker, readServerNames } from '../server-list.ts';

const PATH = '/os-keypairs';
const PAGE = 250;
/** Users may ask for servers by their key pair from here on (microversion history, 2.83). */
const BY_KEY = [2, 83] as const;

export function createKeyPairOps(project: Project): Required<KeyPairOps> {
  const { cloud, nova } = project;
  const pathOf = (id: KeyPairId) => `${PATH}/${encodeURIComponent(nativeOfListed(id))}`;

  async function list(signal: AbortSignal): Promise<readonly KeyPair[]> {
    const all: KeyPair[] = [];
    const subject = `the key pairs of ${cloud.name}`;
    const pages = readPages(subject, async (marker) => {
      const body = await nova.get(PATH, { signal, subject, query: { limit: PAGE, marker } });
      return { items: rowsIn(body, 'keypairs'), next: nextMarker(body, 'keypairs_links') };
    });
    for await (const page of pages) {
      for (const item of page) {
        const row: Row = rowIn(item, 'keypair');
        const name = textOf(row, 'name') ?? '';
        const [type, fingerprint] = [textOf(row, 'type'), textOf(row, 'fingerprint')];
        all.push({ id: keyPairId(cloud.endpoint, name), name, type, fingerprint, created: undefined });
      }
    }
    return all;
  }

  async function refuseGone(id: KeyPairId, signal: AbortSignal): Promise<void> {
    try {
      await nova.get(pathOf(id), { signal, subject: nativeOfListed(id) });
    } catch (error) {
      throw isMissing(error) ? noListed('keypair', id) : error;
    }
  }

  return {
    list: (_of, signal) => list(signal),
    async create(_of, { name, publicKey }, signal) {
      refuseTakenName('keypair', cloud.name, await list(signal), name);
      if (!/^(ssh-|ecdsa-|sk-)\S+ \S+/.test(publicKey.trim()))
        throw new FleetError('op.refused', `${name}: this is no public SSH key`);
      const json = { keypair: { name, public_key: publicKey, type: 'ssh' } };
      await nova.change('POST', PATH, { signal, subject: name, json });
      return { warnings: [], id: keyPairId(cloud.endpoint, name) };
    },
    async planDelete(id, signal): Promise<LossPlan> {
      await refuseGone(id, signal);
      const name = nativeOfListed(id);
      const { allProjects } = cloud.address;
      const users = isAtLeast(cloud.version, BY_KEY)
        ? [...(await readServerNames(nova, { subject: name, allProjects, signal, keyName: name })).values()]
        : [];
      return { goes: [`the key pair ${name}`], stays: users.map((user) => `${user}, which keeps the key`) };
    },
    async delete(id, signal) {
      try {
        await nova.change('DELETE', pathOf(id), { signal, subject: nativeOfListed(id) });
      } catch (error) {
        throw isMissing(error) ? noListed('keypair', id) : error;
      }
      return { warnings: [] };
    },
  };
}
