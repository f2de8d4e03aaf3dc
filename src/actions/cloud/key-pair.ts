/** SSH keys that new VMs are given. */
import { readFile } from 'node:fs/promises';
import { FleetError } from '../../errors.ts';
import type { EndpointName } from '../../ids.ts';
import type { Accepted, KeyPairOps } from '../../platforms/contract.ts';
import { absolute } from '../../state/files/absolute.ts';
import { fileTrouble } from '../../state/files/file-trouble.ts';
import { keepPrivateKey } from '../../state/files/private-key-file.ts';
import { newSshKeyPair, SSH_KEY_TYPES } from '../../state/files/ssh-key-pair.ts';
import type { Args, ObjectAction, ReadOutcome } from '../action.ts';
import { deleteAction, LIMIT_MS, listAction } from '../listed-verbs.ts';
import { NEW_NAME } from '../new-name.ts';
import { objectAction } from '../object-action.ts';
import { seenByName } from '../seen-in-list.ts';
import { textIn } from '../text-in.ts';

export const keyPairListAction = listAction('keypair', 'Key pairs', 'List the SSH keys that new VMs can be given.');

/** Where a new private key is kept. */
const fileIn = (args: Args): string => textIn(args, 'file') || `~/.ssh/${textIn(args, 'name')}`;

const seen = (args: Args, of: EndpointName): ReadOutcome => seenByName('keypair', args, of, LIMIT_MS, 'key pair');

/** The first line that is a key. Throws op.refused for a file without one, above all for a private key. */
async function publicKeyIn(path: string): Promise<string> {
  const name = absolute(path);
  const text = await readFile(name, 'utf8').catch((error: unknown) => {
    throw new FleetError('op.refused', `${name} can't be read: ${fileTrouble(error)}`, { cause: error });
  });
  const line = text.split('\n').find((one) => /^(ssh-|ecdsa-|sk-)\S+ [A-Za-z0-9+/]{40,}={0,3}( |\r?$)/.test(one));
  if (line !== undefined) return line.trim();
  throw new FleetError('op.refused', `${name} is no public key`, {
    fix: text.includes('PRIVATE KEY')
      ? `name the file of the public key: ${name}.pub`
      : 'name a file as id_ed25519.pub',
  });
}

/** What was made is taken back where the platform did not take it; it stays where that is not known. */
async function sendNew(
  create: NonNullable<KeyPairOps['create']>,
  of: Parameters<typeof create>[0],
  args: Args,
  signal: AbortSignal,
): Promise<Accepted> {
  const name = textIn(args, 'name');
  const type = SSH_KEY_TYPES.find((one) => one === args['type']) ?? 'ed25519';
  const { privateKey, publicKey } = await newSshKeyPair(type, name);
  const kept = await keepPrivateKey(fileIn(args), privateKey);
  try {
    const answer = await create(of, { name, publicKey }, signal);
    if (answer.dryRun) await kept.discard();
    return answer;
  } catch (error) {
    if (!(error instanceof FleetError && error.code === 'outcome.unknown')) await kept.discard();
    throw error;
  }
}

export const keyPairActions: readonly ObjectAction[] = [
  objectAction({
    id: 'keypair.create',
    noun: 'keypair',
    on: 'endpoint',
    title: 'Create key pair',
    help: 'Make an SSH key for new VMs; its private half is kept in a file of this machine alone.',
    keys: ['a'],
    danger: 'none',
    needs: 'keypair.create',
    aliases: ['keypair.add'],
    options: [
      { key: 'name', label: 'Name', help: 'Name of the key pair.', kind: 'text', required: true, pattern: NEW_NAME },
      {
        key: 'file',
        label: 'File',
        help: 'The file of the private key; left empty, one of that name in ~/.ssh.',
        kind: 'path',
        default: '',
        examples: ['FILE'],
      },
      {
        key: 'type',
        label: 'Type',
        help: 'RSA is for what takes nothing newer, as Windows on EC2.',
        kind: 'choice',
        options: SSH_KEY_TYPES,
        default: 'ed25519',
        advanced: true,
      },
    ],
    fits: () => true,
    outcome: (args, endpoint) => {
      if (!endpoint) return undefined;
      const outcome = seen(args, endpoint.id);
      return { ...outcome, words: `${outcome.words}; its private key is in ${absolute(fileIn(args))}` };
    },
    send: (create, { id }, args, signal) => sendNew(create, id, args, signal),
  }),
  objectAction({
    id: 'keypair.import',
    noun: 'keypair',
    on: 'endpoint',
    title: 'Import key pair',
    help: 'Give new VMs an SSH key that is there already.',
    keys: ['U'],
    danger: 'none',
    needs: 'keypair.create',
    options: [
      { key: 'name', label: 'Name', help: 'Name of the key pair.', kind: 'text', required: true, pattern: NEW_NAME },
      {
        key: 'file',
        label: 'File',
        help: 'The file of the public key.',
        kind: 'path',
        required: true,
        examples: ['~/.ssh/id_ed25519.pub'],
      },
    ],
    fits: () => true,
    outcome: (args, endpoint) => endpoint && seen(args, endpoint.id),
    send: async (create, { id }, args, signal) =>
      create(id, { name: textIn(args, 'name'), publicKey: await publicKeyIn(textIn(args, 'file')) }, signal),
  }),
  deleteAction({
    noun: 'keypair',
    title: 'Delete key pair',
    help: 'Give an SSH key to new VMs no longer; files of this machine stay.',
  }),
];
