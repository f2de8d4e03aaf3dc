/** The document of a pool to be made (https://libvirt.org/formatstorage.html). */
import { posix } from 'node:path';
import type { Storage, StorageSpec } from '../../contract.ts';
import { refused, words } from '../xml/write-host-xml.ts';

interface Kind {
  /** What libvirt calls it, where that is something else. */
  readonly type?: string;
  /** What it needs and takes beside its path; all else is refused. */
  readonly needs: readonly Key[];
  readonly takes?: readonly Key[];
  readonly hasPath: boolean;
  /** libvirt makes the directory that it is in; of the others it would make, and overwrite, what is to be there. */
  readonly isBuilt?: true;
  /** What is there already can't be seen any more while it is active. */
  readonly isMounted?: true;
  readonly auth?: 'chap' | 'ceph';
  source(spec: StorageSpec): string;
  target?(path: string): string;
}
type Key = 'source' | 'hosts' | 'format' | 'initiator' | 'login' | 'thinPool';

const LABELS: Readonly<Record<Key, string>> = {
  source: 'a source',
  hosts: 'a host',
  format: 'a format',
  initiator: 'an initiator',
  login: 'a login',
  thinPool: 'a thin pool',
};

const deviceOf = ({ source = '' }: StorageSpec) => `<device path="${words(source)}"/>`;
const formatOf = ({ format = 'auto' }: StorageSpec) => `<format type="${words(format)}"/>`;
const initiatorOf = ({ initiator = '' }: StorageSpec) =>
  initiator === '' ? '' : `<initiator><iqn name="${words(initiator)}"/></initiator>`;
/** Of a volume group or a dataset, by its name or as the device that it is. */
const nameOf = ({ name, path }: StorageSpec): string => {
  const source = words(path.replace(/^\/dev\/|\/+$/g, ''));
  if (source === '' || source.startsWith('/')) throw refused(name, `${JSON.stringify(path)} is no name of a source`);
  return source;
};

const KINDS: Readonly<Record<string, Kind>> = {
  dir: { needs: [], hasPath: true, isBuilt: true, source: () => '' },
  fs: {
    ...{ needs: ['source'], takes: ['format'], hasPath: true, isBuilt: true, isMounted: true },
    source: (spec) => `${deviceOf(spec)}${formatOf(spec)}`,
  },
  netfs: {
    ...{ needs: ['hosts', 'source'], takes: ['format'], hasPath: true, isBuilt: true, isMounted: true },
    source: (spec) => `${hostsOf(spec)}<dir path="${words(spec.source ?? '')}"/>${formatOf(spec)}`,
  },
  lvm: {
    ...{ type: 'logical', needs: [], takes: ['thinPool'], hasPath: true },
    // As kcli keeps it, which libvirt has no thin pools for.
    source: (spec) =>
      `<name>${nameOf(spec)}</name><format type="lvm2"/>${spec.thinPool ? `<product name="${words(spec.thinPool)}"/>` : ''}`,
    target: (path) => `/dev/${path.replace(/^\/dev\/|\/+$/g, '')}`,
  },
  zfs: { needs: [], hasPath: true, source: (spec) => `<name>${nameOf(spec)}</name>`, target: () => '' },
  iscsi: {
    ...{ needs: ['hosts', 'source'], takes: ['initiator', 'login'], hasPath: true, auth: 'chap' },
    source: (spec) => `${hostsOf(spec)}${deviceOf(spec)}${initiatorOf(spec)}`,
  },
  'iscsi-direct': {
    ...{ needs: ['hosts', 'source', 'initiator'], takes: ['login'], hasPath: false, auth: 'chap' },
    source: (spec) => `${hostsOf(spec)}${deviceOf(spec)}${initiatorOf(spec)}`,
  },
  rbd: {
    ...{ needs: ['hosts', 'source'], takes: ['login'], hasPath: false, auth: 'ceph' },
    source: (spec) => `${hostsOf(spec)}<name>${words(spec.source ?? '')}</name>`,
  },
};

/** Where devices of iSCSI keep their names. */
const BY_PATH = '/dev/disk/by-path';

/** Whether libvirt is asked to make what it is in, which is a directory then, and never formats anything. */
export const isBuilt = ({ type }: StorageSpec): boolean => KINDS[type]?.isBuilt === true;

