import type { SoakResult } from '../soak/soak.ts';
import type { ConsoleFigures } from './console.ts';
import type { DisplayFigures, MemorySample } from './display.ts';
import type { Figures } from './figures.ts';
import type { InsideFigures } from './inside.ts';
import type { LibvirtFigures, Way } from './libvirt.ts';
import type { Machine, Part } from './machine.ts';
import type { ManyDomainsFigures } from './many-domains.ts';
import type { MetricFigures } from './metrics.ts';
import { displayMemorySection, displaySection } from './page-display.ts';
import { metricsSection } from './page-metrics.ts';
import type { ScreenFigures } from './screen.ts';
import type { SecondOpinion } from './second-opinion.ts';
import type { SlowLinkFigures } from './slow-link.ts';
import type { StalledFigures } from './stalled.ts';
import { number, table } from './table.ts';
import { spellTargets } from './targets.ts';

export interface Results {
  readonly screen?: Part<readonly ScreenFigures[]>;
  readonly inside?: Part<readonly InsideFigures[]>;
  readonly stalled?: Part<StalledFigures>;
  readonly console?: Part<ConsoleFigures>;
  readonly display?: Part<DisplayFigures>;
  readonly 'display-memory'?: Part<readonly MemorySample[]>;
  readonly 'slow-link'?: Part<SlowLinkFigures>;
  readonly 'second-opinion'?: Part<SecondOpinion>;
  readonly metrics?: Part<MetricFigures>;
  readonly soak?: Part<SoakResult>;
  readonly libvirt?: Part<readonly LibvirtFigures[]>;
  readonly 'many-domains'?: Part<ManyDomainsFigures>;
}

const p50 = (figures: Figures): string => number(figures.p50);
const p50p99 = (figures: Figures): string => `${number(figures.p50)} / ${number(figures.p99)}`;
const most = (figures: Figures): string => `${number(figures.p50)} / ${number(figures.max)}`;

const place = ({ date, cores, model, memoryGib, kernel, node, load, scheduling }: Machine): string =>
  `${date}: ${cores} × ${model}, ${memoryGib} GiB, Linux ${kernel}, Node ${node}, ${scheduling} scheduling, load ${load} at the start.`;

const SCREEN_ROWS: readonly (readonly [string, (one: ScreenFigures) => string])[] = [
  ['first ink, ms', ({ firstInk }) => p50(firstInk)],
  ['first frame, ms', ({ firstFrame }) => p50(firstFrame)],
  ['first rows with figures, ms', ({ firstRows }) => p50(firstRows)],
  ['key to paint, move, ms p50 / p99', ({ move }) => p50p99(move.ms)],
  ['key to paint, scroll, ms p50 / p99', ({ scroll }) => p50p99(scroll.ms)],
  ['key to paint, held at 30/s, ms p50 / p99', ({ held }) => p50p99(held)],
  ['bytes per key, move', ({ move }) => p50(move.bytes)],
  ['bytes per key, scroll', ({ scroll }) => p50(scroll.bytes)],
  ['bytes that follow (details)', ({ move }) => p50(move.after)],
  ['reads per answer', ({ scroll }) => p50(scroll.reads)],
  ['bytes per tick', ({ idle }) => p50(idle.bytesPerTick)],
  ['bytes per second, idle', ({ idle }) => number(idle.bytesPerSecond)],
  ['CPU, idle, %', ({ idle }) => number(idle.cpuPercent)],
  ['memory, MB', ({ idle }) => number(idle.memoryMb)],
  ['key to end, ms p50 / p99', ({ quit }) => p50p99(quit)],
];

const screenSection = ({ machine, figures }: Part<readonly ScreenFigures[]>): string => `## The screen

${place(machine)}

120x40, details open, every running VM of the simulated fleet changes each second. Times are taken outside, at the other end of
the terminal. Memory counts all processes, shared pages in each.

${table(
  ['', ...figures.map(({ name }) => name)],
  SCREEN_ROWS.map(([title, of]) => [title, ...figures.map(of)]),
)}`;

