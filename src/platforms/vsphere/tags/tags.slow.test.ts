import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock, type TestClock } from '../../../../test/clock.ts';
import type { Connection, Settings } from '../../contract.ts';
import { connect } from '../connection.ts';
import { type ScriptedVcenter, startScriptedVcenter } from '../testkit/scripted-vcenter.ts';

const { signal } = new AbortController();
const TAGGING = '/rest/com/vmware/cis/tagging';
const urn = (kind: string, id: string) => `urn:vmomi:InventoryService${kind}:${id}:GLOBAL`;
/** Name and category of each tag. */
const THERE = [
  ['prod', 'environment'],
  ['test', 'environment'],
  ['web team', 'owner'],
  ['test', 'owner'],
] as const;

let vcenter: ScriptedVcenter;
let connection: Connection;
let clock: TestClock;
/** Of the VM. */
let attached: string[];
let asked: string[];
let isFailing: boolean;
/** Of these requests: a status, or a promise of one. */
let trouble: (request: string) => unknown;

beforeEach(async () => {
  [attached, asked, isFailing, trouble] = [[urn('Tag', '0')], [], false, () => undefined];
  clock = createTestClock();
  vcenter = await startScriptedVcenter();
  connection = await connect(vcenter.endpoint, { signal, clock, wire: () => {}, ask: {} });
  for (const path of ['config.changeVersion', 'config.hardware.numCPU', 'config.hardware.memoryMB'])
    vcenter.vm.set(path, '4');
  vcenter.answerInJson((request, body) => {
    asked.push(request.replace(TAGGING, ''));
    const broken = trouble(request);
    if (broken !== undefined) return broken;
    if (request === 'POST /rest/com/vmware/cis/session') return 'a-session';
    if (request === 'DELETE /rest/com/vmware/cis/session') return {};
    const [, kind, id = ''] = /\/(tag|category)\/id:(\S+)$/.exec(request) ?? [];
    if (kind === 'tag') {
      const [name, category] = THERE[Number(id.split(':')[3])] ?? [];
      return { id, name, category_id: urn('Category', category ?? '') };
    }
    if (kind === 'category') return { id, name: id.split(':')[3] };
    if (request === `GET ${TAGGING}/tag`) return THERE.map((_, at) => urn('Tag', `${at}`));
    if (request.endsWith('list-attached-tags')) return attached;
    const { tag_ids: tags, object_id: vm } = JSON.parse(body);
    expect(vm).toEqual({ type: 'VirtualMachine', id: 'vm-143' });
    if (isFailing) return { success: false, error_messages: [{ default_message: 'only one of environment' }] };
    attached = request.includes('detach') ? attached.filter((one) => !tags.includes(one)) : [...attached, ...tags];
    return { success: true };
  });
});
afterEach(async () => {
  await connection.close();
  await vcenter.close();
});

const read = async () => (await connection.vm.settings?.(vcenter.id, 'config', signal))?.['tags'];
const configure = (changes: Settings, basedOn: Settings) =>
  connection.vm.configure?.(vcenter.id, 'config', changes, basedOn, signal) ??
  Promise.reject(new Error('it is not there'));
const set = async (tags: string) => {
  const now = await read();
  return configure({ tags }, now === undefined ? {} : { tags: now });
};
const changes = () => asked.filter((one) => /attach-multiple|detach-multiple/.test(one));

describe('tags of a VM', () => {
  it('are read by category and name, in a session that is begun once and ended with the connection', async () => {
    attached = [urn('Tag', '2'), urn('Tag', '0')];
    expect(await read()).toBe('environment=prod, owner=web team');
    expect((await connection.vm.info(vcenter.id, signal)).more).toContainEqual([
      'Tags',
      'environment=prod, owner=web team',
    ]);
    await connection.close();
    const sessions = asked.filter((one) => one.endsWith('/session'));
    expect(sessions.map((one) => one.split(' ')[0])).toEqual(['POST', 'DELETE']);
  });

  it('are attached and detached, those that go first, and the rest stay', async () => {
    await set('owner=web team, environment=test');
    expect(await read()).toBe('environment=test, owner=web team');
    expect(changes().map((one) => /~action=(\w+)/.exec(one)?.[1])).toEqual(['detach', 'attach']);
    await set('');
    expect(await read()).toBe('');
  });

  it('of which one category has the name need no category', async () => {
    await set('prod, web team');
    expect(await read()).toBe('environment=prod, owner=web team');
  });

  it.each([
    ['nothing', 'op.refused', / has no tag "nothing"; there is environment=prod, .*owner=web team$/],
    ['owner=prod', 'op.refused', / has no tag "owner=prod"/],
    ['test', 'name.ambiguous', /^several categories have a tag test$/],
  ])('refuse %s before anything is sent', async (tags, code, message) => {
    await expect(set(tags)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect([changes(), vcenter.sent()]).toEqual([[], []]);
  });

  it('that the server does not take are no success', async () => {
    isFailing = true;
    await expect(set('environment=test')).rejects.toMatchObject({
      code: 'op.failed',
      message: expect.stringContaining('only one of environment'),
    });
  });

  it('that can’t be read leave all else as it is', async () => {
    vcenter.answerInJson(() => undefined);
    const settings = await connection.vm.settings?.(vcenter.id, 'config', signal);
    expect(settings).toMatchObject({ name: 'web1' });
    expect(settings).not.toHaveProperty('tags');
    await expect(set('environment=test')).rejects.toMatchObject({ code: 'op.unsupported' });
    expect(vcenter.sent()).toEqual([]);
  });

  it('are unknown while the server has trouble: settings are not shown without them, and other changes go through', async () => {
    trouble = (request) => (request.endsWith('list-attached-tags') ? 500 : undefined);
    await expect(read()).rejects.toMatchObject({ code: 'op.failed', message: expect.stringContaining('tags of ') });
    await expect(set('environment=test')).rejects.toMatchObject({ code: 'op.failed' });
    await configure({ description: 'mine' }, { description: '' });
    expect(vcenter.sent()).toContain('ReconfigVM_Task vm-143');
    const { more } = await connection.vm.info(vcenter.id, signal);
    expect(more.map(([label]) => label)).not.toContain('Tags');
  });

  it('are not changed by one who was not shown which there are', async () => {
    await expect(configure({ tags: 'environment=test' }, {})).rejects.toMatchObject({
      code: 'op.conflict',
      message: 'web1 may have other tags: its settings did not show them',
    });
    expect(changes()).toEqual([]);
  });

  it('of which one went away while they are read are the others', async () => {
    attached = [urn('Tag', '0'), urn('Tag', '2')];
    trouble = (request) => (request.includes(`id:${urn('Tag', '0')}`) ? 404 : undefined);
    expect(await read()).toBe('owner=web team');
  });

  it('are left as they are where a comma is in the name of one', async () => {
    trouble = (request) =>
      request.includes('/tag/id:') ? { id: '', name: 'a, b', category_id: urn('Category', 'owner') } : undefined;
    await expect(set('')).rejects.toMatchObject({
      code: 'op.refused',
      message: expect.stringContaining('"owner=a, b"'),
      fix: expect.stringContaining('govc'),
    });
    expect(changes()).toEqual([]);
  });

  it('that do not come within three seconds are left out of the details', async () => {
    trouble = () => new Promise(() => undefined);
    const answer = connection.vm.info(vcenter.id, signal);
    await expect.poll(() => asked.length, { interval: 5, timeout: 10_000 }).toBe(1);
    await clock.pass(3_000);
    expect((await answer).more.map(([label]) => label)).not.toContain('Tags');
  });
});
