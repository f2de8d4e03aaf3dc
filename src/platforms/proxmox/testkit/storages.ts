/** Storages of a pretended cluster: their configuration, and what is in them (PVE::API2::Storage::Config and ::Content). */
import { metadataOf } from './ova.ts';
import { refusal } from './refusal.ts';
import type { WorldStorage } from './storage-world.ts';
import type { World } from './world.ts';

const GIB = 1024 ** 3;
const REMOVE_MS = 100;
const DOWNLOAD_MS = 400;

type Values = Readonly<Record<string, string>>;

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

/** GET /nodes/{node}/storage; `content`: those that take one of these alone. */
export const storagesOfNode = (
  { storages }: World,
  { content }: Values,
): readonly Readonly<Record<string, unknown>>[] =>
  [...storages]
    .filter(
      ([, one]) => content === undefined || content.split(',').some((word) => one.content.split(',').includes(word)),
    )
    .map(([storage, { type, shared = 0, content: takes, disable }]) => ({
      ...{ storage, type, shared, content: takes, enabled: disable === undefined ? 1 : 0 },
      ...(disable === undefined ? { active: 1, total: 479730032640, used: 98304, avail: 479729934336 } : { active: 0 }),
    }));

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
  if (method === 'GET' && group === 'content' && volid === undefined)
    return contentOf(world, node, storage, config, values);
  if (method === 'DELETE' && group === 'content' && volid !== undefined)
    return remove(world, node, storage, volid, user);
  if (method === 'GET' && group === 'import-metadata') return metadataOf(world, storage, values['volume'] ?? '');
  if (method === 'POST' && group === 'content') return allot(world, node, storage, config, values);
  if (method === 'POST' && group === 'upload') return upload(world, node, storage, config, values, user);
  if (method === 'POST' && group === 'download-url') return download(world, node, storage, config, values, user);
  return undefined;
}

const contentOf = (
  { volumes }: World,
  node: string,
  storage: string,
  { shared }: WorldStorage,
  { content, vmid }: Values,
) =>
  [...volumes]
    .filter(([volid, volume]) => volid.startsWith(`${storage}:`) && (shared !== undefined || volume.node === node))
    .filter(([, volume]) => content === undefined || volume.content === content)
    .filter(([, volume]) => vmid === undefined || volume.vmid === Number(vmid))
    .map(([volid, { node: _node, archived: _archived, kind: _kind, ...rest }]) => ({ volid, ...rest }));

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

/** POST …/content: a volume of a guest, by its name (PVE::API2::Storage::Content). */
function allot(world: World, node: string, storage: string, config: WorldStorage, values: Values): string {
  const { vmid = '', filename = '', size = '', format } = values;
  const [, count, unit = ''] = /^(\d+)([MG]?)$/.exec(size) ?? [];
  if (count === undefined)
    throw refusal(400, 'Parameter verification failed.', { size: `unable to parse size '${size}'` });
  if (!config.content.includes('images'))
    throw refusal(500, `storage '${storage}' does not support content-type 'images'`);
  if (!filename.startsWith(`vm-${vmid}-`)) throw refusal(500, `illegal name '${filename}' - should be 'vm-${vmid}-*'`);
  const isFiles = config['path'] !== undefined;
  if (isFiles && !/\.(?:raw|qcow2|vmdk)$/.test(filename))
    throw refusal(500, `illegal name '${filename}' - wrong extension for format ('${format ?? 'raw'}')`);
  const volid = isFiles ? `${storage}:${vmid}/${filename}` : `${storage}:${filename}`;
  if (world.volumes.has(volid)) throw refusal(500, `volume '${volid}' already exists`);
  const bytes = Number(count) * 1024 * 1024 ** ['', 'M', 'G'].indexOf(unit);
  const ctime = Math.floor(world.clock.now() / 1000);
  world.volumes.set(volid, {
    node,
    content: 'images',
    format: format ?? 'raw',
    size: bytes,
    ctime,
    vmid: Number(vmid),
  });
  return volid;
}

/** POST …/upload: what is there with that name is overwritten. */
function upload(
  world: World,
  node: string,
  storage: string,
  config: WorldStorage,
  values: Values,
  user: string,
): string {
  const { content = '', filename = '', tmpfilename } = values;
  if (tmpfilename === undefined) throw refusal(500, 'missing temporary file name');
  if (config['path'] === undefined) throw refusal(500, `can't upload to storage type '${config.type}'`);
  if (!ENDINGS[content]?.test(filename))
    throw refusal(400, 'Parameter verification failed.', { filename: 'wrong file extension' });
  if (!config.content.split(',').includes(content))
    throw refusal(500, `storage '${storage}' does not support '${content}' content`);
  return world.beginTask(node, 'imgcopy', '', user, (end) => {
    const failure = world.takeFailure('imgcopy');
    world.clock.after(REMOVE_MS, () => {
      if (failure !== undefined) return end(failure);
      const ctime = Math.floor(world.clock.now() / 1000);
      const size = Number(tmpfilename);
      world.volumes.set(`${storage}:${content}/${filename}`, {
        node,
        content,
        format: content === 'import' ? 'qcow2' : content,
        size,
        ctime,
      });
      end('OK');
    });
  }).upid;
}
