/** One image of Glance: read, and made without content (API reference of Image v2). */
import { type ImageId, nativeOfListed } from '../../../ids.ts';
import { asRow, type Row, textOf } from '../../lib/json.ts';
import { noListed, refuseTakenName } from '../../lib/listed.ts';
import type { Made } from '../../lib/take-back.ts';
import type { Api } from '../api.ts';
import { readListed } from '../listed-rows.ts';
import { isMissing, needed, type Project } from '../project.ts';

export const imagePath = (native: string): string => `/images/${encodeURIComponent(native)}`;

/** Rejects with image.not-found. */
export async function readImage(project: Project, id: ImageId, signal: AbortSignal): Promise<Row> {
  try {
    const path = imagePath(nativeOfListed(id));
    return await needed(project.glance, 'Glance').get(path, { signal, subject: 'the image' });
  } catch (error) {
    throw isMissing(error) ? noListed('image', id) : error;
  }
}

/** For what takes it back when something later fails. */
export const imageMade = (glance: Api, native: string, name: string): Made => ({
  what: `the image ${name}`,
  command: `openstack image delete ${native}`,
  undo: () => glance.change('DELETE', imagePath(native), { signal: new AbortController().signal, subject: name }),
});

/** Rejects with op.conflict for a name that an image has. */
export async function refuseTakenImage({ cloud }: Project, glance: Api, name: string, signal: AbortSignal) {
  const subject = `the images of ${cloud.name}`;
  const all = await readListed(glance, '/images', 'images', { subject, signal, query: { name } });
  refuseTakenName('image', cloud.name, all, name);
}

export interface QueuedImage {
  readonly native: string;
  /** How it is taken back. */
  readonly made: Made;
}

/** An image that waits for its content. Rejects with op.conflict for a name that is taken. */
export async function queueImage(
  project: Project,
  name: string,
  format: string,
  signal: AbortSignal,
): Promise<QueuedImage> {
  const glance = needed(project.glance, 'Glance');
  await refuseTakenImage(project, glance, name, signal);
  const json = { name, disk_format: format, container_format: 'bare', visibility: 'private' };
  const { body } = await glance.change('POST', '/images', { signal, subject: name, json });
  const native = textOf(asRow(body, name), 'id') ?? '';
  return { native, made: imageMade(glance, native, name) };
}
