import { readFile } from 'node:fs/promises';
import { systemClock } from '../clock.ts';
import { readCast } from '../console/asciicast.ts';
import { play } from '../console/play.ts';
import { FleetError, sentence } from '../errors.ts';
import { colourLevel } from '../state/theme/theme-colours.ts';
import { createGuestFilter } from '../terminal/guest-filter.ts';
import { createInput } from '../terminal/input.ts';
import { takeRawKeys } from '../terminal/raw-keys.ts';
import { EXIT } from './command.ts';
import type { OwnCommand, OwnContext } from './own-command.ts';

const SPEED = 'speed';
/** Another screen without a cursor and without wrapping, and back. */
const BEGIN = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J';
const END = '\x1b[m\x1b[?7h\x1b[?25h\x1b[?1049l';
const LARGEST = 256 << 20;

/** `drover play web1.cast`: what a console wrote, as fast as it was or faster. Without a terminal its text at once. */
export const playCommand: OwnCommand = {
  word: 'play',
  help: 'Play a recording of a console: space pauses, + and - change the speed, right skips 10 s, q ends.',
  takes: 'FILE',
  flags: [
    {
      key: SPEED,
      label: 'Speed',
      help: 'How many times as fast as it was.',
      kind: 'choice',
      options: ['0.25', '0.5', '1', '2', '4', '8', '16'],
      default: '1',
    },
  ],
  candidates: () => [],
  async run(context, { words, values }) {
    const [file, more] = words;
    if (file === undefined || more !== undefined) throw new FleetError('usage', 'which recording? Name one file');
    const text = await readFile(file, 'utf8').catch((cause: Error) => {
      throw new FleetError('op.failed', `${file} can't be read: ${sentence(cause)}`, { cause });
    });
    if (text.length > LARGEST) throw new FleetError('op.refused', `${file} is too large to be played`);
    const cast = readCast(text, file);
    if (context.interactive) await onTerminal(context, cast, Number(values[SPEED] ?? 1));
    else {
      const filter = createGuestFilter();
      for (const event of cast.events)
        if (event.kind === 'output') context.stdout.write(filter.push(Buffer.from(event.text)));
    }
    if (cast.left > 0) context.say(`${cast.left} lines of ${file} could not be read and were left out`);
    return EXIT.done;
  },
};

async function onTerminal(context: OwnContext, cast: ReturnType<typeof readCast>, speed: number): Promise<void> {
  const { stdin, stdout, env } = context;
  const terminal = stdout as { readonly columns?: number; readonly rows?: number } & typeof stdout;
  const keys = takeRawKeys(stdin as typeof stdin & { setRawMode?(raw: boolean): unknown });
  const gone = new AbortController();
  const signal = AbortSignal.any([context.signal, gone.signal]);
  stdout.write(BEGIN);
  const input = createInput(stdin, { onGone: () => gone.abort() });
  try {
    const player = await play({
      cast,
      speed,
      depth: colourLevel(env),
      clock: systemClock,
      size: () => ({ columns: terminal.columns || 80, rows: terminal.rows || 24 }),
      write: (bytes) => void stdout.write(bytes),
      signal,
    });
    input.listen((event) => {
      if (event.kind === 'key') player.press(`${event.ctrl ? 'ctrl-' : ''}${event.name}`);
    });
    stdout.on('resize', player.resized);
    await player.ended;
    stdout.off('resize', player.resized);
  } finally {
    input.close();
    keys.release();
    stdout.write(END);
  }
}
