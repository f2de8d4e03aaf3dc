import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startProcess } from './credential-process.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover process '));
});
afterEach(() => rm(folder, { recursive: true }));

/** A program with a blank in its path. */
async function program(script: string): Promise<string> {
  const path = join(folder, 'log in');
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o700);
  return `"${path}"`;
}
const KEYS = {
  Version: 1,
  AccessKeyId: 'A',
  SecretAccessKey: 'S',
  SessionToken: 'T',
  Expiration: '2999-01-01T00:00:00Z',
};

it('gives keys, started with its words and without a shell', async () => {
  const command = await program(`echo "$@" > "${join(folder, 'words')}"; echo '${JSON.stringify(KEYS)}'`);
  const { keys } = startProcess(`${command} --item "a b" #1 $HOME ;`, 'cloud');
  expect(await keys).toEqual({
    accessKeyId: 'A',
    secretAccessKey: 'S',
    sessionToken: 'T',
    expiration: new Date('2999-01-01T00:00:00Z'),
  });
  expect(await readFile(join(folder, 'words'), 'utf8')).toBe('--item a b #1 $HOME ;\n');
});

it.each([
  ['echo locked >&2; exit 3', 'ended with 3: locked'],
  ['echo hush', 'gave no JSON'],
  [`echo '{"Version": 2}'`, 'another version than 1'],
  [`echo '{"Version": 1, "AccessKeyId": "hush"}'`, 'gave no access key'],
  [`echo '${JSON.stringify({ ...KEYS, Expiration: '2001-01-01T00:00:00Z' })}'`, 'has run out'],
])('that does %j is an error which shows nothing of its output', async (script, why) => {
  const { keys } = startProcess(await program(script), 'cloud');
  const error = await keys.catch((one: unknown) => one);
  expect(error).toMatchObject({ code: 'auth.needs-secret', message: expect.stringContaining(why) });
  expect(String(error)).not.toContain('hush');
});

it.each([
  ['/nowhere/at/all', "can't be started"],
  ['"open', 'a quote that is not closed'],
])('that is %j says so', async (command, why) => {
  await expect(startProcess(command, 'cloud').keys).rejects.toThrow(why);
});

it.each([
  [
    { Version: 1, AccessKeyId: 'A', SecretAccessKey: 'S' },
    { accessKeyId: 'A', secretAccessKey: 'S' },
  ],
  [
    { Version: 1, AccessKeyId: 'A', SecretAccessKey: 'S', SessionToken: '', Expiration: 7 },
    { accessKeyId: 'A', secretAccessKey: 'S' },
  ],
])('gives keys that hold for ever: %j', async (said, keys) => {
  expect(await startProcess(await program(`echo '${JSON.stringify(said)}'`), 'cloud').keys).toEqual(keys);
});

it.each([
  [{ Version: 1, SecretAccessKey: 'S' }, 'gave no access key'],
  [{ Version: 1, AccessKeyId: '', SecretAccessKey: 'S' }, 'gave no access key'],
  [{ ...KEYS, Expiration: 'soon' }, 'gave a key that has run out'],
])('gives no keys with %j', async (said, why) => {
  await expect(startProcess(await program(`echo '${JSON.stringify(said)}'`), 'cloud').keys).rejects.toMatchObject({
    code: 'auth.needs-secret',
    message: `cloud: its credential_process ${why}`,
    fix: 'run the program of the profile by hand, to see what it wants',
    cause: expect.anything(),
  });
});

it('says how it ended, when it said nothing itself', async () => {
  await expect(startProcess(await program('exit 4'), 'cloud').keys).rejects.toThrow(/ended with 4$/);
  await expect(startProcess('   ', 'cloud').keys).rejects.toMatchObject({ code: 'auth.needs-secret' });
});

it('leaves nothing behind when it has ended, and may be stopped then', async () => {
  const before = process.listenerCount('exit');
  const { keys, stop } = startProcess(await program(`echo '${JSON.stringify(KEYS)}'`), 'cloud');
  expect(process.listenerCount('exit')).toBe(before + 1);
  await keys;
  expect(process.listenerCount('exit')).toBe(before);
  stop();
});

describe('one that hangs', () => {
  it('does not keep drover running, and ends with all that it has started', async () => {
    const open = () => process.getActiveResourcesInfo().filter((kind) => /Process|Pipe|Timeout/.test(kind));
    // What earlier tests have left may end meanwhile; nothing comes with it.
    const left = open();
    const command = await program('sleep 600 & wait');
    const { keys, stop } = startProcess(command, 'cloud');
    const more = open().filter((kind) => {
      const at = left.indexOf(kind);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
    expect(more).toEqual([]);
    const ended = expect(keys).rejects.toThrow('ended with SIGKILL');
    // Its pipes are closed when the last of its children is gone.
    stop();
    const stay = setInterval(() => {}, 1_000);
    await ended;
    clearInterval(stay);
  });
});
