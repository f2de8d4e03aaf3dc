import type { InsideFigures } from './inside.ts';
import type { ScreenFigures } from './screen.ts';
import type { StalledFigures } from './stalled.ts';
import { number, table } from './table.ts';

interface Target {
  readonly what: string;
  readonly atMost: number;
  readonly measured: number;
  /** Said when it is missed: where it goes, by profile. */
  readonly why?: string;
}

const MEMORY = `Half of the memory is Node's own program (47 MB of its file, shared by all that run it), a quarter is V8's heap: 13 MB
of it code and what belongs to it, 1 kB for each VM in the store and in the simulated hosts together. The rest is Yoga's and
what V8's own threads took to compile and to clean up, and have not given back.`;
const KEYS = `Of the frame that answers a key a third is React's, a third Ink's layout and text, a sixth the rows and the details, the
rest comparing, writing and reading. What is measured outside has half a millisecond more for the kernel's pty and for
the program that measures.`;
const START = `Node takes 25 ms until the first line of a program runs, Ink with React and Yoga 40 to be loaded and evaluated, the
configuration 8, the first frame 25: all of it runs for the first time then.`;
const BAR = `The key that is measured moves between a pool's row and a node's, which have other verbs: two thirds of the bytes are
the key bar's. From VM to VM it stays as it is.`;
const FILTER = `A filter looks at 512 VMs in a step, and a step may share its turn of the event loop with a frame.`;

/** Of the first subject, 10,000 VMs. */
function targetsOf(
  screen: ScreenFigures,
  inside: readonly InsideFigures[] = [],
  stalled: StalledFigures | undefined,
): readonly Target[] {
  const { idle, move, scroll } = screen;
  const middle = inside.find(({ vms }) => vms === 10_000);
  const largest = inside.at(-1);
  return [
    { what: 'something on the screen, ms', atMost: 45, measured: screen.firstInk.p50, why: START },
    { what: 'first full frame, ms', atMost: 110, measured: screen.firstFrame.p50, why: START },
    { what: 'key to paint, move, ms p50', atMost: 2, measured: move.ms.p50, why: KEYS },
    { what: 'key to paint, scroll, ms p50', atMost: 2, measured: scroll.ms.p50, why: KEYS },
    ...(middle
      ? [
          { what: 'key to written frame, move, ms p99', atMost: 5, measured: middle.move.p99 },
          { what: 'key to written frame, scroll, ms p99', atMost: 5, measured: middle.scroll.p99 },
        ]
      : []),
    { what: 'bytes per key, move', atMost: 400, measured: move.bytes.p50, why: BAR },
    { what: 'bytes per key, scroll', atMost: 400, measured: scroll.bytes.p50 },
    { what: 'bytes that follow (details)', atMost: 2_000, measured: move.after.p50 },
    { what: 'reads per answer: one write per frame', atMost: 1, measured: scroll.reads.p50 },
    { what: 'bytes per tick', atMost: 1_200, measured: idle.bytesPerTick.p50 },
    { what: 'CPU, idle, %', atMost: 2, measured: idle.cpuPercent },
    { what: 'memory, MB', atMost: 95, measured: idle.memoryMb, why: MEMORY },
    ...(largest
      ? [
          {
            what: 'longest stop at 100,000 VMs, a filter is typed, ms',
            atMost: 5,
            measured: largest.longestStopFiltering,
            why: FILTER,
          },
        ]
      : []),
    ...(stalled
      ? [{ what: 'longest stop with nobody reading, ms', atMost: 60, measured: stalled.longestStop.max }]
      : []),
  ];
}

/** What was aimed at, what came out, and why where it was missed. */
export function spellTargets(
  screen: ScreenFigures | undefined,
  inside: readonly InsideFigures[] | undefined,
  stalled: StalledFigures | undefined,
): string {
  if (!screen) return '';
  const targets = targetsOf(screen, inside, stalled);
  const missed = targets.filter(({ measured, atMost }) => measured > atMost);
  const reasons = [...new Set(missed.flatMap(({ why }) => why ?? []))];
  return `## Aims

120x40, details open, 10,000 VMs that change each second, where nothing else is said.

${table(
  ['', 'at most', 'measured', ''],
  targets.map(({ what, atMost, measured }) => [
    what,
    number(atMost),
    number(measured),
    measured > atMost ? 'missed' : '',
  ]),
)}${reasons.length > 0 ? `\n\n${reasons.join('\n\n')}` : ''}`;
}
