import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock, type TestClock } from '../../../test/clock.ts';
import { type Watching, watchConnection } from '../../../test/contract/watching.ts';
import { gib, mib } from '../../units.ts';
import type { Connection, WireLine } from '../contract.ts';
import { connect } from './connection.ts';
import { changed, refused, returned, updated } from './testkit/scripted-vcenter.ts';
import { faulted, type SmallVcenter, startSmallVcenter } from './testkit/small-vcenter.ts';
import { A_TASK } from './testkit/small-world.ts';

const { signal } = new AbortController();
const WEB = 'VirtualMachine:vm-143';

let clock: TestClock;
let vcenter: SmallVcenter;
let connection: Connection;
let watching: Watching | undefined;
let wire: WireLine[];

beforeEach(async () => {
  clock = createTestClock();
  vcenter = await startSmallVcenter();
  wire = [];
  connection = await connect(vcenter.endpoint, { signal, clock, wire: (line) => void wire.push(line), ask: {} });
});
afterEach(async () => {
  watching?.abort();
  watching = undefined;
  await connection.close();
  await vcenter.close();
});

/** Real time, for what is on the wire; the clock stands still. */
const until = (seen: () => boolean) => expect.poll(seen, { interval: 2, timeout: 10_000 }).toBe(true);
const count = (method: string) => vcenter.asked.filter((one) => one.method === method).length;
const inFull = (kind: string) => watching?.feeds.filter((feed) => feed.kind === kind).length ?? 0;
const watch = async (everyMs: number) => {
  watching = watchConnection(connection, everyMs);
  await until(() => vcenter.waiting() === 1);
};
/** What becomes of it. */
const watched = <T>(promise: Promise<T>) => {
  const seen: { over: boolean; error?: unknown; value?: T } = { over: false };
  promise.then(
    (value) => Object.assign(seen, { over: true, value }),
    (error: unknown) => Object.assign(seen, { over: true, error }),
  );
  return seen;
};

describe('a vCenter that is late with its updates', () => {
  it('is asked for them for all but a second of the interval, and at least for one', async () => {
    for (const [everyMs, seconds] of [
      [60_000, 59],
      [2_500, 1],
      [500, 1],
    ] as const) {
      await watch(everyMs);
      expect(vcenter.asked.at(-1)?.body).toContain(`<maxWaitSeconds>${seconds}</maxWaitSeconds>`);
      await watching?.stop();
      vcenter.quiet();
    }
  });

  it('is asked a small question half a second after its time, and then once per interval', async () => {
    await watch(60_000);
    const asked = vcenter.asked.length;
    const alive = inFull('alive');
    await clock.pass(59_499);
    expect(vcenter.asked).toHaveLength(asked);
    await clock.pass(1);
    await until(() => inFull('alive') === alive + 1);
    await clock.pass(59_999);
    expect(vcenter.asked).toHaveLength(asked + 1);
    vcenter.set('VirtualMachine:vm-4', { 'runtime.powerState': 'suspended' });
    await clock.pass(1);
    await until(() => inFull('alive') === alive + 2);
    expect(vcenter.asked.slice(asked).map(({ method }) => method)).toEqual(Array(2).fill('RetrievePropertiesEx'));
  });

  it('shows power and times of starts meanwhile, drops VMs that went, and leaves new ones to the updates', async () => {
    const held: ((said: string) => void)[] = [];
    vcenter.answer('WaitForUpdatesEx', ({ body }) =>
      body.includes('<maxWaitSeconds>0<')
        ? updated(['vm-143', 'vm-2', 'vm-3', 'vm-4'].map((vm) => changed(vm, 'x', '1')).join(''))
        : new Promise((resolve) => held.push(resolve)),
    );
    watching = watchConnection(connection, 60_000);
    await until(() => held.length === 1);
    const alive = inFull('alive');
    vcenter.remove('VirtualMachine:vm-4');
    vcenter.set(WEB, { 'runtime.powerState': 'poweredOff' });
    vcenter.set('VirtualMachine:vm-9', { 'runtime.powerState': 'poweredOn' });
    await clock.pass(59_500);
    await until(() => watching?.vms.size === 3);
    expect(watching.vms.get(vcenter.id)?.state).toBe('stopped');
    expect(inFull('alive')).toBe(alive);
    held[0]?.(updated(''));
    await until(() => held.length === 2);
    expect(inFull('alive')).toBe(alive + 1);
  });

  it('is asked the same again after two minutes, three times in all', async () => {
    await watch(60_000);
    const ended = watched(watching?.ended ?? Promise.reject());
    const asked = () => count('WaitForUpdatesEx');
    const first = asked();
    const alive = inFull('alive');
    /** 59 s that were asked for, and 120 s: with looks at 59.5 and 119.5 s. */
    for (const nth of [1, 2, 3]) {
      await clock.pass(59_500);
      await until(() => inFull('alive') === alive + 2 * nth - 1);
      await clock.pass(60_000);
      await until(() => inFull('alive') === alive + 2 * nth);
      await clock.pass(59_499);
      expect([asked(), ended.over]).toEqual([first + nth - 1, false]);
      await clock.pass(1);
      if (nth < 3) await until(() => asked() === first + nth);
    }
    await until(() => ended.over);
    expect(ended.value).toMatchObject({ code: 'host.unreachable', retry: true });
    expect(asked()).toBe(first + 2);
  });

  it('is not asked again for what fails at once', async () => {
    await watch(60_000);
    vcenter.answer('WaitForUpdatesEx', () => faulted('NoPermission'));
    const asked = count('WaitForUpdatesEx');
    vcenter.quiet();
    await clock.pass(250);
    expect(await watching?.ended).toMatchObject({ code: 'auth.forbidden' });
    expect(count('WaitForUpdatesEx')).toBe(asked + 1);
  });
});

