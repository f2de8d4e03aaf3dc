/** Block devices and empty volumes of a host, asked and written by its own programs. */
import { FleetError, sentence } from '../../../errors.ts';
import { plainLine } from '../../transport/http/wire.ts';
import { FILL } from './fill-script.ts';

/** A block device as the host has it. */
export interface HostDevice {
  /** What the host does with it, or with a part of it: `/dev/sdb1 is mounted at /srv`. */
  readonly uses: readonly string[];
  /** Devices that are parts of it, or that it is a part of. */
  readonly kin: readonly string[];
}

/** What is made on an empty volume. */
export interface NewFileSystem {
  /** As mkfs(8) calls it, or swap. */
  readonly kind: string;
  /** A folder or an archive of the host, whose files it gets; '' for none. */
  readonly content: string;
}

export interface HostDisks {
  /** Rejects with op.refused where the host does not say what it does with it. */
  device(path: string, signal: AbortSignal): Promise<HostDevice>;
  /**
   * On an empty volume, with `mkfs.KIND` or mkswap of the host. Rejects with op.failed and what that says, and with outcome.unknown where
   * the host may still write to the volume, as it may when the caller gives up: it must stay then.
   */
  makeFileSystem(path: string, system: NewFileSystem, signal: AbortSignal): Promise<void>;
}

/** What a script prints that has these words, ended by NUL, as its stdin. */
export type Ask = (
  script: string,
  words: readonly string[],
  signal: AbortSignal,
  deadlineMs?: number,
) => Promise<string>;

/** Large devices that are slow to be written to. */
const FORMAT_MS = 300_000;
/** Archives are listed, unpacked and copied. */
const FILL_MS = 900_000;
const DEVICE = `xargs -0 -n1 sh -c 'lsblk -nrpo NAME,TYPE,MOUNTPOINT -- "$0" && echo == && lsblk -nrspo NAME -- "$0" && echo ==' 2>&1; true`;
/**
 * Neither has an option to write over what it finds, but mke2fs asks about that at a terminal alone: it writes over it here. Kinds come from a
 * list of ours; root's programs are in no user's path.
 */
const FORMAT = `xargs -0 -n2 sh -c 'PATH=$PATH:/usr/sbin:/sbin; case $0 in swap) mkswap -- "$1";; *) "mkfs.$0" -q -- "$1";; esac && echo == made || echo == not' 2>&1; true`;
const ODD_NAME = 'its name has control characters';

export const createHostDisks = (ask: Ask): HostDisks => ({
  async device(path, signal) {
    const said = isPlain(path) ? await ask(DEVICE, [path], signal) : ODD_NAME;
    const [below, above, end] = said.split(/^==\n/m);
    if (below === undefined || above === undefined || end !== '')
      throw new FleetError('op.refused', `whether the host uses ${path} can't be seen: ${said.trim() || 'no answer'}`);
    return readDevice(below, above);
  },
  async makeFileSystem(path, { kind, content }, signal) {
    if (content !== '') return fill(ask, path, kind, content, signal);
    const said = isPlain(path)
      ? await answered(path, kind, signal, () => ask(FORMAT, [kind, path], signal, FORMAT_MS))
      : `${ODD_NAME}\n== not\n`;
    const [, words = '', end] = /^(.*)^== (made|not)\n$/ms.exec(said) ?? [];
    if (end === 'made') return;
    if (end === undefined) throw mayStillWrite(path, kind, 'it does not say how it ended');
    throw new FleetError('op.failed', `${path} got no ${kind}: ${words.trim() || 'the host does not say why'}`);
  },
});

async function fill(ask: Ask, path: string, kind: string, content: string, signal: AbortSignal): Promise<void> {
  const said =
    isPlain(path) && isPlain(content)
      ? await answered(path, kind, signal, () => ask(FILL, [kind, path, content], signal, FILL_MS))
      : `${ODD_NAME}\n== 1\n`;
  // Names of files stand in it: only the last line is the script's own.
  const [, words = '', code] = /^(.*)== (\d+)\n$/s.exec(said) ?? [];
  if (code === '0') return;
  if (code === undefined) throw mayStillWrite(path, kind, 'it does not say how it ended');
  throw new FleetError(
    'op.failed',
    `${path} got no ${kind} with ${content}: ${plainLine(words.trim()) || 'the host does not say why'}`,
  );
}

/** Nothing ends what was begun on the host when the answer is not waited for any more, or gets lost. */
async function answered(
  path: string,
  kind: string,
  signal: AbortSignal,
  begin: () => Promise<string>,
): Promise<string> {
  signal.throwIfAborted();
  try {
    return await begin();
  } catch (error) {
    throw mayStillWrite(path, kind, sentence(error), error);
  }
}

const mayStillWrite = (path: string, kind: string, why: string, cause?: unknown): FleetError =>
  new FleetError('outcome.unknown', `the host may still write ${kind} on ${path}: ${why}`, {
    fix: `wait until no mkfs, mkswap, tar or bsdtar for ${path} runs on the host`,
    cause,
  });

/** An absolute path without what would end a line of an answer. */
export const isPlain = (path: string): boolean => path.startsWith('/') && !/[\x00-\x1f\x7f]/.test(path);

/** Lines of `NAME TYPE MOUNTPOINT`, the device first, and of `NAME`; blanks in them are written as `\\x20`. */
function readDevice(below: string, above: string): HostDevice {
  const linesOf = (text: string) => text.split('\n').filter((line) => line !== '');
  const rows = linesOf(below).map((line) => line.split(' '));
  const uses = rows.flatMap(([name = '', type = '', mount = ''], i) => {
    if (mount === '[SWAP]') return `${name} is swap`;
    if (mount !== '') return `${name} is mounted at ${mount}`;
    return i > 0 && type !== 'part' ? `${name} (${type}) is made of it` : [];
  });
  const [own = ''] = rows[0] ?? [];
  const names = [...rows.map(([name = '']) => name), ...linesOf(above)];
  return { uses, kin: [...new Set(names)].filter((name) => name !== own) };
}
