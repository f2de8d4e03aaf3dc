/** Glance and Cinder, pretended, as far as they are asked. */
import { Refusal } from './refusal.ts';
import type { World } from './world.ts';

/** `GET /v2/images`, with the filters that are used. */
export function answerGlance({ images }: World, path: string, query: URLSearchParams): unknown {
  if (path !== '/v2/images') throw new Refusal(404, '<html><body><h1>404 Not Found</h1></body></html>');
  const ids = query.get('id')?.replace(/^in:/, '').split(',');
  const of = query.get('instance_uuid');
  const found = [...images].filter(([id, image]) => (of === null ? (ids?.includes(id) ?? true) : image.of === of));
  return { images: found.map(([id, { name }]) => ({ id, name, status: 'active' })), first: '/v2/images' };
}

/** `GET /v3/<project>/volumes/<id>`. */
export function answerCinder({ volumes }: World, path: string): unknown {
  const id = path.split('/').at(-1) ?? '';
  const size = volumes.get(id);
  if (size !== undefined) return { volume: { id, name: `data-${size}`, size, status: 'in-use' } };
  const message = `Volume ${id} could not be found.`;
  throw new Refusal(404, JSON.stringify({ itemNotFound: { code: 404, message } }));
}
