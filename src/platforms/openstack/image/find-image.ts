import { textOf } from '../../lib/json.ts';
import type { Api } from '../api.ts';
import type { Cloud } from '../cloud.ts';
import { findOne } from '../find.ts';
import { isOfProject, type ListedRow } from '../listed-rows.ts';
import { needed } from '../project.ts';

/** By name or id. Rejects with image.not-found, and with op.unsupported where the cloud has no Glance. */
export async function findImage(
  glance: Api | undefined,
  cloud: Cloud,
  asked: string,
  signal: AbortSignal,
): Promise<ListedRow> {
  return findOne(needed(glance, 'Glance'), ['/images', 'images'], asked, {
    ...{ cloud, kind: 'image', signal },
    counts: (row) => isOfProject(cloud, textOf(row, 'owner'), textOf(row, 'visibility') !== 'private'),
  });
}
