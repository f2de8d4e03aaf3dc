/** What is the same for all operations on a guest: how it is found, and whom the change is told to. */
import { describe, expect, it } from 'vitest';
import { FleetError } from '../../errors.ts';

import { onGuest } from './guest-call.ts';
import { readIdentity } from './identity.ts';
import { createGuestIndex } from './index-of-guests.ts';
import { CT1, scriptedApi, scriptedGuests, UPID, WEB1 } from './testkit/scripted-api.ts';

const { signal } = new AbortController();
const gone = () => new FleetError('vm.not-found', 'gone');

/** It is on pve1 when the cluster is asked first, and then on pve2. */
function moved(below: string, answer: object, failure: () => Error = gone) {
  let lists = 0;
  const row = { type: 'qemu', vmid: 100, name: 'web1' };
  const guests = scriptedGuests(
    {},
    {
      'GET /cluster/resources': () => [{ ...row, node: ++lists === 1 ? 'pve1' : 'pve2' }],
      [`GET /nodes/pve1/qemu/100${below}`]: failure,
      [`GET /nodes/pve2/qemu/100${below}`]: answer,
    },
  );
  return guests;
}

describe('an operation on a guest', () => {
  it('reads how the guest is, and calls it by the name that it has now', async () => {
    const { calls, asked } = scriptedGuests({ name: 'web9' }, { 'GET /nodes/pve1/qemu/100/x': 7 });
    const seen = await onGuest(calls, WEB1, signal, async ({ guest, name, current, get }) => {
      expect(await get('/x', { current: 1 })).toBe(7);
      return [guest.key, name, current.status];
    });
    expect(seen).toEqual(['qemu/100', 'web9', 'running']);
    expect(asked).toEqual([
      'GET /cluster/resources',
      'GET /nodes/pve1/qemu/100/status/current',
      'GET /nodes/pve1/qemu/100/x {"query":{"current":1}}',
    ]);
    const other = scriptedGuests({});
    expect(await onGuest(other.calls, CT1, signal, async ({ name }) => name)).toBe('ct1');
  });

  it('follows a guest that has moved, and asks where it is once', async () => {
    const { calls, asked } = moved('/status/current', { status: 'stopped' });
    const node = await onGuest(calls, WEB1, signal, async ({ guest }) => guest.node);
    expect(node).toBe('pve2');
    expect(asked.filter((request) => request === 'GET /cluster/resources')).toHaveLength(2);
    const broken = moved('/status/current', {}, () => new FleetError('host.unreachable', 'cut'));
    await expect(onGuest(broken.calls, WEB1, signal, async () => 0)).rejects.toThrow('cut');
    expect(broken.asked).toHaveLength(2);
  });

  it('tells the watch of a change when it is sent, and again when it has ended', async () => {
    const { calls, touched } = scriptedGuests({}, { 'DELETE /nodes/pve1/qemu/100': UPID });
    expect(await onGuest(calls, WEB1, signal, ({ task }) => task('delete', ''))).toEqual({ task: UPID, warnings: [] });
    expect(touched).toEqual(['qemu/100', 'qemu/100']);
    const failing = scriptedGuests({}, { 'POST /nodes/pve1/qemu/100/x': new FleetError('op.failed', 'no') });
    await expect(onGuest(failing.calls, WEB1, signal, ({ task }) => task('post', '/x', { a: 'b' }))).rejects.toThrow();
    expect(failing.touched).toEqual(['qemu/100']);
    expect(failing.asked.at(-1)).toBe('POST /nodes/pve1/qemu/100/x {"form":{"a":"b"}}');
  });

  it('tells the watch of a step of several likewise, which has ended when it answers', async () => {
    const { calls, touched } = scriptedGuests({}, { 'DELETE /nodes/pve1/qemu/100/x': UPID });
    expect(await onGuest(calls, WEB1, signal, ({ finished }) => finished('delete', '/x'))).toEqual([]);
    expect(touched).toEqual(['qemu/100', 'qemu/100']);
    const failing = scriptedGuests({}, { 'DELETE /nodes/pve1/qemu/100/x': 'done' });
    await expect(
      onGuest(failing.calls, WEB1, signal, ({ finished }) => finished('delete', '/x')),
    ).rejects.toMatchObject({
      code: 'outcome.unknown',
    });
  });

  it('takes nothing for the answer to a change of settings, and anything else for none', async () => {
    const put = { 'PUT /nodes/pve1/qemu/100/config': null };
    const { calls, asked, touched } = scriptedGuests({}, put);
    const change = (given = calls) => onGuest(given, WEB1, signal, (call) => call.put('/config', { a: 'b' }));
    expect(await change()).toEqual({ warnings: [] });
    expect(asked.at(-1)).toBe('PUT /nodes/pve1/qemu/100/config {"form":{"a":"b"}}');
    expect(touched).toEqual(['qemu/100']);
    const strange = scriptedGuests({}, { 'PUT /nodes/pve1/qemu/100/config': 'done' });
    await expect(change(strange.calls)).rejects.toMatchObject({
      code: 'outcome.unknown',
      message: expect.stringContaining('the answer is not the one that this change has'),
    });
    expect(strange.touched).toEqual(['qemu/100']);
  });
});

