import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { mib } from '../../units.ts';
import type { Accepted, Connection } from '../contract.ts';
import { connect } from './connection.ts';
import { fixture } from './testkit/fixture.ts';
import { refused, returned, type ScriptedVcenter, startScriptedVcenter } from './testkit/scripted-vcenter.ts';

const { signal } = new AbortController();

let vcenter: ScriptedVcenter;
let connection: Connection;

beforeEach(async () => {
  vcenter = await startScriptedVcenter();
  const context = { signal, clock: createTestClock(), wire: () => {}, ask: {} };
  connection = await connect(vcenter.endpoint, context);
});
afterEach(async () => {
  await connection.close();
  await vcenter.close();
});

type Verb = 'start' | 'shut down' | 'stop' | 'restart' | 'reset' | 'resume' | 'suspend';

function ask(verb: Verb): Promise<Accepted> {
  const { vm } = connection;
  const { id } = vcenter;
  const none = () => Promise.reject(new Error('it is not there'));
  switch (verb) {
    case 'start':
      return vm.start(id, signal);
    case 'shut down':
      return vm.stop(id, 'graceful', signal);
    case 'stop':
      return vm.stop(id, 'force', signal);
    case 'restart':
      return vm.restart?.(id, 'graceful', signal) ?? none();
    case 'reset':
      return vm.restart?.(id, 'force', signal) ?? none();
    case 'resume':
      return vm.resume?.(id, signal) ?? none();
    case 'suspend':
      return vm.suspend?.(id, signal) ?? none();
  }
}

const power = (state: string) => vcenter.vm.set('runtime.powerState', state);

