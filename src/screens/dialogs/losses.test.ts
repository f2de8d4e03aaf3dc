import { describe, expect, it } from 'vitest';
import { type LightOptions, openStage, settled } from '../../../test/screens/light-stage.tsx';
import { painted } from '../../../test/screens/painted.ts';
import { aVm } from '../../../test/state/objects.ts';
import type { Args, VmAction } from '../../actions/action.ts';
import { actions } from '../../actions/index.ts';
import type { Shown } from '../../actions/target.ts';
import type { Connection, DeletePlan } from '../../platforms/contract.ts';
import { confirmLosses } from './destroy.tsx';
import { lossLines } from './loss-lines.ts';

const nothing: DeletePlan = { goes: [], stays: [], snapshots: [] };
const many = (word: string, count: number) => Array.from({ length: count }, (_, at) => `${word}${at}`);
const usual = { keepDisks: false, deleteUnknown: false, withSnapshots: true, unasked: 0 };

describe('what is lost', () => {
  const lines = (losses: readonly DeletePlan[], choice: Partial<typeof usual> = {}) =>
    lossLines(openStage().stage, losses, { ...usual, ...choice }).map(painted);

  it('is listed by path, with what stays', () => {
    const one: DeletePlan = {
      goes: ['/a.qcow2'],
      unknown: [{ path: '/b.raw', why: 'shared' }],
      stays: ['/c.iso (read-only)'],
      snapshots: ['before'],
      savedMemory: true,
    };
    expect(lines([one])).toEqual([
      '{danger|Is lost: /a.qcow2}',
      '{warning|Stays: /b.raw (shared)}',
      '{danger|Is lost: memory saved when it was suspended}',
      '{danger|Is lost: snapshot before}',
      '{dim|Stays: /c.iso (read-only)}',
    ]);
    expect(lines([one], { withSnapshots: false })[3]).toBe('{warning|Must go too, choose Snapshots: before}');
    expect(lines([one], { deleteUnknown: true })[1]).toBe('{danger|Is lost: /b.raw (shared)}');
    expect(lines([one], { keepDisks: true, deleteUnknown: true }).slice(0, 2)).toEqual([
      '{dim|Stays: /a.qcow2}',
      '{warning|Stays: /b.raw (shared)}',
    ]);
  });

  it('is counted where it is much', () => {
    const goes = many('/disk', 8);
    expect(lines([{ ...nothing, goes }])).toHaveLength(8);
    expect(lines([{ ...nothing, goes: [...goes, '/one', '/more'] }]).slice(7)).toEqual([
      '{danger|Is lost: /disk7}',
      '{danger|Is lost: 2 more}',
    ]);
  });

  it('may be nothing, and may not be known of all', () => {
    expect(lines([nothing])).toEqual(['{dim|No disk goes with it.}']);
    expect(lines([{ ...nothing, unknown: [{ path: '/b', why: 'x' }] }])).toHaveLength(1);
    expect(lines([nothing], { unasked: 7 })).toEqual(['{warning|The disks of 7 further VMs were not looked at.}']);
  });

  it('says that disks can not be kept where they can not', () => {
    const losses = [nothing, { ...nothing, goes: ['/a'], keepDisksRefused: 'they are one with it' }];
    expect(lines(losses, { keepDisks: true })).toEqual(["{danger|Disks can't be kept: they are one with it}"]);
    expect(lines(losses)).toEqual(['{danger|Is lost: /a}']);
  });
});

