import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { host1, openStage } from '../../../test/screens/light-stage.tsx';
import type { Field } from '../../platforms/contract.ts';
import { createReservations } from '../../state/files/reservations.ts';
import { askOptions } from './action-options.ts';
import { reserveVolumes } from './reserved-volumes.ts';

const VOLUME: Field = { key: 'volume', label: 'Volume', help: 'Which.', kind: 'object', of: 'volume', default: '' };
const SHAREABLE: Field = { key: 'shareable', label: 'Shareable', help: 'For many.', kind: 'flag', default: false };
const ISO: Field = { ...VOLUME, key: 'iso', type: 'iso' };

/** Files are written meanwhile, on a machine that may be busy. */
const WITHIN = { timeout: 60_000 };

let top = '';
beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), 'drover-form-'));
});
afterAll(() => rm(top, { recursive: true, force: true }));

/** A form of one drover that chooses a volume, and the other drovers of this user. */
async function open() {
  const folder = join(await mkdtemp(join(top, 'x')), 'reserved');
  const elsewhere = createReservations(folder, createTestClock());
  const light = openStage({
    services: { reservations: createReservations(folder, createTestClock()) },
    connection: { volume: { list: async () => [{ name: 'data' }, { name: 'logs' }] }, whyNot: {} } as never,
  });
  const options = [VOLUME, SHAREABLE];
  const reserved = reserveVolumes(light.stage, options, host1);
  const until = new AbortController().signal;
  const answer = askOptions(light.stage, { title: 'Attach disk', options, reserved }, host1, 'To web1?', {}, until);
  /** Presses, and waits until the screen shows what comes of it. */
  const see = (shown: string | RegExp) => expect.poll(() => light.drawn(), WITHIN).toMatch(shown);
  return { ...light, answer, see, reserved, theirs: elsewhere.open(), elsewhere };
}

it('F-090 says who has a volume, and takes none that another form has', async () => {
  const { press, see, theirs, answer, said } = await open();
  await theirs.take(['host1/data']);
  press('enter');
  await see(`data  taken by another form of drover, PID ${process.pid}`);
  press('enter');
  await expect.poll(said, WITHIN).toBe(`Attach disk: data is taken by another form of drover, PID ${process.pid}`);
  await see('Attach disk: options');
  await theirs.release();
  press('pgdn', 'enter');
  expect(await answer).toMatchObject({ volume: 'data' });
});

it('F-090 keeps what was chosen from the others while the form is open, and gives it back', async () => {
  const { press, see, theirs, elsewhere, reserved } = await open();
  press('enter');
  await see('❯ data');
  press('enter');
  const taken = async () => [...(await elsewhere.others(theirs)).keys()];
  await expect.poll(taken, WITHIN).toEqual(['host1/data']);
  await reserved?.release();
  expect(await taken()).toEqual([]);
});

it('takes no volume that several are to write to, and no medium to install from', async () => {
  const { stage, reserved, theirs, elsewhere } = await open();
  await reserved?.take({ volume: 'data', shareable: true });
  expect(await elsewhere.others(theirs)).toEqual(new Map());
  expect(reserveVolumes(stage, [ISO], host1)).toBeUndefined();
});
