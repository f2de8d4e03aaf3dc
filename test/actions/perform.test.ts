import { describe, expect, it } from 'vitest';
import type { ObjectAction, VmAction } from '../../src/actions/action.ts';
import { editVm } from '../../src/actions/edit.ts';
import { networkActions } from '../../src/actions/network.ts';
import { perform, taskFor } from '../../src/actions/perform.ts';
import { readListing } from '../../src/actions/read-listing.ts';
import type { Services } from '../../src/actions/services.ts';
import { bind, bound } from '../../src/actions/target.ts';
import { vmActions } from '../../src/actions/vm.ts';
import { FleetError } from '../../src/errors.ts';
import { endpointOf, type NodeId, type VmId } from '../../src/ids.ts';
import type { Connection, Settings, Vm } from '../../src/platforms/contract.ts';
import { checked } from '../../src/platforms/wrap/checked.ts';
import { throttle } from '../../src/platforms/wrap/throttle.ts';
import { gib } from '../../src/units.ts';
import { type OpenServices, openServices } from '../state/open-services.ts';

const action = (id: string): VmAction => {
  const found = vmActions.find((one) => one.id === id);
  if (!found) throw new Error(`there is no action ${id}`);
  return found;
};

/** Runs an action to its end while time passes. */
async function run(
  { services, clock }: OpenServices,
  verb: string | VmAction,
  vm: VmId,
  args: Settings = {},
  signal = new AbortController().signal,
) {
  let ended = false;
  const result = perform(
    typeof verb === 'string' ? action(verb) : verb,
    bind('vm', vm, services),
    args,
    services,
    signal,
    () => {},
  ).then(
    ({ text }) => ({ text }),
    (error) => ({ error }),
  );
  void result.then(() => {
    ended = true;
  });
  for (let passed = 0; passed < 200 && !ended; passed++) await clock.pass(500);
  return result;
}