describe('the question before something is deleted', () => {
  const action = actions.find(({ id }) => id === 'vm.delete') as VmAction;
  const shownOf = (name: string): Shown =>
    ({ kind: 'vm', id: aVm(name).id, name, uuid: name, identity: undefined, session: undefined }) as Shown;

  async function ask(
    answers: DeletePlan | Error,
    names: readonly string[] = ['web1'],
    notes: readonly string[] = [],
    options: LightOptions = {},
  ) {
    const asked: string[] = [];
    const losses = async (id: string) => {
      asked.push(id);
      if (answers instanceof Error) throw answers;
      return answers;
    };
    const connection = { vm: { planDelete: losses }, whyNot: {} } as unknown as Partial<Connection>;
    const vms = names.map((name) => aVm(name));
    const light = openStage({ connection, vms, size: { columns: 80, rows: 30 }, ...options });
    const until = new AbortController();
    const seen: { answer: Args | undefined | 'open' } = { answer: 'open' };
    void confirmLosses(light.stage, action, names.map(shownOf), 'Delete it?', notes, until.signal).then((answer) => {
      seen.answer = answer;
    });
    const looking = light.drawn();
    await settled();
    return { ...light, asked, looking, until, answer: () => settled().then(() => seen.answer) };
  }

  it('forgets that a plan could not be read once another one is, and what comes of an earlier one', async () => {
    const plans: PromiseWithResolvers<DeletePlan>[] = [];
    const planned = {
      ...action,
      plannedBy: ['snapshots'],
      plan() {
        const plan = Promise.withResolvers<DeletePlan>();
        plans.push(plan);
        return plan.promise;
      },
    } satisfies VmAction;
    const light = openStage({ connection: {}, vms: [aVm('web1')], size: { columns: 80, rows: 30 } });
    void confirmLosses(light.stage, planned, [shownOf('web1')], 'Delete it?', [], new AbortController().signal);
    const [first] = plans;
    first?.reject(new Error('busy'));
    await settled();
    expect(light.drawn()).toContain('is not known: busy');
    light.press('up', 'right');
    await settled();
    expect(light.drawn()).toContain('Looking what would be lost…');
    light.press('right');
    plans[1]?.reject(new Error('late'));
    plans[2]?.resolve({ ...nothing, goes: ['/a.qcow2'] });
    await settled();
    expect(plans).toHaveLength(3);
    expect(light.drawn()).toContain('Is lost: /a.qcow2');
    expect(light.drawn()).not.toContain('is not known');
  });

  it('lists what is lost, and is answered with the name', async () => {
    const { looking, drawn, press, answer, said, asked } = await ask({ ...nothing, goes: ['/a.qcow2'] });
    expect(looking).toContain('Looking what would be lost…');
    expect(asked).toEqual(['host1/web1']);
    expect(drawn()).toMatchInlineSnapshot(`
      "╭─ Delete ─────────────────────────────────────────────────────────────────────╮
      │ Delete it?                                                                   │
      │ Is lost: /a.qcow2                                                            │
      │                                                                              │
      │ Keep disks       < no >                                                      │
      │ Snapshots        < no >                                                      │
      │ Type its name*                                                               │
      │                                                                              │
      │ Delete continues when you have typed web1 here.                              │
      │                                                                              │
      │  Delete    Cancel                                                            │
      ╰──────────────────────────────────────────────────────────────────────────────╯"
    `);
    press(...'web2');
    press('pgdn', 'enter');
    expect(await answer()).toBe('open');
    press(...'web1');
    press('enter', 'enter');
    expect(await answer()).toEqual({});
    expect(said()).toContain('nothing was done');
  });

  it('says so when what was typed is another name', async () => {
    const { press, answer, said, drawn } = await ask(nothing);
    press(...'web', 'pgdn', 'enter');
    expect([await answer(), said()]).toEqual(['open', 'that is not web1: nothing was done']);
    expect(drawn()).toContain('that is not web1');
  });

  it('of many is answered with their number, and tells few of the notes', async () => {
    const { drawn, press, answer } = await ask(nothing, many('vm', 3), many('note ', 10));
    expect(drawn()).toContain('note 7');
    expect(drawn()).not.toContain('note 8');
    expect(drawn()).toContain('and 2 more');
    press('3', 'enter', 'enter');
    expect(await answer()).toEqual({});
  });

  it('asks about the files that may belong to another VM', async () => {
    const { drawn, press, answer } = await ask({ ...nothing, unknown: [{ path: '/b.raw', why: 'shared' }] });
    expect(drawn()).toContain('Stays: /b.raw (shared)');
    expect(drawn()).toMatch(/Delete unknown +< no >/);
    press('up', 'right');
    expect(drawn()).toContain('Is lost: /b.raw (shared)');
    press('down', ...'web1', 'enter', 'enter');
    expect(await answer()).toMatchObject({ 'delete-unknown': ['/b.raw'] });
  });

  it('shows at once what stays when disks are kept', async () => {
    const { press, drawn } = await ask({ ...nothing, goes: ['/a.qcow2'] });
    press('up', 'up', 'right');
    expect(drawn()).toContain('Stays: /a.qcow2');
  });

  it('wants snapshots to be chosen before they go with it', async () => {
    const { drawn, press, answer, said } = await ask({ ...nothing, snapshots: ['before'] });
    expect(drawn()).toContain('Must go too, choose Snapshots: before');
    press(...'web1', 'pgdn', 'enter');
    expect([await answer(), said()]).toEqual(['open', 'snapshots must go too, choose Snapshots: nothing was done']);
    press('right');
    expect(drawn()).toContain('Is lost: snapshot before');
    press('pgdn', 'enter');
    expect(await answer()).toEqual({ snapshots: true });
  });

  it('says what is not possible as things are, and does nothing', async () => {
    const { drawn, press, answer, said } = await ask({ ...nothing, goes: ['/a'], refused: 'delete b first' });
    expect(drawn()).toContain('Not possible: delete b first');
    expect(drawn()).not.toContain('Is lost: /a');
    press('w', 'e', 'b', '1', 'pgdn', 'enter');
    expect(said()).toBe('Delete: delete b first');
    expect(await answer()).toBe('open');
  });

  it('refuses to keep disks that can not be kept', async () => {
    const { press, answer, said } = await ask({ ...nothing, goes: ['/a'], keepDisksRefused: 'one with it' });
    press(...'web1', 'up', 'up', 'right', 'pgdn', 'enter');
    expect([await answer(), said()]).toEqual(['open', "disks can't be kept here: nothing was done"]);
  });

  it('is asked all the same when it is not known what is lost', async () => {
    const { drawn, press, answer } = await ask(new Error('no such call'));
    expect(drawn()).toContain('What it would take along is not known: no such call');
    press(...'web1', 'enter', 'enter');
    expect(await answer()).toEqual({});
    const without = await ask(nothing, ['web1'], [], { connection: { vm: {} } as unknown as Partial<Connection> });
    expect(without.drawn()).toContain('is not known: this platform can not list it');
  });

  it('can be given up, by its button too, and becomes void', async () => {
    const one = await ask(nothing);
    one.press('pgdn', 'right', 'enter');
    expect([await one.answer(), one.stage.layers.top]).toEqual([undefined, undefined]);
    const two = await ask(nothing);
    two.press('esc');
    expect(await two.answer()).toBeUndefined();
    const three = await ask(nothing);
    three.until.abort();
    expect([await three.answer(), three.stage.layers.top]).toEqual([undefined, undefined]);
  });

  it('asks about no more than a hundred', async () => {
    const { asked, drawn } = await ask(nothing, many('vm', 103));
    expect(asked).toHaveLength(100);
    expect(drawn()).toContain('The disks of 3 further VMs were not looked at.');
  });
});
