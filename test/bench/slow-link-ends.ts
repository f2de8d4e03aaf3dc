/** Run by slow-link.ts inside the namespace: `PROGRAM DELAY_MS`. Prints its figures as JSON. */
import { setTimeout as pause } from 'node:timers/promises';
import { figuresOf } from './figures.ts';
import { openRelayed, type Relayed } from './relay.ts';

const KEYS = 30;
const ROWS = 12;
const HELD_RUNS = 5;
const HELD_KEYS = 150;
const KEY_REPEAT_MS = 33;
const IDLE_MS = 10_000;
/** Down and up again, so that nothing scrolls and the cursor's row tells which key was answered last. */
const keyAt = (index: number): string => (Math.floor(index / ROWS) % 2 === 0 ? 'j' : 'k');

const [program = '', delay = '0'] = process.argv.slice(2);
const far = await openRelayed([program, '--demo=10000'], { columns: 120, rows: 40 }, Number(delay));
await far.until((screen) => /● running .*\d+%/.test(screen));
await pause(5_000);
far.type('\x1b'); // away with the greeting
await pause(2_000);

const before = far.arrived();
await pause(IDLE_MS);
const bytesPerSecondIdle = Math.round((far.arrived() - before) / (IDLE_MS / 1000));

far.resetQueued();
const single: number[] = [];
for (let key = 0; key < KEYS; key++) {
  const expected = far.cursorRow() + (keyAt(key) === 'j' ? 1 : -1);
  single.push(await untilCursorAt(far, expected, () => far.type(keyAt(key))));
  await pause(700);
}
const queued = far.mostQueued();

far.resetQueued();
const afterHeld: number[] = [];
for (let held = 0; held < HELD_RUNS; held++) {
  // an odd number of turns: it ends where it did not begin
  let row = far.cursorRow();
  for (let key = 0; key < HELD_KEYS; key++) {
    const due = pause(KEY_REPEAT_MS);
    const step = keyAt(key);
    row += step === 'j' ? 1 : -1;
    if (key < HELD_KEYS - 1) far.type(step);
    else afterHeld.push(await untilCursorAt(far, row, () => far.type(step)));
    await due;
  }
  await pause(3_000);
  while (far.cursorRow() > 3) {
    far.type('k');
    await pause(800);
  }
}
console.log(
  JSON.stringify({
    single: figuresOf(single),
    afterHeld: figuresOf(afterHeld),
    queued,
    queuedHeld: far.mostQueued(),
    bytesPerSecondIdle,
  }),
);
far.close();

async function untilCursorAt(at: Relayed, row: number, press: () => void): Promise<number> {
  const pressedAt = performance.now();
  press();
  return (await at.until(() => at.cursorRow() === row)) - pressedAt;
}
