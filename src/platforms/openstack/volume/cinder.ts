/** One volume of Cinder, and what is done to it (API reference of Block Storage v3). */
import { FleetError } from '../../../errors.ts';
import { type Row, textOf } from '../../lib/json.ts';
import { type Made, takeBack } from '../../lib/take-back.ts';
import type { Api } from '../api.ts';
import { findOne, UUID } from '../find.ts';
import { numberOf, rowIn, rowsIn } from '../json.ts';
import { isMissing, needed, type Project, untilSo } from '../project.ts';

export interface CinderVolume {
  readonly id: string;
  /** Its id where it has no name. */
  readonly name: string;
  readonly status: string;
  /** GiB. */
  readonly size: number;
  readonly multiattach: boolean;
  readonly servers: readonly string[];
}

const GIB = 2 ** 30;

/** Cinder makes volumes of whole GiB: what is asked for fits in. */
export const gibOf = (size: number): number => Math.max(1, Math.ceil(size / GIB));

/** How volumes are spelled in plans and lists: a name says little where it is taken twice. */
export const spellVolume = (id: string, name: string | undefined): string =>
  name === undefined || name === id ? id : `${name} ${id}`;

const volumeOf = (row: Row): CinderVolume => {
  const id = textOf(row, 'id') ?? '';
  return {
    id,
    name: textOf(row, 'name') ?? id,
    status: textOf(row, 'status') ?? 'unknown',
    size: numberOf(row, 'size') ?? 0,
    multiattach: row['multiattach'] === true,
    servers: rowsIn(row, 'attachments').flatMap((attachment) => textOf(attachment, 'server_id') ?? []),
  };
};

const pathOf = (id: string): string => `/volumes/${encodeURIComponent(id)}`;

/** Undefined for one that is gone. */
async function readVolume(cinder: Api, id: string, signal: AbortSignal): Promise<CinderVolume | undefined> {
  try {
    return volumeOf(rowIn(await cinder.get(pathOf(id), { signal, subject: `the volume ${id}` }), 'volume'));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

const noVolume = ({ cloud }: Project, asked: string): FleetError =>
  new FleetError('volume.not-found', `${cloud.endpoint} has no volume ${JSON.stringify(asked)}`);

export async function theVolume(project: Project, id: string, signal: AbortSignal): Promise<CinderVolume> {
  const found = await readVolume(needed(project.cinder, 'Cinder'), id, signal);
  if (!found) throw noVolume(project, id);
  return found;
}

/** By name, by id, or as `spellVolume` writes it. */
export async function findVolume(project: Project, asked: string, signal: AbortSignal): Promise<CinderVolume> {
  const id = asked.split(' ').at(-1) ?? '';
  if (UUID.test(id)) return theVolume(project, id, signal);
  const { cloud } = project;
  const cinder = needed(project.cinder, 'Cinder');
  return volumeOf(
    (await findOne(cinder, ['/volumes/detail', 'volumes'], asked, { cloud, kind: 'volume', signal })).row,
  );
}

/** A volume is made, grown or let go of in this time; an image may be copied into it. */
const LIMIT_MS = 540_000;

/** Rejects with op.failed when it ends up in an error, and with what became of it otherwise. */
export async function untilVolume(project: Project, id: string, status: string, signal: AbortSignal): Promise<void> {
  const cinder = needed(project.cinder, 'Cinder');
  const late = `the volume ${id} is not ${status} in time`;
  const now = await untilSo(
    project.clock,
    { signal, limitMs: LIMIT_MS, late },
    async () => (await readVolume(cinder, id, signal))?.status,
    (said) => said === status || said === undefined || said.startsWith('error'),
  );
  if (now !== status) throw new FleetError('op.failed', `the volume ${id} is ${now ?? 'gone'}, not ${status}`);
}

export async function untilVolumeGone(project: Project, id: string, signal: AbortSignal): Promise<void> {
  const cinder = needed(project.cinder, 'Cinder');
  const read = async () => (await readVolume(cinder, id, signal))?.status;
  const isOver = (said: string | undefined) => said === undefined || said.startsWith('error');
  const late = `the volume ${id} is still being deleted`;
  const said = await untilSo(project.clock, { signal, limitMs: LIMIT_MS, late }, read, isOver);
  if (said !== undefined) throw new FleetError('op.failed', `the volume ${id} is still there: Cinder says ${said}`);
}

export interface NewVolume {
  readonly name: string;
  /** GiB. */
  readonly size: number;
  /** Of a volume type; empty: the usual one of the cloud. */
  readonly type: string;
  readonly imageRef?: string;
  /** Id of the snapshot that it is made of. */
  readonly snapshot?: string;
}

/** Answers its id: it is being made then. */
async function createVolume(cinder: Api, wanted: NewVolume, signal: AbortSignal): Promise<string> {
  const { name, size, type, imageRef, snapshot } = wanted;
  const volume = {
    ...{ name, size },
    ...(type !== '' && { volume_type: type }),
    ...(imageRef !== undefined && { imageRef }),
    ...(snapshot !== undefined && { snapshot_id: snapshot }),
  };
  const { body } = await cinder.change('POST', '/volumes', { signal, subject: name, json: { volume } });
  const id = textOf(rowIn(body as Row, 'volume'), 'id');
  if (id === undefined) throw new FleetError('outcome.unknown', `${name}: Cinder does not say which volume it made`);
  return id;
}

/** All of it, or nothing. Answers its id. */
export async function makeVolume(project: Project, wanted: NewVolume, signal: AbortSignal): Promise<string> {
  const cinder = needed(project.cinder, 'Cinder');
  const id = await createVolume(cinder, wanted, signal);
  try {
    await untilVolume(project, id, 'available', signal);
  } catch (error) {
    throw await takeBack(signal.aborted ? signal.reason : error, [volumeMade(project, id, wanted.name)]);
  }
  return id;
}

/** For what takes it back when something later fails. */
export function volumeMade(project: Project, id: string, name: string): Made {
  const { signal } = new AbortController();
  return {
    what: `the volume ${spellVolume(id, name)}`,
    command: `openstack volume delete ${id}`,
    async undo() {
      await deleteVolume(needed(project.cinder, 'Cinder'), id, signal);
      await untilVolumeGone(project, id, signal);
    },
  };
}

export const deleteVolume = (cinder: Api, id: string, signal: AbortSignal): Promise<unknown> =>
  cinder.change('DELETE', pathOf(id), { signal, subject: `the volume ${id}` });

/** Throws op.refused for a size that is not larger. */
export async function growVolume(project: Project, volume: CinderVolume, size: number, signal: AbortSignal) {
  const wanted = gibOf(size);
  if (wanted < volume.size || size < volume.size * GIB)
    throw new FleetError('op.refused', `${volume.name} has ${volume.size} GiB: Cinder makes no volume smaller`);
  if (wanted === volume.size) return;
  const json = { 'os-extend': { new_size: wanted } };
  const cinder = needed(project.cinder, 'Cinder');
  const { id, name: subject } = volume;
  await cinder.change('POST', `${pathOf(id)}/action`, { signal, subject, json });
  const late = `${subject} is still growing`;
  const now = await untilSo(
    project.clock,
    { signal, limitMs: LIMIT_MS, late },
    () => theVolume(project, id, signal),
    ({ size: has, status }) => has >= wanted || status.startsWith('error'),
  );
  if (now.size < wanted) throw new FleetError('op.failed', `${subject} did not grow: Cinder says ${now.status}`);
}
