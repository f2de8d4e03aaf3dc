import { describe, expect, it } from 'vitest';
import { FleetError } from '../../errors.ts';
import { failed, resolveName, step, upToFailure } from './check.ts';
import { connectError, fileWords, noAnswer } from './connect-error.ts';

const withCode = (code: unknown) => Object.assign(new Error('node said so'), { code });

describe('a socket that can not be opened', () => {
  it.each([
    ['ECONNREFUSED', "can't connect to db1:22: nothing listens there"],
    ['ECONNRESET', "can't connect to db1:22: the other side hung up"],
    ['EPIPE', "can't connect to db1:22: the other side hung up"],
    ['ECONNABORTED', "can't connect to db1:22: the other side hung up"],
    ['EHOSTUNREACH', "can't connect to db1:22: there is no way to that host"],
    ['ENETUNREACH', "can't connect to db1:22: there is no way to that network"],
    ['EHOSTDOWN', "can't connect to db1:22: the host is down"],
    ['ETIMEDOUT', "can't connect to db1:22: no answer"],
    ['ENETDOWN', "can't connect to db1:22: the network of this machine is down"],
    ['EADDRNOTAVAIL', "can't connect to db1:22: this machine has no address that leads there"],
    ['EINVAL', "can't connect to db1:22: that is no address that a connection can be made to"],
    ['ENOTSOCK', "can't connect to db1:22: that is no socket"],
    ['EPROTOTYPE', "can't connect to db1:22: that is no socket for connections"],
    ['ENAMETOOLONG', "can't connect to db1:22: the path is too long for a socket"],
    ['ENOTDIR', "can't connect to db1:22: a part of the path is no folder"],
    ['ELOOP', "can't connect to db1:22: its links lead in a circle"],
    ['ENOBUFS', "can't connect to db1:22: this machine has no room for another connection"],
    ['ENOMEM', "can't connect to db1:22: this machine has no memory for another connection"],
    ['EWHATEVER', "can't connect to db1:22: node said so"],
    [17, "can't connect to db1:22: node said so"],
  ])('for %s', (code, message) => {
    expect(connectError(withCode(code), 'db1:22')).toMatchObject({ code: 'host.unreachable', retry: true, message });
  });

  it.each([
    [
      'ENOTFOUND',
      {
        code: 'host.unreachable',
        message: "the name in db1:22 can't be resolved",
        retry: false,
        fix: 'check the spelling, or the name server',
      },
    ],
    ['EAI_AGAIN', { message: "the name in db1:22 can't be resolved", retry: true }],
    ['EAI_NODATA', { message: "the name in db1:22 can't be resolved", retry: true }],
    [
      'ENOENT',
      {
        code: 'host.unreachable',
        message: 'there is no socket db1:22',
        fix: 'check that the daemon runs, and its path',
        retry: true,
      },
    ],
    ['EACCES', { code: 'auth.forbidden', message: 'no right to open db1:22', retry: false }],
    ['EPERM', { code: 'auth.forbidden', message: 'no right to open db1:22', retry: false }],
    [
      'EMFILE',
      {
        code: 'host.unreachable',
        message: "can't connect to db1:22: too many files and connections are open",
        fix: 'raise the limit of open files (ulimit -n) and start again',
        retry: true,
      },
    ],
    ['ENFILE', { fix: 'close other programs', retry: true, code: 'host.unreachable' }],
  ])('for %s, with what to do about it', (code, expected) => {
    expect(connectError(withCode(code), 'db1:22')).toMatchObject(expected);
  });

  it('that never answered may be tried again', () => {
    expect(noAnswer('db1:22', 10)).toMatchObject({
      code: 'host.unreachable',
      message: 'no answer from db1:22 within 10 s',
      retry: true,
    });
    expect(connectError('a word', 'db1:22').message).toBe("can't connect to db1:22: a word");
  });
});

it.each([
  ['ENOENT', 'there is no such file'],
  ['EISDIR', 'it is a folder'],
  ['ENOTDIR', 'a part of its path is no folder'],
  ['EACCES', 'this user may not read it'],
  ['EPERM', 'this user may not read it'],
  ['ELOOP', 'its links lead in a circle'],
  ['EMFILE', 'this program has too many files open'],
  ['ENFILE', 'this machine has too many files open'],
  ['EIO', 'the disk does not give it'],
  ['EWHATEVER', 'node said so'],
])('a file that can not be read for %s: %s', (code, words) => expect(fileWords(withCode(code))).toBe(words));

describe('checks', () => {
  it('say what there is, or why there is nothing, and what to do', async () => {
    const fails = (error: Error) => step('it works', () => Promise.reject(error));
    expect(await step('it works', async () => 'well')).toEqual({ check: 'it works', ok: true, detail: 'well' });
    expect(await fails(new Error('no'))).toEqual({ check: 'it works', ok: false, detail: 'no' });
    expect(await fails(new FleetError('auth.rejected', 'no', { fix: 'ask' }))).toEqual({
      check: 'it works',
      ok: false,
      detail: 'no',
      code: 'auth.rejected',
      fix: 'ask',
    });
    expect(failed('x', new FleetError('op.failed', 'no'))).not.toHaveProperty('fix');
  });

  it('end with the first that fails, or when a user gives up', async () => {
    const controller = new AbortController();
    const tried: number[] = [];
    async function* steps(...oks: readonly boolean[]) {
      for (const [index, ok] of oks.entries()) {
        tried.push(index);
        yield { check: `${index}`, ok, detail: '' };
      }
    }
    expect(await upToFailure(steps(true, false, true), controller.signal)).toMatchObject([{ ok: true }, { ok: false }]);
    expect(tried).toEqual([0, 1]);
    expect(await upToFailure(steps(true, true), controller.signal)).toHaveLength(2);
    controller.abort(new Error('enough'));
    await expect(upToFailure(steps(true), controller.signal)).rejects.toThrow('enough');
  });

  it('find the address of a name', async () => {
    expect(await resolveName('127.0.0.1')).toBe('127.0.0.1');
    await expect(resolveName('a..b')).rejects.toMatchObject({
      code: 'host.unreachable',
      message: "the name a..b can't be resolved",
      fix: 'check the spelling, or the name server',
    });
  });
});
