import { describe, expect, it } from 'vitest';
import { type LightOptions, openStage, settled } from '../../../test/screens/light-stage.tsx';
import { aVm } from '../../../test/state/objects.ts';
import type { Args, ObjectAction } from '../../actions/action.ts';
import { tables } from '../../actions/tables.ts';
import { bound, shownOf } from '../../actions/target.ts';
import { createObjectRunner } from './run-object.ts';
import { scheduleAction } from './schedule-action.ts';

const CONNECTION = {
  vm: { stop: async () => ({}), delete: async () => ({}), planDelete: async () => ({ lost: [], kept: [] }) },
  snapshot: { create: async () => ({}), list: async () => [] },
  whyNot: {},
} as never;

const actionOf = (id: string) => tables.actions.find((one) => one.id === id) as ObjectAction;

/** An action on a VM, as its key begins it; what was put off is kept. */
async function begin(id: string, options: LightOptions = {}, vm = 'web1') {
  const light = openStage({ connection: CONNECTION, ...options });
  const { stage } = light;
  const later: (readonly [phrase: string, args: Args])[] = [];
  const runner = createObjectRunner(stage, async (_stage, _action, _shown, phrase, args) => {
    later.push([phrase, args]);
  });
  const shown = shownOf('vm', aVm(vm).id, stage.services);
  if (!shown) throw new Error(vm);
  const done = runner.run(actionOf(id), [shown], { isSeen: () => true, unmark: () => {} });
  await settled(5);
  const type = (text: string) => light.press(...text);
  return { ...light, later, done, type, tasks: () => stage.services.tasks.list() };
}

describe('the dialog of an action', () => {
  it('has a key that does it at a time in place of now', async () => {
    const { drawn, press, later, done, tasks, stage } = await begin('vm.stop');
    expect(drawn()).toMatch(/y yes +n no +o options +t at a time…/);
    press('t');
    await done;
    expect([later, tasks(), stage.layers.top]).toEqual([[['Shut down web1 on n1', {}]], [], undefined]);
  });

  it('has it not for a simulated fleet, and not in a run that is read-only', async () => {
    for (const run of [{ demo: true }, { readOnly: true }]) {
      const { drawn, press, later, stage } = await begin('vm.stop', { run });
      expect(drawn()).toContain('y yes');
      expect(drawn()).not.toContain('at a time');
      press('t');
      expect([later, stage.layers.top === undefined]).toEqual([[], false]);
    }
  });

  it('has a button for it where it is a form, with what was filled in', async () => {
    const { drawn, press, type, later, done } = await begin('snapshot.create');
    expect(drawn()).toMatch(/Continue +Cancel +At a time…/);
    press('pgdn', 'right', 'right', 'enter');
    expect(drawn()).toContain('Name is needed');
    type('before');
    press('pgdn', 'right', 'right', 'enter');
    await done;
    expect(later).toEqual([['Take snapshot of web1 on n1', expect.objectContaining({ name: 'before' })]]);
  });

  it('wants the name of what is destroyed for that, too', async () => {
    const { drawn, press, type, later, done } = await begin('vm.delete', {}, 'db1');
    expect(drawn()).toMatch(/Delete +Cancel +At a time…/);
    press('pgdn', 'right', 'right', 'enter');
    await settled(3);
    expect(later).toEqual([]);
    drawn();
    type('db1');
    press('pgdn', 'right', 'right', 'enter');
    await done;
    expect(later.map(([phrase]) => phrase)).toEqual(['Delete db1 on n1']);
  });
});