const insideSection = ({ machine, figures }: Part<readonly InsideFigures[]>): string => `## In the program

${place(machine)}

The same by a probe inside: what the terminal, the kernel and the measuring program take is left out. A stop is the longest
time without a turn of the event loop. A tenth more from 1,000 to 100,000 VMs was aimed at; the simulated hosts are in the
same process and grow with their VMs, and their share was not taken apart.

${table(
  ['', ...figures.map(({ vms }) => `${vms.toLocaleString('en')} VMs`)],
  (
    [
      ['key to written frame, move, ms p50 / p99', ({ move }) => p50p99(move)],
      ['key to written frame, scroll, ms p50 / p99', ({ scroll }) => p50p99(scroll)],
      ['longest stop, nobody does anything, ms', ({ longestStopIdle }) => number(longestStopIdle)],
      ['longest stop, a filter is typed, ms', ({ longestStopFiltering }) => number(longestStopFiltering)],
    ] satisfies [string, (one: InsideFigures) => string][]
  ).map(([title, of]) => [title, ...figures.map(of)]),
)}`;

const consoleSection = ({ machine, figures }: Part<ConsoleFigures>): string => `## Serial consoles

${place(machine)}

120x40, a simulated guest whose answers take ${figures.roundTripMs} ms, ${figures.opened.n} times. At most 20 ms more than that are wanted from the
key to the guest's bytes. Outside, the kernel hands over what goes through a terminal with the priority of everything else, so
that other work on the machine is seen there, and not in the program.

${table(
  ['', 'ms p50', 'p99'],
  [
    [
      'from the key to what the guest wrote, without the round trip',
      number(figures.opened.p50),
      number(figures.opened.p99),
    ],
    ...(figures.inside
      ? [['the same in the program alone', number(figures.inside.p50), number(figures.inside.p99)]]
      : []),
    ['the same for the first console, for which the model is loaded', number(figures.first), ''],
    ['back to a console that is open', number(figures.again.p50), number(figures.again.p99)],
    ['a character that is typed, to its echo', number(figures.typed.p50), number(figures.typed.p99)],
  ],
)}`;

const stalledSection = ({ machine, figures }: Part<StalledFigures>): string => `## A terminal that nobody reads

${place(machine)}

For ${figures.seconds} s, ${figures.longestStop.n} times, with ten keys a second meanwhile; 10,000 VMs that change each second.

${table(
  ['', 'median / most'],
  [
    ['longest stop of the event loop, ms', most(figures.longestStop)],
    ['memory that came to it, kB', `${number(figures.growth.p50 / 1024)} / ${number(figures.growth.max / 1024)}`],
    ['bytes when it is read again, those in the kernel included', most(figures.bytesAfter)],
    ['until the newest frame has come, ms', most(figures.catchUp)],
  ],
)}`;

const slowLinkSection = ({ machine, figures }: Part<SlowLinkFigures>): string => `## A slow line

${place(machine)}

${figures.kilobits} kbit/s, both ways together, and ${figures.roundTripMs} ms: the program's pty behind a relay as sshd is one, whose socket crosses
a network namespace with a token bucket (tbf); the delay is added at its ends. 10,000 VMs that change each second.

${table(
  ['', 'p50', 'most'],
  [
    ['one key, to the cursor on the next row, ms', number(figures.single.p50), number(figures.single.max)],
    [
      '30 keys a second for 5 s, from the last to where it ends, ms',
      p50(figures.afterHeld),
      number(figures.afterHeld.max),
    ],
    ['bytes on their way, single keys', '', number(figures.queued)],
    ['bytes on their way, held key', '', number(figures.queuedHeld)],
    ['bytes per second, nobody does anything', number(figures.bytesPerSecondIdle), ''],
  ],
)}`;

const opinionSection = ({ machine, figures }: Part<SecondOpinion>): string => `## A second opinion

${place(machine)}

The screen over 10,000 VMs once more, by a program that somebody else wrote (ptybench.py, with pyte as its terminal).

${table(
  ['', ''],
  [
    ['first ink, ms', number(figures.firstInk)],
    ['first rows with figures, ms', number(figures.firstRows)],
    ['key to first byte, ms p50', number(figures.keyP50)],
    ['bytes per key', number(figures.bytesPerKey)],
    ['bytes per second, idle', number(figures.bytesPerSecondIdle)],
    ['memory, MB', number(figures.memory)],
    ['memory, MB, shared pages by their share', number(figures.memoryShared)],
  ],
)}`;

const UNITS: Readonly<Partial<Record<string, number>>> = { heap: 1024 ** 2, rss: 1024 ** 2, external: 1024 ** 2 };

