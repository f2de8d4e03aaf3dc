/** The program of the desktop that shows a display, and the files that it reads. */
import { spawn } from 'node:child_process';
import { access, constants, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { FleetError, sentence } from '../../errors.ts';

/** What is shown, and where it is reached from this machine. */
export interface Shown {
  readonly kind: 'vnc' | 'spice' | 'rdp';
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly password?: string | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Tried in this order where the configuration names none. TigerVNC has two colons before a port. */
const USUAL: readonly { readonly words: readonly string[]; readonly kinds: readonly Shown['kind'][] }[] = [
  { words: ['remote-viewer', '{vv}'], kinds: ['vnc', 'spice'] },
  { words: ['vncviewer', '{host}::{port}'], kinds: ['vnc'] },
  { words: ['xfreerdp', '/v:{host}:{port}'], kinds: ['rdp'] },
];

/** `configured`: of the configuration. Rejects with op.unsupported where none is installed. */
export async function viewerFor(
  configured: readonly string[] | undefined,
  kind: Shown['kind'],
  env: Env,
): Promise<readonly string[]> {
  if (configured) return configured;
  for (const { words, kinds } of USUAL) if (kinds.includes(kind) && (await isInPath(words[0] ?? '', env))) return words;
  const names = USUAL.flatMap(({ words, kinds }) => (kinds.includes(kind) ? [words[0] ?? ''] : [])).join(', ');
  throw new FleetError('op.unsupported', `no program that shows ${kind.toUpperCase()} is installed here: ${names}`, {
    fix: 'install one, or name yours in the configuration: viewer: PROGRAM {url}',
  });
}

async function isInPath(program: string, env: Env): Promise<boolean> {
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    const isThere = await access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return true;
  }
  return false;
}

/** The words with what they stand for in place of `{vv}`, `{url}` …: each stays one word. */
export const filledIn = (words: readonly string[], shown: Shown, vv: string): readonly string[] => {
  const values: Readonly<Record<string, string>> = {
    vv,
    url: urlOf(shown),
    host: shown.host,
    port: String(shown.port),
    kind: shown.kind,
    name: shown.name,
  };
  return words.map((word) => word.replaceAll(/\{(\w+)\}/g, (whole, place: string) => values[place] ?? whole));
};

export const urlOf = ({ kind, host, port }: Pick<Shown, 'kind' | 'host' | 'port'>): string =>
  `${kind}://${host.includes(':') ? `[${host}]` : host}:${port}`;

/** The connection file of remote-viewer(1). A line break in a value would be a line of its own. */
function vvText({ kind, host, port, name, password }: Shown, isDeleted: boolean): string {
  const line = (key: string, value: string) => `${key}=${value.replaceAll(/[\r\n\0]/g, ' ')}`;
  return [
    '[virt-viewer]',
    line('type', kind),
    line('host', host),
    line('port', String(port)),
    line('title', name),
    ...(password === undefined ? [] : [line('password', password)]),
    ...(isDeleted ? ['delete-this-file=1'] : []),
    '',
  ].join('\n');
}

/** Rejects with op.conflict for a file that is there. */
export async function writeVv(file: string, shown: Shown): Promise<void> {
  await writeFile(file, vvText(shown, false), { mode: 0o600, flag: 'wx' }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EEXIST')
      throw new FleetError('op.conflict', `${file} is there already`, { fix: 'choose another name' });
    throw new FleetError('op.failed', `${file} can't be written: ${sentence(cause)}`, { cause });
  });
}

/** Runs the program until it ends; it is ended when the signal aborts. Rejects when it can't be started, or fails. */
export async function runViewer(words: readonly string[], shown: Shown, signal: AbortSignal): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'drover-view-'));
  try {
    const vv = join(folder, 'display.vv');
    if (words.some((word) => word.includes('{vv}')))
      await writeFile(vv, vvText(shown, true), { mode: 0o600, flag: 'wx' });
    const [program = '', ...args] = filledIn(words, shown, vv);
    await new Promise<void>((resolve, reject) => {
      const child = spawn(program, args, { stdio: 'ignore', signal });
      child.once('error', (cause) =>
        reject(
          signal.aborted
            ? signal.reason
            : new FleetError('op.failed', `${program} can't be started: ${sentence(cause)}`, { cause }),
        ),
      );
      child.once('exit', (code, by) => {
        if (code === 0) resolve();
        else reject(new FleetError('op.failed', `${program} ended with ${code === null ? by : `exit code ${code}`}`));
      });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
