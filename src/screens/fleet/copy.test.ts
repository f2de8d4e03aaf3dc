import { describe, expect, it } from 'vitest';
import { openWithPool, vms } from '../../../test/screens/light-fleet.ts';
import { host1, type LightOptions, settled } from '../../../test/screens/light-stage.tsx';
import { aVm } from '../../../test/state/objects.ts';
import type { ViewActionId } from '../../actions/view.ts';
import { userPoolId } from '../../ids.ts';
import { copyCommands } from './copy.ts';

describe('copying', () => {
  const copy = (options: LightOptions = {}) => {
    const light = openWithPool(options);
    const commands = copyCommands(light.stage, light.state);
    const run = async (id: ViewActionId) => {
      commands[id]?.();
      await settled();
    };
    const mark = (...names: readonly string[]) => {
      for (const name of names) {
        light.to(`vm host1/${name}`);
        light.state.view.toggleMark();
      }
    };
    return { ...light, run, mark };
  };

  it.each([
    ['vm host1/web1', 'web1'],
    ['node host1/n1', 'n1'],
    ['pool host1/p1', 'Frankfurt'],
    ['pool ~/mine', 'Mine'],
    ['endpoint host1', 'host1'],
  ])('of the row %s is its name: %s', async (key, name) => {
    const { store, to, run, copied, said } = copy(key.startsWith('endpoint') ? { nodes: [], vms: [] } : {});
    store.setGrouping({
      pools: [{ id: userPoolId('mine'), name: 'Mine', parent: undefined, readOnly: false, variables: {} }],
      notes: new Map(),
      placeOf: new Map(),
    });
    if (key.startsWith('endpoint'))
      store.push(host1, { kind: 'inventory', at: 0, inventory: { pools: [], nodes: [], vms: [] } });
    store.flush();
    expect(to(key)).toBe(true);
    await run('view.copy');
    expect([copied, said()]).toEqual([[name], `${name} was sent to the clipboard`]);
  });

  it('of the marked ones is one name a line', async () => {
    const { run, mark, copied, said } = copy();
    mark('db1');
    await run('view.copy');
    mark('web1');
    await run('view.copy');
    expect([copied, said()]).toEqual([['db1', 'db1\nweb1'], 'the names of 2 VMs were sent to the clipboard']);
  });

  it('says what may stop it, what is too much, and that there is nothing', async () => {
    const doubtful = copy({ terminal: { copy: () => 'tmux may not take it' } });
    await doubtful.run('view.copy');
    expect(doubtful.said()).toBe('Frankfurt was sent to the clipboard; tmux may not take it');
    const much = copy({ vms: [aVm('x'.repeat(80_000))] });
    much.to(`vm host1/${'x'.repeat(80_000)}`);
    await much.run('view.copy');
    expect([much.copied, much.said(), much.tone()]).toEqual([
      [],
      expect.stringMatching(/^78K is more than terminals take \(.*\): ctrl-e writes a file$/),
      'warning',
    ]);
    const none = copy();
    none.state.setFilter('name:nothing');
    for (const id of ['view.copy', 'view.copy-ip', 'view.copy-json'] as const) {
      none.stage.message.say('');
      await none.run(id);
      expect([none.said(), none.tone()]).toEqual(['there is no row to copy', 'warning']);
    }
  });

  it('of a long name tells its beginning', async () => {
    const { run, to, said } = copy({ vms: [aVm('y'.repeat(50))] });
    to(`vm host1/${'y'.repeat(50)}`);
    await run('view.copy');
    expect(said()).toBe(`${'y'.repeat(39)}… was sent to the clipboard`);
  });

  it('of an address asks which of several', async () => {
    const { run, to, copied, said, drawn, press, tone } = copy();
    to('vm host1/web2');
    await run('view.copy-ip');
    expect([copied.at(-1), said()]).toEqual(['10.0.0.3', '10.0.0.3 was sent to the clipboard']);
    to('vm host1/web1');
    await run('view.copy-ip');
    expect(drawn()).toContain('Copy which address?');
    press('down', 'enter');
    await settled();
    expect(copied.at(-1)).toBe('10.0.0.2');
    await run('view.copy-ip');
    press('esc');
    await settled();
    expect(copied).toHaveLength(2);
    to('vm host1/db1');
    await run('view.copy-ip');
    expect([said(), tone()]).toEqual(['no address of db1 is known; it is stopped', 'warning']);
    to('node host1/n1');
    await run('view.copy-ip');
    expect(copied.at(-1)).toBe('10.0.0.1');
    to('pool host1/p1');
    await run('view.copy-ip');
    expect([said(), tone()]).toEqual(['go to a VM or a node first: this row has no address', 'warning']);
  });

  it('of addresses of several tells of how many none is known', async () => {
    const { run, mark, copied, said, tone, state } = copy({ vms: [...vms, aVm('db2')] });
    mark('web1', 'web2', 'db1');
    await run('view.copy-ip');
    expect([copied.at(-1), said()]).toEqual([
      '10.0.0.1\n10.0.0.3',
      'the addresses of 2 VMs (of 1 none is known) were sent to the clipboard',
    ]);
    mark('db1');
    await run('view.copy-ip');
    expect(said()).toBe('the addresses of 2 VMs were sent to the clipboard');
    state.view.clearMarks();
    mark('db1', 'db2');
    await run('view.copy-ip');
    expect([said(), tone()]).toEqual(['no address of the marked VMs is known', 'warning']);
    state.view.clearMarks();
    mark('db2');
    await run('view.copy-ip');
    expect(said()).toBe('no address of db2 is known');
  });

  it('of JSON is as the command line prints it, with nothing that a terminal could take for more', async () => {
    const { run, to, copied, said, mark } = copy();
    const last = () => JSON.parse(copied.at(-1) ?? '');
    to('vm host1/web1');
    await run('view.copy-json');
    expect(last()).toMatchObject({ name: 'web1', tags: ['\u202eprod'] });
    expect(copied.at(-1)).toContain('\\u202eprod');
    expect(copied.at(-1)).toContain('\n  "');
    expect(said()).toBe('the JSON of web1 was sent to the clipboard');
    to('node host1/n1');
    await run('view.copy-json');
    expect([last().name, said()]).toEqual(['n1', 'the JSON of n1 was sent to the clipboard']);
    to('pool host1/p1');
    await run('view.copy-json');
    expect([last().name, said()]).toEqual(['Frankfurt', 'the JSON of Frankfurt was sent to the clipboard']);
    mark('web1', 'db1');
    await run('view.copy-json');
    expect([last().length, said()]).toEqual([2, 'the JSON of 2 VMs was sent to the clipboard']);
    mark('web1');
    to('node host1/n1');
    await run('view.copy-json');
    expect([last().name, said()]).toEqual(['db1', 'the JSON of db1 was sent to the clipboard']);
  });
});
