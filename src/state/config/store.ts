import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import { referenceOf } from '../fields.ts';
import { errnoOf, fileTrouble } from '../files/file-trouble.ts';
import { sweepLeftovers } from '../files/leftovers.ts';
import { makeOwnFolder } from '../files/own-folder.ts';
import { applyChange } from './apply.ts';
import type { ConfigChange } from './change.ts';
import { interpret } from './interpret.ts';
import { emptyMap } from './located.ts';
import { withLock } from './lock.ts';
import type { Config, Loaded, PlatformFields } from './model.ts';
import { assertUntouched } from './own-part.ts';
import { type Problem, spellProblem } from './problem.ts';
import { ChangedMeanwhile, replaceFile, TEMPORARY, targetOf, versionOf } from './replace-file.ts';
import { watchFile } from './watch-file.ts';
import { openYaml, type YamlFile } from './yaml-file.ts';

export interface EditOptions {
  readonly signal: AbortSignal;
  /** What the user saw when deciding; without it, what was loaded last. */
  readonly basedOn?: Config;
}

/** The configuration file: read with everything that is wrong in it, edited without losing anything that is in it. */
export interface ConfigStore {
  readonly file: string;
  /** What was loaded last; empty before the first load. */
  readonly current: Loaded;
  /**
   * Reads the file; one that is not there is an empty configuration. Never rejects for what is in it or for how it can't
   * be read: then the problems say so, and the configuration is the one before, so that a typo takes no fleet away.
   */
  load(): Promise<Loaded>;
  /**
   * Makes one change to what the file says now, under a lock. Rejects with a FleetError and writes nothing: config.invalid
   * for what must not be, or a file that is broken; config.conflict where another program changed the same; op.failed
   * where it can't be written.
   */
  edit(change: ConfigChange, options: EditOptions): Promise<Loaded>;
  /** Calls back with the reloaded file after another program changed it. Returns a function that stops the watch. */
  watch(changed: (loaded: Loaded) => void): () => void;
}

interface Reading extends Loaded {
  readonly text: string;
  readonly version: string | undefined;
  readonly yaml: YamlFile;
  /** Why nothing of it can be used, and nothing may be written over it. */
  readonly unusable: Problem | undefined;
}

const WRITES_TRIED = 3;
const FIXES: Readonly<Record<string, string>> = {
  ENOSPC: 'nothing was changed; make room and repeat the change',
  EDQUOT: 'nothing was changed; make room and repeat the change',
  EACCES: 'nothing was changed; drover needs to write to the folder of the file, too: in a container mount the folder',
  EPERM: 'nothing was changed; drover needs to write to the folder of the file, too: in a container mount the folder',
  EROFS: 'nothing was changed; drover needs to write to the folder of the file, too: in a container mount the folder',
};

/** The same for two readings that found the same. */
const seenIn = ({ text, unusable }: Reading): string => `${text}\n${unusable?.message ?? ''}`;

const holdsPlainSecret = (config: Config, platforms: PlatformFields): boolean =>
  [...config.endpoints.values()].some(({ platform, values }) =>
    platforms.get(platform)?.some((field) => {
      const value = values[field.key];
      return field.sensitive && value !== undefined && !referenceOf(value);
    }),
  );

