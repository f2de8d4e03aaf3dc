/** The guests of the lab: tests and docs go by these names. */
export interface Guest {
  readonly name: string;
  /** Also its name in files: no spaces, plain ASCII. */
  readonly hostname: string;
  readonly running: boolean;
  readonly autostart?: boolean;
  readonly description?: string;
  /** What kcli wrote when it made the machine. */
  readonly kcli?: Readonly<Record<'plan' | 'profile' | 'image', string>>;
  /** A read-only medium in its drive. */
  readonly medium?: boolean;
  /** A snapshot of this name. */
  readonly snapshot?: string;
}

const off = (name: string): Guest => ({ name, hostname: name, running: false });

const SHOP = { plan: 'shop', profile: 'small', image: 'busybox' };

/** host number -> its guests */
const RESIDENTS: Readonly<Record<number, readonly Guest[]>> = {
  1: [
    { name: 'web1', hostname: 'web1', running: true, autostart: true, kcli: SHOP, medium: true },
    { name: 'büro ☕ 1', hostname: 'buero1', running: true, description: 'Desktop of the front office' },
    { ...off('db1'), snapshot: 'before-upgrade' },
    off('cache1'),
  ],
  2: [{ ...off('web2'), kcli: SHOP }, off('db2'), off('batch1')],
  3: [off('ci1'), off('ci2'), { ...off('playground'), description: 'Anything may be broken here' }],
};

/** The residents of a host, and guest05, guest06 … to make `count` of them. */
export function guestsOf(hostNumber: number, count = 0): readonly Guest[] {
  const residents = RESIDENTS[hostNumber] ?? [];
  const more = Math.max(0, count - residents.length);
  const numbers = Array.from({ length: more }, (_, i) => residents.length + 1 + i);
  return [...residents, ...numbers.map((number) => off(`guest${String(number).padStart(2, '0')}`))];
}
