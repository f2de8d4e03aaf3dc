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
  'for c in virt-ssh-helper nc socat; do command -v $c >/dev/null 2>&1 && echo "command $c"; done; true';

/** The command whose stdin and stdout are the daemon, from what the probe printed; undefined when there is no way. */
export function carrierCommand(probed: string, driver: string): string | undefined {
  const found = (kind: string) =>
    probed.split('\n').flatMap((line) => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1).trim()] : []));
  const commands = found('command');
  const [socket] = found('socket');
  // It knows where that machine's daemon listens, modular or not, session or system.
  if (commands.includes('virt-ssh-helper') && (socket !== undefined || isSession(driver)))
    return `virt-ssh-helper ${quoted(driver)}`;
  if (socket === undefined) return undefined;
  if (commands.includes('nc')) return `nc -U ${quoted(socket)}`;
  return commands.includes('socat') ? `socat - UNIX-CONNECT:${quoted(socket)}` : undefined;
}

/** As one word for sh. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
