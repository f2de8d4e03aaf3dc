/** Volumes as disks of a server. What Nova has made for the server itself comes with its flavor, and is left alone. */
import { FleetError } from '../../../errors.ts';
import { type DiskId, diskId, nativeOfPart, vmOf } from '../../../ids.ts';
import type { DiskOps, DiskSpec } from '../../contract.ts';
import { refuseImage } from '../../lib/empty-disks.ts';
import { type Row, textOf } from '../../lib/json.ts';
import { noPart } from '../../lib/parts.ts';
import { takeBack } from '../../lib/take-back.ts';
import { rowIn } from '../json.ts';
import { needed, type Project } from '../project.ts';
import { onServer, type ServerCall } from '../server-call.ts';
import { namesOfServers } from '../server-list.ts';
import {
  deleteVolume,
  findVolume,
  gibOf,
  growVolume,
  makeVolume,
  theVolume,
  untilVolume,
  untilVolumeGone,
  volumeMade,
} from '../volume/cinder.ts';
import { boots, disksOf, type ServerDisk } from '../volume/disks.ts';
import { typeNamed } from '../volume/volume-ops.ts';
import { readVolumes } from '../volume/volumes.ts';

const DONE = { warnings: [] };

interface VolumeDisk extends ServerDisk {
  readonly volume: NonNullable<ServerDisk['volume']>;
}

export function createDiskOps(project: Project): Required<Omit<DiskOps, 'list' | 'insert' | 'move'>> {
  const { calls } = project;

  const onDisk = <T>(
    id: DiskId,
    signal: AbortSignal,
    work: (call: ServerCall, disk: VolumeDisk) => Promise<T>,
  ): Promise<T> =>
    onServer(calls, vmOf(id), signal, async (call) => {
      const disks = disksOf(call.server, await readVolumes(call, project.cinder));
      const disk = disks.find(({ device }) => device === nativeOfPart(id));
      if (!disk) throw noPart('disk', call.name, id);
      const { volume } = disk;
      if (!volume)
        throw new FleetError('op.unsupported', `${call.name}: its disk ${disk.device} comes with the flavor`, {
          fix: 'choose another flavor, or make an image of the server',
        });
      return work(call, { ...disk, volume });
    });

  return {
    create: (vm, spec, signal) =>
      onServer(calls, vm, signal, async (call) => {
        refuseImage(spec, 'OpenStack');
        if (spec.format !== '' && spec.format !== 'raw')
          throw new FleetError('op.refused', `volumes of Cinder have no format: ${spec.format} is one of images`);
        if (spec.bus !== '' && spec.bus !== 'virtio')
          throw new FleetError('op.refused', 'how a volume is attached is said by the image (hw_disk_bus)');
        const device = await (spec.volume === '' ? addNew(project, call, spec) : addExisting(project, call, spec));
        return { ...DONE, id: diskId(vm, device) };
      }),
    detach: (id, signal) =>
      onDisk(id, signal, async (call, disk) => {
        await detach(call, disk);
        return DONE;
      }),
    planDelete: (id, signal) =>
      onDisk(id, signal, async (call, { path, volume }) => {
        const { servers } = await theVolume(project, volume.id, signal);
        const others = await namesOfServers(project.nova, othersOf(servers, call), signal);
        const refused = others.length === 0 ? undefined : `${path} is a disk of ${others.join(', ')} too`;
        return { goes: [path], stays: [], ...(refused !== undefined && { refused }) };
      }),
    delete: (id, signal) =>
      onDisk(id, signal, async (call, disk) => {
        const { volume, path } = disk;
        const others = othersOf((await theVolume(project, volume.id, signal)).servers, call);
        if (others.length > 0)
          throw new FleetError(
            'op.refused',
            `${path} is a disk of ${(await namesOfServers(project.nova, others, signal)).join(', ')} too`,
          );
        await detach(call, disk);
        const cinder = needed(project.cinder, 'Cinder');
        try {
          // Nova has deleted one that was to go with its attachment, which only a server that is deleted does.
          await untilVolume(project, volume.id, 'available', signal);
          await deleteVolume(cinder, volume.id, signal);
          await untilVolumeGone(project, volume.id, signal);
        } catch (error) {
          throw left(error, path);
        }
        return DONE;
      }),
    resize: (id, size, signal) =>
      onDisk(id, signal, async (_call, { volume }) => {
        await growVolume(project, await theVolume(project, volume.id, signal), size, signal);
        return DONE;
      }),
  };
}

const othersOf = (servers: readonly string[], { server }: ServerCall): readonly string[] =>
  servers.filter((one) => one !== server.id);

function left(error: unknown, path: string): unknown {
  if (!(error instanceof FleetError)) return error;
  return new FleetError(error.code, `${error.message}; the volume ${path} is still there`, {
    fix: `what removes it: openstack volume delete ${path.split(' ').at(-1)}`,
    cause: error,
  });
}

async function detach(call: ServerCall, { device, volume }: VolumeDisk): Promise<void> {
  if (call.server.imageId === undefined && boots(device))
    throw new FleetError('op.refused', `${call.name} boots from its disk ${device}: Nova takes it from no server`);
  await call.change('DELETE', `/os-volume_attachments/${encodeURIComponent(volume.id)}`);
}

/** Answers the device, as Nova calls it: `/dev/vdb`. */
async function attach(call: ServerCall, volumeId: string): Promise<string> {
  const { body } = await call.change('POST', '/os-volume_attachments', { volumeAttachment: { volumeId } });
  const device = textOf(rowIn(body as Row, 'volumeAttachment'), 'device');
  if (device === undefined) throw new FleetError('outcome.unknown', `${call.name}: Nova does not say which disk it is`);
  return device;
}

async function addNew(project: Project, call: ServerCall, spec: DiskSpec): Promise<string> {
  const { signal } = call;
  const type = spec.storage === '' ? '' : await typeNamed(project, spec.storage, signal);
  const name = `${call.name}-${call.server.volumes.length + 1}`;
  const id = await makeVolume(project, { name, size: gibOf(spec.size), type }, signal);
  try {
    return await attach(call, id);
  } catch (error) {
    throw await takeBack(signal.aborted ? signal.reason : error, [volumeMade(project, id, name)]);
  }
}

async function addExisting(project: Project, call: ServerCall, spec: DiskSpec): Promise<string> {
  const volume = await findVolume(project, spec.volume, call.signal);
  const { name, status, multiattach, servers } = volume;
  if (servers.length > 0 && !multiattach) {
    const users = await namesOfServers(project.nova, servers, call.signal);
    throw new FleetError('op.conflict', `${name} is a disk of ${users.join(', ')}`, {
      fix: 'detach it there first, or make it of a volume type that several servers may have (multiattach)',
    });
  }
  if (servers.length === 0 && status !== 'available')
    throw new FleetError('op.conflict', `${name} is ${status}`, { fix: 'wait until it is available' });
  return attach(call, volume.id);
}
