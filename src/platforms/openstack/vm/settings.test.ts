import { beforeEach, describe, expect, it } from 'vitest';
import { FleetError } from '../../../errors.ts';
import { gib, mib } from '../../../units.ts';
import type { Settings } from '../../contract.ts';
import { type OneServer, oneServer, VM } from '../testkit/one-server.ts';
import { createSettings } from './settings.ts';

const { signal } = new AbortController();
let on: OneServer;
beforeEach(() => {
  on = oneServer();
});

const RESIZE = 'change its flavor';

describe('settings of a server', () => {
  const settings = (target: 'config' | 'running' = 'config') => createSettings(on.calls).settings(VM, target, signal);
  const configure = (changes: Settings, basedOn: Settings = {}, target: 'config' | 'running' = 'config') =>
    createSettings(on.calls).configure(VM, target, changes, basedOn, signal);
  beforeEach(() => {
    on.answers['/flavors/detail'] = () => ({
      flavors: [
        { id: 'f-1', name: 'm1' },
        { id: 'f-2', name: 'm2' },
      ],
    });
    Object.assign(on.server, {
      flavor: { original_name: 'm1', vcpus: 2, ram: 512 },
      description: 'front',
      tags: ['web', 'shop'],
      metadata: { plan: 'lab', image: 'cirros', tier: 'front' },
    });
  });

  it('are read', async () => {
    const known = { name: 'web1', flavor: 'm1', memory: mib(512), vcpus: 2, description: 'front', tags: 'shop,web' };
    expect(await settings('running')).toEqual({ ...known, plan: 'lab', profile: '', metadata: { tier: 'front' } });
    on.stand('stopped');
    expect(await settings()).toEqual({
      name: 'web1',
      flavor: '',
      memory: 0,
      vcpus: 0,
      description: '',
      tags: '',
      plan: '',
      profile: '',
      metadata: {},
    });
    for (const state of ['stopped', 'suspended']) {
      on.stand(state);
      await expect(settings('running')).rejects.toMatchObject({
        code: 'op.conflict',
        message: 'web1 does not run',
        fix: 'change the saved settings instead',
      });
    }
  });

  it.each<[Settings, readonly string[]]>([
    [{}, []],
    [{ name: 'web2', description: '' }, ['PUT  {"server":{"name":"web2","description":""}}']],
    [{ tags: ' b, a,b ,' }, ['PUT /tags {"tags":["a","b"]}']],
    [{ plan: 'x', profile: 'y' }, ['POST /metadata {"metadata":{"plan":"x","profile":"y"}}']],
    [{ plan: '', profile: '' }, ['DELETE /metadata/plan']],
    [{ metadata: { tier: 'front' } }, []],
    [
      { profile: 'y', metadata: { 'a b': 'c' } },
      ['POST /metadata {"metadata":{"profile":"y","a b":"c"}}', 'DELETE /metadata/tier'],
    ],
    [{ metadata: { tier: 'back', empty: '' } }, ['POST /metadata {"metadata":{"tier":"back","empty":""}}']],
    [
      { tags: 'a', profile: 'y', plan: '', name: 'n' },
      [
        'PUT  {"server":{"name":"n"}}',
        'POST /metadata {"metadata":{"profile":"y"}}',
        'PUT /tags {"tags":["a"]}',
        'DELETE /metadata/plan',
      ],
    ],
  ])('%j are changed by %j', async (changes, requests) => {
    expect(await configure(changes)).toEqual({ warnings: [] });
    expect(on.sent).toEqual(requests);
  });

  it.each<[Settings, string, string, string | undefined]>([
    [{ name: ' ' }, 'op.refused', 'web1: a server has a name', undefined],
    [{ flavor: 'm9' }, 'flavor.not-found', 'lab has no flavor "m9"', undefined],
    [
      { memory: gib(1) },
      'op.unsupported',
      'web1: memory comes with the flavor, and another flavor is a resize',
      RESIZE,
    ],
    [{ vcpus: 3 }, 'op.unsupported', 'web1: vcpus comes with the flavor, and another flavor is a resize', RESIZE],
    [{ metadata: { plan: 'x' } }, 'op.refused', 'the metadata plan comes from a setting of its own', 'give it there'],
    [
      { metadata: { 'a/b': 'x' } },
      'op.refused',
      '"a/b" is no key of the metadata of a server',
      'take at most 255 letters, digits, spaces and any of -_:.',
    ],
    [
      { metadata: { tier: 'x'.repeat(256) } },
      'op.refused',
      'the metadata "tier" is too long: Nova keeps 255 characters',
      undefined,
    ],
    [{ autostart: true }, 'usage', 'autostart is no setting of an OpenStack server', undefined],
  ])('%j are refused before anything is sent', async (changes, code, message, fix) => {
    await expect(configure({ description: 'x', ...changes })).rejects.toMatchObject({ code, message, fix });
    expect(on.sent).toEqual([]);
  });

  it('F-297 F-370 another flavor is a resize, which nova is asked for once', async () => {
    expect(await configure({ flavor: 'm2' })).toEqual({ warnings: [] });
    expect(on.sent).toEqual(['POST /action {"resize":{"flavorRef":"f-2"}}']);
    on.sent.length = 0;
    await configure({ flavor: 'm1' });
    expect(on.sent).toEqual([]);
  });

  it.each([
    ['resized', 'web1 has a new size that waits for a word'],
    ['suspended', 'web1 is suspended'],
  ])('another flavor is refused for one that is %s', async (vmState, message) => {
    on.stand(vmState, on.server);
    on.server['OS-EXT-STS:vm_state'] = vmState;
    await expect(configure({ flavor: 'm2' })).rejects.toMatchObject({ code: 'op.conflict', message });
    expect(on.sent).toEqual([]);
  });

  it('are not changed when they are others than they were', async () => {
    await expect(configure({ name: 'x' }, { description: 'back', plan: '', tags: 'web, shop' })).rejects.toMatchObject({
      code: 'op.conflict',
      message:
        'web1 was changed by another program meanwhile: description is front now, not back; plan is lab now, not ',
      fix: 'look at the new values and make your change again',
    });
    await expect(configure({ name: 'x' }, { tags: 'web' })).rejects.toMatchObject({ code: 'op.conflict' });
    expect(on.sent).toEqual([]);
  });

  it('say what was changed when a later step fails', async () => {
    const failure = new FleetError('host.unreachable', 'no answer', { retry: true, fix: 'wait' });
    const fail = () => {
      throw failure;
    };
    on.answers['PUT /tags'] = fail;
    await expect(configure({ tags: 'a', name: 'n', plan: 'x' })).rejects.toMatchObject({
      code: 'host.unreachable',
      message: 'no answer (name, plan was changed before that)',
      fix: 'wait',
      retry: true,
      cause: failure,
    });
    await expect(configure({ tags: 'a' })).rejects.toBe(failure);
    const bug = new TypeError('a bug');
    on.answers['PUT /tags'] = () => {
      throw bug;
    };
    await expect(configure({ tags: 'a', name: 'n' })).rejects.toBe(bug);
  });
});