describe('a vCenter that is busy once with every question', () => {
  it('is asked again, and all is as it should be', async () => {
    const seen = new Set<string>();
    const busy = { status: 503, body: '' };
    const server = await startSmallVcenter(undefined, ({ method }) => {
      if (seen.has(method)) return undefined;
      seen.add(method);
      return busy;
    });
    const went = async (promise: Promise<unknown>) => {
      const state = watched(promise);
      await expect
        .poll(async () => clock.pass(200).then(() => state.over), { interval: 2, timeout: 10_000 })
        .toBe(true);
      expect(state.error).toBeUndefined();
    };
    let other: Connection | undefined;
    const opened = connect(server.endpoint, { signal, clock, wire: () => {}, ask: {} }).then((made) => {
      other = made;
    });
    await went(opened);
    if (!other) throw new Error('it was not opened');
    const one = watchConnection(other, 600_000);
    await went(one.until('figures', () => one.blocks()[0]));
    await one.stop();
    await went(expect.poll(() => server.asked.filter(({ method }) => method.startsWith('Destroy')).length).toBe(2));
    await went(other.close());
    const times = (method: string) => server.asked.filter((asked) => asked.method === method).length;
    expect(['Login', 'CreatePropertyCollector', 'DestroyPropertyCollector', 'Logout'].map(times)).toEqual([2, 2, 2, 2]);
    await server.close();
  });
});

describe('a session that is gone', () => {
  it('as soon as it begins ends the watch', async () => {
    vcenter.answer('CreateFilter', () => refused('not-found'));
    watching = watchConnection(connection, 5_000);
    expect(await watching.ended).toMatchObject({
      code: 'host.unreachable',
      retry: true,
      message: expect.stringMatching(/^127\.0\.0\.1:\d+ ends sessions as soon as they begin$/),
    });
    expect(inFull('inventory')).toBe(1);
  });

  it('after some updates begins again from a whole list', async () => {
    await watch(60_000);
    let refusals = 0;
    vcenter.answer('WaitForUpdatesEx', ({ body }) => {
      if (!body.includes('<version></version>') && refusals++ < 2) return refused('not-authenticated');
      return updated('');
    });
    vcenter.quiet();
    await clock.pass(250);
    await until(() => inFull('inventory') === 2);
    expect([inFull('complete'), count('Login')]).toEqual([1, 2]);
  });

  it('is no reason when changes come without a version', async () => {
    await watch(60_000);
    vcenter.answer('WaitForUpdatesEx', () => '<returnval><filterSet/></returnval>');
    vcenter.quiet();
    await clock.pass(250);
    expect(await watching?.ended).toMatchObject({
      code: 'host.protocol',
      message: expect.stringMatching(/tells of changes without a version$/),
    });
  });
});

