import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { volumeOfferActions } from '../../src/actions/volume-offer.ts';
import { FleetError } from '../../src/errors.ts';
import { endpointName, volumeId } from '../../src/ids.ts';
import type { Connection, Volume } from '../../src/platforms/contract.ts';
import { refusal } from '../contract/refusal.ts';

const volume = { id: volumeId(endpointName('one'), 'v1'), name: 'my data' } as Volume;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-offer-'));
});
afterEach(() => rm(folder, { recursive: true }));

function offer(connection: unknown, signal: AbortSignal) {
  const action = volumeOfferActions.find(({ id }) => id === 'volume.offer');
  if (!action) throw new Error('there is no such action');
  const args = { file: join(folder, 'keys', 'offer') };
  return action.send(connection as Connection, volume as never, args, signal, () => {});
}

describe('a volume that is offered', () => {
  it('makes no file when nothing is sent', async () => {
    const answer = { dryRun: true, warnings: [] };
    const connection = { dryRun: true, volume: { offer: async () => answer } };
    expect(await offer(connection, new AbortController().signal)).toEqual(answer);
    expect(await readdir(folder)).toEqual([]);
  });

  it('may be offered when it is given up meanwhile, which is said with what takes it back', async () => {
    const user = new AbortController();
    const giveUp = async () => {
      user.abort(new FleetError('op.cancelled', 'cancelled'));
      throw user.signal.reason;
    };
    const error = await refusal(offer({ volume: { offer: giveUp } }, user.signal));
    expect(error).toMatchObject({
      code: 'outcome.unknown',
      fix: "take it back: drover volume withdraw 'my data'",
    });
  });
});
