import type { DisplayFigures, DisplayRun, MemorySample } from './display.ts';
import type { Part } from './machine.ts';
import { number, table } from './table.ts';

const ROWS: readonly (readonly [string, (one: DisplayRun) => string])[] = [
  ['one round trip on the way, ms p50 / p99', ({ plainMs }) => `${number(plainMs.p50)} / ${number(plainMs.p99)}`],
  [
    'from attaching to the first picture, ms p50 / p99',
    ({ attachMs }) => `${number(attachMs.p50)} / ${number(attachMs.p99)}`,
  ],
  [
    'from a key to the picture that answers it, ms p50 / most',
    ({ keyToPixelMs }) => `${number(keyToPixelMs.p50)} / ${number(keyToPixelMs.max)}`,
  ],
  ['bytes per second from the VNC server', ({ vncBytesPerSecond }) => number(vncBytesPerSecond)],
  ['bytes per second to the terminal', ({ bytesPerSecond }) => number(bytesPerSecond)],
  ['pictures per second', ({ picturesPerSecond }) => number(picturesPerSecond)],
  ['CPU, % of a core', ({ cpuShare }) => number(cpuShare * 100)],
  ['largest picture, bytes', ({ largestPicture }) => number(largestPicture)],
  ['bytes on their way to the terminal, at most', ({ mostQueued }) => number(mostQueued)],
];

export const displaySection = ({ figures }: Part<DisplayFigures>, place: string): string => `## Displays

${place}

A guest under TCG on the same machine that fills its text screen as fast as it can, seen through VNC in a terminal of 120x40.
Far away: behind a line of ${figures.kilobits} kbit/s and ${figures.roundTripMs} ms (tbf in a network namespace, the delay added at its ends).
No more than one picture is ever on its way. An attach takes four round trips and the first picture.

${table(
  ['', 'near', 'terminal far away', 'VNC server far away'],
  ROWS.map(([title, of]) => [title, of(figures.near), of(figures.terminalFar), of(figures.vncFar)]),
)}`;

export const displayMemorySection = ({ figures }: Part<readonly MemorySample[]>, place: string): string =>
  `## Memory of a display

${place}

The same guest, near, for ${figures.at(-1)?.minute ?? 0} minutes at full speed. MB after garbage was collected. A picture is read, kept and painted
without an object for each of its cells, and what has come already without a promise for each number: so V8 has little reason
to reserve more room for what is young, which it does in steps, up to a limit of its own. Without that room what is reserved
stays as it is.

${table(
  ['minute', 'resident', 'heap in use', 'heap reserved', 'of that for what is young', 'buffers'],
  figures
    .filter(({ minute }) => Number.isInteger(minute))
    .map(({ minute, ...mb }) => [
      String(minute),
      ...[mb.rss, mb.heap, mb.reserved, mb.young ?? Number.NaN, mb.buffers].map(number),
    ]),
)}`;
