/**
 * Whether drover shows what virsh says: every CPU and memory value of a watch is compared with what `virsh domstats` said
 * from two seconds before to two seconds after, give or take five hundredths of the maximum. Memory is read every five seconds
 * (the slow layer of kvm's README), so that what virsh said in the five seconds before counts too.
 */
import { systemClock, wait } from '../../../src/clock.ts';
import type { SampleBlock } from '../../../src/platforms/contract.ts';
import { run } from '../command.ts';
import type { Host } from './site.ts';

/** What virsh said of one guest. Undefined is what it left out. */
export interface Said {
  /** Ticks, ms: when virsh was asked, and when it had answered. */
  readonly from: number;
  readonly to: number;
  readonly cpuTimeNs: number | undefined;
  readonly vcpus: number;
  /** Bytes: in use as the guest reports, and the most it can have. */
  readonly memory: number | undefined;
  readonly maxMemory: number;
}

/** One value of drover's. */
export interface Shown {
  readonly who: string;
  readonly guest: string;
  readonly at: number;
  readonly windowMs: number;
  readonly cpu: number;
  readonly memory: number;
}

export interface Agreement {
  /** What virsh said: the least and the most of all, so that one sees that something moved. */
  readonly seen: string;
  readonly compared: number;
  /** Shown as `-`. */
  readonly unknown: number;
  /** Nothing of virsh's was near enough to compare with. */
  readonly alone: number;
  readonly outliers: readonly string[];
}

const AROUND_MS = 2_000;
const MEMORY_EVERY_MS = 5_000;
const TOLERANCE = 0.05;
const KIB = 1024;
const DOMSTATS = ['domstats', '--list-running', '--state', '--cpu-total', '--balloon', '--vcpu', '--nowait'];

/** Asks virsh every second until the signal aborts; by the name of the guest. */
export async function listenToVirsh(host: Host, signal: AbortSignal): Promise<ReadonlyMap<string, readonly Said[]>> {
  const said = new Map<string, Said[]>();
  while (!signal.aborted) {
    const from = systemClock.ticks();
    const text = await run(['virsh', '--quiet', '--connect', host.uri, ...DOMSTATS]);
    for (const [guest, one] of readDomstats(text, from, systemClock.ticks())) {
      const all = said.get(guest) ?? [];
      all.push(one);
      said.set(guest, all);
    }
    await wait(systemClock, 1_000, signal).catch(() => undefined);
  }
  return said;
}

/** Records begin with `Domain: 'NAME'`; each further line is `  key=value`. */
function* readDomstats(text: string, from: number, to: number): Generator<readonly [string, Said]> {
  for (const record of text.split(/^(?=Domain: ')/m)) {
    const guest = /^Domain: '(.*)'$/m.exec(record)?.[1];
    if (guest === undefined) continue;
    const number = (key: string): number | undefined => {
      const value = new RegExp(`^ +${key.replaceAll('.', '\\.')}=(\\d+)$`, 'm').exec(record)?.[1];
      return value === undefined ? undefined : Number(value);
    };
    const [available, usable] = [number('balloon.available'), number('balloon.usable')];
    yield [
      guest,
      {
        from,
        to,
        cpuTimeNs: number('cpu.time'),
        vcpus: number('vcpu.current') ?? 1,
        memory: available === undefined || usable === undefined ? undefined : (available - usable) * KIB,
        maxMemory: (number('balloon.maximum') ?? 0) * KIB,
      },
    ];
  }
}

/** The rows of a block, with the time of this machine's ticks. */
export const shownIn = (who: string, block: SampleBlock, nameOf: (id: string) => string): readonly Shown[] =>
  block.ids.map((id, i) => ({
    who,
    guest: nameOf(id),
    at: systemClock.ticks(),
    windowMs: block.windowMs,
    cpu: block.cpu[i] ?? Number.NaN,
    memory: block.memory[i] ?? Number.NaN,
  }));

export function compare(shown: readonly Shown[], said: ReadonlyMap<string, readonly Said[]>): Agreement {
  let compared = 0;
  let unknown = 0;
  let alone = 0;
  const outliers: string[] = [];
  const judge = (one: Shown, what: string, value: number, around: readonly number[], max: number) => {
    if (Number.isNaN(value)) unknown += 1;
    else if (around.length === 0) alone += 1;
    else {
      compared += 1;
      const [least, most] = [Math.min(...around) - max * TOLERANCE, Math.max(...around) + max * TOLERANCE];
      if (value < least || value > most)
        outliers.push(
          `${one.who}: ${what} of ${one.guest} is ${spelled(what, value)}, virsh says ${spelled(what, Math.min(...around))} to ${spelled(what, Math.max(...around))}`,
        );
    }
  };
  for (const one of shown) {
    const all = said.get(one.guest) ?? [];
    const near = all.filter(({ from, to }) => to >= one.at - MEMORY_EVERY_MS - AROUND_MS && from <= one.at + AROUND_MS);
    const memories = near.flatMap(({ memory }) => memory ?? []);
    judge(one, 'memory', one.memory, memories, near[0]?.maxMemory ?? 0);
    // A share is an average: of drover's over the time since its last look, of virsh's between two answers.
    judge(one, 'CPU', one.cpu, sharesAround(all, one.at - one.windowMs - AROUND_MS, one.at + AROUND_MS), 1);
  }
  const memories = [...said.values()].flat().flatMap(({ memory }) => memory ?? []);
  const shares = [...said.values()].flatMap((all) =>
    sharesAround(all, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
  );
  const seen = `memory ${range('memory', memories)}, CPU ${range('CPU', shares)}`;
  return { seen, compared, unknown, alone, outliers };
}

function sharesAround(all: readonly Said[], from: number, to: number): readonly number[] {
  const counted = all.filter(({ cpuTimeNs }) => cpuTimeNs !== undefined);
  return counted.slice(1).flatMap((after, i) => {
    const before = counted[i];
    if (!before || after.to < from || before.from > to) return [];
    const spent = (after.cpuTimeNs ?? 0) - (before.cpuTimeNs ?? 0);
    // Another run of the guest.
    if (spent < 0) return [];
    // When between asking and answering the counter was read is not known: as short and as long as it can have been.
    return [after.to - before.from, after.from - before.to].map((ms) =>
      Math.min(1, spent / 1e6 / Math.max(1, ms) / after.vcpus),
    );
  });
}

const spelled = (what: string, value: number): string =>
  what === 'memory' ? `${(value / KIB / KIB).toFixed(1)} MiB` : `${(value * 100).toFixed(1)} %`;

const range = (what: string, values: readonly number[]): string =>
  `${spelled(what, Math.min(...values))} to ${spelled(what, Math.max(...values))}`;