describe('the identity of a guest', () => {
  it('is looked for again where the guest has moved to', async () => {
    const { calls } = moved('/config', { vmgenid: 'g' });
    expect(await readIdentity(calls, WEB1, signal)).toEqual({ name: 'web1', identity: 'vmgenid=g' });
    const broken = moved('/config', {}, () => new FleetError('host.unreachable', 'cut'));
    await expect(readIdentity(broken.calls, WEB1, signal)).rejects.toThrow('cut');
    expect(broken.asked).toHaveLength(2);
  });

  it('has the name of its configuration', async () => {
    const { calls } = scriptedGuests({}, { 'GET /nodes/pve1/qemu/100/config': { name: 'web9', vmgenid: 'g' } });
    expect(await readIdentity(calls, WEB1, signal)).toEqual({ name: 'web9', identity: 'vmgenid=g' });
  });
});

describe('where a guest is', () => {
  const list = [
    { type: 'qemu', vmid: 100, node: 'pve1' },
    { type: 'node', node: 'pve1', status: 'online' },
  ];

  it('is asked once, and not at all where the watch knows it', async () => {
    const { api, asked } = scriptedApi({ 'GET /cluster/resources': list });
    const index = createGuestIndex(api, 'lab');
    expect((await index.guest('qemu/100', signal)).node).toBe('pve1');
    expect((await index.guest('qemu/100', signal)).node).toBe('pve1');
    expect((await index.node('pve1', signal)).online).toBe(true);
    expect(asked).toHaveLength(1);
    index.learn({ guests: new Map(), nodes: new Map(), storages: new Map() });
    await index.guest('qemu/100', signal);
    expect(asked).toHaveLength(2);
    await index.refreshed('qemu/100', signal);
    expect(asked).toHaveLength(3);
  });

  it('is nowhere for a guest and a node that are not there', async () => {
    const { api, asked } = scriptedApi({ 'GET /cluster/resources': list });
    const index = createGuestIndex(api, 'lab');
    await expect(index.guest('qemu/7', signal)).rejects.toMatchObject({
      code: 'vm.not-found',
      message: 'qemu/7 is not in lab',
    });
    await expect(index.node('pve9', signal)).rejects.toMatchObject({
      code: 'node.not-found',
      message: 'there is no node pve9 in lab',
    });
    expect(asked).toHaveLength(2);
    // No request is sent for what can be no guest.
    await expect(index.guest('../100', signal)).rejects.toMatchObject({ code: 'vm.not-found' });
    expect(asked).toHaveLength(2);
  });

  it('is not asked by who has given up', async () => {
    const { api, asked } = scriptedApi({ 'GET /cluster/resources': list });
    const index = createGuestIndex(api, 'lab');
    index.learn({ guests: new Map(), nodes: new Map(), storages: new Map() });
    const given = AbortSignal.abort(new Error('enough'));
    for (const work of [
      () => index.guest('qemu/100', given),
      () => index.refreshed('qemu/100', given),
      () => index.node('pve1', given),
    ]) {
      await expect(work()).rejects.toThrow('enough');
    }
    expect(asked).toEqual([]);
  });
});
