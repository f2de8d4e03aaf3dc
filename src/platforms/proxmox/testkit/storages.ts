/** Storages of a pretended cluster: their configuration, and what is in them (PVE::API2::Storage::Config and ::Content). */
import { refusal } from './refusal.ts';
import type { World } from './world.ts';

const GIB = 1024 ** 3;
const REMOVE_MS = 100;
const DOWNLOAD_MS = 400;

type Values = Readonly<Record<string, string>>;

/** As in `storage.cfg`. */
export interface WorldStorage {
  readonly type: string;
  readonly shared?: 1;
  readonly disable?: 1;
  readonly content: string;
  readonly [key: string]: string | number | undefined;
}

/** A disk or file. */
export interface WorldVolume {
  /** The node on whose storage it is; of a shared one the node through which it came. */
  readonly node: string;
  readonly content: string;
  readonly format: string;
  readonly size: number;
  /** Epoch, seconds. */
  readonly ctime: number;
  readonly vmid?: number;
  readonly protected?: 1;
}

export const startStorages = (): Map<string, WorldStorage> =>
  new Map<string, WorldStorage>([
    ['local', { type: 'dir', path: '/var/lib/vz', content: 'iso,vztmpl,backup,import' }],
    ['local-lvm', { type: 'lvmthin', vgname: 'pve', thinpool: 'data', content: 'images,rootdir' }],
    ['local-zfs', { type: 'zfspool', pool: 'rpool/data', content: 'images,rootdir' }],
    ['thick', { type: 'lvm', vgname: 'vg1', content: 'images' }],
    [
      'nas',
      {
        type: 'nfs',
        shared: 1,
        path: '/mnt/pve/nas',
        server: '192.0.2.50',
        export: '/srv/pve',
        content: 'backup,images,iso',
      },
    ],
    ['retired', { type: 'dir', path: '/srv/old', content: 'images', disable: 1 }],
  ]);

/** By their volume ids, each on one node. */
export const startVolumes = (): Map<string, WorldVolume> =>
  new Map<string, WorldVolume>([
    [
      'local:iso/debian-13.iso',
      { node: 'pve1', content: 'iso', format: 'iso', size: 629_145_600, ctime: 1_790_000_000 },
    ],
    [
      'local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst',
      { node: 'pve2', content: 'vztmpl', format: 'tzst', size: 123_456_789, ctime: 1_790_000_100 },
    ],
    ['nas:iso/rescue.iso', { node: 'pve1', content: 'iso', format: 'iso', size: 734_003_200, ctime: 1_790_000_200 }],
    [
      'nas:backup/vzdump-qemu-100-2026_10_01-02_00_00.vma.zst',
      {
        node: 'pve1',
        content: 'backup',
        format: 'vma.zst',
        size: 1_234_567_890,
        ctime: 1_790_000_300,
        vmid: 100,
        protected: 1,
      },
    ],
  ]);

/** A volume of a guest, by the words of its configuration: `local-lvm:vm-100-disk-0,size=8G`. Undefined: none. */
export function volumeIn(
  text: string,
  guest: { readonly kind: string; readonly node: string; readonly vmid: number },
  at: number,
): readonly [string, WorldVolume] | undefined {
  const [, volid = ''] = /^([\w-]+:[^,]+)/.exec(text) ?? [];
  if (!/disk|cloudinit/.test(volid)) return undefined;
  const size = Number(/size=(\d+)G/.exec(text)?.[1] ?? 1) * GIB;
  const content = guest.kind === 'lxc' ? 'rootdir' : 'images';
  const ctime = Math.floor(at / 1000);
  return [volid, { node: guest.node, content, format: 'raw', size, ctime, vmid: guest.vmid }];
}

/** GET /storage. */
export const storageConfigs = ({ storages }: World): readonly Readonly<Record<string, unknown>>[] =>
  [...storages].map(([storage, config]) => ({ storage, digest: 'd1', ...config }));

