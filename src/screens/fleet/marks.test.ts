import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { aNode, aVm, inventory } from '../../../test/state/objects.ts';
import { type EndpointName, endpointName } from '../../ids.ts';
import { createStore } from '../../state/fleet/store.ts';
import { createMarks } from './marks.ts';

const host1 = endpointName('host1');
const host2 = endpointName('host2');

function open() {
  const store = createStore(createTestClock());
  store.push(
    host1,
    inventory(
      [aNode('n1')],
      ['a', 'b', 'c'].map((name) => aVm(name, { uuid: `uuid of ${name}` })),
    ),
  );
  store.push(host2, inventory([aNode('n1', 'host2')], [aVm('z', { endpoint: 'host2' })]));
  store.flush();
  const sessions = new Map<EndpointName, object>([[host1, {}]]);
  const marks = createMarks(store.fleet, (name) => sessions.get(name) as never);
  const id = (name: string) => aVm(name, name === 'z' ? { endpoint: 'host2' } : {}).id;
  return { store, sessions, marks, id, names: () => [...marks.vms.values()].map(({ name }) => name).join('') };
}

describe('marks', () => {
  it('come and go, and each change counts', () => {
    const { marks, id, names } = open();
    marks.add([id('a'), id('z'), id('gone')]);
    expect([names(), marks.version]).toEqual(['az', 1]);
    marks.invert([id('a'), id('b')]);
    expect([names(), marks.version]).toEqual(['zb', 2]);
    marks.delete([id('z')]);
    expect([names(), marks.version]).toEqual(['b', 3]);
    marks.clear();
    expect([names(), marks.version]).toEqual(['', 4]);
  });

  it('know a VM as it was when it was marked', () => {
    const { marks, id, store, sessions } = open();
    marks.add([id('a')]);
    store.push(host1, inventory([aNode('n1')], [aVm('a', { name: 'renamed', native: 'a', uuid: 'another' })]));
    store.flush();
    expect(marks.shown(id('a'))).toEqual({
      kind: 'vm',
      id: id('a'),
      name: 'a',
      uuid: 'uuid of a',
      identity: undefined,
      session: sessions.get(host1),
    });
    expect(marks.shown(id('b'))).toBeUndefined();
  });

  it('of an endpoint whose configuration has changed since give way to the new ones, and no others', () => {
    const { marks, id, names, sessions } = open();
    marks.add([id('a'), id('z'), id('b')]);
    sessions.set(host1, {});
    marks.add([id('c')]);
    expect(names()).toBe('zc');
  });

  it('take over an identity that is read later, and keep it when another VM gets the id', () => {
    const { marks, id, store } = open();
    const read = (identity: string | undefined, name = 'a') => {
      store.push(
        host1,
        inventory([aNode('n1')], [aVm('a', { name, uuid: 'uuid of a', ...(identity && { identity }) })]),
      );
      store.flush();
      marks.learn();
      return marks.shown(id('a'))?.identity;
    };
    marks.add([id('a')]);
    expect(read(undefined)).toBeUndefined();
    expect(read('created at 1')).toBe('created at 1');
    expect(read('created at 2')).toBe('created at 1');
  });

  it('follow a VM to another endpoint', () => {
    const { marks, id, store, names } = open();
    const there = aVm('a', { endpoint: 'host2', uuid: 'uuid of a' });
    marks.add([id('a'), id('b')]);
    const upsert = { kind: 'vm-upsert', vm: there } as const;
    store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'vm-remove', id: id('a') }] });
    store.push(host2, { kind: 'changes', at: 0, changes: [upsert] });
    store.flush();
    marks.learn();
    expect(marks.vms.has(there.id)).toBe(false);
    const moved = { kind: 'vm-moved', from: id('a'), to: there.id } as const;
    store.push(host2, { kind: 'changes', at: 0, changes: [moved] });
    store.flush();
    marks.learn();
    expect([names(), marks.vms.has(there.id)]).toEqual(['ba', true]);
  });

  it('never take over the identity of a VM with another name', () => {
    const { marks, id, store } = open();
    marks.add([id('a')]);
    store.push(
      host1,
      inventory([aNode('n1')], [aVm('a', { name: 'b', native: 'a', uuid: 'uuid of a', identity: 'x' })]),
    );
    store.flush();
    marks.learn();
    expect(marks.shown(id('a'))).toMatchObject({ name: 'a', identity: undefined });
  });
});
