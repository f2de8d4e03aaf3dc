import type { Project } from './people.ts';

/** `sold-out` wants more than any host has. */
export const FLAVORS = {
  nano: { vcpus: 1, ram: 512, disk: 1 },
  small: { vcpus: 1, ram: 2048, disk: 20 },
  large: { vcpus: 4, ram: 8192, disk: 80 },
  'sold-out': { vcpus: 64, ram: 262_144, disk: 100 },
} as const;

export const IMAGES = ['debian-12', 'alma 9 (golden)'] as const;

/** Of Cinder; the first is what a volume is of unless it is said. */
export const VOLUME_TYPES = ['standard', 'fast'] as const;

/** What was done to a server after it was made; none: it runs. */
export type Deed = 'stop' | 'pause' | 'suspend' | 'shelve' | 'resize' | 'lock' | 'rescue';

export interface ServerPlan {
  readonly name: string;
  readonly project?: Project;
  readonly flavor?: keyof typeof FLAVORS;
  readonly image?: (typeof IMAGES)[number];
  readonly zone?: 'rack-1' | 'rack-2';
  readonly description?: string;
  /** `lab` orders what nova/virt/drover_lab.py knows. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly deed?: Deed;
  /** So many, as `name-1`, `name-2` … */
  readonly count?: number;
}

/** Who lives in the cloud. Names twice, names that look like flags, markup or nothing: all of them nova takes. */
export const SERVERS: readonly ServerPlan[] = [
  {
    name: 'web1',
    flavor: 'small',
    zone: 'rack-1',
    description: 'front door',
    metadata: { plan: 'shop', profile: 'web' },
  },
  { name: 'web2', flavor: 'small', zone: 'rack-2', metadata: { plan: 'shop', profile: 'web' } },
  { name: 'db1', flavor: 'large', zone: 'rack-1', image: 'alma 9 (golden)', metadata: { plan: 'shop' }, deed: 'lock' },
  { name: 'db2', flavor: 'large', zone: 'rack-2', image: 'alma 9 (golden)', metadata: { plan: 'shop' }, deed: 'stop' },
  { name: 'cache1', deed: 'pause' },
  { name: 'batch1', deed: 'suspend' },
  { name: 'attic', deed: 'shelve' },
  { name: 'grown', deed: 'resize' },
  { name: 'patient', deed: 'rescue' },
  { name: 'greedy', flavor: 'sold-out' },
  { name: 'slow-stop', metadata: { lab: 'slow-stop' } },
  { name: 'no-start', metadata: { lab: 'no-start' }, deed: 'stop' },
  { name: 'twin' },
  { name: 'twin', deed: 'stop' },
  { name: 'naïve café ☃ 北京' },
  { name: '<b>bold</b> & "quoted" \'twice\'' },
  { name: '--help' },
  { name: '../../etc/passwd', deed: 'stop' },
  { name: `long-${'x'.repeat(250)}`, deed: 'stop' },
  { name: '.', deed: 'stop' },
  { name: 'node', count: 12 },
  { name: 'annexed', project: 'annex', count: 2 },
  { name: 'annexed-too', project: 'annex', deed: 'stop' },
];
