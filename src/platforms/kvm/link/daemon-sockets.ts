import type { Address } from './address.ts';

const isSession = (driver: string): boolean => driver.endsWith('/session');

/** Where the daemon may listen on a machine, first one first: the modular daemons of newer systems, then the old one. */
export function socketPaths({ socket, driver }: Address, runtimeDir: string | undefined): readonly string[] {
  if (socket !== undefined) return [socket];
  const scheme = driver.slice(0, driver.indexOf(':'));
  const names = scheme === 'test' ? ['libvirt-sock'] : [`virt${scheme}d-sock`, 'libvirt-sock'];
  // Another machine's runtime folder is not known here; virt-ssh-helper finds it there.
  const folder = isSession(driver) ? runtimeDir : '/run';
  return folder === undefined ? [] : names.map((name) => `${folder}/libvirt/${name}`);
}

/** Prints which sockets and carriers the other machine has, a line each: `socket PATH`, `command NAME`. */
export const probeCommand = (paths: readonly string[]): string =>
  `for s in ${paths.map(quoted).join(' ')}; do [ -S "$s" ] && echo "socket $s"; done; ` +
  'for c in virt-ssh-helper socat; do command -v $c >/dev/null 2>&1 && echo "command $c"; done; ' +
  // Not every nc knows sockets of this kind.
  "nc -h 2>&1 | grep -q -e '-U' && echo 'command nc'; true";

export type Carrier = { readonly command: string } | { readonly missing: 'socket' | 'carrier' };

/** The command whose stdin and stdout are the daemon, from what the probe printed, or what there isn't. */
export function carrierOf(probed: string, { driver, socket: named }: Pick<Address, 'driver' | 'socket'>): Carrier {
  const found = (kind: string) =>
    probed.split('\n').flatMap((line) => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1)] : []));
  const commands = found('command');
  const [socket] = found('socket');
  // It knows where that machine's daemon listens, modular or not, session or system. It takes no other socket: with a
  // named one it would lead to another daemon.
  const helps = named === undefined && (socket !== undefined || isSession(driver));
  if (helps && commands.includes('virt-ssh-helper')) return { command: `virt-ssh-helper ${quoted(driver)}` };
  if (socket === undefined) return { missing: 'socket' };
  if (commands.includes('nc')) return { command: `nc -U ${quoted(socket)}` };
  // A comma or a colon would begin an option of socat's.
  if (commands.includes('socat') && !/[,:!]/.test(socket))
    return { command: `socat - ${quoted(`UNIX-CONNECT:${socket}`)}` };
  return { missing: 'carrier' };
}

/** As one word for sh. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
