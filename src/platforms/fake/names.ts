/** The words of the demo: what administrators call their sites, applications and machines. */

export interface Site {
  readonly name: string;
  readonly code: string;
  /** Index of the site that this one is a part of. */
  readonly within?: number;
}

export const SITES: readonly Site[] = [
  { name: 'Frankfurt', code: 'fra' },
  { name: 'Dublin', code: 'dub' },
  { name: 'Frankfurt lab', code: 'lab', within: 0 },
  ...(
    [
      ['Oslo', 'osl'],
      ['Milan', 'mil'],
      ['Madrid', 'mad'],
      ['Paris', 'par'],
      ['London', 'lon'],
      ['Warsaw', 'waw'],
      ['Vienna', 'vie'],
      ['Zurich', 'zrh'],
      ['Prague', 'prg'],
      ['Helsinki', 'hel'],
      ['Lisbon', 'lis'],
      ['Athens', 'ath'],
      ['Montreal', 'yul'],
      ['Boston', 'bos'],
      ['Denver', 'den'],
      ['Seattle', 'sea'],
      ['Tokyo', 'tyo'],
      ['Osaka', 'osa'],
      ['Singapore', 'sin'],
      ['Sydney', 'syd'],
      ['Santiago', 'scl'],
    ] as const
  ).map(([name, code]) => ({ name, code })),
];

export const APPS = (
  'shop billing wiki mail crm auth search media ci metrics git docs forum chat erp payroll maps video cdn dns ' +
  'ldap vpn proxy orders stock survey blog tickets reports mobile radius print labels fleet grid sensor archive ' +
  'scan invoice portal'
).split(' ');

/** What a machine is for; decides its size, its load and its tags. Shares are of the VM's own CPUs and memory. */
export interface Role {
  readonly name: string;
  readonly cpus: number;
  readonly memoryGib: number;
  readonly profile: string;
  /** Load at rest, what the day adds at noon, and how restless it is. */
  readonly rest: number;
  readonly day: number;
  readonly unrest: number;
  /** Probability that three minutes hold a burst of load. */
  readonly bursts: number;
  readonly memory: number;
  /** Bytes per second at full load. */
  readonly disk: number;
  readonly net: number;
}

export const ROLES: readonly Role[] = [
  role('gateway', 2, 2, 'small', [0.05, 0.25, 0.1, 0.05], 0.35, 1e6, 9e7),
  role('lb', 2, 2, 'small', [0.04, 0.3, 0.1, 0.05], 0.3, 5e5, 1.1e8),
  role('web', 2, 4, 'medium', [0.06, 0.35, 0.2, 0.1], 0.45, 4e6, 3e7),
  role('api', 4, 8, 'medium', [0.08, 0.4, 0.2, 0.1], 0.5, 3e6, 2e7),
  role('db', 8, 32, 'large', [0.12, 0.3, 0.15, 0.15], 0.75, 2.2e8, 3e7),
  role('cache', 2, 16, 'memory', [0.05, 0.2, 0.1, 0.03], 0.8, 1e6, 6e7),
  role('queue', 2, 4, 'medium', [0.04, 0.2, 0.15, 0.1], 0.4, 3e7, 1.5e7),
  role('worker', 4, 8, 'compute', [0.03, 0.1, 0.3, 0.5], 0.4, 4e7, 8e6),
];

function role(
  name: string,
  cpus: number,
  memoryGib: number,
  profile: string,
  [rest, day, unrest, bursts]: readonly [number, number, number, number],
  memory: number,
  disk: number,
  net: number,
): Role {
  return { name, cpus, memoryGib, profile, rest, day, unrest, bursts, memory, disk, net };
}

/** One application's machines, as indexes of ROLES. */
export const STACKS: readonly (readonly number[])[] = (
  [
    ['web', 'db'],
    ['lb', 'web', 'web', 'web', 'api', 'api', 'db', 'db', 'cache'],
    ['web', 'web', 'db'],
    ['queue', 'worker', 'worker', 'worker', 'worker', 'db'],
    ['api', 'api', 'cache', 'db'],
    ['lb', 'api', 'api', 'api', 'queue', 'worker', 'worker', 'db'],
  ] as const
).map((names) => names.map((name) => ROLES.findIndex((one) => one.name === name)));

export const IMAGES = ['debian-12', 'debian-13', 'ubuntu-24.04', 'rocky-9', 'almalinux-9', 'fedora-42'];

/** Who has VMs made. */
export const OWNERS = ['anna', 'ben', 'carla', 'deniz', 'platform team'];

export const STAGES = ['prod', 'prod', 'prod', 'staging', 'test'];

/** Names that no list, form or terminal may stumble over; with `odd-names` the first VMs of the fleet have them. */
export const ODD_NAMES: readonly string[] = [
  'büro ☕ 1',
  'name with spaces',
  `quotes "double" and 'single'`,
  '会計サーバー',
  '\u202egnp.txe\u202c rtl',
  'מסד־נתונים',
  'two\nlines',
  `long-${'x'.repeat(195)}`,
  '\u001b[31mred\u001b[0m \u001b]0;title\u0007bell',
  '👩‍👩‍👧‍👦 family',
  '-rf',
  '$(reboot)',
];
