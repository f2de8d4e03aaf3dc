import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openPty, type Pty } from '../terminal/open-pty.ts';
import { CHORES, goHome } from './chores.ts';
import { FLEET } from './fleet.ts';
import { type Trend, trendsOf, type Vitals } from './vitals.ts';

export interface SoakResult {
  readonly minutes: number;
  readonly chores: number;
  /** Name and screen of those that did not work out. */
  readonly failed: readonly string[];
  readonly trends: readonly Trend[];
}

const PROBE = fileURLToPath(new URL('./probe.ts', import.meta.url));
const SIZE = { columns: 120, rows: 40 } as const;
/**
 * The share of the run in which histories, tasks and the wire log fill up to what is kept of them, and code is compiled:
 * what is taken then says nothing about leaks.
 */
const WARM_UP = 0.5;
const ANSWER_MS = 10_000;

/** The built program in a pty, over a fleet with every kind of trouble, doing chores without a pause. */
export async function soak(program: string, minutes: number, tell: (line: string) => void): Promise<SoakResult> {
  const folder = await mkdtemp(join(tmpdir(), 'drover-soak-'));
  const config = join(folder, 'config.yaml');
  const file = join(folder, 'vitals.jsonl');
  await writeFile(config, FLEET, { mode: 0o600 });
  await writeFile(file, '');
  const pty = openPty({
    argv: [process.execPath, '--expose-gc', '--import', PROBE, program, '--config', config],
    ...SIZE,
    env: { HOME: folder, XDG_CACHE_HOME: folder, XDG_STATE_HOME: folder, DROVER_SOAK_PROBE: file },
  });
  const gone = pty.exit.then(({ code, signal }) => {
    throw new Error(`the program ended with code ${code}, signal ${signal}\n${pty.screen()}`);
  });
  try {
    return await Promise.race([work(pty, file, minutes, tell), gone]);
  } finally {
    pty.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function work(pty: Pty, file: string, minutes: number, tell: (line: string) => void): Promise<SoakResult> {
  const startedAt = performance.now();
  const minutesGone = () => (performance.now() - startedAt) / 60_000;
  const taken: Vitals[] = [];
  const at: number[] = [];
  const failed: string[] = [];
  let chores = 0;
  await pty.until('VMs running');
  for (let minute = 1; minute <= minutes; minute++) {
    while (minutesGone() < minute) {
      const chore = CHORES[chores++ % CHORES.length];
      await goHome(pty);
      try {
        await chore?.do(pty);
      } catch (error) {
        failed.push(`${chore?.name}: ${String(error)}`);
      }
    }
    await goHome(pty);
    const vitals = await takeVitals(pty, file, taken.length);
    taken.push(vitals);
    at.push(minutesGone());
    tell(spellVitals(minute, chores, failed.length, vitals));
  }
  const from = Math.floor(taken.length * WARM_UP);
  return { minutes, chores, failed, trends: trendsOf(taken.slice(from), at.slice(from)) };
}

/** Asks the probe, and waits for its line. */
async function takeVitals(pty: Pty, file: string, before: number): Promise<Vitals> {
  process.kill(pty.pid, 'SIGUSR2');
  const until = performance.now() + ANSWER_MS;
  while (performance.now() < until) {
    const line = (await readFile(file, 'utf8')).split('\n')[before];
    if (line) return JSON.parse(line) as Vitals;
    await pause(50);
  }
  throw new Error('the probe does not answer');
}

const mb = (bytes: number): string => (bytes / 1024 ** 2).toFixed(1);

const spellVitals = (minute: number, chores: number, failed: number, vitals: Vitals): string =>
  `${minute} min: ${chores} chores (${failed} failed), heap ${mb(vitals.heap)} MB, memory ${mb(vitals.rss)} MB, external ${mb(vitals.external)} MB, ${vitals.handles} handles, ${vitals.timers} timers, ${vitals.listeners} listeners`;
