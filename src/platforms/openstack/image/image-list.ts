/** Images of Glance (API reference of Image v2: GET /v2/images). */
import { imageId } from '../../../ids.ts';
import { bytes } from '../../../units.ts';
import type { Image } from '../../contract.ts';
import { type Row, textOf } from '../../lib/json.ts';
import type { Api } from '../api.ts';
import type { Cloud } from '../cloud.ts';
import { bytesOf, timeOf } from '../json.ts';
import { isOfProject, type ListedRow, readListed } from '../listed-rows.ts';

/** Public ones, those of the project, and those that others share with it. Hidden and community images are not told. */
export async function listImages(glance: Api, cloud: Cloud, signal: AbortSignal): Promise<readonly Image[]> {
  const rows = await readListed(glance, '/images', 'images', { subject: `the images of ${cloud.name}`, signal });
  return rows
    .filter(({ row }) => isOfProject(cloud, textOf(row, 'owner'), textOf(row, 'visibility') !== 'private'))
    .map((listed) => imageOf(cloud, listed));
}

/** The system in an image: `debian 12`. `os_distro` and `os_version` are properties that the user who made it has set, or not. */
export const systemOf = (image: Row): string | undefined =>
  [textOf(image, 'os_distro'), textOf(image, 'os_version')].filter((word) => word !== undefined).join(' ') || undefined;

/** `hw_architecture` and `architecture` are such properties, too. */
function imageOf({ endpoint }: Cloud, { id, name, row, trouble }: ListedRow): Image {
  const format = textOf(row, 'disk_format');
  const status = textOf(row, 'status');
  const since = timeOf(row, 'updated_at') ?? 0;
  const failed = status === 'killed' ? { message: 'its upload failed, and it can not be used', since } : undefined;
  const wrong = trouble ?? failed;
  return {
    id: imageId(endpoint, id),
    name,
    type: format === 'iso' ? 'iso' : 'disk',
    format,
    size: bytesOf(row, 'size', bytes(1)),
    storage: undefined,
    path: undefined,
    os: systemOf(row),
    arch: textOf(row, 'hw_architecture') ?? textOf(row, 'architecture'),
    created: timeOf(row, 'created_at'),
    status,
    visibility: textOf(row, 'visibility'),
    protected: row['protected'] === true,
    properties: propertiesOf(row),
    ...(wrong ? { trouble: wrong } : {}),
  };
}

/** What Glance has itself of an image (its schema, GET /v2/schemas/image); all else are words of those who made it. */
const OWN: ReadonlySet<string> = new Set([
  ...['id', 'name', 'status', 'visibility', 'owner', 'protected', 'tags', 'created_at', 'updated_at', 'deleted_at'],
  ...['size', 'virtual_size', 'checksum', 'os_hash_algo', 'os_hash_value', 'os_hidden', 'min_disk', 'min_ram'],
  ...['disk_format', 'container_format', 'self', 'file', 'schema', 'direct_url', 'locations', 'stores'],
]);

/** Whether a property can be told and changed by users. */
export const isProperty = (key: string): boolean => !OWN.has(key) && !key.startsWith('os_glance');

const propertiesOf = (row: Row): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(row).flatMap(([key, value]) => (isProperty(key) && typeof value === 'string' ? [[key, value]] : [])),
  );