export function createConfigStore(file: string, platforms: PlatformFields, clock: Clock): ConfigStore {
  let current: Loaded = {
    config: { endpoints: new Map(), pools: new Map(), notes: new Map(), file: emptyMap },
    problems: [],
  };
  let lastSeen: string | undefined;
  /** What is being written: a watch may read it before the writing has come back. */
  let ownText: string | undefined;

  const understand = async (text: string, version: string | undefined): Promise<Reading> => {
    const yaml = await openYaml(file, text);
    const loaded = interpret(file, yaml.tree, platforms);
    return { ...loaded, text, version, yaml, problems: [...yaml.broken, ...loaded.problems], unusable: yaml.broken[0] };
  };

  const read = async (): Promise<Reading> => {
    const asWhole = async (message: string): Promise<Reading> => {
      const unusable: Problem = { severity: 'error', file, message };
      return { ...(await understand('', undefined)), problems: [unusable], unusable };
    };
    try {
      // The version before the text: a change in between shows as a newer version later, never as an older text.
      const version = await versionOf(file);
      if (version === undefined) return await understand('', undefined);
      // A named pipe would wait for ever.
      if (!(await stat(file)).isFile()) return await asWhole('is not a regular file');
      const bytes = await readFile(file);
      return await understand(new TextDecoder('utf-8', { fatal: true }).decode(bytes), version);
    } catch (error) {
      if (error instanceof TypeError) return asWhole('is not UTF-8 text');
      return asWhole(`can't be read: ${fileTrouble(error)}`);
    }
  };

  const keep = (reading: Reading): Loaded => {
    lastSeen = seenIn(reading);
    current = { config: reading.unusable ? current.config : reading.config, problems: reading.problems };
    return current;
  };

  const assertUsable = ({ unusable }: Reading) => {
    if (!unusable) return;
    throw new FleetError('config.invalid', spellProblem(unusable), {
      fix: 'fix the file first; nothing was written',
    });
  };

  /** Both are the whole file: what the change makes wrong is what was not wrong before. */
  const assertNothingNew = (before: Reading, after: Reading) => {
    const known = new Set(before.problems.map(({ message }) => message));
    const fresh = after.problems.find(({ severity, message }) => severity === 'error' && !known.has(message));
    if (fresh) throw new FleetError('config.invalid', fresh.message, fresh.fix === undefined ? {} : { fix: fresh.fix });
  };

  const editOnce = async (target: string, change: ConfigChange, { signal, basedOn }: EditOptions): Promise<Loaded> => {
    const before = await read();
    assertUsable(before);
    if (basedOn ?? lastSeen !== undefined) assertUntouched(change, basedOn ?? current.config, before.config);
    applyChange(before.yaml.draft, change, platforms);
    const text = before.yaml.print();
    if (text === before.text) return keep(before);
    const after = await understand(text, undefined);
    assertUsable(after);
    assertNothingNew(before, after);
    signal.throwIfAborted();
    ownText = seenIn(after);
    try {
      await replaceFile(target, text, { secret: holdsPlainSecret(after.config, platforms), basedOn: before.version });
      return keep(after);
    } finally {
      ownText = undefined;
    }
  };

  const edit = async (change: ConfigChange, options: EditOptions): Promise<Loaded> => {
    try {
      const target = await targetOf(file);
      await makeOwnFolder(dirname(target));
      return await withLock(`${target}.lock`, clock, options.signal, async () => {
        await sweepLeftovers(target, TEMPORARY);
        for (let tried = 1; ; tried++) {
          try {
            return await editOnce(target, change, options);
          } catch (error) {
            if (!(error instanceof ChangedMeanwhile)) throw error;
            if (tried === WRITES_TRIED) {
              throw new FleetError('config.conflict', `${file} is written by another program again and again`);
            }
          }
        }
      });
    } catch (error) {
      if (error instanceof FleetError || errnoOf(error) === undefined) throw error;
      throw new FleetError('op.failed', `${file} could not be saved: ${fileTrouble(error)}`, {
        fix: FIXES[errnoOf(error) ?? ''] ?? 'nothing was changed; fix that and repeat the change',
        cause: error,
      });
    }
  };

  return {
    file,
    get current() {
      return current;
    },
    load: async () => keep(await read()),
    edit,
    watch(changed) {
      return watchFile(file, clock, () => {
        void read().then((reading) => {
          const seen = seenIn(reading);
          if (seen !== lastSeen && seen !== ownText) changed(keep(reading));
        });
      });
    },
  };
}