describe('what is done to many', () => {
  it('wants their count typed for that, too', async () => {
    const vms = Array.from({ length: 12 }, (_, at) => aVm(`web${at}`));
    const connection = { vm: { kill: async () => ({}), stop: async () => ({}) }, whyNot: {} } as never;
    const light = openStage({ connection, vms });
    const { stage, drawn, press } = light;
    const later: string[] = [];
    const runner = createObjectRunner(stage, async (_stage, _action, _shown, phrase) => void later.push(phrase));
    const shown = vms.flatMap(({ id }) => shownOf('vm', id, stage.services) ?? []);
    const done = runner.run(actionOf('vm.kill'), shown, { isSeen: () => true, unmark: () => {} });
    await settled(5);
    expect(drawn()).toMatch(/Type 12: +.*t at a time…/);
    press('t');
    await settled(5);
    expect(drawn()).toContain('Force off at a time');
    press('y', 't');
    await settled(5);
    expect([later, drawn().includes('Type 12: ')]).toEqual([[], true]);
    press('1', '2', 'enter');
    await done;
    expect(later).toEqual(['Force off 12 VMs']);
  });
});

it('F-090 releases what a form has reserved when the form can not be shown', async () => {
  let open = 0;
  const reservations = {
    others: async () => new Map(),
    open: () => {
      open++;
      return { take: async () => undefined, release: async () => void open-- };
    },
  };
  const connection = { vm: {}, disk: { create: async () => ({}) }, whyNot: {} } as never;
  const { stage } = openStage({ connection, services: { reservations } });
  const form = () => {
    throw new Error('no room');
  };
  const runner = createObjectRunner({ ...stage, dialogs: { ...stage.dialogs, form } });
  const shown = shownOf('vm', aVm('web1').id, stage.services);
  const run = runner.run(actionOf('disk.create'), shown ? [shown] : [], { isSeen: () => true, unmark: () => {} });
  await expect(run).rejects.toThrow('no room');
  expect(open).toBe(0);
});

describe('what is put off', () => {
  const schedule = async (args: Args, id = 'vm.stop', connection = CONNECTION) => {
    const light = openStage({ connection });
    const shown = shownOf('vm', aVm('web1').id, light.stage.services);
    const targets = shown ? [bound(shown, light.stage.services)] : [];
    const ran: (readonly string[])[] = [];
    const run = async (argv: readonly string[]) => {
      ran.push(argv);
      return { code: 0, said: 'stop-web1 runs every day at 02:00\n' };
    };
    const done = scheduleAction(light.stage, actionOf(id), targets, 'Shut down web1 on n1', args, run);
    await settled(2);
    const type = (text: string) => light.press(...[...text].map((letter) => (letter === ' ' ? 'space' : letter)));
    return { ...light, done, ran, type };
  };

  it('is asked for its time and its name, kept by drover schedule add, and said with how it is taken away', async () => {
    const { drawn, press, type, done, ran, said } = await schedule({ force: true });
    expect(drawn()).toContain('Shut down web1 on n1');
    expect(drawn()).toContain('drover vm stop host1/web1 --force --expect=');
    type('every day at 02:00');
    press('enter');
    await settled(2);
    expect(drawn()).toContain('stop-web1');
    press('enter');
    await done;
    expect(ran[0]?.join(' ')).toMatch(
      /^schedule add stop-web1 --config=\/nowhere\/config.yaml --every=day --at=02:00 -- vm stop host1\/web1 --force --expect=[0-9a-f]{12}$/,
    );
    expect(said()).toBe('stop-web1 runs every day at 02:00; :schedules lists it, and d there removes it');
  });

  it.each([{ identity: '' }, { identity: 'rootfs=local:subvol-100-disk-0', mayRecur: true }])(
    'is not what another VM may be by then, where nothing tells them apart: %j',
    async (told) => {
      const { vm } = CONNECTION as { vm: object };
      const untold = { ...(CONNECTION as object), vm: { ...vm, identity: async () => ({ name: 'web1', ...told }) } };
      const { done, said, ran } = await schedule({}, 'vm.stop', untold as never);
      await done;
      expect([said(), ran]).toEqual([
        'Shut down at a time: nothing tells web1 from another one that has its id by then',
        [],
      ]);
    },
  );

  it('is nothing that no command can say, and it is said why', async () => {
    const { done, said, ran } = await schedule({ command: 'x' }, 'node.run');
    await done;
    expect([said(), ran]).toEqual(['Run command at a time: no command does what this form says', []]);
  });
});
