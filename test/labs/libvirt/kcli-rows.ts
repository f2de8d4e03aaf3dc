/**
 * What kcli and drover say of one VM, value by value: each key of `kcli info vm` beside what `drover vm info -o json` has for it, in
 * one form. A row that says the two differ on purpose says why.
 */
export interface KcliVm {
  readonly name: string;
  readonly nets: readonly {
    readonly device: string;
    readonly mac: string;
    readonly net: string;
    readonly type: string;
  }[];
  readonly disks: readonly {
    readonly device: string;
    readonly size: number | string;
    /** What drover calls its bus. */
    readonly format: string;
    /** What drover calls its format. */
    readonly type: string;
    readonly path: string;
  }[];
  readonly snapshots?: readonly { readonly snapshot: string; readonly current: boolean }[];
  readonly [key: string]: unknown;
}

export interface DroverVm {
  readonly name: string;
  readonly state: string;
  readonly cpus: number;
  readonly memory: number;
  readonly ips: readonly string[];
  readonly disks: readonly {
    readonly device: string;
    readonly path: string;
    readonly size: number | null;
    readonly type: string;
    readonly format: string | null;
    readonly bus: string | null;
  }[];
  readonly nics: readonly {
    readonly device: string;
    readonly mac: string;
    readonly net: string;
    readonly type: string;
  }[];
  readonly snapshots: readonly { readonly name: string; readonly current: boolean }[];
  readonly more: readonly { readonly label: string; readonly value: string }[];
  readonly [key: string]: unknown;
}

/** What a third one says of it: virsh. */
export interface Judge {
  /** By device `eth0` …: how it is plugged in, and what the guest sees. */
  readonly nics: Readonly<Record<string, { readonly plug: string; readonly model: string }>>;
}

/** kcli's value and drover's, in one form: equal where they agree. */
type Row = (kcli: KcliVm, drover: DroverVm, judge: Judge) => readonly [unknown, unknown];

const GIB = 1024 ** 3;

/** kcli knows whether a domain runs, not that its memory is saved. */
const STATUS: Readonly<Record<string, string>> = {
  running: 'up',
  paused: 'paused',
  stopped: 'down',
  suspended: 'down',
  crashed: 'crashed',
};

/** An empty plan and none are the same to kcli. */
const orNull = (value: unknown): unknown => (value === '' || value === undefined ? null : value);
const text =
  (key: string): Row =>
  (kcli, drover) => [orNull(kcli[key]), drover[key]];

/** `29-11-2026 09:30`, UTC. */
const isoOf = (date: unknown): string | null => {
  const match = /^(\d\d)-(\d\d)-(\d{4}) (\d\d:\d\d)$/.exec(String(date ?? ''));
  return match ? `${match[3]}-${match[2]}-${match[1]}T${match[4]}:00.000Z` : null;
};

const wordsAt = ({ more }: DroverVm, label: string): string | null =>
  more.find((line) => line.label === label)?.value ?? null;
/** A text of the element that drover has no label for: `key=value`. */
const metadataOf = ({ more }: DroverVm, key: string): string | null =>
  more.find(({ label, value }) => label === 'Metadata' && value.startsWith(`${key}=`))?.value.slice(key.length + 1) ??
  null;

const labelled =
  (key: string, label: string): Row =>
  (kcli, drover) => [orNull(kcli[key]), wordsAt(drover, label)];
const kept =
  (key: string): Row =>
  (kcli, drover) => [kcli[key] === undefined ? null : String(kcli[key]), metadataOf(drover, key)];

const isDrive = ({ type }: DroverVm['disks'][number]): boolean => type === 'cdrom';

