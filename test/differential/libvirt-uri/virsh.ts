/** What virsh does with a URI, seen from outside: an `ssh` in PATH that notes its words, and what virsh complains of. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where virsh went; undefined fields can't be seen from outside. */
export interface Attempt {
  readonly transport: 'ssh' | 'unix' | 'net';
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly key?: string;
  readonly socket?: string;
  readonly driver?: string;
  /** Folder of the TLS certificates. */
  readonly pki?: string;
}

const VIRSH = '/usr/bin/virsh';

export function needVirsh(): void {
  if (!existsSync(VIRSH)) throw new Error(`${VIRSH} is missing: apt-get install libvirt-clients`);
}

/** A folder of its own for each worker: calls must not see each other's notes. */
export async function createVirsh(dir: string): Promise<(uri: string) => Promise<Attempt | undefined>> {
  const notes = join(dir, 'argv');
  const bin = join(dir, 'bin');
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'ssh'), `#!/bin/sh\nprintf '%s\\0' "$@" > '${notes}'\nexit 1\n`);
  await chmod(join(bin, 'ssh'), 0o755);
  const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: dir, LC_ALL: 'C' };
  return async (uri) => {
    await rm(notes, { force: true });
    const complaint = await new Promise<string>((resolve) =>
      execFile(VIRSH, ['--connect', uri, 'uri'], { env, timeout: 20_000 }, (_error, out, err) => resolve(out + err)),
    );
    const argv = await readFile(notes, 'utf8').catch(() => undefined);
    return argv === undefined ? attemptIn(complaint) : attemptOf(argv.split('\0').slice(0, -1));
  };
}

/** `-p PORT -l USER -i KEY -T … -- HOST COMMAND` */
function attemptOf(argv: readonly string[]): Attempt {
  const end = argv.indexOf('--');
  const after = (flag: string): string | undefined => {
    const at = argv.indexOf(flag);
    return at === -1 || at > end ? undefined : argv[at + 1];
  };
  const [host = '', command = ''] = argv.slice(end + 1);
  const [port, user, key] = [after('-p'), after('-l'), after('-i')];
  const helper = /(?:then\s+|-c ')virt-ssh-helper (.*?)(?:; else |'$)/s.exec(command)?.[1];
  const socket = helper === undefined ? /\$ARG -U (.*)'$/s.exec(command)?.[1] : undefined;
  return {
    transport: 'ssh',
    host,
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(user === undefined ? {} : { user }),
    ...(key === undefined || key === '' ? {} : { key }),
    ...(helper === undefined ? {} : { driver: helper.replaceAll("'\\''", '').replaceAll("'", '') }),
    ...(socket === undefined ? {} : { socket }),
  };
}

function attemptIn(complaint: string): Attempt | undefined {
  const socket = /Failed to connect socket to '(.*)':/.exec(complaint)?.[1];
  if (socket !== undefined) return { transport: 'unix', socket };
  const [, host, port] =
    /(?:unable to connect to server at|Unable to resolve address) '(.*?)'?(?::| service ')(\d+)'/.exec(complaint) ?? [];
  if (host !== undefined) return { transport: 'net', host, port: Number(port) };
  const pki = /'(.*)\/cacert\.pem'/.exec(complaint)?.[1];
  return pki === undefined ? undefined : { transport: 'net', pki };
}