const soakSection = ({ machine, figures }: Part<SoakResult>): string => `## An hour

${place(machine)}

${figures.minutes} minutes of chores without a pause (${figures.chores}, ${figures.failed.length} of them not answered in time): moving, filters, dialogs, consoles, tasks that
fail, guests that crash, other window sizes, a terminal that stalls; over endpoints that drop, hang, refuse and lose answers.
Taken once a minute after garbage was collected; the first half, in which what is kept fills up, is left out. MB, or how many.

${table(
  ['', 'mean', 'growth per hour', 'may grow by'],
  figures.trends.map(({ of, mean, growthPerHour, most: limit }) => {
    const unit = UNITS[of] ?? 1;
    return [of, number(mean / unit), (growthPerHour / unit).toFixed(1), number(limit / unit)];
  }),
)}`;

const WAYS: Readonly<Record<Way, string>> = {
  'rpc-all': 'drover: all groups in one call over its SSH connection',
  'rpc-parts': 'drover: the same in four calls of one write',
  'ssh-virsh-all': '`ssh HOST virsh domstats`, shared SSH connection',
  'open-virsh-all': '`domstats` in a virsh that stays open over SSH',
  'fast-tick': 'drover: the fast tick',
  'ssh-virsh-tick': '`ssh HOST virsh domstats --state --interface --cpu-total --list-active`',
};

function libvirtTable({ domains, running, ways }: LibvirtFigures): string {
  const times = (slow: Way, fast: Way) =>
    ((ways[slow]?.p50 ?? Number.NaN) / (ways[fast]?.p50 ?? Number.NaN)).toFixed(1);
  const rows = (Object.keys(WAYS) as Way[]).flatMap((way) => {
    const figures = ways[way];
    return figures ? [[WAYS[way], String(figures.n), p50(figures), number(figures.min), number(figures.max)]] : [];
  });
  const tick = ways['fast-tick']
    ? `\nThe fast tick: ${times('ssh-virsh-all', 'fast-tick')} times as fast as \`ssh HOST virsh domstats\`, ${times('ssh-virsh-tick', 'fast-tick')} times as fast as one that asks for the same.`
    : '';
  return `${running === 0 ? `All ${domains} shut off` : `${running} running under TCG, the others of ${domains} shut off`}:

${table(['one refresh', 'n', 'median ms', 'min', 'max'], rows)}

All groups: ${times('ssh-virsh-all', 'rpc-parts')} times as fast as \`ssh HOST virsh domstats\` (in one call ${times('ssh-virsh-all', 'rpc-all')}), ${times('open-virsh-all', 'rpc-parts')} times as fast as a virsh that stays open.${tick}`;
}

const libvirtSection = ({ machine, figures }: Part<readonly LibvirtFigures[]>): string => `## libvirt

${place(machine)}

One host with ${figures[0]?.domains} QEMU domains. Every way in turn, all connections warm.

${figures.map(libvirtTable).join('\n\n')}`;

const manySection = ({ machine, figures }: Part<ManyDomainsFigures>): string => `## Ten thousand domains of one daemon

${place(machine)}

libvirt's test driver with ${figures.domains} domains over the daemon's socket, 120x40: first row after ${figures.firstRow} ms, all counted after ${figures.allRows} ms.

${table(
  ['key held at 30/s', 'n', 'p50 ms', 'p99', 'max'],
  (
    [
      ['while every domain is being read', figures.whileLoading],
      ['after that', figures.loaded],
    ] as const
  ).map(([when, { n, p50: median, p99, max }]) => [when, String(n), number(median), number(p99), number(max)]),
)}`;

/** docs/performance.md. */
export function spellPage(results: Results): string {
  const {
    screen,
    inside,
    stalled,
    console: consoles,
    display,
    'display-memory': memory,
    'slow-link': slow,
    'second-opinion': opinion,
    metrics,
    soak,
    libvirt,
    'many-domains': many,
  } = results;
  const sections = [
    '# Performance',
    '<!-- Written by `npm run bench`. -->',
    ...(screen ? [spellTargets(screen.figures[0], inside?.figures, stalled?.figures), screenSection(screen)] : []),
    ...(inside ? [insideSection(inside)] : []),
    ...(stalled ? [stalledSection(stalled)] : []),
    ...(consoles ? [consoleSection(consoles)] : []),
    ...(display ? [displaySection(display, place(display.machine))] : []),
    ...(memory ? [displayMemorySection(memory, place(memory.machine))] : []),
    ...(slow ? [slowLinkSection(slow)] : []),
    ...(opinion ? [opinionSection(opinion)] : []),
    ...(metrics ? [metricsSection(metrics, place(metrics.machine))] : []),
    ...(soak ? [soakSection(soak)] : []),
    ...(libvirt ? [libvirtSection(libvirt)] : []),
    ...(many ? [manySection(many)] : []),
  ];
  return `${sections.join('\n\n')}\n`;
}
