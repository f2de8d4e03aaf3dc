import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import xterm from '@xterm/headless';
import { afterAll, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createConsoleSession } from '../../src/console/console-session.ts';
import { openLog } from '../../src/console/output-file.ts';
import { rowText } from '../../src/console/row-text.ts';
import { createScreenModel } from '../../src/console/screen-model.ts';
import { createGuestFilter } from '../../src/terminal/guest-filter.ts';
import { width } from '../../src/terminal/width.ts';
import { captures, mutated, numbers } from './mutated.ts';

const folder = mkdtempSync(join(tmpdir(), 'drover-hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));

const nothing = () => {};
const RUNS = 150;

/** What comes out of the filter: text, and whole sequences of the kinds that are for the screen alone. */
const HARMLESS =
  /^(?:[^\x00-\x1f\x7f-\x9f]|[\x07-\x0f]|\x1b\[\??[\d;:]*[@-~]|\x1b\[!p|\x1b(?:[78DEHM=>]|[()*+][0-2A-Z]|#8))*$/;

it('mutated captures come out of the filter as what is for the screen alone, and make no terminal answer', async () => {
  const random = numbers(1);
  const terminal = new xterm.Terminal({ allowProposedApi: true, logLevel: 'off' });
  const answers: string[] = [];
  terminal.onData((answer) => answers.push(answer));
  terminal.onTitleChange((title) => answers.push(title));
  for (let run = 0; run < RUNS; run++) {
    for (const capture of captures()) {
      const bytes = mutated(capture, random);
      const filter = createGuestFilter();
      const cut = Math.floor(random() * bytes.length);
      const shown = filter.push(bytes.subarray(0, cut)) + filter.push(bytes.subarray(cut));
      expect(shown).toMatch(HARMLESS);
      expect(shown).toBe(createGuestFilter().push(bytes));
      await new Promise<void>((resolve) => terminal.write(shown, resolve));
    }
  }
  expect(answers).toEqual([]);
});

it('mutated captures leave a model whole: as many lines as it keeps, none wider than the screen', async () => {
  const random = numbers(2);
  const model = await createScreenModel({
    size: { columns: 80, rows: 24 },
    scrollback: 200,
    powers: new Set(['clipboard', 'title', 'queries']),
    answer: nothing,
    bell: nothing,
    clipboard: nothing,
  });
  const scratch = model.terminal.buffer.active.getNullCell();
  for (let run = 0; run < RUNS / 3; run++) {
    for (const capture of captures()) await model.write(mutated(capture, random));
    model.resize({ columns: 20 + Math.floor(random() * 180), rows: 5 + Math.floor(random() * 50) });
    const { columns, rows } = model.size();
    expect(model.lines()).toBeLessThanOrEqual(200 + rows);
    for (let at = model.top(); at < model.lines(); at++) {
      const line = model.line(at);
      const text = line
        ? rowText(line, scratch, { from: 0, columns, depth: 'truecolor', isInverted: () => false })
        : '';
      expect(width(text)).toBeLessThanOrEqual(columns);
      expect(text).not.toMatch(/[\x00-\x1a\x1c-\x1f\x7f-\x9f]/);
    }
  }
  model.close();
});

it('10 MB come whole into the log, lines of 1 MB among them, and a model keeps no more than it should', async () => {
  const random = numbers(3);
  const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  const session = await createConsoleSession({
    name: 'web1',
    label: 'web1',
    size: { columns: 80, rows: 24 },
    open: async () => ({ kind: 'stream', stream }),
    reconnects: false,
    scrollback: 1_000,
    powers: new Set(),
    clock: systemClock,
    changed: nothing,
    closed: nothing,
    copy: nothing,
    tell: nothing,
  });
  await session.open();
  const path = join(folder, 'whole.log');
  session.writeTo('log', await openLog(path, nothing));
  const hash = createHash('sha256');
  const long = Buffer.alloc(1 << 20, 'long ');
  const all = captures();
  let length = 0;
  while (length < 10 << 20) {
    const piece = length % 7 === 0 ? long : mutated(all[Math.floor(random() * all.length)] ?? long, random);
    hash.update(piece);
    length += piece.length;
    stream.push(piece);
  }
  stream.push(null);
  while (session.link().kind === 'open') await new Promise<void>((resolve) => setImmediate(resolve));
  await session.stopWriting('log');
  expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(hash.digest('hex'));
  expect(session.model.lines()).toBeLessThanOrEqual(1_024);
  await session.close();
});
