import { expect, it } from 'vitest';
import { sourceOf } from '../../../../test/contract/memory-files.ts';
import { refusal } from '../../../../test/contract/refusal.ts';
import type { Connection, ImageOps } from '../../contract.ts';
import { CLOUD, withCloud } from '../testkit/with-cloud.ts';

const { signal } = new AbortController();
const imagesOf = ({ image }: Connection) => image as Required<ImageOps>;
const upload = (connection: Connection, content: Buffer) =>
  imagesOf(connection).upload(CLOUD, { name: 'mine', storage: '' }, sourceOf(content), signal);
const iso = () => Buffer.concat([Buffer.alloc(32_769), Buffer.from('CD001'), Buffer.alloc(100)]);

it.each([
  ['qcow2', Buffer.from('QFI\xfb and more', 'latin1')],
  ['vmdk', Buffer.from('KDMV and more')],
  ['iso', iso()],
  ['raw', Buffer.from('anything else')],
])('F-379 tells Glance that a file is %s by what is in it', (format, content) =>
  withCloud(async ({ world }, connection) => {
    await upload(connection, content);
    expect([...world.images.values()].at(-1)).toMatchObject({ name: 'mine', format, content });
  }),
);

it('F-379 refuses a file that is packed before anything is made', () =>
  withCloud(async (cloud, connection) => {
    const error = await refusal(upload(connection, Buffer.from([0x1f, 0x8b, 8, 0])));
    expect([error.code, error.message]).toEqual(['op.refused', expect.stringMatching(/packed \(gzip\)/)]);
    expect(cloud.requests.filter((request) => request.startsWith('POST /image'))).toEqual([]);
  }));

it('F-379 takes back an image that did not come as it was sent', () =>
  withCloud(async ({ world }, connection) => {
    const set = world.images.set.bind(world.images);
    world.images.set = (id, image) => set(id, { ...image, garbles: true });
    const before = world.images.size;
    const error = await refusal(upload(connection, Buffer.from('what is sent')));
    expect([error.code, error.message]).toEqual(['op.failed', expect.stringMatching(/is not what was sent/)]);
    expect(world.images.size).toBe(before);
  }));

it('changes no property that Glance keeps for itself', () =>
  withCloud(async (cloud, connection) => {
    const { list, update } = imagesOf(connection);
    const [image] = await list(CLOUD, signal);
    if (!image) throw new Error('no image');
    expect(await refusal(update(image.id, { properties: { status: 'active' } }, signal))).toMatchObject({
      code: 'op.refused',
      message: '"status" is no property that users of Glance set',
    });
    expect(cloud.requests.some((request) => request.startsWith('PATCH'))).toBe(false);
    expect(image.properties).toMatchObject({ os_distro: 'debian' });
  }));
