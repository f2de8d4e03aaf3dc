/** Which algorithms a connection may use: those of the configuration that ssh2 has, in its order. */
import { FleetError } from '../../../errors.ts';
import { matchesPatterns } from '../patterns.ts';
import type { SshSettings } from './settings.ts';

/** ssh2's names of the four lists, and what OpenSSH offers of what ssh2 has, in its order (ssh_config(5), release 9). */
const LISTS = {
  hostkeyalgorithms: [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
  ],
  kexalgorithms: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
    'diffie-hellman-group14-sha256',
  ],
  ciphers: [
    'chacha20-poly1305@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
  ],
  macs: [
    'hmac-sha2-256-etm@openssh.com',
    'hmac-sha2-512-etm@openssh.com',
    'hmac-sha1-etm@openssh.com',
    'hmac-sha2-256',
    'hmac-sha2-512',
    'hmac-sha1',
  ],
} as const;

type List = keyof typeof LISTS;

/** What ssh2 has beside those above, for configurations that ask for it (ssh2's README, `algorithms`). */
const OLD: Readonly<Record<List, readonly string[]>> = {
  hostkeyalgorithms: ['ssh-rsa', 'ssh-dss'],
  kexalgorithms: ['diffie-hellman-group14-sha1', 'diffie-hellman-group1-sha1', 'diffie-hellman-group-exchange-sha1'],
  ciphers: ['aes128-cbc', 'aes192-cbc', 'aes256-cbc', '3des-cbc'],
  macs: ['hmac-sha1-96', 'hmac-md5', 'hmac-md5-96'],
};

const NAMES = Object.keys(LISTS) as List[];

/** `+`, `-` and `^` of ssh_config(5) applied to what OpenSSH offers; a list of its own replaces that. */
export function knownAlgorithms(settings: SshSettings): ReadonlyMap<string, readonly string[]> {
  return new Map(
    NAMES.flatMap((name): [string, readonly string[]][] => {
      const asked = settings.get(name)?.[0];
      return asked === undefined ? [] : [[name, changed(LISTS[name], asked)]];
    }),
  );
}

function changed(offered: readonly string[], asked: string): readonly string[] {
  const names = (/^[+^-]/.test(asked) ? asked.slice(1) : asked).split(',');
  switch (asked[0]) {
    case '+':
      return [...new Set([...offered, ...names])];
    case '^':
      return [...new Set([...names, ...offered])];
    case '-':
      return offered.filter((name) => !matchesPatterns(names, name));
    default:
      return names;
  }
}

export interface SshAlgorithms {
  readonly serverHostKey: readonly string[];
  readonly kex: readonly string[];
  readonly cipher: readonly string[];
  readonly hmac: readonly string[];
}

/**
 * What ssh2 is fastest with, for a configuration that leaves OpenSSH's ciphers in its own order. ssh2 computes Poly1305
 * outside OpenSSL, in one state for all connections: it comes last, and not at all inside another connection.
 */
const BY_SPEED: readonly string[] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
];
const POLY1305 = 'chacha20-poly1305@openssh.com';

/** OpenSSH's own order without Poly1305: up to release 9 CTR comes first, since 10 GCM (ssh_config(5), `Ciphers`). */
const USUAL_ORDERS: readonly string[] = [LISTS.ciphers.filter((cipher) => cipher !== POLY1305), BY_SPEED].map(String);

function orderedCiphers(ciphers: readonly string[], isNested: boolean): readonly string[] {
  const others = ciphers.filter((cipher) => cipher !== POLY1305);
  const last = ciphers.includes(POLY1305) && !isNested ? [POLY1305] : [];
  return [...(USUAL_ORDERS.includes(String(others)) ? BY_SPEED : others), ...last];
}

/** Throws config.invalid when the configuration leaves nothing that ssh2 has. */
export function algorithmsOf(settings: SshSettings): SshAlgorithms {
  const isNested = (settings.get('proxyjump')?.[0] ?? 'none') !== 'none';
  const used = (name: List): readonly string[] => {
    const asked = settings.get(name)?.[0]?.split(',');
    const has: readonly string[] = [...LISTS[name], ...OLD[name]];
    const both = (asked ?? LISTS[name]).filter((algorithm) => has.includes(algorithm));
    const kept = name === 'ciphers' ? orderedCiphers(both, isNested) : both;
    if (kept.length > 0) return kept;
    throw new FleetError(
      'config.invalid',
      `SSH configuration: the built-in SSH can't use ${name} ${asked?.join(',')}`,
      {
        fix: 'set `ssh: system` for this endpoint: the ssh of this machine has them',
      },
    );
  };
  return {
    serverHostKey: used('hostkeyalgorithms'),
    kex: used('kexalgorithms'),
    cipher: used('ciphers'),
    hmac: used('macs'),
  };
}
