import { describe, expect, it } from 'vitest';
import { disks } from '../../../test/screens/light-fields.ts';
import { host1, isUp, openStage, settled } from '../../../test/screens/light-stage.tsx';
import { MANIFEST } from '../../../test/screens/one-manifest.ts';
import { aNode, aVm, inventory } from '../../../test/state/objects.ts';
import type { EditAction } from '../../actions/action.ts';
import { actions } from '../../actions/index.ts';
import { FleetError } from '../../errors.ts';
import type { Connection, Manifest, Settings } from '../../platforms/contract.ts';
import type { Template } from '../../state/templates/template.ts';
import { gib } from '../../units.ts';
import { openSettings } from './settings-dialog.ts';

describe('the settings of a VM', () => {
  const action = actions.find(({ id }) => id === 'vm.edit') as EditAction;
  const start = (
    state: 'stopped' | 'running' = 'stopped',
    vm: Partial<Record<'settings' | 'planConfigure' | 'configure', unknown>> = {},
    whyNot: object = {},
    more: readonly object[] = [],
  ) => {
    const reads: string[] = [];
    const answer: { read: (target: string, signal: AbortSignal) => Promise<Settings> } = {
      read: async () => ({ memory: gib(2), cpus: 2 }),
    };
    const settings = (_id: string, target: string, signal: AbortSignal) => {
      reads.push(target);
      return answer.read(target, signal);
    };
    const connection = { vm: { settings, configure: async () => {}, ...vm }, whyNot } as unknown as Partial<Connection>;
    const manifest = { ...MANIFEST, id: 'fake', settings: [...MANIFEST.settings, ...more] } as Manifest;
    const light = openStage({
      connection,
      vms: [aVm('web1', { state })],
      services: { manifests: [manifest] },
      size: { columns: 90, rows: 24 },
    });
    const openIt = () => openSettings(light.stage, action, aVm('web1').id);
    const type = (text: string) => light.stage.layers.top?.paste?.(text);
    return { ...light, type, reads, answer, openIt };
  };

  it('come from the platform, and are closed where nothing was changed', async () => {
    const { openIt, drawn, press, said, stage, reads } = start();
    openIt();
    expect(drawn()).toContain('loading…');
    await settled(5);
    expect(drawn()).toMatchInlineSnapshot(`
      "╭─ Settings of web1 on n1 ───────────────────────────────────────────────────────────────╮
      │ Memory           2GiB                                                                  │
      │ CPUs             2                                                                     │
      │                                                                                        │
      │ How much. Counts from the next start on.                                               │
      │                                                                                        │
      │  Save    Cancel                                                                        │
      ╰────────────────────────────────────────────────────────────────────────────────────────╯"
    `);
    press('pgdn', 'enter');
    await settled(5);
    expect([stage.layers.top, said(), reads]).toEqual([undefined, 'nothing was changed', ['config']]);
  });

  it('F-071 F-076 F-077 have the template and its version as fields, of which one is chosen that the library has', async () => {
    const sent: unknown[] = [];
    const configure = async (_id: string, _target: string, changes: Settings, basedOn: Settings) => {
      sent.push(changes, basedOn);
      answer.read = async () => ({ memory: gib(2), cpus: 2, ...changes });
      return { warnings: [] };
    };
    const profile = { key: 'profile', label: 'Profile', help: 'What.', kind: 'text', in: { 'edit-config': 'write' } };
    const { openIt, drawn, press, answer, store, said } = start('stopped', { configure }, {}, [profile]);
    answer.read = async () => ({ memory: gib(2), cpus: 2, profile: 'Lab/web@1.0' });
    const template = { group: 'Lab', name: 'web', version: '1.1', older: ['1.0'] } as unknown as Template;
    store.setLibrary({ groups: ['Lab'], templates: [template], problems: [] });
    store.flush();
    openIt();
    await settled(5);
    expect(drawn()).toMatch(/Template +Lab\/web/);
    expect(drawn()).toMatch(/Version +< 1\.0 >/);
    expect(drawn()).not.toContain('Profile');
    press('down', 'down', 'down', 'right');
    expect(drawn()).toContain('< 1.1 >');
    press('pgdn', 'enter');
    await settled(8);
    expect(drawn()).toContain('Version: 1.0 → 1.1');
    press('y');
    await settled(10);
    expect(sent).toEqual([{ profile: 'Lab/web@1.1' }, { profile: 'Lab/web@1.0' }]);
    expect(said()).toContain('web1 has Profile Lab/web@1.1 saved');
  });

  it('of a VM that runs are those that are saved, or those that run', async () => {
    const { openIt, drawn, press, reads } = start('running');
    openIt();
    await settled(5);
    expect(drawn()).toContain('Change what      < saved >');
    press('right');
    await settled(5);
    expect(reads).toEqual(['config', 'running', 'running', 'config']);
    expect(drawn()).toContain('< running >');
    expect(drawn()).not.toContain('CPUs');
    press('left');
    await settled(5);
    expect(drawn()).toContain('CPUs');
  });

  it('F-072 of a VM that runs are shown beside those that are saved, and the question before says what changes and when', async () => {
    const sent: unknown[] = [];
    const { openIt, drawn, press, stage, answer } = start('running', {
      planConfigure: async () => ({ warnings: [{ feature: 'memory', detail: 'the host has 1GiB free' }] }),
      configure: async (...args: unknown[]) => {
        sent.push(args.slice(1, 4));
        return { warnings: [] };
      },
    });
    answer.read = async (target) => ({ memory: gib(target === 'config' ? 4 : 2), cpus: 2 });
    openIt();
    await settled(5);
    expect(drawn()).toMatch(/Memory +4GiB +running 2GiB/);
    expect(drawn()).toMatch(/CPUs +2 +running 2/);
    press('down');
    press('ctrl-u');
    stage.layers.top?.paste?.('3GiB');
    press('pgdn', 'enter');
    await settled(5);
    const question = drawn();
    expect(question).toContain('Change web1 on n1?');
    expect(question).toContain('Memory: 4GiB → 3GiB, after restart');
    expect(question).toContain('Memory: the host has 1GiB free');
    expect(sent).toEqual([]);
    press('y');
    await settled(20);
    expect(sent).toEqual([['config', { memory: gib(3) }, { memory: gib(4) }]]);
  });

  it('F-072 F-078 have disks as rows: what runs has otherwise is seen, and the question says what becomes of each', async () => {
    const sent: unknown[] = [];
    const { openIt, drawn, press, type, answer } = start(
      'running',
      {
        configure: async (...args: unknown[]) => {
          sent.push(args[2]);
          return { warnings: [] };
        },
      },
      {},
      [{ ...disks, in: { 'edit-config': 'write', 'edit-running': 'write' } }],
    );
    const [vda, vdb, vdc] = ['vda', 'vdb', 'vdc'].map((device) => ({ device, size: gib(10), bus: 'virtio' }));
    answer.read = async (target) => ({
      memory: gib(2),
      disk: (target === 'config' ? [vda, vdb] : [{ ...vda, size: gib(20) }, vdc]) as Settings[],
    });
    openIt();
    await settled(5);
    expect(drawn()).toMatch(/Disks +2 disks ▸ +running 2 disks/);
    press('down', 'down', 'down', 'enter');
    const rows = drawn();
    expect(rows).toMatch(/running +Device +Size +Bus/);
    expect(rows).toMatch(/Size 20GiB +vda +10GiB/);
    expect(rows).toMatch(/not there +vdb +10GiB/);
    expect(rows).toContain('running as well: vdc.');
    press('enter', 'down', 'ctrl-u');
    type('30GiB');
    press('pgdn', 'enter');
    await settled();
    press('down', 'x', 'a', 'down', 'ctrl-u');
    type('5GiB');
    press('pgdn', 'enter');
    await settled();
    expect(drawn()).toMatch(/new +5GiB/);
    press('esc');
    await settled();
    press('pgdn', 'enter');
    await settled(5);
    const question = drawn();
    expect(question).toContain('Disks: vdb is taken off, after restart');
    expect(question).toContain('Disks: vda: Size 10GiB → 30GiB, after restart');
    expect(question).toContain('Disks: a new disk: Size 5GiB, after restart');
    press('y');
    await settled(20);
    expect(sent).toEqual([
      {
        disk: [
          { ...vda, size: gib(30) },
          { size: gib(5), bus: 'virtio', queues: 2 },
        ],
      },
    ]);
  });

  it('are not asked about when it is known already that they can not be', async () => {
    const { openIt, drawn, press, stage } = start('stopped', {
      planConfigure: async () => {
        throw new FleetError('op.refused', 'web1 has no balloon');
      },
    });
    openIt();
    await settled(5);
    press('ctrl-u');
    stage.layers.top?.paste?.('3GiB');
    press('pgdn', 'enter');
    await settled(5);
    expect(drawn()).toContain('web1 has no balloon');
    expect(drawn()).not.toContain('Change web1');
  });

  it('that come too late, or not at all, are said so', async () => {
    const { openIt, drawn, answer, clock, press, stage } = start();
    answer.read = (_target, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    openIt();
    await clock.pass(14_999);
    expect(drawn()).toContain('loading…');
    await clock.pass(1);
    expect(drawn()).toContain('the settings of web1 did not come');
    press('enter', 'pgdn');
    press('esc');
    expect(stage.layers.top).toBeUndefined();
  });

  it('that can not be read say why', () => {
    const without = start('stopped', { settings: undefined });
    expect(without.openIt).toThrow("the settings of web1 can't be read");
    const because = start('stopped', { settings: undefined }, { 'vm.settings': 'not on this platform' });
    expect(because.openIt).toThrow('not on this platform');
  });

  it('are closed when it is another machine', async () => {
    const { openIt, store, stage, said } = start();
    openIt();
    await settled(5);
    store.setEndpoint(isUp());
    store.push(host1, inventory([aNode('n1')], [aVm('web1', { uuid: 'another', name: 'other' })]));
    store.flush();
    await settled(5);
    expect([stage.layers.top, said()]).toEqual([undefined, expect.stringContaining('nothing was done')]);
  });
});
