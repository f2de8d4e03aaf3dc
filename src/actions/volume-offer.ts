/** Volumes that go from one owner to another: offered by the one, with a key in a file, and taken over by the other. */
import { readFile } from 'node:fs/promises';
import { FleetError } from '../errors.ts';
import type { Accepted, Connection, Volume, VolumeOffer } from '../platforms/contract.ts';
import { shellWord } from '../shell-word.ts';
import { absolute } from '../state/files/absolute.ts';
import { fileTrouble } from '../state/files/file-trouble.ts';
import { keepPrivateKey } from '../state/files/private-key-file.ts';
import type { ObjectAction } from './action.ts';
import { LIMIT_MS } from './listed-verbs.ts';
import { needed, objectAction } from './object-action.ts';
import { isListed, seenInList } from './seen-in-list.ts';
import { textIn } from './text-in.ts';

/** A new disk may be copied to where its new owner has it. */
const ACCEPT_LIMIT_MS = 10 * LIMIT_MS;
/** The id of the offer and its key, as `openstack volume transfer request accept` takes them too. */
const OFFER = /^(\S+) (\S+)\s*$/;

/** The file is made before the volume is offered: a key that could not be kept would be lost. */
async function offerInto(
  connection: Connection,
  { id, name }: Pick<Volume, 'id' | 'name'>,
  file: string,
  signal: AbortSignal,
): Promise<Accepted> {
  const offer = needed(connection, 'volume.offer');
  if (!connection.dryRun) await (await keepPrivateKey(file, '')).discard();
  signal.throwIfAborted();
  const withdraw = { fix: `take it back: drover volume withdraw ${shellWord(name)}` };
  const { offer: made, ...answer } = await offer(id, signal).catch((error: unknown) => {
    const code = error instanceof FleetError ? error.code : undefined;
    const isGivenUp = signal.aborted && (error === signal.reason || code === 'op.cancelled');
    if (!isGivenUp && code !== 'outcome.unknown') throw error;
    const why = isGivenUp ? 'given up' : 'no answer came';
    const more = { ...withdraw, cause: error };
    throw new FleetError('outcome.unknown', `${why}: ${name} may be offered, with a key that is in no file`, more);
  });
  if (answer.dryRun) return answer;
  if (!made)
    throw new FleetError('outcome.unknown', `${name} may be offered, but its platform answered no key`, withdraw);
  try {
    await keepPrivateKey(file, `${made.id} ${made.key()}\n`);
  } catch (error) {
    const why = error instanceof FleetError ? error.message : fileTrouble(error);
    throw new FleetError('op.failed', `${name} is offered, but its key is lost: ${why}`, { ...withdraw, cause: error });
  }
  return answer;
}

/** Throws op.refused for a file that is none. */
async function offerIn(file: string): Promise<VolumeOffer> {
  const name = absolute(file);
  const text = await readFile(name, 'utf8').catch((error: unknown) => {
    throw new FleetError('op.refused', `${name} can't be read: ${fileTrouble(error)}`, { cause: error });
  });
  const [, id, key] = OFFER.exec(text) ?? [];
  if (id === undefined || key === undefined)
    throw new FleetError('op.refused', `${name} is no offer of a volume`, {
      fix: 'it has the id of the offer and its key, with a blank between them',
    });
  return { id, key: () => key };
}

const offerAction: ObjectAction<'volume'> = {
  kind: 'object',
  id: 'volume.offer',
  noun: 'volume',
  on: 'volume',
  title: 'Offer volume',
  help: 'Let another project take a volume over; the key for that goes into a file of this machine.',
  keys: ['o'],
  atMost: 1,
  danger: 'interrupts',
  needs: 'volume.offer',
  options: [
    {
      key: 'file',
      label: 'File',
      help: 'The file of the key, which only its owner can read.',
      kind: 'path',
      required: true,
      examples: ['FILE'],
    },
  ],
  loses: () => 'All who have the file can take the volume, with what is on it.',
  fits: () => true,
  asked: (args) => `is offered; what takes it over is in ${absolute(textIn(args, 'file'))}`,
  send: (connection, volume, args, signal) => offerInto(connection, volume, textIn(args, 'file'), signal),
};

export const volumeOfferActions: readonly ObjectAction[] = [
  offerAction,
  objectAction({
    id: 'volume.withdraw',
    noun: 'volume',
    on: 'volume',
    title: 'Withdraw offer',
    phrase: 'Withdraw the offer of …',
    help: 'Offer a volume no longer.',
    keys: ['O'],
    danger: 'none',
    needs: 'volume.withdraw',
    fits: () => true,
    asked: () => 'is offered no longer',
    send: (withdraw, { id }, _args, signal) => withdraw(id, signal),
  }),
  objectAction({
    id: 'volume.accept',
    noun: 'volume',
    on: 'endpoint',
    title: 'Take volume over',
    help: 'Take a volume over that another project offers.',
    keys: [],
    danger: 'none',
    needs: 'volume.accept',
    options: [
      {
        key: 'file',
        label: 'File',
        help: 'The file that was made when the volume was offered.',
        kind: 'path',
        required: true,
        examples: ['FILE'],
      },
    ],
    fits: () => true,
    outcome: (_args, endpoint) =>
      endpoint &&
      seenInList({
        kind: 'volume',
        of: endpoint.id,
        words: 'has the volume',
        limitMs: ACCEPT_LIMIT_MS,
        holds: isListed('volume'),
      }),
    send: async (accept, { id }, args, signal) => accept(id, await offerIn(textIn(args, 'file')), signal),
  }),
];