/** What a login of this type is for libvirt, which has secrets for each use. */
export const authOf = ({ type }: StorageSpec): 'chap' | 'ceph' | undefined => KINDS[type]?.auth;

/** Throws op.refused for a storage that would be mounted over the folder of another one, or over one above it. */
export function refuseHiding({ name, type, path }: StorageSpec, others: readonly Storage[]): void {
  if (!KINDS[type]?.isMounted) return;
  const above = (folder: string) => `${posix.resolve(folder)}/`.replace(/^\/\/$/, '/');
  const hidden = others.find((one) => one.path?.startsWith('/') && above(one.path).startsWith(above(path)));
  if (!hidden) return;
  throw refused(
    name,
    `mounted at ${path} it would hide what is in ${hidden.path}, the storage ${hidden.name}`,
    'choose an empty folder',
  );
}

/** `secret` is the attribute that names the secret. Throws op.refused for what can't be. */
export function writePoolXml(
  spec: StorageSpec,
  secret?: { readonly key: 'uuid' | 'usage'; readonly value: string },
): string {
  const { name, type, login } = spec;
  const kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  if (!kind)
    throw refused(
      name,
      `drover makes no storage of type ${JSON.stringify(type)}`,
      `choose ${Object.keys(KINDS).join(', ')}`,
    );
  refuseKeys(spec, kind);
  const path = type === 'iscsi' && spec.path === '' ? BY_PATH : spec.path;
  const ownPath = kind.target ? kind.target(path) : path;
  const isNamed = type === 'lvm' || type === 'zfs';
  if (kind.hasPath && !isNamed && !path.startsWith('/'))
    throw refused(name, `${JSON.stringify(path)} is no directory`, 'write its whole path');
  const auth =
    login && kind.auth && secret
      ? `<auth type="${kind.auth}" username="${words(login.user)}"><secret ${secret.key}="${words(secret.value)}"/></auth>`
      : '';
  const inside = `${kind.source({ ...spec, path })}${auth}`;
  const source = inside === '' ? '' : `<source>${inside}</source>`;
  const target = ownPath === '' || !kind.hasPath ? '' : `<target><path>${words(ownPath)}</path></target>`;
  return `<pool type="${kind.type ?? type}"><name>${words(name)}</name>${source}${target}</pool>`;
}

function refuseKeys(spec: StorageSpec, { needs, takes = [], hasPath }: Kind): void {
  const { name, type, login } = spec;
  if (login && (login.user === '' || login.secret === ''))
    throw refused(name, 'a login is a user and a secret', 'give both, or none');
  const isGiven = (key: Key) => (key === 'hosts' ? (spec.hosts ?? []).length > 0 : (spec[key] ?? '') !== '');
  const lacking = needs.filter((key) => !isGiven(key));
  if (lacking.length > 0)
    throw refused(name, `a storage of type ${type} needs ${lacking.map((key) => LABELS[key]).join(' and ')}`);
  const odd = (Object.keys(LABELS) as Key[]).filter((key) => isGiven(key) && ![...needs, ...takes].includes(key));
  const all = [...odd.map((key) => LABELS[key]), ...(!hasPath && spec.path !== '' ? ['a path'] : [])];
  if (all.length > 0) throw refused(name, `a storage of type ${type} has not ${all.join(', ')}`, 'leave it out');
}

/** `nas`, `10.0.0.5:3260`, `[fd00::5]:3260`. */
function hostsOf({ name, type, hosts = [] }: StorageSpec): string {
  if (hosts.length > 1 && type !== 'rbd') throw refused(name, `a storage of type ${type} comes from one host`);
  return hosts
    .map((host) => {
      const [, six, plain = six, port] =
        /^(?:\[([0-9a-fA-F:]+)\]|([^\s:[\]]+|[0-9a-fA-F:]*:[0-9a-fA-F:]*:[0-9a-fA-F:]*))(?::(\d{1,5}))?$/.exec(host) ??
        [];
      if (plain === undefined)
        throw refused(name, `${JSON.stringify(host)} is no host`, 'write it as nas, or as nas:3260');
      return `<host name="${words(plain)}"${port === undefined ? '' : ` port="${port}"`}/>`;
    })
    .join('');
}
