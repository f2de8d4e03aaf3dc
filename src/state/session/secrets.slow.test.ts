import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../clock.ts';
import { endpointName } from '../../ids.ts';
import type { Field } from '../../platforms/contract.ts';
import { createRedactor } from '../files/redactor.ts';
import { createSecrets } from './secrets.ts';

const fields: readonly Field[] = [
  { key: 'user', label: 'User', help: 'Who.', kind: 'text' },
  { key: 'password', label: 'Password', help: 'Of the user.', kind: 'text', sensitive: true },
];
const host1 = endpointName('host1');

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drover-secrets-'));
});
afterEach(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));

function open(clock: Clock = systemClock) {
  const redactor = createRedactor();
  const secrets = createSecrets({
    env: { LAB_PW: 'from-env', EMPTY: '' },
    home: directory,
    directory,
    clock,
    redactor,
  });
  const resolve = (password: string, signal = AbortSignal.timeout(10_000)) =>
    secrets.resolve(host1, fields, { user: 'env:LAB_PW', password }, signal);
  return { redactor, secrets, resolve };
}

describe('where secrets are kept', () => {
  it('F-315 looks them up in the environment, in files and by commands', async () => {
    await writeFile(join(directory, 'pw'), 'from-file\n');
    const { resolve } = open();
    const found = [];
    for (const reference of [
      'env:LAB_PW',
      'file:~/pw',
      'file:pw',
      'cmd:echo from-cmd; echo more',
      'cmd:printf no-newline',
      'plain',
    ]) {
      found.push((await resolve(reference))['password']);
    }
    expect(found).toEqual(['from-env', 'from-file', 'from-file', 'from-cmd', 'no-newline', 'plain']);
  });

  it('leaves fields alone that are no secrets', async () => {
    expect(await open().resolve('plain')).toEqual({ user: 'env:LAB_PW', password: 'plain' });
  });

  it.each([
    ['env:NOPE', 'host1: Password: the environment variable NOPE is not set'],
    ['env:EMPTY', 'host1: Password: the environment variable EMPTY is not set'],
    ['file:nope', "host1: Password: nope can't be read: it is not there"],
    ['file:.', 'host1: Password: . is not a regular file'],
    ['cmd:echo hunter2; exit 3', 'host1: Password: its command ended with status 3'],
    ['cmd:true', 'host1: Password: its command printed nothing'],
    ['cmd:kill -9 $$', 'host1: Password: its command was ended by SIGKILL'],
  ])('F-315 names endpoint and field when there is no secret: %s', async (reference, message) => {
    await expect(open().resolve(reference)).rejects.toMatchObject({ code: 'config.secret', message });
  });

  it('says neither command nor output of a command that failed', async () => {
    const error = await open()
      .resolve('cmd:echo hunter2 >&2; false swordfish')
      .catch((one: Error) => one);
    expect(JSON.stringify(error) + String(error)).not.toMatch(/hunter2|swordfish/);
  });

  it('asks a command once per run, and again after the login was rejected', async () => {
    const { resolve, secrets } = open();
    const command = `cmd:echo x >> '${directory}/asked'; echo secret`;
    const asked = async () => (await readFile(join(directory, 'asked'), 'utf8')).length / 2;
    await resolve(command);
    await resolve(command);
    expect(await asked()).toBe(1);
    secrets.forget(host1);
    await resolve(command);
    expect(await asked()).toBe(2);
  });

  it('remembers several commands of one endpoint, and none of another', async () => {
    const { secrets } = open();
    const asked = join(directory, 'asked');
    const run = async (endpoint: string, word: string) => {
      const command = `cmd:echo ${word} >> '${asked}'; echo ${word}`;
      const signal = AbortSignal.timeout(10_000);
      return (await secrets.resolve(endpointName(endpoint), fields, { password: command }, signal))['password'];
    };
    for (const [endpoint, word] of [
      ['host1', 'a'],
      ['host1', 'b'],
      ['host1', 'a'],
      ['host1', 'b'],
      ['host2', 'a'],
    ] as const)
      expect(await run(endpoint, word)).toBe(word);
    expect(await readFile(asked, 'utf8')).toBe('a\nb\na\n');
  });

  it('takes a file of 64 KiB and no larger one, and says what to try', async () => {
    const file = join(directory, 'pw');
    await writeFile(file, 'x'.repeat(64 * 1024));
    expect((await open().resolve('file:pw'))['password']).toHaveLength(64 * 1024);
    await writeFile(file, 'x'.repeat(64 * 1024 + 1));
    await expect(open().resolve('file:pw')).rejects.toMatchObject({
      message: 'host1: Password: pw is larger than any secret',
      fix: 'see what "password" of host1 says in the configuration, and try that by hand',
    });
    await writeFile(file, '\r\n');
    await expect(open().resolve('file:pw')).rejects.toThrow('host1: Password: pw is empty');
    await writeFile(file, ' a\nb \r\n');
    expect((await open().resolve('file:pw'))['password']).toBe(' a\nb ');
  });

  it('asks nothing of a password that is empty or not there, and runs no command for one that has given up', async () => {
    const { secrets, resolve } = open();
    const signal = AbortSignal.timeout(10_000);
    expect(await secrets.resolve(host1, fields, { user: 'a' }, signal)).toEqual({ user: 'a' });
    expect(await secrets.resolve(host1, fields, { password: '' }, signal)).toEqual({ password: '' });
    await expect(
      resolve(`cmd:touch '${directory}/ran'; echo x`, AbortSignal.abort(new Error('given up'))),
    ).rejects.toThrow('given up');
    await expect(readFile(join(directory, 'ran'))).rejects.toThrow('ENOENT');
  });

  it('ends a command that gives no answer in half a minute, with all that it started', async () => {
    let endWait = () => {};
    const clock: Clock = {
      ...systemClock,
      after(ms, call) {
        expect(ms).toBe(30_000);
        endWait = call;
        return () => {};
      },
    };
    const pidFile = join(directory, 'pid');
    const waiting = open(clock).resolve(
      `cmd:echo $$ > '${pidFile}.new'; mv '${pidFile}.new' '${pidFile}'; sleep 600; echo late`,
    );
    const pid = Number(await until(() => readFile(pidFile, 'utf8')));
    endWait();
    await expect(waiting).rejects.toThrow('host1: Password: its command gave no answer for 30 s');
    await until(async () => expect(() => process.kill(-pid, 0)).toThrow('ESRCH'));
  });

  it('ends the command when the connection is given up', async () => {
    const abort = new AbortController();
    const waiting = open().resolve('cmd:sleep 600', abort.signal);
    abort.abort(new Error('given up'));
    await expect(waiting).rejects.toThrow('given up');
  });

  it('does not wait for what a command leaves behind', async () => {
    expect((await open().resolve('cmd:sleep 100 & echo quick'))['password']).toBe('quick');
  });
});

describe('what is written for people', () => {
  it('has no secret in it, in whatever shape it travels', async () => {
    const { redactor, resolve } = open();
    await resolve("cmd:echo 'pa\"ss wörd/1'");
    const line = [
      'login pa"ss wörd/1 ok',
      JSON.stringify({ password: 'pa"ss wörd/1' }),
      `https://u:${encodeURIComponent('pa"ss wörd/1')}@host/`,
      `Basic ${Buffer.from('pa"ss wörd/1').toString('base64')}`,
    ].join('\n');
    expect(redactor.redact(line)).toBe(
      'login ******** ok\n{"password":"********"}\nhttps://u:********@host/\nBasic ********',
    );
  });

  it('blots out each line of a key, and the longer of two secrets to its end', () => {
    const redactor = createRedactor();
    for (const secret of ['hunter', 'hunter2-long', '-----BEGIN-----\nAAAABBBB\n', 'a', '']) redactor.add(secret);
    expect(redactor.redact('a hunter2-long, hunter, AAAABBBB')).toBe('a ********, ********, ********');
  });
});

/** Tries again until it does not reject, for three seconds. */
async function until<T>(look: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + 3_000;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