describe('an action on a VM', () => {
  it('F-045 starts a VM and says so only when it is seen running', async () => {
    const open = await openServices();
    const vm = open.vm(({ state, node }) => state === 'stopped' && node !== undefined);
    expect(await run(open, 'vm.start', vm.id)).toEqual({ text: `${vm.name} is running` });
    expect(open.stateOf(vm.id)).toBe('running');
  });

  it('F-048 pauses a VM and lets it go on', async () => {
    const open = await openServices();
    const vm = open.vm(({ state }) => state === 'running');
    expect(await run(open, 'vm.pause', vm.id)).toEqual({ text: `${vm.name} is paused` });
    expect(await run(open, 'vm.resume', vm.id)).toEqual({ text: `${vm.name} is running` });
  });

  it('suspends a VM to disk, tells how far that is, and wakes it up again', async () => {
    const open = await openServices();
    const vm = open.vm(({ state }) => state === 'running');
    const { id, ended } = open.services.tasks.run(
      taskFor(action('vm.suspend'), [bind('vm', vm.id, open.services)], {}, open.services),
    );
    const told: string[] = [];
    const stop = open.services.tasks.subscribe(() => {
      const text = open.services.tasks.list().find((task) => task.id === id)?.items[0]?.text ?? '';
      if (text !== told.at(-1)) told.push(text);
    });
    for (let passed = 0; passed < 100 && open.services.tasks.running > 0; passed++) await open.clock.pass(100);
    stop();
    expect((await ended).items[0]?.text).toBe(`${vm.name} is suspended`);
    expect(told).toContain('Saving its memory, 40 %');
    expect(await run(open, 'vm.resume', vm.id)).toEqual({ text: `${vm.name} is running` });
  });

  it('sends nothing to a network of that name that is another one by now', async () => {
    const open = await openServices();
    const lab = open.server.collections.network.all().find(({ name }) => name === 'lab');
    if (!lab) throw new Error('there is no network lab');
    const endpoint = endpointOf(lab.id);
    open.server.collections.network.put({ ...lab, identity: 'first' });
    const read = readListing('network', endpoint, open.services, new AbortController().signal);
    await open.clock.pass(500);
    await read;
    const remove = networkActions.find(({ id }) => id === 'network.delete') as ObjectAction;
    const target = bind('network', lab.id, open.services);
    open.server.collections.network.put({ ...lab, identity: 'second' });
    const ended = perform(remove, target, {}, open.services, new AbortController().signal, () => {}).catch(
      (error) => error,
    );
    await open.clock.pass(5_000);
    expect(await ended).toMatchObject({
      code: 'op.conflict',
      message: expect.stringContaining('is another network now'),
    });
    expect(open.server.collections.network.all().some(({ id }) => id === lab.id)).toBe(true);
  });

  it('names in its sentence which of two VMs of one name it was', async () => {
    const open = await openServices();
    const vm = open.vm(({ state, node }) => state === 'running' && node !== undefined);
    const twin = open.vm(({ node }) => node !== undefined && node !== vm.node);
    open.services.store.push(endpointOf(twin.id), {
      kind: 'changes',
      at: open.clock.now(),
      changes: [{ kind: 'vm-upsert', vm: { ...twin, name: vm.name } }],
    });
    open.services.store.flush();
    const { fleet } = open.services.store;
    const { ended } = open.services.tasks.run(
      taskFor(action('vm.pause'), [bind('vm', vm.id, open.services)], {}, open.services),
    );
    for (let passed = 0; passed < 100 && open.services.tasks.running > 0; passed++) await open.clock.pass(100);
    const where = `${vm.name} on ${fleet.nodes.get(vm.node as NodeId)?.name}`;
    expect(await ended).toMatchObject({
      title: `Pause ${where}`,
      items: [{ name: vm.name, text: `${where} is paused` }],
    });
  });

  it('fails with the words of the platform when its task fails after it was accepted', async () => {
    const open = await openServices();
    const vm = open.vm(({ state }) => state === 'running');
    open.server.faults.fail('vm.suspend', 1);
    expect(await run(open, 'vm.suspend', vm.id)).toMatchObject({
      error: { code: 'op.failed', message: `${vm.name}: Saving failed half-way, by order of this demo` },
    });
    expect(open.stateOf(vm.id)).toBe('running');
  });

  it('F-049 says of a reboot that it was asked for, since nothing else can be seen', async () => {
    const open = await openServices();
    const vm = open.vm(({ state }) => state === 'running');
    expect(await run(open, 'vm.restart', vm.id)).toEqual({ text: `${vm.name} was asked to reboot` });
    const other = open.vm(({ state, id }) => state === 'running' && id !== vm.id);
    expect(await run(open, 'vm.restart', other.id, { force: true })).toEqual({ text: `${other.name} was reset` });
  });

  it('F-050 shuts a VM down, and F-051 cuts its power', async () => {
    const open = await openServices();
    const [one, other] = [...open.store.fleet.vms.values()].filter(({ state }) => state === 'running');
    if (!one || !other) throw new Error('two running VMs are needed');
    expect(await run(open, 'vm.stop', one.id)).toEqual({ text: `${one.name} is stopped` });
    expect(await run(open, 'vm.kill', other.id)).toEqual({ text: `${other.name} is stopped` });
  });

  it.each([
    ['vm.stop', {}],
    ['vm.stop', { force: true }],
    ['vm.kill', {}],
  ])('succeeds when a guest is gone once it stops: %s', async (id, args) => {
    const open = await openServices();
    const vm = open.vm(({ state }) => state === 'running');
    const { server } = open;
    const transient: VmAction = {
      ...action(id),
      async send() {
        server.remove(server.fleet.rowOf(vm.id));
        return { warnings: [] };
      },
    };
    expect(await run(open, transient, vm.id, args)).toEqual({ text: `${vm.name} is no longer listed` });
  });

  it('F-239 does not call a guest stopped that has not stopped in time', async () => {
    const open = await openServices();
    const vm = open.vm(({ state }) => state === 'running');
    open.server.faults.hang(vm.node as never);
    const result = await run(open, 'vm.stop', vm.id, { wait: 5 });
    expect(result).toMatchObject({
      error: {
        code: 'outcome.unknown',
        message: `${vm.name}: no clear answer came after the request was sent; it is running now`,
      },
    });
    expect(open.stateOf(vm.id)).toBe('running');
  });

  it('says what is true after the link died behind a request, without sending it twice', async () => {
    const open = await openServices();
    const vm = open.vm(({ state }) => state === 'running');
    open.server.faults.lose('vm.pause');
    expect(await run(open, 'vm.pause', vm.id)).toEqual({ text: `${vm.name} is paused (the link was lost on the way)` });
  });

  it('says what a request may have left that was given up, and keeps the advice of one without an answer', async () => {
    const open = await openServices();
    const vm = open.vm(({ state }) => state === 'running');
    const left = new FleetError('outcome.unknown', 'given up, but it comes', { fix: 'take it back' });
    const user = new AbortController();
    const of = (send: VmAction['send'], signal: AbortSignal) => {
      const lone: VmAction = { ...action('vm.pause'), outcome: () => undefined, send };
      return perform(lone, bind('vm', vm.id, open.services), {}, open.services, signal, () => {}).catch((e) => e);
    };
    const givenUp = of(async () => {
      user.abort(new FleetError('op.cancelled', 'cancelled'));
      throw left;
    }, user.signal);
    expect(await givenUp).toBe(left);
    const lost = of(() => Promise.reject(left), new AbortController().signal);
    await open.clock.pass(60_000);
    expect(await lost).toMatchObject({ code: 'outcome.unknown', fix: 'take it back' });
  });

  it('waits as long as the platform says that it takes', async () => {
    const open = await openServices();
    const vm = open.vm(({ state }) => state === 'running');
    const waited = async (takesUpToMs?: number) => {
      const kill = action('vm.kill');
      const slow: VmAction = {
        ...kill,
        send: async (connection, { id }, _args, signal) => {
          open.clock.after(60_000, () => void connection.vm.stop(id, 'force', signal));
          return { warnings: [], ...(takesUpToMs !== undefined && { takesUpToMs }) };
        },
      };
      const ended = perform(
        slow,
        bind('vm', vm.id, open.services),
        {},
        open.services,
        new AbortController().signal,
        () => {},
      ).catch((error: unknown) => error);
      for (let passed = 0; passed < 70_000; passed += 1000) await open.clock.pass(1000);
      return ended;
    };
    expect(await waited()).toMatchObject({
      code: 'op.timeout',
      message: `${vm.name} was asked, but after 20 s it is still running`,
    });
    await run(open, 'vm.start', vm.id);
    expect(await waited(90_000)).toEqual({ text: `${vm.name} is stopped` });
  });

  it('F-045 F-238 F-239 calls it no failure to start what runs, or to stop what is stopped', async () => {
    const open = await openServices();
    const [on, off] = [open.vm(({ state }) => state === 'running'), open.vm(({ state }) => state === 'stopped')];
    expect(await run(open, 'vm.start', on.id)).toEqual({ text: `${on.name} is running already` });
    expect(await run(open, 'vm.stop', off.id)).toEqual({ text: `${off.name} is stopped already` });
  });

  it('F-005 refuses what does not fit the state, in a sentence, before anything is sent', async () => {
    const open = await openServices();
    const vm = open.vm(({ state }) => state === 'stopped');
    expect(await run(open, 'vm.pause', vm.id)).toMatchObject({
      error: { code: 'op.refused', message: `${vm.name}: only a running VM can be paused; it is stopped` },
    });
  });

  it('refuses everything in a read-only run', async () => {
    const open = await openServices({}, 'this run is read-only');
    const vm = open.vm(({ state }) => state === 'running');
    expect(await run(open, 'vm.kill', vm.id)).toMatchObject({
      error: { code: 'op.refused', message: `${vm.name}: this run is read-only` },
    });
  });

  it('says with the words of the platform what it can not do', async () => {
    const open = await openServices({ without: 'vm.pause' });
    const vm = open.vm(({ state }) => state === 'running');
    const result = await run(open, 'vm.pause', vm.id);
    expect(result).toMatchObject({ error: { code: 'op.refused' } });
  });

  it('F-036 goes on after a failure among many, and says for each what became of it', async () => {
    const open = await openServices();
    const ids = [...open.store.fleet.vms.values()]
      .filter(({ state }) => state === 'running')
      .slice(0, 10)
      .map(({ id }) => id);
    open.server.faults.fail('vm.pause', 1);
    const { id, ended } = open.services.tasks.run(
      taskFor(
        action('vm.pause'),
        ids.map((one) => bind('vm', one, open.services)),
        {},
        open.services,
      ),
    );
    await open.clock.pass(20_000);
    const task = await ended;
    expect(task.id).toBe(id);
    expect(task.state).toBe('partly');
    expect(task.items.filter(({ state }) => state === 'done')).toHaveLength(9);
    expect(task.items.filter(({ state }) => state === 'failed')).toHaveLength(1);
  });

  it('F-220 ends a task that is cancelled, and says what was not sent', async () => {
    const open = await openServices();
    open.server.faults.slow(4_000);
    const ids = [...open.store.fleet.vms.values()]
      .filter(({ state }) => state === 'running')
      .slice(0, 12)
      .map(({ id }) => id);
    const { id, ended } = open.services.tasks.run(
      taskFor(
        action('vm.pause'),
        ids.map((one) => bind('vm', one, open.services)),
        {},
        open.services,
      ),
    );
    await open.clock.pass(1_000);
    open.services.tasks.cancel(id);
    await open.clock.pass(10_000);
    const task = await ended;
    expect(task.state).toBe('cancelled');
    expect(task.items.at(-1)?.text).toBe('cancelled before it was sent');
  });
});

