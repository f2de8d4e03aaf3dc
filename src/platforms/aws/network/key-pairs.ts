import { keyPairId } from '../../../ids.ts';
import type { KeyPair, KeyPairOps } from '../../contract.ts';
import { refuseTakenName } from '../../lib/listed.ts';
import type { About } from '../api.ts';
import { type AwsRegion, aboutRegion, accepted, nativeId, present, tagged, tagsOf, where } from '../region.ts';

/** EC2 tells them all at once. */
export async function listKeyPairs({ api, endpoint }: AwsRegion, about: About): Promise<readonly KeyPair[]> {
  const { KeyPairs = [] } = await api.read('DescribeKeyPairs', {}, about);
  return KeyPairs.map(({ KeyName = '', KeyType, KeyFingerprint, CreateTime }) => ({
    id: keyPairId(endpoint, KeyName),
    name: KeyName,
    type: KeyType,
    fingerprint: KeyFingerprint,
    created: CreateTime?.getTime(),
  }));
}

export function createKeyPairOps(region: AwsRegion): Required<KeyPairOps> {
  const { api, endpoint } = region;
  const found = async (id: string, about: About): Promise<KeyPair> =>
    present(
      'keypair',
      id,
      (await listKeyPairs(region, about)).find((one) => one.id === id),
    );

  return {
    list: (_of, signal) => listKeyPairs(region, aboutRegion(region, signal)),
    async create(_of, { name, publicKey }, signal) {
      const about = aboutRegion(region, signal);
      refuseTakenName('keypair', endpoint, await listKeyPairs(region, about), name);
      await api.change(
        'ImportKeyPair',
        {
          KeyName: name,
          PublicKeyMaterial: new TextEncoder().encode(publicKey),
          ...tagged('key-pair', tagsOf('', undefined)),
        },
        about,
      );
      return { ...accepted, id: keyPairId(endpoint, name) };
    },
    async planDelete(id, signal) {
      const about = aboutRegion(region, signal);
      const { name } = await found(id, about);
      const { items } = await api.machines({ Filters: [where('key-name', name)] }, about);
      const left = items.filter(({ gone }) => !gone).map((machine) => `${machine.name} (has the key)`);
      return { goes: [`the key pair ${name}`], stays: left };
    },
    async delete(id, signal) {
      const about = aboutRegion(region, signal);
      const { name } = await found(id, about);
      await api.change('DeleteKeyPair', { KeyName: nativeId(id) }, { ...about, subject: name });
      return accepted;
    },
  };
}