describe('the power switch of a vSphere VM', () => {
  it.each<[Verb, string, string]>([
    ['start', 'poweredOff', 'PowerOnVM_Task'],
    ['start', 'suspended', 'PowerOnVM_Task'],
    ['shut down', 'poweredOn', 'ShutdownGuest'],
    ['stop', 'poweredOn', 'PowerOffVM_Task'],
    ['stop', 'suspended', 'PowerOffVM_Task'],
    ['restart', 'poweredOn', 'RebootGuest'],
    ['reset', 'poweredOn', 'ResetVM_Task'],
    ['resume', 'suspended', 'PowerOnVM_Task'],
    ['suspend', 'poweredOn', 'SuspendVM_Task'],
  ])('%s of one that is %s sends %s, once', async (verb, state, method) => {
    power(state);
    expect((await ask(verb)).warnings).toEqual([]);
    expect(vcenter.sent()).toEqual([`${method} vm-143`]);
  });

  it.each<[Verb, string, string, string]>([
    ['start', 'poweredOn', 'vm.start', 'web1 was running already'],
    ['shut down', 'poweredOff', 'vm.stop', 'web1 was off already'],
    ['stop', 'poweredOff', 'vm.stop', 'web1 was off already'],
    ['resume', 'poweredOn', 'vm.resume', 'web1 was running already'],
    ['suspend', 'suspended', 'vm.suspend', 'web1 was suspended already'],
  ])('%s of one that is %s sends nothing and says so', async (verb, state, feature, detail) => {
    power(state);
    expect((await ask(verb)).warnings).toEqual([{ feature, detail }]);
    expect(vcenter.sent()).toEqual([]);
  });

  it.each<[Verb, string, string]>([
    ['restart', 'poweredOff', 'web1 is off'],
    ['reset', 'poweredOff', 'web1 is off'],
    ['restart', 'suspended', 'web1 is suspended'],
    ['reset', 'suspended', 'web1 is suspended'],
    ['shut down', 'suspended', 'web1 is suspended'],
    ['resume', 'poweredOff', 'web1 is off, not suspended'],
    ['suspend', 'poweredOff', 'web1 is off'],
  ])('%s of one that is %s is refused before anything is sent', async (verb, state, why) => {
    power(state);
    await expect(ask(verb)).rejects.toMatchObject({
      code: 'op.conflict',
      message: expect.stringContaining(why),
      fix: expect.stringMatching(/^(?:start it|stop it by force)/),
    });
    expect(vcenter.sent()).toEqual([]);
  });

  it.each<Verb>(['start', 'shut down', 'stop', 'restart', 'reset', 'resume', 'suspend'])(
    '%s of a template is refused before anything is sent',
    async (verb) => {
      vcenter.vm.set('config.template', 'true');
      await expect(ask(verb)).rejects.toMatchObject({ code: 'op.refused' });
      expect(vcenter.sent()).toEqual([]);
    },
  );

  it('is not touched when the server does not say how the VM is', async () => {
    vcenter.vm.delete('runtime.powerState');
    await expect(ask('start')).rejects.toMatchObject({ code: 'auth.forbidden' });
    expect(vcenter.sent()).toEqual([]);
  });

  it.each([
    ['no-permission', 'auth.forbidden', /the right VirtualMachine\.Interact\.PowerOn is missing/],
    ['task-in-progress', 'op.conflict', /busy with another task/],
    ['not-found', 'vm.not-found', /not in this inventory any more/],
  ])('is refused by the server (%s)', async (fault, code, message) => {
    vcenter.answer('PowerOnVM_Task', () => refused(fault));
    await expect(ask('start')).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it.each<[string, string]>([
    ['without a task', ''],
    ['with something else than a task', returned('VirtualMachine', 'vm-143')],
    ['with a task that has no name', returned('Task', '')],
  ])('may have done it or not when it is answered %s', async (_what, said) => {
    vcenter.answer('PowerOnVM_Task', () => said);
    await expect(ask('start')).rejects.toMatchObject({ code: 'outcome.unknown' });
  });

  it.each<[string, { status: number; body: string; headers?: Record<string, string> }, string]>([
    ['a redirect', { status: 302, body: '', headers: { location: 'https://sso.example.org/login' } }, 'host.protocol'],
    ['a page', { status: 200, body: '<html><body>Log in</body></html>' }, 'outcome.unknown'],
    ['nothing', { status: 200, body: '' }, 'outcome.unknown'],
    ['a gateway that heard nothing', { status: 504, body: '' }, 'outcome.unknown'],
    ['half an answer', { status: 200, body: '<Envelope><Body><PowerOnVM_TaskResponse>' }, 'outcome.unknown'],
  ])('is no success when it is answered with %s', async (_what, said, code) => {
    vcenter.answer('PowerOnVM_Task', () => said);
    await expect(ask('start')).rejects.toMatchObject({ code });
    expect(vcenter.sent()).toEqual(['PowerOnVM_Task vm-143']);
  });
});

describe('deleting a vSphere VM', () => {
  const disk = (key: number, file: string, more = '') =>
    `<VirtualDevice xmlns:xsi="x" xsi:type="VirtualDisk"><key>${key}</key><backing xsi:type="VirtualDiskFlatVer2BackingInfo"><fileName>${file}</fileName>${more}</backing></VirtualDevice>`;

  beforeEach(() => {
    vcenter.vm.set('config.files.vmPathName', '[ds1] web1/web1.vmx');
    const base = '<parent><fileName>[ds1] golden/golden.vmdk</fileName></parent>';
    vcenter.vm.set('config.hardware.device', disk(1, '[ds1] web1/web1.vmdk') + disk(2, '[ds2] web1/data.vmdk', base));
  });
  const snapshots = () => {
    const answer = fixture('devices.xml').toString('utf8');
    const [, tree = ''] = /<name>snapshot<\/name><val[^>]*>([\s\S]*?)<\/val>/.exec(answer) ?? [];
    vcenter.vm.set('snapshot', tree);
  };
  const remove = (how: { readonly keepDisks: boolean; readonly snapshots: boolean }) =>
    connection.vm.delete?.(vcenter.id, how, signal) ?? Promise.reject(new Error('it is not there'));

  it('tells what goes and what stays, and sends nothing for that', async () => {
    snapshots();
    expect(await connection.vm.planDelete?.(vcenter.id, signal)).toEqual({
      goes: ['[ds1] web1/web1.vmdk', '[ds2] web1/data.vmdk'],
      stays: ['[ds1] golden/golden.vmdk (base of a linked clone)'],
      snapshots: ['installed', 'before upgrade'],
    });
    expect(vcenter.sent()).toEqual([]);
  });

  it('takes snapshots only when that was said', async () => {
    snapshots();
    for (const keepDisks of [true, false]) {
      await expect(remove({ keepDisks, snapshots: false })).rejects.toMatchObject({
        code: 'op.conflict',
        message: 'web1 has snapshots: installed, before upgrade',
      });
    }
    expect(vcenter.sent()).toEqual([]);
    await remove({ keepDisks: false, snapshots: true });
    expect(vcenter.sent()).toEqual(['Destroy_Task vm-143']);
  });

  it('keeps all files when the disks are to stay, and says where', async () => {
    const { warnings } = await remove({ keepDisks: true, snapshots: false });
    expect(vcenter.sent()).toEqual(['UnregisterVM vm-143']);
    expect(warnings).toEqual([{ feature: 'disks', detail: 'all files of web1 stay in [ds1] web1' }]);
  });

  it('is refused while it runs, and when its disks may not be seen', async () => {
    power('poweredOn');
    await expect(remove({ keepDisks: false, snapshots: true })).rejects.toMatchObject({ code: 'op.conflict' });
    power('poweredOff');
    vcenter.vm.delete('config.hardware.device');
    await expect(remove({ keepDisks: false, snapshots: true })).rejects.toMatchObject({ code: 'auth.forbidden' });
    expect(vcenter.sent()).toEqual([]);
  });

  it('that fails at the server is no success', async () => {
    vcenter.answer('Destroy_Task', () => refused('no-permission'));
    await expect(remove({ keepDisks: false, snapshots: true })).rejects.toMatchObject({ code: 'auth.forbidden' });
  });
});

describe('settings of a vSphere VM', () => {
  beforeEach(() => {
    const values = {
      'config.annotation': 'a &amp; b',
      'config.changeVersion': '2026-01-01T00:00:00Z',
      'config.cpuHotAddEnabled': 'true',
      'config.hardware.memoryMB': '2048',
      'config.hardware.numCPU': '2',
      'config.memoryHotAddEnabled': 'false',
    };
    for (const [path, value] of Object.entries(values)) vcenter.vm.set(path, value);
  });
  const configure = (target: 'config' | 'running', changes: object, basedOn: object = {}) =>
    connection.vm.configure?.(vcenter.id, target, { ...changes }, { ...basedOn }, signal) ??
    Promise.reject(new Error('it is not there'));

  it('are read', async () => {
    expect(await connection.vm.settings?.(vcenter.id, 'config', signal)).toEqual({
      name: 'web1',
      memory: mib(2048),
      vcpus: 2,
      'memory-hot-add': false,
      'cpu-hot-add': true,
      nested: false,
      description: 'a & b',
      plan: '',
      profile: '',
      image: '',
      metadata: {},
      'custom-attributes': {},
      boot: '',
      template: false,
    });
  });

  it('are changed in one request, with the version that was read', async () => {
    await configure('config', { memory: mib(4096), vcpus: 3, description: '<x>', 'memory-hot-add': true });
    expect(vcenter.sent()).toEqual(['ReconfigVM_Task vm-143']);
    const sent = vcenter.asked.find(({ method }) => method === 'ReconfigVM_Task')?.body ?? '';
    expect(/<spec>(.*)<\/spec>/.exec(sent)?.[1]).toBe(
      '<changeVersion>2026-01-01T00:00:00Z</changeVersion><annotation>&lt;x&gt;</annotation><numCPUs>3</numCPUs><memoryMB>4096</memoryMB><memoryHotAddEnabled>true</memoryHotAddEnabled>',
    );
  });

  describe('that are metadata', () => {
    const option = ([key, value]: readonly [string, string]) =>
      `<OptionValue><key>${key}</key><value>${value}</value></OptionValue>`;
    const options = {
      nvram: 'web1.nvram',
      plan: 'lab',
      owner: 'me',
      site: 'south',
      old: '',
      'guestinfo.metadata': 'x',
      'drover.metadata': 'site,old',
    };
    beforeEach(() => void vcenter.vm.set('config.extraConfig', Object.entries(options).map(option).join('')));
    const set = (metadata: Record<string, string>) => configure('config', { metadata });
    const sentOptions = () =>
      Object.fromEntries(
        [
          ...(vcenter.asked.find(({ method }) => method === 'ReconfigVM_Task')?.body ?? '').matchAll(
            /<key>([^<]*)<\/key><value[^>]*>([^<]*)<\/value>/g,
          ),
        ].map(([, key = '', value = '']) => [key, value]),
      );

    it('F-291 F-364 F-463 are the pairs that drover or kcli has set on vSphere, and never options of the server', async () => {
      expect(await connection.vm.settings?.(vcenter.id, 'config', signal)).toMatchObject({
        metadata: { owner: 'me', site: 'south' },
      });
    });

    it('are set, changed and taken away at any time, with the keys that are drover’s own', async () => {
      power('poweredOn');
      await set({ owner: 'you', rack: '7 & 8' });
      expect(sentOptions()).toEqual({ owner: 'you', site: '', rack: '7 &amp; 8', 'drover.metadata': 'rack' });
    });

    it('leave no trace of drover when all have gone', async () => {
      await set({ owner: 'me' });
      expect(sentOptions()).toEqual({ site: '', 'drover.metadata': '' });
    });

    it.each([
      ['nvram', 'nvram is an option of the VM that is no metadata'],
      ['plan', "the metadata can't name plan, which is a setting of its own"],
      ['guestinfo.userdata', '"guestinfo.userdata" is no key of metadata'],
    ])('refuse the key %s before anything is sent', async (key, message) => {
      await expect(set({ [key]: 'x' })).rejects.toMatchObject({ code: 'op.refused', message });
      expect(vcenter.sent()).toEqual([]);
    });
  });

  describe('that are custom attributes', () => {
    beforeEach(() => {
      vcenter.vm.set('customValue', aValue(101, 'ops') + aValue(102, ''));
      vcenter.vm.set(
        'field',
        aField(101, 'owner') + aField(102, 'cost') + aField(103, 'rack', 'HostSystem') + aField(104, 'cost center', ''),
      );
    });
    const aValue = (key: number, text: string) =>
      `<CustomFieldValue><key>${key}</key><value>${text}</value></CustomFieldValue>`;
    const aField = (key: number, name: string, type = 'VirtualMachine') =>
      `<CustomFieldDef><key>${key}</key><name>${name}</name><managedObjectType>${type}</managedObjectType></CustomFieldDef>`;
    const set = (attributes: Record<string, string>) => configure('config', { 'custom-attributes': attributes });
    const sentValues = () =>
      vcenter.asked.flatMap(({ method, body }) =>
        method === 'SetField' ? (/<key>.*<\/value>/.exec(body)?.[0] ?? '') : [],
      );

    it('are read by name, and each that differs is set in a request of its own', async () => {
      expect(await connection.vm.settings?.(vcenter.id, 'config', signal)).toMatchObject({
        'custom-attributes': { owner: 'ops' },
      });
      await set({ owner: 'ops', cost: '<7>' });
      await set({ 'cost center': 'x' });
      expect(sentValues()).toEqual([
        '<key>102</key><value>&lt;7&gt;</value>',
        '<key>101</key><value></value>',
        '<key>104</key><value>x</value>',
      ]);
    });

    it('are refused before anything is sent where the vCenter has none of that name', async () => {
      await expect(configure('config', { vcpus: 3, 'custom-attributes': { rack: 'r1' } })).rejects.toMatchObject({
        code: 'op.refused',
        message: expect.stringMatching(/ has no custom attribute "rack"; there is cost, cost center, owner$/),
        fix: 'an administrator makes one: govc fields.add -type VirtualMachine "rack"',
      });
      expect(vcenter.sent()).toEqual([]);
    });

    it('that fail after other settings were changed say what was changed', async () => {
      vcenter.answer('SetField', () => refused('no-permission'));
      await expect(configure('config', { vcpus: 3, 'custom-attributes': { owner: 'me' } })).rejects.toMatchObject({
        code: 'auth.forbidden',
        message: expect.stringMatching(/^web1: vcpus changed, but not owner: web1: the right \S+ is missing$/),
      });
    });
  });

  it.each<[string, 'config' | 'running', string, object, object, string]>([
    ['what was changed meanwhile', 'config', 'poweredOff', { vcpus: 3 }, { vcpus: 1 }, 'op.conflict'],
    ['memory that is no multiple of 4 MiB', 'config', 'poweredOff', { memory: mib(1) }, {}, 'op.refused'],
    ['more memory while it runs without hot add', 'running', 'poweredOn', { memory: mib(4096) }, {}, 'op.conflict'],
    ['fewer vCPUs while it runs', 'running', 'poweredOn', { vcpus: 1 }, {}, 'op.conflict'],
    ['another hot add while it runs', 'config', 'poweredOn', { 'cpu-hot-add': false }, {}, 'op.conflict'],
    ['those of a running VM when it is off', 'running', 'poweredOff', { vcpus: 3 }, {}, 'op.conflict'],
  ])('refuse %s before anything is sent', async (_what, target, state, changes, basedOn, code) => {
    power(state);
    await expect(configure(target, changes, basedOn)).rejects.toMatchObject({ code });
    expect(vcenter.sent()).toEqual([]);
  });

  it('are refused by the server when another client was quicker', async () => {
    vcenter.answer('ReconfigVM_Task', () => refused('concurrent-access'));
    await expect(configure('config', { vcpus: 3 })).rejects.toMatchObject({ code: 'op.conflict' });
  });
});

describe('a session', () => {
  const logins = () => vcenter.asked.filter(({ method }) => method === 'Login').length;

  it('that ran out is renewed once, and the change is sent with the new one', async () => {
    vcenter.endSessions();
    await ask('start');
    expect(logins()).toBe(2);
    expect(vcenter.sent()).toEqual(['PowerOnVM_Task vm-143']);
  });

  it('that ran out between the look and the change is renewed, and the change is done once', async () => {
    let done = 0;
    vcenter.answer('PowerOnVM_Task', () => {
      if (done++ > 0) return returned('Task', 'task-1');
      vcenter.endSessions();
      return refused('not-authenticated');
    });
    await ask('start');
    expect(logins()).toBe(2);
    expect(done).toBe(2);
  });

  it('that the server forgets at once is no reason to log in again and again', async () => {
    vcenter.answer('RetrievePropertiesEx', () => refused('not-authenticated'));
    await expect(ask('start')).rejects.toMatchObject({ code: 'auth.rejected' });
    expect(logins()).toBe(2);
    expect(vcenter.sent()).toEqual([]);
  });

  it('is ended when the connection is closed', async () => {
    await connection.close();
    expect(vcenter.asked.at(-1)?.method).toBe('Logout');
  });
});
