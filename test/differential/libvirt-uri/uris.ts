/** URIs from pieces, the same ones in each run. */

/** Numbers in 0..1 from a seed (a linear congruential generator with the constants of Numerical Recipes). */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const SCHEMES = [...Array<string>(12).fill('qemu'), 'QEMU', 'xen', 'lxc', 'remote', '1qemu', ''];
const TRANSPORTS = [
  '+ssh',
  '+ssh',
  '+ssh',
  '+SSH',
  '+libssh2',
  '+libssh',
  '+tcp',
  '+tls',
  '+unix',
  '',
  '',
  '+ext',
  '+x',
  '+',
];
const USERS = [
  ...Array<string>(8).fill(''),
  'root@',
  'root@',
  'me%40corp@',
  'CORP%5Cme@',
  'a:b@',
  '@',
  'r+t@',
  'a%zz@',
  'ü@',
];
const NAMES = [
  'db1',
  'db1.example.org',
  'DB1',
  '%64b1',
  '[fe80::1]',
  '[fe80::1%25eth0]',
  '[fe80::1%eth0]',
  'a_b',
  'a b',
  '',
];
const ADDRESSES = ['127.0.0.1', '127.0.0.2', '[::1]', 'localhost', '', '', ''];
const PORTS = [...Array<string>(8).fill(''), ':22', ':2222', ':0', ':', ':70000', ':x'];
const PATHS = [...Array<string>(9).fill('/system'), '/session', '/', '', '/sys%20tem', '/a+b', '/a b', '/system#part'];
const PARAMETERS = [
  'socket=/tmp/drover%20none/s',
  'socket=/tmp/drover-none/a+b',
  'SOCKET=/tmp/drover-none/c',
  'keyfile=/k',
  'keyfile=/a+b',
  'keyfile=/a%20b',
  'KeyFile=/c%2Fd',
  'keyfile=%ff',
  'keyfile=',
  'keyfile',
  '=lost',
  'known_hosts=/kh',
  'known_hosts_verify=normal',
  'known_hosts_verify=auto',
  'known_hosts_verify=ignore',
  'known_hosts_verify=maybe',
  'command=ssh',
  'command=/nonexistent/ssh-wrapper',
  'no_verify=0',
  'no_verify=1',
  'no_verify=',
  'no_verify=yes',
  'no_tty=1',
  'no_tty=x',
  'no_sanity=1',
  'mode=auto',
  'mode=legacy',
  'mode=direct',
  'mode=odd',
  'proxy=auto',
  'proxy=netcat',
  'proxy=native',
  'proxy=odd',
  'netcat=/bin/nc',
  'sshauth=agent',
  'auth=none',
  'pkipath=/tmp/drover-none',
  'tls_priority=NORMAL',
  'name=qemu:///session',
  'name=',
  'name=test:///default',
  'unknown=1',
  'x.y=a%20b%2a~!',
  'foo',
  '%66oo=b%26c',
];
const SEPARATORS = ['&', '&', '&', ';', '&&'];

export function createUris(count: number, seed: number): readonly string[] {
  const random = createRandom(seed);
  const one = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? '';
  return Array.from({ length: count }, () => {
    const transport = one(TRANSPORTS);
    // Names that a resolver would have to be asked for are given to ssh alone.
    const byName = /^\+ssh$/i.test(transport);
    // libssh refuses a backslash in a name, which ssh takes.
    const user = one(byName ? USERS : USERS.filter((name) => !name.includes('%5C')));
    const authority = `${user}${byName ? one(NAMES) : one(ADDRESSES)}${one(PORTS)}`;
    const query = Array.from({ length: Math.floor(random() * 4) }, () => one(PARAMETERS)).join(one(SEPARATORS));
    const slashes = random() < 0.05 ? '' : '//';
    return `${one(SCHEMES)}${transport}:${slashes}${slashes === '' ? '' : authority}${one(PATHS)}${query === '' ? '' : `?${query}`}`;
  });
}
