/** Graphical consoles whose link drops: as those of serial ones, they are opened again. */
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { openDisplay } from '../../src/display/rfb/session.ts';
import { FleetError } from '../../src/errors.ts';
import { GIVE_UP_MS } from '../../src/link/kept-link.ts';
import { createTestClock } from '../clock.ts';
import { greeting, playedStream, rectangle } from './played-display.ts';
import { closeShown, show } from './shown-display.ts';

afterEach(closeShown);

const UNREACHABLE = new FleetError('host.unreachable', 'the link to host1 is down');
const [RED, BLUE] = [0xff0000, 0x0000ff];
const COLUMNS = 90;
/** The kind of a message about a key; the lengths of one that asks for a picture, and of all before the first of these. */
const [KEY, REQUEST, BEGINNING] = [4, 10, 12 + 2 + 20 + 4 + 11 * 4];

/** A screen of one colour. */
function screen(colour: number) {
  const pixel = Buffer.of(colour >> 16, (colour >> 8) & 255, colour & 255, 0);
  const pixels = Buffer.concat(new Array<Buffer>(COLUMNS * 4).fill(pixel));
  return playedStream(Buffer.concat([greeting(COLUMNS, 4), rectangle(0, 0, COLUMNS, 4, 0, pixels)]));
}
/** What was pressed and released there: numbers of X11's table, without what begins the connection. */
function keysOf({ said }: ReturnType<typeof screen>): readonly number[] {
  const keys: number[] = [];
  for (let at = BEGINNING; at < said.length; at += said[at] === KEY ? 8 : REQUEST)
    if (said[at] === KEY) keys.push(said.readUInt32BE(at + 4));
  return keys;
}
const opened = (stream: ReturnType<typeof screen>) => openDisplay(stream, { password: undefined, host: 'x' });

/** A red screen; each try to open it again takes the next of these. */
async function visit(...next: readonly (FleetError | ReturnType<typeof screen>)[]) {
  const clock = createTestClock();
  const first = screen(RED);
  const tries = [...next];
  let signal: AbortSignal | undefined;
  const shown = await show(await opened(first), COLUMNS, 3, clock, {
    detachKey: 'ctrl-]',
    async open(given) {
      signal = given;
      const now = tries.shift();
      if (now === undefined) return new Promise<never>(() => {});
      if (now instanceof FleetError) throw now;
      return opened(now);
    },
  });
  const failed = once(shown.stream, 'error').then(([error]: unknown[]) => error);
  failed.catch(() => {});
  const colour = () => shown.terminal.buffer.active.getLine(0)?.getCell(0)?.getFgColor();
  const seeColour = async (wanted: number) => {
    while (colour() !== wanted) await shown.settle();
  };
  await seeColour(RED);
  return { ...shown, clock, first, failed, colour, seeColour, signal: () => signal };
}

describe('a display whose link drops', () => {
  it('keeps its last picture, says when it is tried again and that nothing is sent, and goes on with the next one', async () => {
    const next = screen(BLUE);
    const { clock, first, stream, see, colour, seeColour, settle } = await visit(UNREACHABLE, next);
    first.destroy(UNREACHABLE);
    await see(2, ' no link: the link to host1 is down; again in 1 s, ctrl-] detaches');
    expect(colour()).toBe(RED);
    stream.write('x');
    await see(2, ' what is typed is not sent: there is no link');
    await clock.pass(1_000);
    await see(2, ' no link: the link to host1 is down; again in 2 s, ctrl-] detaches');
    await clock.pass(2_000);
    await see(2, ' the link is back');
    await seeColour(BLUE);
    await clock.pass(5_000);
    await see(2, '');
    stream.write('a');
    await settle();
    expect(keysOf(next)).toEqual([0x61, 0x61]);
  });

  it('gets nothing of the rest of a paste', async () => {
    const next = screen(BLUE);
    const { clock, first, stream, see, seeColour } = await visit(next);
    // Its keys take two seconds and a half.
    stream.write(`\x1b[200~${'a'.repeat(100)}\x1b[201~`);
    while (keysOf(first).length < 2) await clock.pass(0);
    first.destroy(UNREACHABLE);
    await see(2, / no link: .* again in 1 s/);
    await clock.pass(1_000);
    await seeColour(BLUE);
    await clock.pass(3_000);
    expect([keysOf(first), keysOf(next)]).toEqual([[0x61, 0x61], []]);
  });

  it('is given up after five minutes, with the last error', async () => {
    const last = new FleetError('host.unreachable', 'no route to host1');
    const { clock, first, failed } = await visit(...new Array<FleetError>(100).fill(last));
    first.destroy(UNREACHABLE);
    for (let ms = 0; ms <= GIVE_UP_MS; ms += 1_000) await clock.pass(1_000);
    expect(await failed).toBe(last);
  });

  it.each([
    new FleetError('op.unsupported', 'web1 is stopped, which has ended its display'),
    new FleetError('auth.rejected', 'the display refused the login'),
  ])('is given up at once where another try makes no sense: $message', async (last) => {
    const { clock, first, see, failed } = await visit(last, screen(BLUE));
    first.push(null);
    await see(2, / no link: the display was closed by the other side; again in 1 s/);
    await clock.pass(1_000);
    expect(await failed).toBe(last);
  });

  it('is left while it is opened, which ends that', async () => {
    const { clock, first, stream, see, signal } = await visit();
    first.destroy(UNREACHABLE);
    await see(2, / no link: /);
    await clock.pass(1_000);
    expect(signal()?.aborted).toBe(false);
    stream.destroy();
    await once(stream, 'close');
    expect(signal()?.aborted).toBe(true);
  });
});
