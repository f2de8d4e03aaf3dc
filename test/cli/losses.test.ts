import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { vmActions } from '../../src/actions/vm.ts';
import { agreedToLosses } from '../../src/cli/losses.ts';
import type { App } from '../../src/compose.ts';
import type { DeletePlan } from '../../src/platforms/contract.ts';
import { kinds } from '../../src/state/kinds.ts';
import { aVm } from '../state/objects.ts';
import { commandContext } from './command-context.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

const deletes = vmActions.find(({ id }) => id === 'vm.delete');
const NOTHING: DeletePlan = { goes: [], stays: [], unknown: [], snapshots: [] };
const web1 = aVm('web1', { state: 'stopped' });
const web2 = aVm('web2', { state: 'stopped' });

/** What is said and asked before these are deleted, by a user who answers this. */
async function asked(losses: Partial<DeletePlan> | undefined, args = {}, { vms = [web1], answer = '' } = {}) {
  if (!deletes) throw new Error('nothing deletes');
  const questions: string[] = [];
  const connection = () => ({
    vm: losses === undefined ? {} : { planDelete: async () => ({ ...NOTHING, ...losses }) },
  });
  const context = commandContext({
    app: { sessions: { connection }, kinds } as unknown as App,
    interactive: true,
    ask: async (question) => {
      questions.push(question);
      return answer;
    },
  });
  const agreed = await agreedToLosses(deletes, vms, args, context);
  return { agreed, questions, said: context.said };
}

describe('before VMs are deleted', () => {
  const all: Partial<DeletePlan> = {
    goes: ['/srv/a\x1b[2J.qcow2'],
    stays: ['/iso/debian.iso'],
    unknown: [{ path: '/srv/u', why: 'it is in no pool' }],
    savedMemory: true,
    snapshots: ['s1', 's2'],
  };

  it('everything that goes and stays is listed', async () => {
    expect((await asked(all, { snapshots: true })).said).toEqual([
      'web1 (host1/web1) will be deleted',
      '  lost: /srv/a.qcow2',
      '  stays: /srv/u (it is in no pool; --delete-unknown deletes it)',
      '  lost: its saved memory',
      '  stays: /iso/debian.iso',
      '  lost: snapshot s1',
      '  lost: snapshot s2',
      'nothing was done',
    ]);
  });

  it('disks that are kept stay, whatever else was said', async () => {
    const args = { 'keep-disks': true, 'delete-unknown': ['/srv/u'] };
    expect((await asked({ ...all, snapshots: [] }, args)).said.slice(1, 3)).toEqual([
      '  stays: /srv/a.qcow2',
      '  stays: /srv/u (it is in no pool; --delete-unknown deletes it)',
    ]);
    expect((await asked(all, { 'delete-unknown': ['/srv/u'], snapshots: true })).said[2]).toBe(
      '  lost: /srv/u (it is in no pool)',
    );
  });

  it('a platform that lists nothing has one line', async () => {
    expect((await asked(undefined)).said).toEqual(['web1 (host1/web1) will be deleted', 'nothing was done']);
  });

  it('the name of the one, or the count of many, has to be typed', async () => {
    const one = await asked({}, {}, { answer: 'web1' });
    expect([one.agreed, one.questions]).toEqual([true, ['Type web1 to continue: ']]);
    expect((await asked({}, {}, { answer: '1' })).agreed).toBe(false);
    const vms = [web1, web2];
    const two = await asked({}, {}, { vms, answer: ' 2 ' });
    expect([two.agreed, two.questions]).toEqual([true, ['Type 2 to continue: ']]);
    expect(two.said).toEqual(['web1 (host1/web1) will be deleted', 'web2 (host1/web2) will be deleted']);
    for (const answer of ['web1', '3', 'y']) expect((await asked({}, {}, { vms, answer })).agreed).toBe(false);
  });

  it.each<[Partial<DeletePlan>, object, object]>([
    [{ refused: 'delete b first' }, {}, { code: 'op.refused', message: 'web1: delete b first' }],
    [
      { keepDisksRefused: 'they go with it' },
      { 'keep-disks': true },
      { code: 'op.unsupported', message: "web1: its disks can't be kept: they go with it" },
    ],
    [
      { snapshots: ['s1', 's2'] },
      {},
      { code: 'op.refused', message: 'web1 has snapshots: s1, s2', fix: 'add --snapshots to delete them too' },
    ],
    [
      { unknown: [{ path: '/a', why: 'x' }] },
      { 'delete-unknown': ['/a', '/b'] },
      {
        code: 'usage',
        message: '--delete-unknown /b: no VM here has a file of this path that it is unknown of',
        fix: 'drover vm delete --dry-run lists the files, and which of them would be kept',
      },
    ],
  ])('what can not be is refused: %j with %j', async (losses, args, error) => {
    await expect(asked(losses, args)).rejects.toMatchObject(error);
  });

  it('disks that go with a VM are no trouble where the user does not ask to keep them', async () => {
    expect((await asked({ keepDisksRefused: 'they go with it' }, {}, { answer: 'web1' })).agreed).toBe(true);
  });
});

describe('drover vm delete', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk(simulated({ demo: { vms: 12 } }));
  });
  afterEach(() => desk.clear());

  it('says of one and of several what a script has to agree to', async () => {
    const off = ['demo/vm-2', 'demo/vm-11'];
    const one = await desk.run('vm', 'delete', 'demo/vm-2');
    expect([one.code, one.stderr.split('\n').slice(-3)]).toEqual([
      2,
      [
        'delete destroys billing-web1, and there is no terminal to ask at; nothing was done',
        '  add --yes if that is what you want',
        '',
      ],
    ]);
    const two = await desk.run('vm', 'delete', ...off, '--snapshots');
    expect([two.code, two.stderr]).toEqual([2, expect.stringContaining('delete destroys 2 VMs, and there is no')]);
    const typed = await desk.runWith({ answers: ['billing-web1'] }, 'vm', 'delete', 'demo/vm-2');
    expect([typed.code, typed.stderr.split('\n').slice(-3)]).toEqual([
      0,
      ['Type billing-web1 to continue: billing-web1', 'billing-web1 is deleted', ''],
    ]);
  });
});
