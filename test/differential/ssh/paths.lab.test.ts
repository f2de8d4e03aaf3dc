/** Which files ssh really opens for a host, by its debug output while it connects, beside those that drover would open. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { readSshConfig } from '../../../src/platforms/transport/ssh/config.ts';
import { createChances } from '../random.ts';
import { ownHome, requireTools } from './own-home.ts';
import { type RealSshd, run, startSshd } from './real-sshd.ts';

const SEED = 4_711;
const CASES = 80;
const AT_ONCE = 4;
const ENVIRONMENT = { KEYS: '/var/keys', EMPTY: '' };
const patience = { clock: systemClock, signal: new AbortController().signal };

let dir = '';
let sshd: RealSshd;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'drover-paths-'));
  await requireTools(dir);
  sshd = await startSshd(join(dir, 'sshd'));
});
afterAll(async () => {
  await sshd.close();
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
});

const STARTS = ['~/', '/keys/', '%d/', `\${KEYS}/`, '~/.ssh/', '/keys/%%', '~tester/', `/a\${EMPTY}b/`];
const PARTS = [
  '%h',
  '%n',
  '%p',
  '%r',
  '%u',
  '%l',
  '%L',
  '%i',
  '%k',
  '%C',
  '%%',
  'x',
  '-',
  '_',
  `\${KEYS}`,
  '$x',
  'é',
  '\\\\',
];
const QUOTED = [' two', ' ', "'s", '#1'];

/** The lines of a configuration, all of whose paths are to be opened. */
function pathsOf(seed: number): string {
  const { next, percent, pick } = createChances(seed);
  const path = () => {
    const plain = pick(STARTS) + Array.from({ length: 1 + Math.floor(next() * 3) }, () => pick(PARTS)).join('');
    return percent(30) ? `"${plain}${pick(QUOTED)}x"` : plain;
  };
  return [
    percent(50) ? 'HostKeyAlias known-as' : '',
    ...Array.from({ length: 1 + Math.floor(next() * 3) }, () => `IdentityFile ${path()}`),
    `CertificateFile ${path()}`,
    `UserKnownHostsFile ${path()} ${path()}`,
    'GlobalKnownHostsFile /etc/none "/etc/with blank"',
  ].join('\n');
}

async function opened(openssh: string): Promise<{ keys: string[]; known: string[] }> {
  const argv = [
    '-vvv',
    '-o',
    'BatchMode=yes',
    '-o',
    'StrictHostKeyChecking=yes',
    '-p',
    String(sshd.port),
    'HOST.alias',
  ];
  const { stderr } = await run(openssh, argv).catch((error: { stderr: string }) => error);
  // As vis(3) writes it: é is two bytes, and a backslash two.
  const lines = stderr.replaceAll('\\303\\251', 'é').replaceAll('\\\\', '\\').split(/\r?\n/);
  const all = (pattern: RegExp) => [...new Set(lines.flatMap((line) => pattern.exec(line)?.[1] ?? []))];
  return {
    keys: all(/^debug1: (?:identity|certificate) file (.*) type -?\d+$/),
    known: all(/^debug1: load_hostkeys: fopen (.*): No such file or directory$/),
  };
}

it('are the same, whatever tokens, variables and quotes their names have', async () => {
  let files = 0;
  const different: string[] = [];
  async function compare(seed: number): Promise<void> {
    const home = join(dir, String(seed));
    const config = `Host HOST.alias\nHostName 127.0.0.1\n${pathsOf(seed)}\n`;
    const source = await ownHome(home, { config }, ENVIRONMENT);
    const ssh = await opened(source.openssh);
    for (const openssh of [source.openssh, undefined]) {
      const ours = await readSshConfig({ host: 'HOST.alias', port: sshd.port }, patience, { ...source, openssh });
      const keys = [...(ours.identityFiles ?? []), ...ours.certificateFiles];
      const known = [...ours.userKnownHostsFiles, ...ours.globalKnownHostsFiles];
      // ssh looks for a certificate beside each key as well.
      const named = ssh.keys.filter((path) => keys.includes(path) || !path.endsWith('-cert'));
      const isSame = (a: readonly string[], b: readonly string[]) =>
        JSON.stringify([...new Set(a)].sort()) === JSON.stringify([...b].sort());
      if (!isSame(keys, named) || !isSame(known, ssh.known)) {
        different.push(
          `${config}ssh:  ${JSON.stringify({ ...ssh, keys: named })}\nours: ${JSON.stringify({ keys, known })}`,
        );
      }
      files += keys.length + known.length;
    }
    await rm(home, { recursive: true });
  }
  for (let from = 0; from < CASES; from += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => compare(SEED + from + i)));
  }
  console.log(`${CASES} configurations, ${files} paths compared, ${different.length} different`);
  expect(different.slice(0, 3)).toEqual([]);
  expect(files).toBeGreaterThan(CASES * 6);
});
