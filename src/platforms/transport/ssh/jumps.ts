/** ProxyJump of ssh_config(5): `[user@]host[:port]` or `ssh://[user@]host[:port]`, separated by commas. */
import { FleetError } from '../../../errors.ts';
import { checkSshNames } from './names.ts';
import { expandTokens, type SshTokens } from './tokens.ts';

export interface SshJump {
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
}

/** As `ssh -G` prints it, the nearest hop first; undefined for what ssh refuses. */
export function normalJump(text: string): string | undefined {
  if (text.toLowerCase() === 'none') return 'none';
  const hops = text.replace(/#.*$/s, '').trimEnd().split(',');
  const parsed = hops.map(parseJump);
  const last = parsed.at(-1);
  if (!last || parsed.includes(undefined)) return undefined;
  // ssh takes only the last one apart, and keeps the others as they stand.
  return [...hops.slice(0, -1), written(last)].join(',');
}

const written = ({ host, user, port }: SshJump): string =>
  `${user === undefined ? '' : `${user}@`}${host.includes(':') ? `[${host}]` : host}${port === undefined ? '' : `:${port}`}`;

function parseJump(text: string): SshJump | undefined {
  const uri = /^ssh:\/\/(.*?)\/?$/is.exec(text);
  const [, user, bracketed, plain, port] =
    /^(?:(.+)@)?(?:\[([^[\]]+)\]|([^@:[\]/]+))(?::([0-9]+))?$/s.exec(uri?.[1] ?? text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || /\s/.test(host) || host.startsWith('-')) return undefined;
  const number = port === undefined ? undefined : Number(port);
  if (number !== undefined && (number < 1 || number > 65_535)) return undefined;
  try {
    return {
      host,
      ...(user === undefined ? {} : { user: uri ? decodeURIComponent(user) : user }),
      ...(number === undefined ? {} : { port: number }),
    };
  } catch {
    return undefined;
  }
}

/** OpenSSH hands the hops to a shell, which would change these. */
const FOR_A_SHELL = /[\\$*?[\]~#!^%\s]/;

/** The hops with their tokens expanded, the nearest first. Throws config.invalid for names that OpenSSH refuses. */
export function jumpsOf(value: string | undefined, tokens: SshTokens): readonly SshJump[] {
  if (value === undefined || value.toLowerCase() === 'none') return [];
  return value.split(',').map((text) => {
    const jump = parseJump(text);
    if (!jump) throw new FleetError('config.invalid', `SSH configuration: not a host to jump over: ${text}`);
    const host = expandTokens(jump.host, tokens);
    const user = jump.user === undefined ? undefined : expandTokens(jump.user, tokens);
    checkSshNames({ host, user });
    if (FOR_A_SHELL.test(host) || FOR_A_SHELL.test(user ?? '')) {
      throw new FleetError('config.invalid', `SSH configuration: ProxyJump ${text} has signs of a shell in a name`, {
        fix: 'give the hop a Host of its own in ~/.ssh/config, with HostName and User',
      });
    }
    return { ...jump, host, ...(user === undefined ? {} : { user }) };
  });
}
