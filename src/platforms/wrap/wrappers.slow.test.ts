/** What each wrapper promises, for every operation of the table: a new operation is tested here without a line. */
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { call, OBJECT, type Sent, scripted } from '../../../test/contract/scripted.ts';
import { FleetError } from '../../errors.ts';
import { type OperationName, operations, withLastCheck } from '../contract.ts';
import { audited } from './audited.ts';
import { checked } from './checked.ts';
import { withDeadline } from './deadline.ts';
import { dryRun } from './dry-run.ts';
import { operationNames } from './operations.ts';
import { withRetry } from './retry.ts';
import { throttle } from './throttle.ts';

const kindOf = (name: OperationName) => operations[name].kind;
const mutators = operationNames.filter((name) => kindOf(name) === 'mutates');
const reads = operationNames.filter((name) => kindOf(name) === 'reads');
const others = operationNames.filter((name) => kindOf(name) !== 'mutates');
const notReads = operationNames.filter((name) => kindOf(name) !== 'reads');

const done = async () => 'done';
const broken = (retry: boolean) => new FleetError('host.unreachable', 'the link broke', { retry });
const caught = (promise: Promise<unknown>) => promise.then(String, (error: unknown) => error);

it('the table has every kind of operation, so that each case below is run', () => {
  expect([mutators, reads, others, notReads].map(({ length }) => length > 0)).toEqual([true, true, true, true]);
});

describe('a dry run', () => {
  it.each(mutators)('sends no %s, and says what it would have sent', async (name) => {
    const { connection, sent } = scripted(done);
    const would: unknown[] = [];
    const answer = await call(
      dryRun(connection, (...told) => void would.push(told)),
      name,
    );
    expect(sent).toEqual([]);
    expect(answer).toEqual({ dryRun: true, warnings: [] });
    expect(would).toEqual([[name, [OBJECT, 'more']]]);
  });

  it.each(others)('lets %s through', async (name) => {
    const { connection, sent } = scripted(done);
    const would: unknown[] = [];
    expect(
      await call(
        dryRun(connection, (...told) => void would.push(told)),
        name,
      ),
    ).toBe('done');
    expect(sent).toMatchObject([{ name, args: [OBJECT, 'more'] }]);
    expect(would).toEqual([]);
  });
});

describe('the audit', () => {
  /** What happened, in its order, when this operation is called. */
  async function record(name: OperationName, answer: (sent: Sent) => Promise<unknown>): Promise<readonly unknown[]> {
    const happened: unknown[] = [];
    const { connection } = scripted((sent) => {
      happened.push('sent');
      return answer(sent);
    });
    const wrapped = audited(connection, async (...intent) => {
      happened.push(['intent', ...intent]);
      return (error) => void happened.push(['outcome', error]);
    });
    happened.push(await caught(call(wrapped, name)));
    return happened;
  }

  it.each(mutators)('writes %s down before it is sent, and then how it ended', async (name) => {
    const intent = ['intent', name, [OBJECT, 'more']];
    expect(await record(name, done)).toEqual([intent, 'sent', ['outcome', undefined], 'done']);
    const error = broken(false);
    expect(await record(name, () => Promise.reject(error))).toEqual([intent, 'sent', ['outcome', error], error]);
  });

  it.each(mutators)('sends no %s that could not be written down', async (name) => {
    const { connection, sent } = scripted(done);
    const full = new Error('the disk is full');
    expect(
      await caught(
        call(
          audited(connection, () => Promise.reject(full)),
          name,
        ),
      ),
    ).toBe(full);
    expect(sent).toEqual([]);
  });

  it.each(others)('says nothing of %s, which changes nothing', async (name) => {
    expect(await record(name, done)).toEqual(['sent', 'done']);
  });
});

