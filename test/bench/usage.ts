import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** What a program and all that it started have used so far, and hold now. */
export interface Usage {
  readonly cpuMs: number;
  /** Resident bytes, pages that are shared counted in each process. */
  readonly memory: number;
}

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const PAGE = Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' }));

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly cpuTicks: number;
  readonly pages: number;
}

/** proc(5): behind the name in brackets state, ppid …, utime (14th), stime, …, rss (24th). */
function readProcess(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const field = (number: number) => Number(fields[number - 3]);
    return { pid, parent: field(4), cpuTicks: field(14) + field(15), pages: field(24) };
  } catch {
    return undefined; // ended meanwhile
  }
}

export function usageOf(pid: number): Usage {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (readProcess(Number(name)) ?? []) : []));
  const family = new Set([pid]);
  // a child has a parent that is older, but numbers start again some day: look until nobody is added
  for (let before = 0; before < family.size; ) {
    before = family.size;
    for (const { pid: child, parent } of all) if (family.has(parent)) family.add(child);
  }
  const own = all.filter((one) => family.has(one.pid));
  const sum = (of: (one: Process) => number) => own.reduce((total, one) => total + of(one), 0);
  return {
    cpuMs: (sum(({ cpuTicks }) => cpuTicks) * 1000) / TICKS_PER_SECOND,
    memory: sum(({ pages }) => pages) * PAGE,
  };
}