describe('a manager of tasks', () => {
  it('is no object of the inventory, whatever is told of it', async () => {
    const manager = '<objectSet><kind>enter</kind><obj type="TaskManager">TaskManager</obj></objectSet>';
    let round = 0;
    vcenter.answer('WaitForUpdatesEx', ({ body }) => {
      if (body.includes('<maxWaitSeconds>0<')) return updated(manager);
      return ++round === 1 ? updated(manager) : new Promise(() => {});
    });
    watching = watchConnection(connection, 1_000);
    await until(() => round === 1);
    const samples = () => inFull('samples');
    await until(() => samples() === 1);
    await clock.pass(1_000);
    await until(() => round === 2);
    expect(samples()).toBe(1);
  });
});

describe('a change of a VM', () => {
  const stop = () => connection.vm.stop(vcenter.id, 'force', signal);
  const running = () => {
    vcenter.set('Task:task-1', A_TASK);
    for (const method of ['PowerOffVM_Task', 'Destroy_Task', 'ReconfigVM_Task'])
      vcenter.answer(method, () => returned('Task', 'task-1'));
  };

  it('that is not answered within a minute is left as unknown', async () => {
    vcenter.answer('PowerOffVM_Task', () => new Promise(() => {}));
    const seen = watched(stop());
    await until(() => count('PowerOffVM_Task') === 1);
    await clock.pass(59_999);
    expect(seen.over).toBe(false);
    await clock.pass(1);
    await until(() => seen.over);
    expect(seen.error).toMatchObject({ code: 'outcome.unknown' });
  });

  it.each<[string, number, () => Promise<unknown> | undefined]>([
    ['power', 5_000, stop],
    ['settings', 20_000, () => connection.vm.configure?.(vcenter.id, 'config', { vcpus: 3 }, {}, signal)],
    ['deleting', 15_000, () => connection.vm.delete?.(vcenter.id, { keepDisks: false, snapshots: false }, signal)],
  ])('is followed for a while: %s for %i ms', async (what, ms, ask) => {
    await watch(60_000);
    running();
    vcenter.set(WEB, {
      'config.hardware.device': '',
      'config.hardware.memoryMB': '1024',
      'runtime.powerState': what === 'power' ? 'poweredOn' : 'poweredOff',
    });
    const seen = watched(ask() ?? Promise.reject(new Error('it is not there')));
    await until(() => vcenter.sent().length === 1);
    // From its answer on, which is read a piece at a time.
    await until(() => wire.some(({ text }) => text.includes(vcenter.asked.at(-1)?.method ?? '')));
    for (let turn = 0; turn < 20; turn++) await clock.pass(0);
    await clock.pass(ms - 1);
    expect(seen.over).toBe(false);
    await clock.pass(1);
    await until(() => seen.over);
    expect(seen.value).toEqual({ task: 'task-1', warnings: [] });
  });

  it('is looked at by itself when the watch has ended', async () => {
    await watch(60_000);
    await watching?.stop();
    vcenter.set('Task:task-1', { ...A_TASK, 'info.state': 'error', 'info.error': FAILED });
    vcenter.answer('PowerOffVM_Task', () => returned('Task', 'task-1'));
    await expect(stop()).rejects.toMatchObject({ code: 'op.failed', message: 'web1: no room' });
  });
  const FAILED = '<fault xmlns:i="i" i:type="NoRoom"/><localizedMessage>no room</localizedMessage>';
});

