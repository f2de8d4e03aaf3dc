/** Small SSH configurations from a seed: what people write, and what they write by mistake. */
import { createChances } from '../random.ts';

export interface SshCase {
  /** By their paths below ~/.ssh. */
  readonly files: Readonly<Record<string, string>>;
  readonly host: string;
  readonly user: string | undefined;
  readonly port: number | undefined;
}

const HOSTS = ['db1', 'DB1', 'db2.example.org', 'web', 'gw.example.org', '10.0.0.7', '2001:db8::1', 'a_b', 'café'];
const PATTERNS = [
  'db1',
  'db?',
  'db*',
  '*',
  '!db1',
  '!db*',
  '*.example.org',
  'DB1',
  'web,db1',
  'gw*',
  '10.0.0.*',
  '"db1"',
  "'web'",
  '*.*',
  '!*.org',
  '2001:*',
  '?',
  'd*1',
  'caf*',
  'a_b',
  '"db1 web"',
  '*b1',
];
const VALUES: Readonly<Record<string, readonly string[]>> = {
  HostName: [
    'real.example.net',
    '%h.example.org',
    '10.1.2.3',
    'REAL',
    '"quoted.example.net"',
    '::1',
    '%%x',
    '2001:DB8:0::5',
  ],
  User: ['root', 'admin', '"db admin"', 'DOM\\name', "'me'", 'x$'],
  Port: ['22', '2222', '"23"', '65535'],
  IdentityFile: [
    '~/.ssh/id_db',
    '"~/.ssh/with blank"',
    '~/.ssh/%h',
    '/keys/%r@%h-%p',
    '%d/.ssh/%u',
    `\${KEYS}/one`,
    '~/.ssh/with\\ blank',
    'none',
    '/keys/%n_%k_%i',
    '/keys/%L',
    '/keys/%C',
    '~/a%%b',
    '~tester/x',
    '/keys/%l',
  ],
  CertificateFile: ['~/.ssh/id-cert.pub', '/keys/%u-cert.pub'],
  IdentitiesOnly: ['yes', 'no'],
  IdentityAgent: ['none', 'SSH_AUTH_SOCK', '~/agent', '"/run/agent %u"', '$AGENT', `\${KEYS}/agent`, '%d/agent'],
  ProxyJump: [
    'hop',
    'me@hop:2222',
    'a,b',
    '%r@hop',
    'ssh://me@hop:22/',
    'ssh://hop',
    'none',
    'NONE',
    'hop-%h',
    'a@b@c',
    '[::1]:23',
    'hop # a note',
    'x@a:1,y@b:2,z@c:3',
  ],
  ProxyCommand: ['none', 'NONE', 'nc %h %p', 'ssh -W %h:%p "my hop" # no note', '= nc %n', 'nc %r@%h "%%"'],
  UserKnownHostsFile: [
    '~/known',
    '~/one ~/two',
    '"~/with blank" ~/two',
    '/dev/null',
    'none',
    '%d/.ssh/known_%h',
    `\${KEYS}/known`,
    '~/a\\ b',
    '/etc/one "/etc/two three"',
    '~/.ssh/%k',
  ],
  GlobalKnownHostsFile: ['/etc/known', '/etc/a /etc/b', '"/etc/with blank"', 'none'],
  HostKeyAlias: ['alias', 'ALIAS.example', '"ali as"'],
  HashKnownHosts: ['yes', 'no'],
  AddressFamily: ['inet', 'inet6', 'any'],
  HostKeyAlgorithms: ['+ssh-rsa', '-ssh-ed25519', '^rsa-sha2-512', 'ssh-ed25519,rsa-sha2-512', '-ecdsa*'],
  KexAlgorithms: ['+diffie-hellman-group14-sha1', 'curve25519-sha256', '-ecdh*', '^ecdh-sha2-nistp384'],
  Ciphers: ['aes256-ctr', '+aes128-cbc', '-chacha20*', '^aes256-ctr'],
  MACs: ['hmac-sha2-512', '-hmac-sha1*', '+hmac-md5', '^hmac-sha2-512'],
  PasswordAuthentication: ['no', 'yes'],
  PubkeyAuthentication: ['no', 'yes'],
  StrictHostKeyChecking: ['no', 'accept-new'],
  SendEnv: ['LANG LC_*'],
  ForwardAgent: ['yes'],
  CanonicalizeHostname: ['no', 'no', 'yes'],
};
const COMMON = ['HostName', 'User', 'Port', 'IdentityFile', 'ProxyJump', 'ProxyCommand', 'UserKnownHostsFile'];
const CRITERIA = [
  'host db1',
  'host *.example.org',
  'host real*,db*',
  'Host DB1',
  'host !db1',
  '!host db*',
  'originalhost db1',
  'originalhost DB*',
  'user root',
  'user admin,me',
  '!user root',
  'localuser tester',
  'localuser other',
  'final',
  'canonical',
  '!canonical',
  'host "db1,web"',
  'originalhost *,!db1',
  'user "db admin"',
];
const RARE = ['exec "test %n = db1"', 'exec false', 'tagged x', 'host db1 exec true', '!final'];
const NOTES = ['', '', '', '', ' # a note with db1 web *', '  #db1', ' #'];

export function sshCase(seed: number): SshCase {
  const { next, percent, pick } = createChances(seed);
  const some = <T>(most: number, make: () => T): T[] => Array.from({ length: 1 + Math.floor(next() * most) }, make);

  const keyword = (name: string) => pick([name, name, name.toLowerCase(), name.toUpperCase()]);
  const between = () => pick([' ', ' ', '  ', '=', ' = ', '\t']);
  const setting = () => {
    const name = percent(60) ? pick(COMMON) : pick(Object.keys(VALUES));
    const note = ['ProxyCommand', 'ProxyJump'].includes(name) ? '' : pick(NOTES);
    return `${pick(['', '  ', '\t'])}${keyword(name)}${between()}${pick(VALUES[name] ?? [])}${note}${pick(['', '', ' ', '\r'])}`;
  };
  const match = () => {
    if (percent(15)) return pick(['all', 'final all', 'canonical all', '!all', 'final host db1 user root']);
    if (percent(6)) return pick(RARE);
    return some(2, () => pick(CRITERIA)).join(' ');
  };
  const head = () =>
    percent(60) ? `${keyword('Host')}${between()}${some(3, () => pick(PATTERNS)).join(' ')}` : `Match ${match()}`;
  const include = () =>
    `Include ${pick(['conf.d/*', 'conf.d/a', '~/.ssh/conf.d/b', '"conf.d/?"', 'conf.d/none*', 'conf.d/a conf.d/b', 'conf.d/*.conf'])}`;
  const lines = (most: number) =>
    some(most, () => (percent(10) ? include() : percent(5) ? pick(['', '# Host db1', '   ']) : setting()));
  const block = () => [`${head()}${pick(NOTES)}`, ...lines(4)];
  const flat = (most: number) => some(most, setting).join('\n');
  const text = [...(percent(40) ? lines(2) : []), ...some(4, block).flat()].join('\n');

  return {
    files: {
      config: `${text}\n`,
      'conf.d/a': flat(2),
      'conf.d/b': [`Host ${pick(PATTERNS)}`, flat(2)].join('\n'),
      'conf.d/.hidden': 'HostName hidden.example.org',
      'conf.d/c.conf': [`Match ${match()}`, flat(2)].join('\n'),
    },
    host: pick(HOSTS),
    user: percent(20) ? pick(['root', 'admin']) : undefined,
    port: percent(15) ? pick([22, 2200]) : undefined,
  };
}
