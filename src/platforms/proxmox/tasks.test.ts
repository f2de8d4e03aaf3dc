import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { FleetError } from '../../errors.ts';
import type { Api } from './api.ts';
import { createTaskTracker } from './task-news.ts';
import { acceptedTask, endedWell, readTasks } from './tasks.ts';

const UPID = 'UPID:pve1:0000C530:001C9BEC:5A9F8F1C:qmstart:100:root@pam:';
const upid = (type: string, about = '100') => UPID.replace(':qmstart:100:', `:${type}:${about}:`);

/** A task under way, whose state is asked for; each answer of the server in its turn, the last one from then on. */
function accept(answers: readonly (object | Error)[], signal = new AbortController().signal) {
  const clock = createTestClock();
  const asked: string[] = [];
  const get: Api['get'] = async (path) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push(path);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const api = { get } as Pick<Api, 'get'> as Api;
  return { clock, asked, accepted: acceptedTask(UPID, { api, clock, signal, subject: 'web1' }) };
}
const RUNNING = { status: 'running' };

describe('a task that was accepted', () => {
  it('is looked at, by its whole name on its node', async () => {
    const { asked, accepted } = accept([{ status: 'stopped', exitstatus: 'OK' }]);
    expect(await accepted).toEqual({ task: UPID, warnings: [] });
    expect(asked).toEqual([`/nodes/pve1/tasks/${encodeURIComponent(UPID)}/status`]);
  });

  it('may end with warnings', async () => {
    const { accepted } = accept([{ status: 'stopped', exitstatus: 'WARNINGS: 3' }]);
    const warnings = [{ feature: 'task', detail: 'done with 3 warnings, see its log' }];
    expect(await accepted).toEqual({ task: UPID, warnings });
  });

  it('is refused as what it ended with, when that is soon', async () => {
    const { accepted } = accept([{ status: 'stopped', exitstatus: 'VM is locked (backup)' }]);
    await expect(accepted).rejects.toMatchObject({ code: 'op.conflict', message: 'web1: VM is locked (backup)' });
    const { accepted: silent } = accept([{ status: 'stopped' }]);
    await expect(silent).rejects.toMatchObject({ code: 'op.failed', message: 'web1: no status' });
  });

  it('is followed for two seconds, and then left to the watch', async () => {
    const { clock, asked, accepted } = accept([RUNNING]);
    let ended = false;
    void accepted.then(() => (ended = true));
    await clock.pass(1_999);
    expect(ended).toBe(false);
    await clock.pass(1);
    expect(await accepted).toEqual({ task: UPID, warnings: [] });
    expect(asked.length).toBeGreaterThan(2);
  });

  it('counts as accepted when its state can not be asked', async () => {
    const { accepted } = accept([new FleetError('host.unreachable', 'cut')]);
    expect(await accepted).toEqual({ task: UPID, warnings: [] });
  });

  it('is not followed by who has given up, and a bug is not hidden', async () => {
    const leaving = new AbortController();
    const { accepted, clock } = accept([RUNNING], leaving.signal);
    const ended = expect(accepted).rejects.toThrow('gone');
    await clock.pass(50);
    leaving.abort(new Error('gone'));
    await ended;
    await expect(accept([new FleetError('op.failed', 'x')], AbortSignal.abort()).accepted).rejects.toThrow('x');
    await expect(accept([new TypeError('bug')]).accepted).rejects.toThrow('bug');
  });

  it('is none when the answer names none', async () => {
    const clock = createTestClock();
    const { signal } = new AbortController();
    await expect(acceptedTask('100', { api: {} as Api, clock, signal, subject: 'web1' })).rejects.toMatchObject({
      code: 'outcome.unknown',
      message: 'web1: the answer names no task; it may have been done or not',
      fix: 'look at its state before you repeat it',
    });
  });
});

it.each([
  ['OK', true],
  ['WARNINGS: 1', true],
  ['WARNINGS', false],
  ['no space left', false],
])('a task that says %s ended well: %s', (exit, well) => expect(endedWell(exit)).toBe(well));

it('reads the tasks of the cluster, the ended ones and those that run', () => {
  const rows = [
    { upid: UPID },
    { upid: UPID, status: 'running' },
    { upid: UPID, status: 'RUNNING' },
    { upid: UPID, status: 'OK', endtime: 5 },
    { upid: UPID, endtime: 5 },
    { upid: UPID, status: 'failed' },
    { upid: 'x' },
    {},
  ];
  const told = readTasks(rows);
  expect(told.map(({ exit, endedAt }) => [exit, endedAt])).toEqual([
    [undefined, undefined],
    [undefined, undefined],
    [undefined, undefined],
    ['OK', 5_000],
    ['unknown', 5_000],
    ['failed', undefined],
  ]);
  expect(told[0]).toMatchObject({ upid: UPID, type: 'qmstart', about: '100' });
  expect(() => readTasks({})).toThrow('the tasks of the cluster: the server sent no list of objects');
});

describe('the updates of the tasks', () => {
  const list = (...tasks: readonly (readonly [upid: string, exit?: string])[]) =>
    readTasks(tasks.map(([name, status]) => ({ upid: name, ...(status === undefined ? {} : { status, endtime: 1 }) })));
  const START = { upid: UPID, vmid: 100, word: 'Start' };

  it('are all that there are at the beginning, and later what began or ended', () => {
    const tracker = createTaskTracker();
    const running = { ...START, text: undefined, outcome: 'running' };
    expect(tracker.begin(list([UPID]))).toEqual([running]);
    expect(tracker.look(list([UPID]))).toEqual([]);
    const backup = upid('vzdump', '101');
    expect(tracker.look(list([backup], [UPID, 'OK']))).toEqual([
      { upid: backup, vmid: 101, word: 'Backup', text: undefined, outcome: 'running' },
      { ...START, text: 'Start done (root@pam)', outcome: 'well' },
    ]);
    expect(tracker.look(list([backup, 'bad\u001b end'], [UPID, 'OK']))).toMatchObject([
      { outcome: 'badly', text: 'Backup failed: bad end (root@pam)' },
    ]);
    expect(tracker.look(list([upid('qmstop'), 'WARNINGS: 1']))).toMatchObject([
      { outcome: 'well', text: 'Stop done (root@pam)' },
    ]);
  });

  it('are also of what lies in storages, which is no news of a guest', () => {
    const [fetched, gone] = [upid('download', 'debian.iso'), upid('imgdel', '100@local-lvm')];
    expect(createTaskTracker().look(list([fetched], [gone, 'no such file']))).toEqual([
      { upid: fetched, vmid: undefined, word: 'Download (debian.iso)', text: undefined, outcome: 'running' },
      {
        upid: gone,
        vmid: undefined,
        word: 'Deletion of a volume (100@local-lvm)',
        text: 'Deletion of a volume (100@local-lvm) failed: no such file (root@pam)',
        outcome: 'badly',
      },
    ]);
  });

  it('are not of tasks that change no guest', () => {
    const others = list([upid('vncproxy')], [upid('vzdump', '')], [upid('vzdump', '100a')]);
    expect(createTaskTracker().begin(others)).toEqual([]);
    expect(createTaskTracker().look(others)).toEqual([]);
  });
});
