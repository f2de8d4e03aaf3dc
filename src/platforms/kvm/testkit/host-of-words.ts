import type { Backing, HostFiles, Look } from '../host/host-files.ts';
import { LIST, POOLS, XML } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { seedsOf } from '../seed/own-seed.ts';
import { type DiskFate, fateOfFiles } from '../vm/disk-fate.ts';
import { readDomainXml } from '../xml/domain-xml.ts';
import { createScriptedClient, libvirtNo } from './scripted-client.ts';

/** A host made of words: its pools, the other guests on it, and what a login would see. */
export interface Host {
  /** Name of the pool -> name of the volume -> its path, and what it is a layer on. */
  readonly pools: Readonly<Record<string, Readonly<Record<string, readonly [path: string, backing?: string]>>>>;
  /** Name of the pool -> its folder, where it has one. */
  readonly folders?: Readonly<Record<string, string>>;
  readonly inactive?: readonly string[];
  /** Of other domains, by name; `live` when one runs. */
  readonly others?: Readonly<Record<string, Other>>;
  /** Volumes that libvirt lists only once the pools were refreshed: their paths. */
  readonly unlisted?: readonly string[];
  /** When volumes were changed, by path. */
  readonly changed?: Readonly<Record<string, string>>;
  /** What a login on the host sees; without it only the daemon is reached. */
  readonly login?: Login;
}

interface Other {
  readonly saved: string;
  readonly live?: string;
  readonly memory?: string;
  readonly snapshots?: Readonly<Record<string, string>>;
}

interface Login {
  /** path -> what it is: names with the same word are the same file. */
  readonly files: Readonly<Record<string, string>>;
  readonly denied?: readonly string[];
  readonly links?: Readonly<Record<string, string>>;
  readonly backings?: Readonly<Record<string, Backing | undefined>>;
  readonly hostname?: string;
}

const SYSTEM_ERROR = 38;
/** VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT. */
const WITH_SNAPSHOT = 4096;
const DOOMED = { name: 'doomed', uuid: Buffer.alloc(16, 1), id: -1 };
export const BASE = '/d/base.qcow2';
export const file = (path: string, format = 'qcow2', more = '') =>
  `<disk type='file' device='disk'><driver name='qemu' type='${format}'/><source file='${path}'/>${more}<target dev='vda'/></disk>`;
export const volume = (pool: string, name: string) =>
  `<disk type='volume' device='disk'><driver type='qcow2'/><source pool='${pool}' volume='${name}'/><target dev='vda'/></disk>`;
export const domain = (...disks: string[]) => `<domain type='kvm'><devices>${disks.join('')}</devices></domain>`;
export const snapshotOf = (...disks: string[]) =>
  `<domainsnapshot><name>s</name><disks><disk name='vda' snapshot='no'/></disks>${domain(...disks)}</domainsnapshot>`;

function seenBy({ files, denied = [], links = {}, backings = {}, hostname = '' }: Login): HostFiles {
  const look = (path: string): Look => {
    if (denied.includes(path)) return { is: 'unknown', why: 'Permission denied' };
    const id = files[path];
    return id === undefined ? { is: 'missing' } : { is: 'there', id, isFile: !id.startsWith('folder'), changed: 1 };
  };
  return {
    look: async (paths) => new Map(paths.map((path) => [path, look(path)])),
    links: async (paths) =>
      new Map(paths.flatMap((path) => (links[path] === undefined ? [] : [[path, links[path]] as const]))),
    backings: async (images) =>
      new Map(images.flatMap(({ path }) => (path in backings ? [[path, backings[path]] as const] : []))),
    device: async () => ({ uses: [], kin: [] }),
    makeFileSystem: async () => undefined,
    remove: async () => undefined,
    firstLine: async () => undefined,
    hostname: async () => hostname,
  };
}

