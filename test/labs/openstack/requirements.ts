import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What the host needs; the cloud's own packages are laid out beside it, see build-root.sh. */
export const packages: readonly string[] = readFileSync(`${import.meta.dirname}/apt-packages`, 'utf8')
  .trim()
  .split('\n');

const PROGRAMS = [
  ['apt-get', '--version'],
  ['dpkg-deb', '--version'],
  ['ip', '-Version'],
  ['nsenter', '--version'],
  ['openssl', 'version'],
] as const;

const succeeds = (program: string, ...args: readonly string[]): boolean =>
  spawnSync(program, args, { env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` } }).status === 0;

/** In a container even root may not. */
const makesNamespaces = (): boolean =>
  succeeds('unshare', '--mount', '--net', '--pid', '--uts', '--ipc', '--fork', 'true');

/** Its OpenStack is the one that the configuration in `root` was written for. */
const isBookworm = (): boolean => succeeds('grep', '--quiet', 'VERSION_CODENAME=bookworm', '/etc/os-release');

/** What this machine lacks, each as the end of the sentence "it needs …". */
export function missing(): readonly string[] {
  return [
    ...(process.getuid?.() === 0 && makesNamespaces() ? [] : ['root with the right to make namespaces']),
    ...(isBookworm() ? [] : ['Debian 12']),
    ...PROGRAMS.filter(([program, question]) => !succeeds(program, question)).map(([program]) => program),
  ];
}