describe('a retry', () => {
  /** How often the platform is called when it fails like this; `failures` times, then it answers. */
  async function tried(name: OperationName, error: Error, failures: number) {
    const clock = createTestClock();
    let left = failures;
    const { connection, sent } = scripted(() => (left-- > 0 ? Promise.reject(error) : done()));
    const answer = caught(call(withRetry(connection, clock), name));
    await clock.pass(60_000);
    return { times: sent.length, answer: await answer };
  }

  it.each(notReads)('never sends %s twice, even when the error says that it may help', async (name) => {
    const error = broken(true);
    expect(await tried(name, error, 1)).toEqual({ times: 1, answer: error });
  });

  it.each(reads)('asks for %s again when the error says that it may help', async (name) => {
    expect(await tried(name, broken(true), 1)).toEqual({ times: 2, answer: 'done' });
    expect(await tried(name, broken(true), 2)).toEqual({ times: 3, answer: 'done' });
    const error = broken(true);
    expect(await tried(name, error, 100)).toEqual({ times: 3, answer: error });
  });

  it.each(reads)('asks for %s once when it cannot help', async (name) => {
    const final = broken(false);
    expect(await tried(name, final, 1)).toEqual({ times: 1, answer: final });
    const bug = new TypeError('a bug');
    expect(await tried(name, bug, 1)).toEqual({ times: 1, answer: bug });
  });

  it.each(reads)('waits before it asks for %s again, and asks no more once it is cancelled', async (name) => {
    const clock = createTestClock();
    const { connection, sent } = scripted(() => Promise.reject(broken(true)));
    const controller = new AbortController();
    const answer = caught(call(withRetry(connection, clock), name, controller.signal));
    await clock.pass(100);
    expect(sent).toHaveLength(1);
    controller.abort(new Error('enough'));
    expect(await answer).toEqual(new Error('enough'));
    await clock.pass(60_000);
    expect(sent).toHaveLength(1);
  });
});

describe('a throttle of 4', () => {
  /** 40 calls that each take a while and end like this. */
  async function crowd(name: OperationName, ending: () => Promise<unknown>) {
    const clock = createTestClock();
    let underWay = 0;
    let most = 0;
    const { connection, sent } = scripted(async () => {
      most = Math.max(most, ++underWay);
      await new Promise<void>((resolve) => void clock.after(10, resolve));
      underWay--;
      return ending();
    });
    const limited = throttle(connection, 4);
    const answers = Promise.all(Array.from({ length: 40 }, () => caught(call(limited, name))));
    await clock.pass(1_000);
    return { answers: (await answers).length, sent: sent.length, most };
  }

  it.each(operationNames)('lets 40 calls of %s end, and never more than 4 be under way', async (name) => {
    expect(await crowd(name, done)).toEqual({ answers: 40, sent: 40, most: 4 });
    expect(await crowd(name, () => Promise.reject(broken(false)))).toEqual({ answers: 40, sent: 40, most: 4 });
  });

  it('counts all operations of a connection together', async () => {
    const { connection, sent } = scripted(() => new Promise(() => {}));
    const limited = throttle(connection, 4);
    for (const name of operationNames) void call(limited, name);
    await createTestClock().pass(1);
    expect(sent).toHaveLength(4);
  });

  it('sends nothing for a caller who has gone while it waited', async () => {
    const { connection, sent } = scripted(() => new Promise(() => {}));
    const limited = throttle(connection, 4);
    for (let at = 0; at < 4; at++) void call(limited, 'vm.info');
    const controller = new AbortController();
    const waiting = caught(call(limited, 'vm.start', controller.signal));
    controller.abort(new Error('enough'));
    expect(await waiting).toEqual(new Error('enough'));
    expect(sent).toHaveLength(4);
  });
});

