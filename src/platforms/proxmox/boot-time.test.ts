import { expect, it } from 'vitest';
import { bootTimeOf } from './boot-time.ts';

const NOW = 1_000_000_000;
const reading = (uptime: number, status = 'running') => ({ status, uptime });
/** The last reading, which gave this. */
const before = (uptime: number, bootedAt: number | undefined) => ({ ...reading(uptime), bootedAt });

it.each([
  ['a running guest, read for the first time', reading(100), undefined, NOW - 100_000],
  ['a guest that is off', reading(100, 'stopped'), undefined, undefined],
  ['a guest of which its node says nothing', reading(100, 'unknown'), undefined, undefined],
  ['a guest that has just been started', reading(0), undefined, undefined],
  ['a guest that runs since the first second of 1970', reading(NOW / 1000), undefined, 0],
  ['a guest that runs since before 1970', reading(NOW / 1000 + 0.5), undefined, undefined],
  ['one that told nothing new', reading(100), before(100, 77), 77],
  ['a guest that runs since a second', reading(1), undefined, NOW - 1_000],
  ['one of which its node said nothing before', reading(100), before(100, undefined), NOW - 100_000],
  ['one that was off before', reading(100), before(0, undefined), NOW - 100_000],
  ['one whose uptime went back', reading(99), before(100, NOW - 99_001), NOW - 99_000],
  ['one whose uptime is told late', reading(100), before(90, NOW - 129_999), NOW - 129_999],
  ['one whose uptime is told early', reading(100), before(90, NOW - 70_001), NOW - 70_001],
  ['one whose time is another one', reading(100), before(90, NOW - 130_000), NOW - 100_000],
])('since when it runs: %s', (_what, now, last, since) => expect(bootTimeOf(now, last, NOW)).toBe(since));
