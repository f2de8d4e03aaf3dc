/** What a VNC server may say instead of a picture: recordings of QEMU's with damages, each ended by the end of the link. */
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openDisplay } from '../../../src/display/rfb/session.ts';
import { textOf } from '../../../src/display/screenshot.ts';
import { FleetError } from '../../../src/errors.ts';
import { ENCODINGS, playedStream, recording, SCREENS } from '../../display/played-display.ts';
import { createChances } from '../random.ts';
import { damaged } from './damaged.ts';
import { createStops, LONGEST_STOP_MS } from './stops.ts';

const OF_EACH = 375;
/** Sizes, numbers, lengths and kinds of rectangles that readers stumble over. */
const HURTS = [
  ...['\0', '\xff', '\xff\xff\xff\xff', '\x80\0\0\0', '\0\0\0\x01', '\xff\xff\xff\x21', '\xff\xff\xff\x11'],
  '\x78\x9c',
];
/** The largest picture that there may be, twice, and what it is unpacked from. */
const MOST_MEMORY = 1_500 * 2 ** 20;

it.each(ENCODINGS.flatMap((encoding) => SCREENS.map((screen) => [encoding, screen] as const)))(
  'pictures in %s that are damaged are drawn or refused, and nothing waits or grows: %s',
  async (encoding, screen) => {
    const chances = createChances(ENCODINGS.indexOf(encoding) + 1);
    const stops = createStops();
    const whole = recording(encoding, screen).toString('latin1');
    let [drawn, refused] = [0, 0];
    for (let at = 0; at < OF_EACH; at++) {
      const bytes = Buffer.from(damaged(whole, chances, HURTS), 'latin1');
      await stops.watch(`number ${at}`, async () => {
        const stream = playedStream(bytes, { ends: true });
        try {
          const display = await openDisplay(stream, { password: undefined, host: 'x' });
          for (;;) {
            await display.update();
            textOf(display.frame());
            drawn++;
            // Between two pictures the terminal is waited for, so that each is a stop of its own.
            await turn();
          }
        } catch (error) {
          if (!(error instanceof FleetError)) throw error;
          refused++;
        }
        expect(stream.destroyed).toBe(true);
      });
    }
    console.info(`display in ${encoding}, ${screen}: ${drawn} pictures drawn, ${stops.summary()}`);
    expect(refused).toBeGreaterThanOrEqual(OF_EACH);
    expect(stops.longestMs).toBeLessThan(LONGEST_STOP_MS);
    expect(process.memoryUsage().rss).toBeLessThan(MOST_MEMORY);
  },
);
