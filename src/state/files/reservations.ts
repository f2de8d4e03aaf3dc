/** Volumes that forms have chosen, so that two of them don't take the same one: known to all drovers of this user. */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { replaceFile, versionOf } from '../config/replace-file.ts';
import { makeOwnFolder } from './own-folder.ts';
import { isStillRunning, startOfProcess } from './process-alive.ts';

/** What one form has chosen, from then on until its operation has ended. */
export interface Reservation {
  /**
   * Takes these, `endpoint/volume`, in place of what it had. Where another one has one of them, none is taken, and that is answered.
   * Where nothing can be written it takes what it likes: the platform's own check stands behind it.
   */
  take(names: readonly string[]): Promise<Taken | undefined>;
  release(): Promise<void>;
}

interface Taken {
  readonly name: string;
  /** `another form of drover, PID 4711`. */
  readonly by: string;
}

export interface Reservations {
  open(): Reservation;
  /** What others than this one have taken, and who that is. */
  others(than: Reservation): Promise<ReadonlyMap<string, string>>;
}

/** What the file of one process says. */
interface Holder {
  readonly pid: number;
  /** As `startOfProcess` has it. */
  readonly started: string;
  readonly host: string;
  readonly names: readonly string[];
}

/** So often a file is written again: a process on another machine that shares the home can't be asked whether it is there. */
const BEATS_EVERY_MS = 60_000;
const ABANDONED_MS = 3 * BEATS_EVERY_MS;

/**
 * Each process writes a file of its own in this folder, and reads those of the others behind that: of two that take the same at once
 * one sees the other at least. The file of a process that has died counts no more, and is removed by those on its machine.
 */
export function createReservations(folder: string, clock: Clock): Reservations {
  const own = `${process.pid}-${randomBytes(4).toString('hex')}.json`;
  const host = hostname();
  const held = new Map<Reservation, readonly string[]>();
  let writing: Promise<void> = Promise.resolve();
  let stopBeating = () => {};

  const writeNow = async (): Promise<void> => {
    stopBeating();
    const names = [...held.values()].flat();
    if (names.length === 0) return rm(join(folder, own), { force: true });
    // A write that fails is tried again with the next beat.
    stopBeating = clock.after(BEATS_EVERY_MS, () => void write());
    await makeOwnFolder(folder);
    const holder: Holder = { pid: process.pid, started: await startOfProcess(process.pid), host, names };
    const file = join(folder, own);
    await replaceFile(file, `${JSON.stringify(holder)}\n`, { secret: true, basedOn: await versionOf(file) });
  };
  /** One after the other; what can't be written is not known to others, and no reason to stop the user. */
  const write = (): Promise<void> => {
    writing = writing.then(writeNow).catch(() => undefined);
    return writing;
  };

  /** What time it is where the files are, as their times are: a file server has a clock of its own. Epoch, ms. */
  const timeOfFiles = async (): Promise<number> => {
    const fresh = join(folder, `${own}.now`);
    try {
      await writeFile(fresh, '', { mode: 0o600 });
      return (await stat(fresh)).mtimeMs;
    } finally {
      await rm(fresh, { force: true });
    }
  };

  const isBeating = async (file: string): Promise<boolean> =>
    (await timeOfFiles()) - (await stat(file)).mtimeMs < ABANDONED_MS;

  const others = async (than: Reservation): Promise<ReadonlyMap<string, string>> => {
    const taken = new Map<string, string>();
    for (const [one, names] of held) {
      if (one !== than) for (const name of names) taken.set(name, 'something else that this drover does');
    }
    for (const entry of await readdir(folder).catch(() => [])) {
      if (entry === own || !entry.endsWith('.json')) continue;
      const file = join(folder, entry);
      const holder = holderIn(await readFile(file, 'utf8').catch(() => ''));
      if (!holder) continue;
      const isHere = holder.host === host;
      if (await (isHere ? isStillRunning(holder) : isBeating(file)).catch(() => false)) {
        for (const name of holder.names) taken.set(name, `another form of drover, PID ${holder.pid}`);
      } else if (isHere) await rm(file, { force: true }).catch(() => undefined);
    }
    return taken;
  };

  return {
    others,
    open() {
      const reservation: Reservation = {
        async take(names) {
          held.set(reservation, names);
          await write();
          const taken = names.length === 0 ? undefined : await others(reservation);
          const name = names.find((one) => taken?.has(one));
          if (name === undefined) return undefined;
          // What was chosen meanwhile stays.
          if (held.get(reservation) === names) await reservation.release();
          return { name, by: taken?.get(name) ?? '' };
        },
        release() {
          held.delete(reservation);
          return write();
        },
      };
      return reservation;
    },
  };
}

/** The folder is drover's own, but a file may be damaged, or of another version. */
function holderIn(text: string): Holder | undefined {
  let value: Partial<Holder> | null;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { pid, started, host, names } = value;
  const isRight =
    Number.isSafeInteger(pid) &&
    Number(pid) > 0 &&
    typeof started === 'string' &&
    typeof host === 'string' &&
    Array.isArray(names) &&
    names.every((name) => typeof name === 'string');
  return isRight ? (value as Holder) : undefined;
}
