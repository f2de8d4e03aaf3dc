/** A display whose VM is migrated to another endpoint while it is shown. */
import { type Duplex, duplexPair } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { Terminal } from '@xterm/headless';
import { afterEach, describe, expect, it } from 'vitest';
import { host1, isUp, openStage } from '../../../test/screens/light-stage.tsx';
import { aNode, aVm, inventory } from '../../../test/state/objects.ts';
import { displayAction } from '../../actions/vm.ts';
import { FleetError } from '../../errors.ts';
import { type EndpointName, endpointName, endpointOf, type VmId } from '../../ids.ts';
import type { Attachment, Connection } from '../../platforms/contract.ts';
import { servePicture } from '../../platforms/testkit-display.ts';
import { attachVm } from './run-attach.ts';

const host2 = endpointName('host2');
const [HERE, THERE] = [aVm('web1'), aVm('web1', { endpoint: 'host2' })];
const GONE = new FleetError('host.unreachable', 'the display was closed by the other side');

const shown: Duplex[] = [];
afterEach(() => {
  for (const stream of shown.splice(0)) stream.destroy();
});

/** The display of web1 on host1, in the terminal; host2 has another VM, and each has displays. */
async function attach() {
  const opened: VmId[] = [];
  const links: Duplex[] = [];
  const connectionOf = () =>
    ({
      vm: {},
      console: {
        async display(id: VmId) {
          const [near, far] = duplexPair();
          opened.push(id);
          links.push(near);
          void servePicture(far);
          return { stream: near, host: endpointOf(id) };
        },
      },
      whyNot: {},
    }) as unknown as Connection;
  const connections = new Map([host1, host2].map((name) => [name, connectionOf()]));
  const running = [{ id: HERE.id, name: 'web1', state: 'running', text: '' }];
  let isMigrating = false;
  const attached: Attachment[] = [];
  const light = openStage({
    vms: [HERE],
    services: {
      config: () => ({ endpoints: new Map(), file: { entries: new Map() } }) as never,
      sessions: { connection: (name: EndpointName) => connections.get(name), current: () => undefined } as never,
      tasks: {
        list: () => (isMigrating ? [{ action: 'vm.migrate', state: 'running', items: running }] : []),
        subscribe: () => () => {},
      } as never,
    },
    terminal: {
      attach: async (given) => {
        attached.push(given);
        return 'detached';
      },
    },
  });
  const { store, stage, clock } = light;
  store.setEndpoint(isUp({ name: host2 }));
  store.push(host2, inventory([aNode('n1', 'host2')], [aVm('db1', { endpoint: 'host2' })]));
  store.flush();
  await attachVm(stage, displayAction, HERE.id);
  const [attachment] = attached;
  if (attachment?.kind !== 'stream') throw new Error('no stream');
  const { stream } = attachment;
  shown.push(stream);
  const terminal = new Terminal({ cols: 80, rows: 24, allowProposedApi: true });
  terminal.onData((answer) => void stream.write(answer));
  stream.on('error', () => {});
  stream.on('data', (bytes: Buffer) => terminal.write(bytes));
  const lastLine = () => terminal.buffer.active.getLine(23)?.translateToString(true) ?? '';
  const change = (name: typeof host1, ...changes: readonly object[]) => {
    store.push(name, { kind: 'changes', at: 0, changes: changes as never });
    store.flush();
  };
  return {
    clock,
    stream,
    opened,
    drop: () => void links.at(-1)?.destroy(GONE),
    migrate: (is: boolean) => {
      isMigrating = is;
    },
    stops: () => change(host1, { kind: 'vm-upsert', vm: { ...HERE, state: 'stopped' } }),
    leaves: () => change(host1, { kind: 'vm-remove', id: HERE.id }),
    arrives: (vm = THERE) =>
      change(host2, { kind: 'vm-upsert', vm }, { kind: 'vm-moved', from: HERE.id, to: THERE.id }),
    see: async (wanted: RegExp) => {
      while (!wanted.test(lastLine())) await setTimeout(1);
    },
  };
}

describe('a display whose VM is migrated', () => {
  it('F-054 is tried again until the VM is where it goes, and goes on there', async () => {
    const { clock, drop, migrate, stops, leaves, arrives, opened, see } = await attach();
    migrate(true);
    stops();
    drop();
    await see(/no link: the display was closed by the other side; again in 1 s/);
    await clock.pass(1_000);
    await see(/no link: web1 is being moved; again in 2 s/);
    leaves();
    await clock.pass(2_000);
    await see(/no link: web1 is being moved; again in 4 s/);
    arrives({ ...THERE, state: 'migrating' });
    migrate(false);
    await clock.pass(4_000);
    await see(/no link: web1 is being moved; again in 8 s/);
    arrives();
    await clock.pass(8_000);
    await see(/the link is back/);
    expect(opened).toEqual([HERE.id, THERE.id]);
  });

  it('is no display of another machine that has its name there', async () => {
    const { clock, stream, drop, leaves, arrives, opened, see } = await attach();
    leaves();
    arrives({ ...THERE, uuid: 'another' });
    const failed = new Promise((resolve) => stream.once('error', resolve));
    drop();
    await see(/again in 1 s/);
    await clock.pass(1_000);
    await failed;
    expect(opened).toEqual([HERE.id]);
  });

  it('ends where the VM is gone, and nothing moves it', async () => {
    const { clock, stream, drop, leaves, opened, see } = await attach();
    leaves();
    const failed = new Promise((resolve) => stream.once('error', resolve));
    drop();
    await see(/again in 1 s/);
    await clock.pass(1_000);
    expect(await failed).toMatchObject({ code: 'vm.not-found' });
    expect(opened).toEqual([HERE.id]);
  });
});
