/**
 * How long an input holds up everything else: the most time that the main thread works between two turns of the event loop
 * while it is read. CPU time, so that other processes on the same cores do not count.
 */
export interface Stops {
  /** Runs it, and remembers how long it stopped the main thread. Settles as `work` does. */
  watch<T>(what: string, work: () => Promise<T>): Promise<T>;
  /** `longest stop 3.1 ms (a list of lists), 4000 inputs`. */
  summary(): string;
  readonly longestMs: number;
}

/** Above this an input is read again: a collection of old garbage is not its fault. */
const SUSPICIOUS_MS = 15;

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
const TRIES = 3;

export function createStops(): Stops {
  let longest = { ms: 0, what: '' };
  let inputs = 0;

  async function once<T>(
    work: () => Promise<T>,
  ): Promise<{ readonly ms: number; readonly settled: PromiseSettledResult<T> }> {
    let ms = 0;
    let since = cpuMs();
    let running = true;
    const look = () => {
      const now = cpuMs();
      ms = Math.max(ms, now - since);
      since = now;
      if (running) setImmediate(look);
    };
    setImmediate(look);
    const [settled] = await Promise.allSettled([work()]);
    running = false;
    look();
    return { ms, settled };
  }

  return {
    async watch(what, work) {
      inputs++;
      let { ms, settled } = await once(work);
      for (let tries = 1; ms > SUSPICIOUS_MS && tries < TRIES; tries++) {
        const again = await once(work);
        if (again.ms < ms) ({ ms, settled } = again);
      }
      if (ms > longest.ms) longest = { ms, what };
      if (settled.status === 'fulfilled') return settled.value;
      throw settled.reason;
    },
    summary: () => `${inputs} inputs, longest stop ${longest.ms.toFixed(1)} ms (${longest.what})`,
    get longestMs() {
      return longest.ms;
    },
  };
}

/** 4 MiB, which JSON.parse takes in one go. */
const YARDSTICK = `[${Array.from({ length: 60_000 }, (_, at) => `{"id":${at},"name":"web1","disks":[{"path":"/d/x","size":1234567}]}`).join()}]`;

/** The CPU time that this machine needs for it: the middle of seven times, after some in which it is compiled. */
function yardstickMs(): number {
  const times = Array.from({ length: 9 }, () => {
    const before = cpuMs();
    JSON.parse(YARDSTICK);
    return cpuMs() - before;
  });
  return times.slice(2).toSorted((a, b) => a - b)[3] ?? 0;
}

/**
 * What no input may exceed, where it is read in steps: a key that is pressed meanwhile waits no longer. A reader that takes
 * its input in one go needs hundreds for the largest of them. On a slow machine it is four times what the yardstick takes.
 */
export const LONGEST_STOP_MS = Math.max(100, 4 * yardstickMs());