/** Every key that kcli's provider for KVM can say. */
export const ROWS: Readonly<Record<string, Row>> = {
  name: text('name'),
  id: (kcli, drover) => [kcli['id'], drover['uuid']],
  // drover tells apart what is off and what only sleeps.
  status: (kcli, drover) => [kcli['status'], STATUS[drover.state]],
  plan: text('plan'),
  profile: text('profile'),
  image: text('image'),
  autostart: text('autostart'),
  // ISO 8601, like all times of drover.
  creationdate: (kcli, drover) => [isoOf(kcli['creationdate']), drover['created']],
  // Bytes, like all sizes of drover.
  memory: (kcli, drover) => [Number(kcli['memory']) * 1024 ** 2, drover.memory],
  numcpus: (kcli, drover) => [kcli['numcpus'], drover.cpus],
  ip: (kcli, drover) => [orNull(kcli['ip']), drover.ips[0] ?? null],
  // kcli has this key only where there are several.
  ips: (kcli, drover) => [kcli['ips'] ?? (kcli['ip'] === undefined ? [] : [kcli['ip']]), drover.ips],
  // kcli's type is how it is plugged in, drover's is what the guest sees: virsh says both.
  nets: (kcli, drover, { nics }) => [
    kcli.nets.map((nic) => ({ ...nic, model: nics[nic.device]?.model })),
    drover.nics.map(({ device, mac, net, type: model }) => {
      const type = nics[device]?.plug.replace('network', 'routed');
      return { device, mac, net, type, model };
    }),
  ],
  // Whole GB without drives; what kcli calls format and type are drover's bus and format.
  disks: (kcli, drover) => [
    kcli.disks,
    drover.disks
      .filter((disk) => !isDrive(disk))
      .map(({ device, size, bus, format, path }) => ({
        device,
        size: size === null ? 'N/A' : Math.floor(size / GIB),
        format: bus,
        type: format,
        path,
      })),
  ],
  // drover lists drives among the disks; the seed is none to kcli.
  iso: (kcli, drover) => [
    orNull(kcli['iso']),
    drover.disks.findLast((disk) => isDrive(disk) && disk.path !== '' && !disk.path.endsWith(`/${drover.name}.ISO`))
      ?.path ?? null,
  ],
  // kcli's order is that of libvirt, drover's is that of time.
  snapshots: (kcli, drover) => [
    (kcli.snapshots ?? []).toSorted((a, b) => (a.snapshot < b.snapshot ? -1 : 1)),
    drover.snapshots
      .map(({ name: snapshot, current }) => ({ snapshot, current }))
      .toSorted((a, b) => (a.snapshot < b.snapshot ? -1 : 1)),
  ],
  // kcli says root for every image that it knows nothing of; drover says nothing then, and says when it only knows the image.
  user: (kcli, drover) => {
    const ours = wordsAt(drover, 'User');
    return [
      kcli['user'] === 'root' && ours === null ? null : orNull(kcli['user']),
      ours?.replace(/, by .*/, '') ?? null,
    ];
  },
  owner: labelled('owner', 'Owner'),
  domain: labelled('domain', 'Domain'),
  // One line for both.
  kube: (kcli, drover) => [orNull(kcli['kube']), wordsAt(drover, 'Kubernetes')?.split(', ')[0] ?? null],
  kubetype: (kcli, drover) => [orNull(kcli['kubetype']), wordsAt(drover, 'Kubernetes')?.split(', ')[1] ?? null],
  redfish_iso: kept('redfish_iso'),
  redfish_refresh: kept('redfish_refresh'),
  userport: kept('userport'),
};

/** What `kcli list vm` has of these, and `drover vm list` too: drover asks for dates, NICs and users only for one VM. */
export const LISTED: readonly string[] = ['name', 'id', 'status', 'plan', 'profile', 'image', 'ip'];

/** What drover's JSON has besides, which kcli has no word for. */
export const OURS_ALONE: readonly string[] = [
  ...['os', 'flavor', 'owner', 'storage', 'sharedStorage', 'localStorage', 'diskCount', 'nicCount'],
  'addresses',
  'note',
  'pending',
  ...['id', 'endpoint', 'node', 'pool', 'platform', 'rawState', 'tags', 'error', 'staleSince'],
  ...['started', 'description', 'maxCpus', 'maxMemory'],
];
/** What the rows above read of it. */
export const OURS_READ: readonly string[] = [
  ...['name', 'uuid', 'state', 'cpus', 'memory', 'ips', 'autostart', 'plan', 'profile', 'image', 'created'],
  ...['disks', 'nics', 'snapshots', 'more'],
];

/** By key, what each says: the same thing twice where they agree. */
export function compared(
  keys: readonly string[],
  kcli: KcliVm,
  drover: DroverVm,
  judge: Judge,
): { readonly kcli: Readonly<Record<string, unknown>>; readonly drover: Readonly<Record<string, unknown>> } {
  const rows = keys.map((key) => [key, ROWS[key]?.(kcli, drover, judge) ?? []] as const);
  return {
    kcli: Object.fromEntries(rows.map(([key, [theirs]]) => [key, theirs])),
    drover: Object.fromEntries(rows.map(([key, [, ours]]) => [key, ours])),
  };
}