describe('a VM that may be another machine by now', () => {
  const another = { name: 'payroll', uuid: 'another', identity: 'created later' };

  const gateway = async () => {
    const open = await openServices({ 'reuses-ids': true });
    const vm = open.vm(({ name }) => name === 'gateway');
    const row = open.server.fleet.rowOf(vm.id);
    const now = () => open.server.fleet.vm(row) as Vm;
    return { open, vm, row, now, change: (to: Partial<Vm>) => open.server.fleet.replaceVm(row, { ...now(), ...to }) };
  };

  it('is called what it is called now when only its name has changed', async () => {
    const { open, vm, now, change } = await gateway();
    change({ name: 'gateway2' });
    const { error } = (await run(open, 'vm.kill', vm.id)) as { readonly error: Error };
    expect(error.message).toBe('gateway is called gateway2 now; nothing was sent');
    expect(now().state).toBe('running');
  });

  it('stays the one that was confirmed when a task is repeated', async () => {
    const { open, vm, now, change } = await gateway();
    const { identity: _, ...unread } = open.store.fleet.vms.get(vm.id) as Vm;
    change({ identity: 'created first' });
    open.store.push(open.endpoint.name, { kind: 'changes', at: 0, changes: [{ kind: 'vm-upsert', vm: unread }] });
    open.store.flush();
    const target = bind('vm', vm.id, open.services);
    expect(await target.confirmed).toBe('created first');
    change({ identity: 'created later' });
    const again = bound(target, open.services);
    expect(await again.confirmed).toBe('created first');
    const signal = new AbortController().signal;
    const result = perform(action('vm.kill'), again, {}, open.services, signal, () => {}).catch((error) => error);
    await open.clock.pass(1_000);
    expect((await result).message).toContain('is another VM now');
    expect(now().state).toBe('running');
  });

  it('is not sent to an address that the endpoint got while its identity was read', async () => {
    const { open, vm, now } = await gateway();
    const { sessions } = open.services;
    const target = bind('vm', vm.id, open.services);
    let isOther = false;
    const other = {};
    const services: Services = {
      ...open.services,
      sessions: {
        ...sessions,
        current: (name) => (isOther ? other : sessions.current(name)),
        connection(name) {
          const connection = sessions.connection(name);
          if (!connection) return undefined;
          const identity = async () => {
            isOther = true;
            return { name: 'gateway', identity: (await target.confirmed) as string };
          };
          return { ...connection, vm: { ...connection.vm, identity } };
        },
      },
    };
    const signal = new AbortController().signal;
    const result = perform(action('vm.kill'), target, {}, services, signal, () => {}).catch((error) => error);
    await open.clock.pass(30_000);
    expect((await result).message).toContain('the configuration of demo has changed');
    expect(now().state).toBe('running');
  });

  it('is compared again when its request has its turn', async () => {
    const { open, vm, now, change } = await gateway();
    const { sessions } = open.services;
    const connection = sessions.connection(open.endpoint.name) as Connection;
    let free: (value: unknown) => void = () => {};
    const busy = new Promise((resolve) => (free = resolve));
    // The only turn there is; reading an identity needs none here.
    const limited = throttle(checked({ ...connection, vm: { ...connection.vm, info: () => busy as never } }), 1);
    const wrapped = { ...limited, vm: { ...limited.vm, identity: connection.vm.identity as never } };
    const services: Services = { ...open.services, sessions: { ...sessions, connection: () => wrapped } };
    const { signal } = new AbortController();
    const first = limited.vm.info(vm.id, signal);
    const result = perform(action('vm.kill'), bind('vm', vm.id, services), {}, services, signal, () => {}).catch(
      (e) => e,
    );
    await open.clock.pass(5_000);
    change({ identity: 'created later' });
    free(undefined);
    await first;
    await open.clock.pass(5_000);
    expect((await result).message).toContain('is another VM now');
    expect(now().state).toBe('running');
  });

  it('is deleted although its id is given away at once', async () => {
    const { open, row, vm } = await gateway();
    await run(open, 'vm.kill', vm.id);
    const remove: VmAction = {
      ...action('vm.delete'),
      send: async () => {
        open.server.change(row, { ...another, state: 'running' });
        return { warnings: [] };
      },
    };
    const signal = new AbortController().signal;
    const result = perform(remove, bind('vm', vm.id, open.services), {}, open.services, signal, () => {}).catch(
      (e) => e,
    );
    await open.clock.pass(60_000);
    expect(await result).toEqual({ text: 'gateway is deleted' });
  });

  it.each([
    ['accepted', async () => ({ warnings: [] })],
    ['not answered', () => Promise.reject(new FleetError('outcome.unknown', 'no answer'))],
  ])('is not called deleted because its endpoint is another one, which lacks it: %s', async (_how, send) => {
    const { open, vm } = await gateway();
    await run(open, 'vm.kill', vm.id);
    const remove: VmAction = {
      ...action('vm.delete'),
      send: () => {
        const elsewhere = { ...open.endpoint, values: { ...open.endpoint.values, vms: 1, seed: 2 } };
        open.services.sessions.open({ ...open.spec, resolve: async () => elsewhere });
        return send();
      },
    };
    const signal = new AbortController().signal;
    const result = perform(remove, bind('vm', vm.id, open.services), {}, open.services, signal, () => {}).catch(
      (e) => e,
    );
    await open.clock.pass(60_000);
    expect(await result).toMatchObject({
      code: 'outcome.unknown',
      message: expect.stringContaining(
        'what became of it is not known: the configuration of demo has changed since gateway was chosen',
      ),
    });
  });

  it('is not called started because another machine runs under its id', async () => {
    const { open, row, vm } = await gateway();
    await run(open, 'vm.kill', vm.id);
    const start: VmAction = {
      ...action('vm.start'),
      send: async () => {
        open.server.change(row, { ...another, state: 'running' });
        return { warnings: [] };
      },
    };
    const signal = new AbortController().signal;
    const result = perform(start, bind('vm', vm.id, open.services), {}, open.services, signal, () => {}).catch(
      (e) => e,
    );
    await open.clock.pass(60_000);
    expect((await result).message).toBe('gateway was asked, but after 30 s it is gone');
  });
});

describe('a change of settings', () => {
  it('F-366 F-365 is done only when the host shows the new values', async () => {
    const open = await openServices();
    const vm = open.vm(({ state }) => state === 'stopped');
    const signal = new AbortController().signal;
    const edited = editVm(
      open.services,
      bind('vm', vm.id, open.services),
      'config',
      { memory: gib(3), vcpus: 3 },
      undefined,
      signal,
    );
    await open.clock.pass(5_000);
    expect(await edited).toBe(`${vm.name} has memory, vcpus saved`);
    await open.clock.pass(1_000);
    expect(open.store.fleet.vms.get(vm.id)).toMatchObject({ memory: gib(3), cpus: 3 });
  });

  it('is a conflict that names what another client changed meanwhile', async () => {
    const open = await openServices();
    const vm = open.vm(({ state }) => state === 'stopped');
    const signal = new AbortController().signal;
    const stale = { memory: gib(999) };
    const edited = editVm(
      open.services,
      bind('vm', vm.id, open.services),
      'config',
      { memory: gib(3) },
      stale,
      signal,
    ).catch((error) => error);
    await open.clock.pass(5_000);
    expect(await edited).toMatchObject({ code: 'op.conflict', message: expect.stringMatching(/memory/i) });
  });
});
