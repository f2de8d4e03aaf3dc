import xterm from '@xterm/headless';
import { expect, it } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { type Cast, castLine, readCast } from './asciicast.ts';
import { play } from './play.ts';

const output = (at: number, text: string) => castLine({ at, kind: 'output', text });
const cast = (...lines: readonly string[]): Cast =>
  readCast(
    ['{"version":2,"width":30,"height":5,"title":"web1"}', ...lines.map((line) => line.trim())].join('\n'),
    'a.cast',
  );

async function watch(recording: Cast, speed = 1) {
  const clock = createTestClock();
  const size = { columns: 80, rows: 10 };
  const terminal = new xterm.Terminal({ cols: 80, rows: 10, allowProposedApi: true });
  const answers: string[] = [];
  const titles: string[] = [];
  terminal.onData((answer) => answers.push(answer));
  terminal.onTitleChange((title) => titles.push(title));
  const stop = new AbortController();
  const player = await play({
    cast: recording,
    speed,
    depth: 'truecolor',
    clock,
    size: () => size,
    write: (bytes) => terminal.write(bytes),
    signal: stop.signal,
  });
  const shown = async () => {
    await new Promise<void>((resolve) => terminal.write('', resolve));
    return Array.from({ length: 10 }, (_, at) => terminal.buffer.active.getLine(at)?.translateToString(true)).join(
      '\n',
    );
  };
  const see = async (text: string, ms = 0) => {
    await clock.pass(ms);
    // The models of both screens take what they get in a turn of their own.
    while (!(await shown()).includes(text)) await clock.pass(0);
  };
  return { clock, player, stop, see, shown, answers, titles };
}

it('a recording is played as fast as it was, longer pauses cut, and stops at a key', async () => {
  const { player, see, shown } = await watch(cast(output(1, 'one '), output(3, 'two '), output(100, 'three')));
  await see('1x  0 of 100 s', 999);
  expect(await shown()).not.toContain('one');
  await see('one', 1);
  player.press('space');
  await see('paused', 60_000);
  expect(await shown()).not.toContain('two');
  player.press('space');
  await see('one two', 2_000);
  await see('one two three', 5_000);
  await see('the end');
  player.press('q');
  await player.ended;
});

it('a recording is played faster and skipped through', async () => {
  const { player, see } = await watch(cast(output(4, 'one '), output(8, 'two '), output(30, 'three')), 2);
  await see('one', 2_000);
  player.press('+');
  await see('4x');
  await see('two', 1_000);
  player.press('right');
  player.press('right');
  player.press('right');
  await see('three', 1_250);
  player.press('esc');
  await player.ended;
});

it('a hostile recording reaches no more than its part of the screen, and its size is that of the guest', async () => {
  const hostile = '\x1b]2;hacked\x07\x1b[6n\x1b[c\x1bP$qm\x1b\\\x1b]52;c;aGFja2Vk\x07\x1b[?1049h\x1b[99;1Hlow';
  const { stop, player, see, answers, titles } = await watch(
    cast(
      output(0, hostile),
      castLine({ at: 1, kind: 'resize', size: { columns: 40, rows: 6 } }),
      output(1, '\x1b[6;1Hlast'),
    ),
  );
  await see('low');
  await see('last', 1_000);
  expect([answers, titles]).toEqual([[], []]);
  stop.abort();
  await player.ended;
});
