/** Snapshots of volumes (API reference of Block Storage v3: /snapshots). Those of servers are images, in ../snapshot. */
import { FleetError } from '../../../errors.ts';
import { nativeOfListed, type VolumeSnapshotId, volumeId, volumeSnapshotId } from '../../../ids.ts';
import { gib } from '../../../units.ts';
import type { Trouble, VolumeSnapshot, VolumeSnapshotOps } from '../../contract.ts';
import { asRow, type Row, textOf } from '../../lib/json.ts';
import { noListed, refuseTakenName } from '../../lib/listed.ts';
import { type Made, takeBack } from '../../lib/take-back.ts';
import { bytesOf, numberOf, rowIn, timeOf } from '../json.ts';
import { readListed } from '../listed-rows.ts';
import { isMissing, needed, type Project, untilSo } from '../project.ts';
import { makeVolume, theVolume } from './cinder.ts';

/** A large volume is copied for it. */
const LIMIT_MS = 540_000;
const pathOf = (native: string): string => `/snapshots/${encodeURIComponent(native)}`;

export function createVolumeSnapshotOps(project: Project): Required<VolumeSnapshotOps> {
  const { cloud } = project;

  async function read(native: string, signal: AbortSignal): Promise<Row | undefined> {
    try {
      const body = await needed(project.cinder, 'Cinder').get(pathOf(native), { signal, subject: 'the snapshot' });
      return rowIn(body, 'snapshot');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
  async function found(id: VolumeSnapshotId, signal: AbortSignal): Promise<Row> {
    const row = await read(nativeOfListed(id), signal);
    if (!row) throw noListed('volumesnapshot', id);
    return row;
  }
  /** Rejects with op.failed when it ends up in an error; `wanted` undefined: until it is gone. */
  async function until(native: string, wanted: string | undefined, signal: AbortSignal): Promise<void> {
    const late = `the snapshot ${native} is not ${wanted ?? 'gone'} in time`;
    const now = await untilSo(
      project.clock,
      { signal, limitMs: LIMIT_MS, late },
      async () => textOf((await read(native, signal)) ?? {}, 'status'),
      (status) => status === wanted || status === undefined || status.startsWith('error'),
    );
    if (now !== wanted)
      throw new FleetError('op.failed', `the snapshot ${native} is ${now ?? 'gone'}, not ${wanted ?? 'gone'}`);
  }

  function snapshotMade(native: string, name: string): Made {
    const { signal } = new AbortController();
    return {
      what: `the snapshot ${name}`,
      command: `openstack volume snapshot delete ${native}`,
      async undo() {
        await needed(project.cinder, 'Cinder').change('DELETE', pathOf(native), { signal, subject: name });
        await until(native, undefined, signal);
      },
    };
  }

  return {
    list: (_of, signal) => listSnapshots(project, signal),
    async create(of, { name, description }, signal) {
      const cinder = needed(project.cinder, 'Cinder');
      const volume = await theVolume(project, nativeOfListed(of), signal);
      const all = await readSnapshots(project, { name }, signal);
      refuseTakenName('volumesnapshot', cloud.name, all, name);
      const inUse = volume.servers.length > 0;
      const snapshot = { name, description, volume_id: volume.id, force: inUse };
      const { body } = await cinder.change('POST', '/snapshots', { signal, subject: name, json: { snapshot } });
      const native = textOf(rowIn(asRow(body, name), 'snapshot'), 'id') ?? '';
      try {
        await until(native, 'available', signal);
      } catch (error) {
        throw await takeBack(signal.aborted ? signal.reason : error, [snapshotMade(native, name)]);
      }
      const detail = `a server writes to ${volume.name}: it is as if that had lost its power then`;
      return {
        warnings: inUse ? [{ feature: 'volumesnapshot.create', detail }] : [],
        id: volumeSnapshotId(cloud.endpoint, native),
      };
    },
    async restore(id, { name, storage }, signal) {
      const size = numberOf(await found(id, signal), 'size') ?? 0;
      const subject = `the volumes of ${cloud.name}`;
      const cinder = needed(project.cinder, 'Cinder');
      const all = await readListed(cinder, '/volumes/detail', 'volumes', { subject, signal, query: { name } });
      refuseTakenName('volume', cloud.name, all, name);
      // Without a type it gets that of the volume that it was taken of, which Cinder sees to.
      const made = await makeVolume(project, { name, size, type: storage, snapshot: nativeOfListed(id) }, signal);
      return { warnings: [], id: volumeId(cloud.endpoint, made) };
    },
    async planDelete(id, signal) {
      const row = await found(id, signal);
      const name = textOf(row, 'name') ?? nativeOfListed(id);
      return { goes: [`the snapshot ${name}`], stays: ['its volume, and volumes that were made of it'] };
    },
    async delete(id, signal) {
      const subject = textOf(await found(id, signal), 'name') ?? nativeOfListed(id);
      const path = pathOf(nativeOfListed(id));
      await needed(project.cinder, 'Cinder').change('DELETE', path, { signal, subject });
      await until(nativeOfListed(id), undefined, signal);
      return { warnings: [] };
    },
  };
}

const readSnapshots = (
  { cinder, cloud }: Project,
  query: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
) =>
  readListed(needed(cinder, 'Cinder'), '/snapshots/detail', 'snapshots', {
    subject: `the snapshots of volumes of ${cloud.name}`,
    signal,
    query: { all_tenants: cloud.address.allProjects ? 'True' : undefined, ...query },
  });

/** With the names of their volumes, as far as Cinder tells them. */
async function listSnapshots(project: Project, signal: AbortSignal): Promise<readonly VolumeSnapshot[]> {
  const { cinder, cloud } = project;
  const subject = `the volumes of ${cloud.name}`;
  const query = { all_tenants: cloud.address.allProjects ? 'True' : undefined };
  const [snapshots, volumes] = await Promise.all([
    readSnapshots(project, {}, signal),
    readListed(needed(cinder, 'Cinder'), '/volumes', 'volumes', { subject, signal, query }),
  ]);
  const names = new Map(volumes.map(({ id, name }) => [id, name]));
  return snapshots.map(({ id, name, row, trouble }): VolumeSnapshot => {
    const of = textOf(row, 'volume_id');
    const wrong = trouble ?? troubleOf(row);
    return {
      id: volumeSnapshotId(cloud.endpoint, id),
      name,
      volume: names.get(of ?? '') ?? of,
      size: bytesOf(row, 'size', gib(1)),
      created: timeOf(row, 'created_at'),
      status: textOf(row, 'status'),
      description: textOf(row, 'description'),
      ...(wrong ? { trouble: wrong } : {}),
    };
  });
}

function troubleOf(row: Row): Trouble | undefined {
  const status = textOf(row, 'status');
  if (!status?.startsWith('error')) return undefined;
  return {
    message: `Cinder says of it: ${status}`,
    since: timeOf(row, 'updated_at') ?? timeOf(row, 'created_at') ?? 0,
  };
}
