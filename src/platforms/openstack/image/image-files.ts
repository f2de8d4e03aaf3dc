/** Images of Glance as files of this machine, and what is said of them (PUT and GET /v2/images/ID/file, PATCH /v2/images/ID). */
import { FleetError } from '../../../errors.ts';
import { type ImageId, imageId, nativeOfListed } from '../../../ids.ts';
import type { ImageChanges, ImageOps, Source } from '../../contract.ts';
import { type Row, textOf } from '../../lib/json.ts';
import { takeBack } from '../../lib/take-back.ts';
import type { FileService } from '../cloud.ts';
import { numberOf } from '../json.ts';
import { normalizeError } from '../normalize-error.ts';
import { digested } from '../objects/file-ops.ts';
import { receiveRanges } from '../objects/receive.ts';
import { needed, type Project, untilSo } from '../project.ts';
import { formatOfFile } from './image-format.ts';
import { isProperty } from './image-list.ts';
import { imagePath, queueImage, readImage } from './one-image.ts';

const accepted = { warnings: [] };
/** As long as a large file takes over a slow line; when nothing moves, the transport gives up. */
const FILE_MS = 86_400_000;
const PART_MS = 300_000;
/** Until Glance has put away what has come. */
const KEPT_MS = 600_000;
const PATCH = 'application/openstack-images-v2.1-json-patch';

type FileOps = Required<Pick<ImageOps, 'upload' | 'download' | 'update'>>;

export function createImageFiles(project: Project, files: FileService): FileOps {
  const { cloud } = project;
  return {
    async upload(_of, { name, storage }, source, signal) {
      if (storage !== '')
        throw new FleetError('op.refused', `${name}: images of Glance are in no storage that is chosen`, {
          fix: 'leave the storage out',
        });
      const { native, made } = await queueImage(project, name, await formatOfFile(source), signal);
      try {
        await sendInto(project, files, native, name, source, signal);
      } catch (error) {
        throw await takeBack(signal.aborted ? signal.reason : error, [made]);
      }
      return { ...accepted, id: imageId(cloud.endpoint, native) };
    },
    async download(id, to, signal) {
      const row = await readImage(project, id, signal);
      const name = textOf(row, 'name') ?? nativeOfListed(id);
      const [status, size] = [textOf(row, 'status'), numberOf(row, 'size')];
      if (status !== 'active' || size === undefined)
        throw new FleetError('op.conflict', `${name} is ${status}: there is no file to be had of it`);
      const path = `${imagePath(nativeOfListed(id))}/file`;
      const ask = (range: string, limit: number) =>
        files.rest
          .bytes('GET', { path, headers: { range }, limit, signal, deadlineMs: PART_MS })
          .catch((error: unknown) => {
            throw normalizeError(error, name);
          });
      await receiveRanges({ name, size, ask }, to);
      return accepted;
    },
    async update(id, changes, signal) {
      const row = await readImage(project, id, signal);
      const json = stepsFor(changes, row);
      if (json.length === 0) return accepted;
      const subject = textOf(row, 'name') ?? nativeOfListed(id);
      const headers = { 'content-type': PATCH };
      const path = imagePath(nativeOfListed(id as ImageId));
      await needed(project.glance, 'Glance').change('PATCH', path, { signal, subject, headers, json });
      return accepted;
    },
  };
}

/** Resolves when Glance can use it, and has what was sent. */
async function sendInto(
  project: Project,
  { rest }: FileService,
  native: string,
  name: string,
  source: Source,
  signal: AbortSignal,
): Promise<void> {
  const { file, digest } = digested(source, 'sha512');
  const type = 'application/octet-stream';
  const path = `${imagePath(native)}/file`;
  await rest.change('PUT', { path, signal, file: { ...file, type }, deadlineMs: FILE_MS }).catch((error: unknown) => {
    throw normalizeError(error, name);
  });
  const glance = needed(project.glance, 'Glance');
  const row = await untilSo(
    project.clock,
    { signal, limitMs: KEPT_MS, late: `${name}: Glance does not say that it has it` },
    () => glance.get(imagePath(native), { signal, subject: name }),
    (now) => textOf(now, 'status') !== 'saving' && textOf(now, 'status') !== 'importing',
  );
  const isWhole = textOf(row, 'status') === 'active' && numberOf(row, 'size') === source.size;
  const isSame = textOf(row, 'os_hash_algo') !== 'sha512' || textOf(row, 'os_hash_value') === digest();
  if (!isWhole || !isSame)
    throw new FleetError('op.failed', `${name}: what Glance has is not what was sent (it is ${textOf(row, 'status')})`);
}

/** As a JSON patch of Glance takes it. Throws op.refused for what Glance keeps for itself. */
function stepsFor({ name, properties = {}, ...flags }: ImageChanges, row: Row): readonly Row[] {
  const own = Object.keys(properties).find((key) => !isProperty(key));
  if (own !== undefined)
    throw new FleetError('op.refused', `${JSON.stringify(own)} is no property that users of Glance set`, {
      fix: 'name, public and protected are changed by options of their own',
    });
  const replace = (key: string, value: unknown): Row => ({ op: 'replace', path: `/${key}`, value });
  return [
    ...(name === undefined ? [] : [replace('name', name)]),
    ...(flags.protected === undefined ? [] : [replace('protected', flags.protected)]),
    ...(flags.public === undefined ? [] : [replace('visibility', flags.public ? 'public' : 'private')]),
    ...Object.entries(properties).flatMap(([key, value]) => {
      const path = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      if (value !== '') return [{ op: Object.hasOwn(row, key) ? 'replace' : 'add', path, value }];
      return Object.hasOwn(row, key) ? [{ op: 'remove', path }] : [];
    }),
  ];
}