/** The rows of GET /cluster/resources: one for each node. */
export const storageResources = ({ nodes, storages }: World): readonly Readonly<Record<string, unknown>>[] =>
  [...nodes].flatMap(([node, { online }]) =>
    [...storages]
      .filter(([, { disable }]) => disable === undefined)
      .map(([storage, { type, shared, content }]) => ({
        id: `storage/${node}/${storage}`,
        type: 'storage',
        storage,
        plugintype: type,
        node,
        shared: shared ?? 0,
        content,
        ...(online ? { status: 'available', disk: 98304, maxdisk: 479730032640 } : { status: 'unknown' }),
      })),
  );

/** `below`: what stands behind /nodes/{node}/storage/{storage}. Undefined: none of ours. */
export function answerStorage(
  world: World,
  node: string,
  storage: string,
  { method, values, user }: { readonly method: string; readonly values: Values; readonly user: string },
  below: readonly string[],
): unknown {
  const config = world.storages.get(storage);
  if (!config) throw refusal(500, `storage '${storage}' does not exist`);
  if (config.disable !== undefined) throw refusal(500, `storage '${storage}' is disabled`);
  const [group, volid] = below;
  if (method === 'GET' && group === 'content' && volid === undefined) return contentOf(world, node, storage, config);
  if (method === 'DELETE' && group === 'content' && volid !== undefined)
    return remove(world, node, storage, volid, user);
  if (method === 'POST' && group === 'download-url') return download(world, node, storage, config, values, user);
  return undefined;
}

const contentOf = ({ volumes }: World, node: string, storage: string, { shared }: WorldStorage) =>
  [...volumes]
    .filter(([volid, volume]) => volid.startsWith(`${storage}:`) && (shared !== undefined || volume.node === node))
    .map(([volid, { node: _node, ...rest }]) => ({ volid, ...rest }));

/** Whether a guest has it in its settings is not asked here either. */
function remove(world: World, node: string, storage: string, volid: string, user: string): string {
  const volume = world.volumes.get(volid);
  if (!volid.startsWith(`${storage}:`))
    throw refusal(400, 'Parameter verification failed.', { volume: 'storage ID mismatch' });
  const about = volume?.vmid === undefined ? storage : `${volume.vmid}@${storage}`;
  return world.beginTask(node, 'imgdel', about, user, (end) => {
    if (volume?.protected) return end(`cannot remove protected volume '${volid}' on '${storage}'`);
    const failure = world.takeFailure('imgdel');
    world.clock.after(REMOVE_MS, () => {
      if (failure !== undefined) return end(failure);
      world.volumes.delete(volid);
      end('OK');
    });
  }).upid;
}

const ENDINGS: Readonly<Record<string, RegExp>> = {
  iso: /.\.(?:iso|img)$/i,
  vztmpl: /.\.tar(?:\.(?:gz|xz|zst|bz2))?$/i,
  import: /.\.(?:ova|qcow2|raw|vmdk)$/,
};

function download(
  world: World,
  node: string,
  storage: string,
  config: WorldStorage,
  values: Values,
  user: string,
): string {
  const { content = '', filename = '' } = values;
  if (config['path'] === undefined)
    throw refusal(500, `can't upload to storage type '${config.type}', not a file based storage!`);
  if (!config.content.split(',').includes(content))
    throw refusal(500, `storage '${storage}' is not configured for content-type '${content}'`);
  const name = filename.replace(/^.*[/\\]/, '').replaceAll(/[^a-zA-Z0-9_.-]/g, '_');
  if (!ENDINGS[content]?.test(name))
    throw refusal(400, 'Parameter verification failed.', { filename: 'wrong file extension' });
  return world.beginTask(node, 'download', name, user, (end) => {
    const failure = world.takeFailure('download');
    world.clock.after(DOWNLOAD_MS, () => {
      if (failure !== undefined) return end(failure);
      const ctime = Math.floor(world.clock.now() / 1000);
      world.volumes.set(`${storage}:${content}/${name}`, { node, content, format: content, size: GIB, ctime });
      end('OK');
    });
  }).upid;
}