async function fateOn(
  host: Host,
  xml = domain(file(BASE)),
  snapshots: Readonly<Record<string, string>> = {},
): Promise<DiskFate> {
  const { client, answer } = createScriptedClient();
  const unlisted = new Set(host.unlisted ?? []);
  const poolOf = (name: string) => ({ name, uuid: Buffer.alloc(16) });
  const volumeOf = (pool: string, name: string) => ({ pool, name, key: host.pools[pool]?.[name]?.[0] ?? '' });
  const volumes = Object.entries(host.pools).flatMap(([pool, names]) =>
    Object.keys(names).map((name) => volumeOf(pool, name)),
  );
  const others = Object.entries(host.others ?? {}).map(([name, { live }], i) => ({
    name,
    uuid: Buffer.alloc(16, i + 2),
    id: live === undefined ? -1 : i,
  }));
  const other = (name: string): Other | undefined => host.others?.[name];
  answer(procedures.hostname, () => 'host1.example.org');
  answer(procedures.listPools, ({ flags }) => {
    const pools = (flags === POOLS.active ? Object.keys(host.pools) : (host.inactive ?? [])).map(poolOf);
    return { pools, count: pools.length };
  });
  answer(procedures.poolXml, ({ pool: { name } }) => {
    const folder = host.folders?.[name];
    return folder === undefined
      ? `<pool type='logical'><name>${name}</name></pool>`
      : `<pool type='dir'><name>${name}</name><target><path>${folder}</path></target></pool>`;
  });
  answer(procedures.refreshPool, () => unlisted.clear());
  answer(procedures.listVolumes, ({ pool }) => ({
    volumes: volumes.filter((v) => v.pool === pool.name && !unlisted.has(v.key)),
    count: 0,
  }));
  answer(procedures.volumeXml, ({ volume: { pool, name, key } }) => {
    const backing = host.pools[pool]?.[name]?.[1];
    if (backing === 'unreadable') throw libvirtNo(SYSTEM_ERROR, 'Input/output error');
    const changed = host.changed?.[key] ?? `1.${volumes.findIndex((v) => v.key === key)}`;
    return `<volume type='file'><name>${name}</name><target><path>${key}</path><format type='qcow2'/><timestamps><ctime>${changed}</ctime></timestamps></target>${
      backing ? `<backingStore><path>${backing}</path><format type='qcow2'/></backingStore>` : ''
    }</volume>`;
  });
  answer(procedures.listDomains, ({ flags }) => {
    const domains = [DOOMED, ...others].filter(({ name }) => {
      if (flags === WITH_SNAPSHOT) return other(name)?.snapshots !== undefined;
      return flags === LIST.managedSave ? other(name)?.memory !== undefined : true;
    });
    return { domains, count: domains.length };
  });
  answer(procedures.domainXml, ({ domain: { name }, flags }) => {
    const of = other(name);
    return (flags === XML.inactive ? of?.saved : of?.live) ?? domain();
  });
  answer(procedures.managedSaveXml, ({ domain: { name } }) => other(name)?.memory ?? '');
  answer(procedures.listSnapshots, ({ domain: of }) => ({
    snapshots: Object.keys(other(of.name)?.snapshots ?? {}).map((name) => ({ name, domain: of })),
    count: 0,
  }));
  answer(procedures.snapshotXml, ({ snapshot }) => other(snapshot.domain.name)?.snapshots?.[snapshot.name] ?? '');
  const call = {
    client,
    domain: DOOMED,
    signal: new AbortController().signal,
    libvirt: 9_000_000,
    change: <T>(_verb: string, change: () => Promise<T>) => change(),
  };
  const definition = await readDomainXml(xml);
  return fateOfFiles(call, host.login && seenBy(host.login), {
    xml: definition,
    seeds: seedsOf(DOOMED.name, definition),
    snapshots: Object.entries(snapshots).map(([snapshot, text]) => ({ snapshot, text })),
  });
}

/** What the fate of the guest's files would be there, in words. */
export const said = async (host: Host, xml?: string, snapshots?: Readonly<Record<string, string>>) => {
  const { goes, stays, unknown } = await fateOn(host, xml, snapshots);
  return {
    goes: goes.map(({ path }) => path),
    stays,
    unknown: unknown.map(({ path, why }) => `${path}: ${why}`),
  };
};
