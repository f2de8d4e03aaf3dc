/**
 * What a login on the host does for an image, with the host's own tools: fetching, checksums, unpacking. The commands are fixed; what
 * differs goes in by stdin, a line for each, so that no shell reads it and no other user sees it in a list of processes.
 */
import { FleetError } from '../../../errors.ts';
import { plainLine } from '../../transport/http/wire.ts';
import type { Run } from '../host/host-files.ts';
import { type Checksum, shown } from './image-spec.ts';
import type { Packing } from './packing.ts';

export interface OnNode {
  readonly hasCurl: boolean;
  canUnpack(packing: Packing): boolean;
  /** Writes what is at an address into a file that is there. `most`: bytes. Rejects with op.failed. */
  fetch(url: URL, path: string, most: number, signal: AbortSignal): Promise<void>;
  /** In hexadecimal. */
  digest(algorithm: Checksum['algorithm'], path: string, signal: AbortSignal): Promise<string>;
  unpack(packing: Packing, from: string, to: string, signal: AbortSignal): Promise<void>;
  /** Gives a file another name, in one step; rejects with op.conflict when a file has that already. */
  rename(from: string, to: string, signal: AbortSignal): Promise<void>;
}

/**
 * Runs what `command` becomes by `exec`, and ends it when what is printed meanwhile can't be written any more: then the connection is
 * gone, and the caller with it. `words` are the lines of stdin that it takes; descriptor 3 is the rest.
 */
const watched = (words: readonly string[], command: string): string =>
  `${words.map((name) => `IFS= read -r ${name} || exit 9`).join('; ')}; exec 3<&0; trap "" PIPE; { ${command}; } 2>&1 & p=$!; ` +
  'while kill -0 $p 2>/dev/null; do echo . || { kill $p; exit 9; }; sleep 0.5; done; wait $p; echo "== $?"';

const TOOLS =
  'IFS= read -r path; [ -f "$path" ] && [ -w "$path" ] && for tool in curl gzip xz zstd bzip2 sha256sum sha512sum; do command -v $tool >/dev/null && echo "has $tool"; done; true';
const FETCH = watched(['to'], 'exec curl -q -K - <&3 >"$to"');
const DIGEST = watched(['tool', 'from'], 'case $tool in sha256sum|sha512sum) exec $tool <"$from";; esac');
const UNPACK = watched(
  ['tool', 'from', 'to'],
  'case $tool in gzip|xz|zstd|bzip2) exec $tool -dc <"$from" 2>&1 >"$to";; esac',
);
const RENAME = 'IFS= read -r from; IFS= read -r to; ln -- "$from" "$to" 2>&1 && rm -- "$from" 2>&1; echo "== $?"';

/** Another login shell than sh must not read them. */
const sh = (script: string): string => `exec sh -c '${script.replaceAll("'", "'\\''")}'`;

/** Undefined where the login can't write to this file of the daemon's, which is there, or does not see it. */
export async function toolsOnNode(run: Run, path: string, signal: AbortSignal): Promise<OnNode | undefined> {
  const found = await run(sh(TOOLS), signal, lines(path));
  const tools = new Set(Array.from(found.matchAll(/^has (\w+)$/gm), ([, tool]) => tool));
  if (!tools.has('sha256sum') || !tools.has('sha512sum')) return undefined;

  const work = async (script: string, input: Buffer, what: string, workSignal: AbortSignal): Promise<string> => {
    const [said = '', code] = (await run(sh(script), workSignal, input)).split(/^== (\d+)$/m);
    const words = said.replace(/^\.$/gm, '').trim();
    if (code === '0') return words;
    if (code === undefined) throw new FleetError('host.unreachable', `${what}: the connection to the host was lost`);
    throw failure(what, words);
  };
  return {
    hasCurl: tools.has('curl'),
    canUnpack: (packing) => tools.has(packing),
    async fetch(url, to, most, fetchSignal) {
      await work(FETCH, Buffer.concat([lines(to), curlConfig(url, most)]), shown(url), fetchSignal);
    },
    async digest(algorithm, from, digestSignal) {
      const said = await work(DIGEST, lines(`${algorithm}sum`, from), `the checksum of ${from}`, digestSignal);
      return /^[0-9a-f]{64,128}/m.exec(said)?.[0] ?? '';
    },
    async unpack(packing, from, to, unpackSignal) {
      await work(UNPACK, lines(packing, from, to), `${packing} could not unpack it`, unpackSignal);
    },
    async rename(from, to, renameSignal) {
      await work(RENAME, lines(from, to), `${to} could not be made`, renameSignal);
    },
  };
}

/** Names of files of the daemon have no control characters; libvirt lists none that has. */
function lines(...words: readonly string[]): Buffer {
  for (const word of words)
    if (/[\x00-\x1f\x7f]/.test(word))
      throw new FleetError('op.refused', `${JSON.stringify(word)} is no name of a file`);
  return Buffer.from(words.map((word) => `${word}\n`).join(''));
}

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;

/** curl(1), `--config`: other ways than HTTP are shut, also behind a redirect; ten redirects, a minute without a byte. */
const curlConfig = (url: URL, most: number): Buffer =>
  Buffer.from(
    [
      `url = ${quoted(url.href)}`,
      'proto = "=http,https"\nproto-redir = "=http,https"\nlocation\nmax-redirs = 10',
      `fail\nsilent\nshow-error\nconnect-timeout = 30\nspeed-limit = 1\nspeed-time = 60\nmax-filesize = ${most}\n`,
    ].join('\n'),
  );

const failure = (what: string, words: string): FleetError => {
  const said = plainLine(words);
  return /no space left/i.test(said) || /\(23\)/.test(said)
    ? new FleetError('op.failed', `${what}: the storage has no room left for it`, { fix: 'make room there' })
    : new FleetError('op.failed', `${what}: ${said || 'it failed without a word'}`);
};
