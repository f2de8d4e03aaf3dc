/** A VM of ConVirt or of Xen's tools, as a template of drover. */
import { FleetError } from '../../../errors.ts';
import type { Tree } from '../../../state/config/draft.ts';
import { type PythonValue, readAssignments } from './python-values.ts';

export interface VmConfig {
  readonly name: string;
  /** MiB. */
  readonly memory: number;
  readonly vcpus: number;
  /** Paths on the node. */
  readonly disks: readonly string[];
  /** Bridge or network of each NIC. */
  readonly nics: readonly string[];
  /** What stands below `vm` of its template. */
  readonly settings: Readonly<Record<string, Tree>>;
  /** What is otherwise than it was there: sentences without a full stop. */
  readonly notes: readonly string[];
}

type Values = ReadonlyMap<string, PythonValue>;

const NEEDED = ['vcpus', 'memory', 'disk', 'vif'] as const;
/** What is taken, and what drover has ways of its own for. */
const KNOWN: ReadonlySet<string> = new Set([
  ...NEEDED,
  'name',
  'boot',
  'platform',
  'builder',
  'vnc',
  'sdl',
  'vncunused',
  'uuid',
]);
const BUSES: readonly (readonly [RegExp, string])[] = [
  [/^hd/, 'ide'],
  [/^sd/, 'scsi'],
  [/^x?vd/, 'virtio'],
];
/** ConVirt's word; without one it is Xen's. */
const OF_KVM = 'kvm';
const MODELS: readonly string[] = ['virtio', 'e1000', 'rtl8139'];

/** `file`: its path, for errors. `fallback`: its name where it says none. Throws config.invalid for what can't be a VM. */
export function readVmConfig(file: string, text: string, fallback: string): VmConfig {
  const values = readAssignments(file, text);
  const invalid = (why: string): never => {
    throw new FleetError('config.invalid', `${file}: ${why}`);
  };
  const lacking = NEEDED.filter((key) => !values.has(key));
  if (lacking.length > 0) invalid(`it has no ${lacking.join(', ')}, as each VM has`);
  const count = (key: string) => {
    const value = Number(values.get(key));
    return Number.isInteger(value) && value > 0 ? value : invalid(`${key} must be a whole number above 0`);
  };
  const texts = (key: string) => listOf(values.get(key)) ?? invalid(`${key} must be a list of texts`);
  const drives = texts('disk').map(
    (one) => driveOf(one) ?? invalid(`disk ${JSON.stringify(one)} is no TYPE:PATH,DEVICE,MODE`),
  );
  const nics = texts('vif').map(nicOf);
  const used = [...drives.map(({ path }) => path), ...nics.flatMap((nic) => Object.values(nic))];
  // A template would take a dollar for a variable.
  const odd = used.find((one) => /[$\p{Cc}]/u.test(one));
  if (odd !== undefined) invalid(`${JSON.stringify(odd)} has a character that can't be taken`);
  const media = drives.filter(({ isMedium, path }) => isMedium && path !== '');
  const disks = drives.filter(({ isMedium }) => !isMedium);
  const relative = [...disks, ...media].find(({ path }) => !path.startsWith('/'));
  if (relative) invalid(`disk ${JSON.stringify(relative.path)} is no path that begins with /`);
  const foreign = [...disks, ...media].find(({ kind }) => kind !== undefined);
  if (foreign) invalid(`disk ${JSON.stringify(foreign.path)} is ${foreign.kind}, which can't be taken`);
  const boot = values.get('boot') ?? 'c';
  const [medium] = media;
  return {
    name: String(values.get('name') ?? fallback),
    memory: count('memory'),
    vcpus: count('vcpus'),
    disks: disks.map(({ path }) => path),
    nics: nics.map(({ network }) => network),
    settings: {
      memory: count('memory'),
      numcpus: count('vcpus'),
      cloudinit: false,
      disk: disks.map(({ path, bus, format }) => ({ volume: path, bus, format })),
      nic: nics,
      ...(medium && { iso: medium.path }),
      ...(String(boot).startsWith('n') && { 'boot-network': true }),
    },
    notes: [
      ...notesOn(values, media.length),
      ...disks
        .filter(({ isReadOnly }) => isReadOnly)
        .map(({ path }) => `${path} was read-only there, and can be written to here`),
    ],
  };
}

const listOf = (value: PythonValue | undefined): readonly string[] | undefined =>
  Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined;

interface Drive {
  readonly path: string;
  readonly bus: string;
  readonly format: string;
  readonly isMedium: boolean;
  readonly isReadOnly: boolean;
  /** A format, or a way to it, that can't be taken. */
  readonly kind: string | undefined;
}

/** What stands before a path: how it is opened, and its format. */
const WAYS: ReadonlySet<string> = new Set(['file', 'phy', 'tap', 'tap2', 'aio', 'raw', 'qcow2', 'vmdk', 'ioemu']);

/** `file:/vm/web.img,hda,w`, `phy:/dev/vg/web,xvda,w`, `tap:qcow2:/vm/web.qcow2,xvda,w`, `file:/cd.iso,hdc:cdrom,r`. */
function driveOf(text: string): Drive | undefined {
  const [, kinds = '', path = '', device = '', what = '', mode = ''] =
    /^((?:[a-z0-9]+:)*)([^,]*),([a-z]+\d*)(:cdrom)?(?:,([a-z!]+))?$/.exec(text.trim()) ?? [];
  if (device === '') return undefined;
  const isDevice = kinds.startsWith('phy:');
  return {
    path: isDevice && path !== '' && !path.startsWith('/') ? `/dev/${path}` : path,
    bus: BUSES.find(([pattern]) => pattern.test(device))?.[1] ?? 'virtio',
    format: isDevice ? 'raw' : (/(qcow2|vmdk)(?::|$)/.exec(`${kinds}${path}`)?.[1] ?? 'raw'),
    isMedium: what !== '',
    isReadOnly: mode.startsWith('r'),
    kind: kinds.split(':').find((one) => one !== '' && !WAYS.has(one)),
  };
}

/** `mac=00:16:3e:01:02:03,bridge=br0,model=e1000`. */
function nicOf(text: string): Readonly<Record<string, string>> & { readonly network: string } {
  const pairs = new Map(text.split(',').map((pair) => pair.split('=').map((part) => part.trim()) as [string, string]));
  const [bridge, mac, model] = [pairs.get('bridge'), pairs.get('mac'), pairs.get('model')];
  return {
    ...(bridge ? { network: bridge, kind: 'bridge' } : { network: 'default' }),
    ...(mac && mac !== '$AUTOGEN_MAC' && { mac }),
    ...(model !== undefined && MODELS.includes(model) && { model }),
  };
}

function notesOn(values: Values, media: number): readonly string[] {
  const isEmpty = (value: PythonValue) => value === null || value === '' || value === 0 || value === false;
  const left = [...values].flatMap(([key, value]) => (KNOWN.has(key) || isEmpty(value) ? [] : [key]));
  const madeFor = values.get('platform');
  const isXen = madeFor !== OF_KVM;
  return [
    ...(isXen ? ["it was made for Xen: a guest without drivers for KVM's devices does not start"] : []),
    ...(media > 1 ? ['of its media the first is taken'] : []),
    ...(values.has('uuid') ? ['its UUID is a new one'] : []),
    ...(left.length > 0 ? [`not taken: ${left.join(', ')}`] : []),
  ];
}