describe('what vSphere can not do', () => {
  it.each([
    ['vm.pause', /suspend the VM, which writes it to disk/],
    ['console.serial', /a TCP port of the ESX host/],
    ['console.output', /keeps nothing of what a VM has written/],
    ['node.shell', /log in to the ESX host itself over SSH/],
  ] as const)('is said for %s', (operation, why) => {
    expect(connection.whyNot[operation]).toMatch(why);
  });

  it.each<[string, string, object, RegExp]>([
    ['running', 'poweredOn', { memory: gib(4) }, /runs, and hot add of memory is off$/],
    ['running', 'poweredOn', { memory: mib(512) }, /runs, and gives no memory back$/],
    ['running', 'poweredOn', { vcpus: 1 }, /runs, and gives no vCPUs back$/],
    ['running', 'poweredOn', { 'memory-hot-add': true }, /hot add of memory can only be switched while it is off$/],
    ['running', 'poweredOn', { 'cpu-hot-add': false }, /hot add of vCPUs can only be switched while it is off$/],
    ['running', 'poweredOff', { vcpus: 3 }, /^web1 does not run$/],
    ['config', 'poweredOff', { memory: mib(1026) }, /^web1: memory comes in steps of 4 MiB$/],
  ])('is said of %s settings when it is %s: %j', async (target, power, changes, why) => {
    vcenter.set(WEB, {
      'config.cpuHotAddEnabled': 'true',
      'config.hardware.memoryMB': '1024',
      'config.hardware.numCPU': '2',
      'runtime.powerState': power,
    });
    const asked = connection.vm.configure?.(vcenter.id, target as 'running', { ...changes }, {}, signal);
    await expect(asked).rejects.toMatchObject({ message: expect.stringMatching(why), fix: fixOf(why) });
    expect(vcenter.sent()).toEqual([]);
  });
  const fixOf = ({ source }: RegExp) =>
    source.includes('steps')
      ? undefined
      : source.includes('does not run')
        ? 'change the saved settings instead'
        : 'stop it first';

  it('is said when settings were changed meanwhile, or may not be seen', async () => {
    vcenter.set(WEB, { 'config.hardware.memoryMB': '1024', 'config.hardware.numCPU': '2' });
    const configure = (changes: object, basedOn: object) =>
      connection.vm.configure?.(vcenter.id, 'running', { ...changes }, { ...basedOn }, signal);
    await expect(configure({ vcpus: 3 }, { vcpus: 1, memory: mib(512), description: '' })).rejects.toMatchObject({
      message: `web1 was changed by another program meanwhile: vcpus is 2 now, not 1; memory is ${gib(1)} now, not ${mib(512)}`,
      fix: 'look at the new values and make your change again',
    });
    expect(await configure({}, { vcpus: 2 })).toEqual({ warnings: [] });
    expect(vcenter.sent()).toEqual([]);
    vcenter.set(WEB, { 'config.cpuHotAddEnabled': 'true', 'config.memoryHotAddEnabled': 'true' });
    const hotAdd = async () => {
      const now = await connection.vm.settings?.(vcenter.id, 'running', signal);
      return [now?.['memory-hot-add'], now?.['cpu-hot-add']];
    };
    expect(await hotAdd()).toEqual([true, true]);
    vcenter.set(WEB, { 'config.cpuHotAddEnabled': 'false' });
    expect(await hotAdd()).toEqual([true, false]);
    vcenter.set(WEB, { 'config.cpuHotAddEnabled': 'true' });
    await configure({ vcpus: 3, memory: gib(1), 'cpu-hot-add': true, description: 'x' }, {});
    const { body = '' } = vcenter.asked.find(({ method }) => method === 'ReconfigVM_Task') ?? {};
    expect(/<spec>(.*)<\/spec>/.exec(body)?.[1]).toBe(
      '<annotation>x</annotation><numCPUs>3</numCPUs><memoryMB>1024</memoryMB><cpuHotAddEnabled>true</cpuHotAddEnabled>',
    );
    vcenter.set(WEB, { 'config.hardware.memoryMB': undefined });
    await expect(connection.vm.settings?.(vcenter.id, 'config', signal)).rejects.toMatchObject({
      code: 'auth.forbidden',
      message: 'web1: its configuration may not be seen',
      fix: 'ask for the right System.Read on it',
    });
  });
});
