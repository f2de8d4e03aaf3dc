/**
 * What files are on a host, as a user who is logged in there sees them: which names are one file, and what an image is
 * layered on.
 * The commands are fixed; paths go in by stdin, ended by NUL, and never through a shell.
 */
import type { Clock } from '../../../clock.ts';
import { FleetError, isAbort } from '../../../errors.ts';
import { type Ask, createHostDisks, type HostDisks, isPlain } from '../medium/host-disks.ts';

/** What a shell command prints on the host, given `input` as its stdin. */
export type Run = (command: string, signal: AbortSignal, input?: Buffer) => Promise<string>;

export type Look =
  | {
      readonly is: 'there';
      /** The same for all names of one file or one block device, through links and mounts. */
      readonly id: string;
      readonly isFile: boolean;
      /** Of its content or its name: epoch, s. */
      readonly changed: number;
    }
  | { readonly is: 'missing' }
  | { readonly is: 'unknown'; readonly why: string };

/** One layer down; undefined below the last one. */
export interface Backing {
  /** As QEMU finds it: a path, or something that is no file of the host, such as `nbd://…`. */
  readonly path: string;
  readonly format: string | undefined;
}

export interface HostFiles extends HostDisks {
  /** By path, in one or two calls. Links are followed. */
  look(paths: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Look>>;
  /** Of those that are symbolic links themselves: where they lead in the end. */
  links(paths: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /** By path; images that can't be read are not in the answer. */
  backings(
    images: readonly { readonly path: string; readonly format: string | undefined }[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Backing | undefined>>;
  /** Removes a plain file if it still is the one with this `id`. Rejects with op.failed when it is there afterwards. */
  remove(path: string, id: string, signal: AbortSignal): Promise<void>;
  /** Of a small file; undefined where it can't be read. */
  firstLine(path: string, signal: AbortSignal): Promise<string | undefined>;
  hostname(signal: AbortSignal): Promise<string>;
}

/** A stuck file system (NFS) must not hold up more than this look at it. */
const LOOK_MS = 6_000;
/** Paths in one call, and images, which cost a process each. */
const AT_ONCE = 2_000;
const IMAGES_AT_ONCE = 64;

const STAT = "LC_ALL=C xargs -0 stat -L -c '%d:%i:%t:%T:%f:%Z %n' -- 2>/dev/null; true";
const WHY = 'LC_ALL=C xargs -0 -n1 stat -L -c there -- 2>&1; true';
const LINKS = `xargs -0 -n1 sh -c 'if [ -L "$0" ]; then readlink -f -- "$0"; else echo; fi'; true`;
const INFO = `xargs -0 -n2 sh -c 'qemu-img info -U --output=json $\{0:+-f "$0"} -- "$1" 2>/dev/null; echo "== $?"'; true`;
const FIRST_LINE = 'xargs -0 -n1 head -c 4096 -- 2>/dev/null; true';
const REMOVE = `xargs -0 -n2 sh -c 'test "$(stat -c %d:%i -- "$1")" = "$0" && rm -f -- "$1" && echo gone' 2>&1; true`;
/** Another login shell than sh must not read them. */
const sh = (script: string): string => `exec sh -c '${script.replaceAll("'", "'\\''")}'`;

export function createHostFiles(run: Run, clock: Clock): HostFiles {
  const ask: Ask = async (script, words, outer, deadlineMs = LOOK_MS) => {
    const late = new AbortController();
    const signal = AbortSignal.any([outer, late.signal]);
    const stop = clock.after(deadlineMs, () =>
      late.abort(new FleetError('op.timeout', 'the files of the host do not answer')),
    );
    try {
      return await run(sh(script), signal, Buffer.from(words.map((word) => `${word}\0`).join('')));
    } finally {
      stop();
    }
  };
  /** A host that can't be asked has said nothing: the files are unknown then. */
  async function tried(script: string, words: readonly string[], signal: AbortSignal): Promise<string> {
    try {
      return await ask(script, words, signal);
    } catch (error) {
      if (signal.aborted || (isAbort(error) && !(error instanceof FleetError))) throw error;
      return '';
    }
  }

  return {
    ...createHostDisks(ask),

    async look(paths, signal) {
      const looks = new Map<string, Look>();
      const askable = paths.filter((path) => {
        if (isPlain(path)) return true;
        looks.set(path, { is: 'unknown', why: 'its name has control characters' });
        return false;
      });
      for (const some of slices(askable, AT_ONCE)) readStats(await tried(STAT, some, signal), looks);
      const absent = askable.filter((path) => !looks.has(path));
      for (const some of slices(absent, AT_ONCE)) {
        const lines = (await tried(WHY, some, signal)).split('\n');
        const hasAll = lines.length === some.length + 1;
        some.forEach((path, i) => {
          const why = hasAll ? (/: ([^:]+)$/.exec(lines[i] ?? '')?.[1] ?? 'not read') : 'the host does not say';
          looks.set(path, why === 'No such file or directory' ? { is: 'missing' } : { is: 'unknown', why });
        });
      }
      return looks;
    },

    async links(paths, signal) {
      const askable = paths.filter(isPlain);
      const links = new Map<string, string>();
      if (askable.length === 0) return links;
      const lines = (await tried(LINKS, askable, signal)).split('\n');
      if (lines.length !== askable.length + 1) return links;
      askable.forEach((path, i) => {
        const target = lines[i];
        if (target?.startsWith('/')) links.set(path, target);
      });
      return links;
    },

    async backings(images, signal) {
      const backings = new Map<string, Backing | undefined>();
      for (const some of slices(
        images.filter(({ path }) => isPlain(path)),
        IMAGES_AT_ONCE,
      )) {
        const words = some.flatMap(({ path, format }) => [format ?? '', path]);
        const answers = (await tried(INFO, words, signal)).split(/^== (\d+)\n/m);
        some.forEach(({ path }, i) => {
          if (answers[2 * i + 1] === '0') readImageInfo(path, answers[2 * i] ?? '', backings);
        });
      }
      return backings;
    },

    async remove(path, id, signal) {
      const said = isPlain(path) ? await ask(REMOVE, [id, path], signal) : 'its name has control characters';
      if (said.trim() === 'gone') return;
      throw new FleetError('op.failed', `${path}: ${said.trim() || 'it is another file by now'}`);
    },

    async firstLine(path, signal) {
      if (!isPlain(path)) return undefined;
      return (await tried(FIRST_LINE, [path], signal)).split('\n')[0] || undefined;
    },

    hostname: async (signal) => (await tried('uname -n', [], signal)).trim(),
  };
}

function slices<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;
const BLOCK = 0o060000;

/** Lines of `DEVICE:INODE:MAJOR:MINOR:MODE:CTIME NAME`; mode, major and minor in hexadecimal. */
function readStats(output: string, looks: Map<string, Look>): void {
  for (const line of output.split('\n')) {
    const match = /^(\d+:\d+):([0-9a-f]+:[0-9a-f]+):([0-9a-f]+):(\d+) (\/.*)$/.exec(line);
    if (!match) continue;
    const [, inode = '', device = '', mode = '', changed = '', path = ''] = match;
    const type = Number.parseInt(mode, 16) & FILE_TYPE;
    const id = type === BLOCK ? `block ${device}` : inode;
    looks.set(path, { is: 'there', id, isFile: type === REGULAR, changed: Number(changed) });
  }
}

/** What `qemu-img info --output=json` says: `full-backing-filename`, `backing-filename-format`. */
function readImageInfo(path: string, json: string, backings: Map<string, Backing | undefined>): void {
  try {
    const info = JSON.parse(json) as Record<string, unknown>;
    const below = info['full-backing-filename'] ?? info['backing-filename'];
    const format = info['backing-filename-format'];
    backings.set(
      path,
      typeof below === 'string' ? { path: below, format: typeof format === 'string' ? format : undefined } : undefined,
    );
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
}