describe('a deadline', () => {
  function silent(name: OperationName) {
    const clock = createTestClock();
    const { connection, sent } = scripted(() => new Promise(() => {}));
    const controller = new AbortController();
    let ended: unknown = 'not yet';
    void caught(call(withDeadline(connection, clock), name, controller.signal)).then((how) => {
      ended = how;
    });
    return { clock, sent, controller, ended: () => ended };
  }

  it.each(operationNames)('ends %s at its time and not before, and aborts what the platform is doing', async (name) => {
    const { clock, sent, ended } = silent(name);
    await clock.pass(operations[name].deadlineMs - 1);
    expect([ended(), sent[0]?.signal.aborted]).toEqual(['not yet', false]);
    await clock.pass(2);
    const late = { mutates: 'outcome.unknown', reads: 'op.timeout', streams: 'op.timeout' }[kindOf(name)];
    expect(ended()).toMatchObject({ code: late, retry: kindOf(name) !== 'mutates' });
    expect(sent[0]?.signal.aborted).toBe(true);
    expect(sent[0]?.signal.reason).toBe(ended());
  });

  it.each(operationNames)('passes a cancel of %s on to the platform', async (name) => {
    const { clock, sent, controller, ended } = silent(name);
    await clock.pass(1);
    const reason = new Error('enough');
    controller.abort(reason);
    await clock.pass(1);
    const takesBack = operations[name].takesBackMs;
    expect([ended(), sent[0]?.signal.reason]).toEqual([takesBack === undefined ? reason : 'not yet', reason]);
    if (takesBack === undefined) return;
    await clock.pass(takesBack);
    if (kindOf(name) === 'mutates') expect(ended()).toMatchObject({ code: 'outcome.unknown' });
    else expect(ended()).toBe(reason);
  });

  it.each(operationNames)('aborts nothing of %s once it is answered', async (name) => {
    const clock = createTestClock();
    const { connection, sent } = scripted(done);
    expect(await call(withDeadline(connection, clock), name)).toBe('done');
    await clock.pass(operations[name].deadlineMs + 1);
    expect(sent[0]?.signal.aborted).toBe(false);
  });

  it.each(operationNames)('sends no %s that was cancelled before', async (name) => {
    const { connection, sent } = scripted(done);
    const reason = new Error('enough');
    expect(await caught(call(withDeadline(connection, createTestClock()), name, AbortSignal.abort(reason)))).toBe(
      reason,
    );
    expect(sent).toEqual([]);
  });
});

describe('checked', () => {
  const passes = async () => {};
  const refuses = () => Promise.reject(new FleetError('op.conflict', 'it is another VM now'));

  it.each(operationNames)('sends no %s whose check fails, with what the check says', async (name) => {
    const { connection, sent } = scripted(async () => 'done');
    const signal = withLastCheck(new AbortController().signal, refuses);
    await expect(call(checked(connection), name, signal)).rejects.toThrow('it is another VM now');
    expect(sent).toEqual([]);
  });

  it.each(operationNames)('sends %s once its check has passed, and without a check', async (name) => {
    const { connection, sent } = scripted(async () => 'done');
    expect(await call(checked(connection), name, withLastCheck(new AbortController().signal, passes))).toBe('done');
    expect(await call(checked(connection), name)).toBe('done');
    expect(sent).toHaveLength(2);
  });

  it('asks when the call has its turn, not when it begins to wait', async () => {
    let isAnother = false;
    let free: (value: unknown) => void = () => {};
    const { connection, sent } = scripted(() => new Promise((resolve) => (free = resolve)));
    const limited = throttle(checked(connection), 1);
    const first = call(limited, 'vm.start');
    const signal = withLastCheck(new AbortController().signal, () => (isAnother ? refuses() : passes()));
    const second = call(limited, 'vm.delete', signal);
    isAnother = true;
    await expect.poll(() => sent.length).toBe(1);
    free('done');
    await first;
    await expect(second).rejects.toThrow('it is another VM now');
    expect(sent.map(({ name }) => name)).toEqual(['vm.start']);
  });

  it('ends the call when it is cancelled while it is checked', async () => {
    const { connection, sent } = scripted(async () => 'done');
    const controller = new AbortController();
    const signal = withLastCheck(controller.signal, (_connection, until) => {
      controller.abort(new Error('enough'));
      until.throwIfAborted();
      return passes();
    });
    await expect(call(checked(connection), 'vm.start', signal)).rejects.toThrow('enough');
    expect(sent).toEqual([]);
  });
});
