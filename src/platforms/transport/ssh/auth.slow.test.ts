import { generateKeyPairSync } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnyAuthMethod } from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ALL,
  attemptsOf,
  createLoginBench,
  type KeyOnDisk,
  type LoginBench,
  shownBy,
  signed,
} from '../../../../test/transport/ssh-login.ts';
import type { Login } from './auth.ts';

let bench: LoginBench;
const keys: Record<string, KeyOnDisk> = {};
beforeAll(async () => {
  bench = await createLoginBench();
  for (const name of ['a', 'b', 'c', 'd']) keys[name] = await bench.key(name);
  for (const name of ['locked', 'shut']) keys[name] = await bench.key(name, 'right');
});
afterAll(() => bench.close());

const key = (name: string): KeyOnDisk => keys[name] as KeyOnDisk;
const path = (name: string): string => join(bench.dir, name);

/** `none`, `agent b`, `publickey a`, `password` … in their order. */
const named = (methods: readonly AnyAuthMethod[]): readonly string[] =>
  methods.map((method) => {
    const shown = shownBy(method);
    const name = Object.keys(keys).find((one) => shown && key(one).blob.equals(shown));
    return name === undefined ? method.type : `${method.type} ${name}`;
  });
const order = async (login: Login, accepts = ALL) => named(await attemptsOf(login, accepts));
const agentOf = (...names: readonly string[]) => bench.agent(...names.map((name) => key(name).key));

describe('a login tries', () => {
  it('named keys first: those of the agent, those that are open, those that are locked, and then what else the agent has', async () => {
    const login = bench.login({
      identityFiles: ['locked', 'a', 'b', 'nowhere'].map(path),
      usualFiles: [path('d')],
      agentSocket: await agentOf('c', 'b'),
    });
    expect(await order(login)).toEqual(['none', 'agent b', 'publickey a', 'agent locked', 'agent c']);
    expect(login.tried).toEqual(['agent', path('a'), path('locked')]);
    expect(login.passwordSent).toBe(false);
  });

  it('of the agent only keys that are named, when it shall', async () => {
    const agentSocket = await agentOf('c', 'b');
    const login = bench.login({ identityFiles: [path('a'), path('b')], identitiesOnly: true, agentSocket });
    expect(await order(login)).toEqual(['none', 'agent b', 'publickey a']);
  });

  it('the usual files where none is named, each behind what the agent has', async () => {
    const login = bench.login({ usualFiles: [path('a'), path('b')], agentSocket: await agentOf('c', 'b') });
    expect(await order(login)).toEqual(['none', 'agent b', 'agent c', 'publickey a']);
  });

  it('no usual file where the configuration says that there is none', async () => {
    expect(await order(bench.login({ identityFiles: [], usualFiles: [path('a')] }))).toEqual(['none']);
  });

  it("the endpoint's own key alone", async () => {
    const own = { keyFile: path('a'), identityFiles: [path('b')], usualFiles: [path('d')] };
    expect(await order(bench.login({ ...own, agentSocket: await agentOf('c') }))).toEqual(['none', 'publickey a']);
    expect(await order(bench.login({ ...own, agentSocket: await agentOf('c', 'a') }))).toEqual(['none', 'agent a']);
  });

  it('what the host still accepts, and what the configuration allows', async () => {
    const all = { identityFiles: [path('a'), path('locked')], password: 'x' };
    expect(await order(bench.login(all))).toEqual(['none', 'publickey a', 'agent locked', 'password']);
    expect(await order(bench.login(all), ['password'])).toEqual(['none', 'password']);
    expect(await order(bench.login(all), ['publickey'])).toEqual(['none', 'publickey a', 'agent locked']);
    const allowed = (more: object) => ({
      methods: { publickey: true, password: true, 'keyboard-interactive': true, ...more },
    });
    expect(await order(bench.login({ ...all, ...allowed({ publickey: false }) }))).toEqual(['none', 'password']);
    const noPassword = bench.login({ ...all, ...allowed({ publickey: false, password: false }) });
    expect(await order(noPassword)).toEqual(['none', 'keyboard-interactive']);
    const neither = allowed({ publickey: false, password: false, 'keyboard-interactive': false });
    expect(await order(bench.login({ ...all, ...neither }))).toEqual(['none']);
    const onlyPassword = allowed({ publickey: false, 'keyboard-interactive': false });
    expect(await order(bench.login({ ...all, ...onlyPassword }), ['keyboard-interactive'])).toEqual(['none']);
  });

  it('everything as the user that was asked for', async () => {
    const login = bench.login({
      user: 'admin',
      identityFiles: [path('a'), path('locked')],
      agentSocket: await agentOf('c'),
      password: 'x',
    });
    const methods = await attemptsOf(login);
    expect(methods.map((method) => 'username' in method && method.username)).toEqual(Array(5).fill('admin'));
  });
});

describe('keys that can not be used are named', () => {
  it('an agent that is not there, or does not answer', async () => {
    const gone = bench.login({ agentSocket: path('nowhere') });
    expect(await order(gone)).toEqual(['none']);
    expect(gone.unusable).toEqual(['no keys of the agent: Failed to connect to agent']);

    const agentSocket = await bench.silence();
    const silent = bench.login({ agentSocket });
    await silent.next(null);
    let ended = false;
    const next = silent.next(ALL).finally(() => {
      ended = true;
    });
    await bench.clock.pass(4_999);
    expect(ended).toBe(false);
    await bench.clock.pass(1);
    expect(await next).toBe(false);
    expect(silent.unusable).toEqual([`no keys of the agent: the SSH agent at ${agentSocket} does not answer`]);
  });

  it('certificates, those that are named and those beside a key', async () => {
    const beside = await bench.file('a-cert.pub', 'x');
    const other = await bench.file('other-cert.pub', 'x');
    const login = bench.login({
      identityFiles: [path('a'), path('b')],
      certificateFiles: [other, beside, path('nowhere')],
    });
    await attemptsOf(login);
    expect(login.unusable).toEqual([`${other} is a certificate`, `${beside} is a certificate`]);
    await rm(beside);
  });

  it.each([
    ['named', { identityFiles: true }, 0],
    ['usual', { usualFiles: true }, 1],
  ])('a key of a type that ssh2 lacks, and a password is asked for only when it is %s', async (_what, way, asked) => {
    const sk = await bench.file('sk', 'sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIA==');
    const files = Object.fromEntries(Object.keys(way).map((name) => [name, [sk]]));
    const prompts: string[] = [];
    const login = bench.login(files, { secret: async (prompt) => void prompts.push(prompt) });
    await attemptsOf(login);
    expect(login.unusable).toEqual([`${sk} is a key of the type sk-ssh-ed25519@openssh.com`]);
    expect(prompts).toHaveLength(asked);
  });
});

describe('a locked key', () => {
  const DATA = Buffer.from('to be signed');
  const asking = (...answers: readonly (string | undefined)[]) => {
    const prompts: string[] = [];
    return { prompts, secret: async (prompt: string) => answers[prompts.push(prompt) - 1] };
  };

  it('asks for its passphrase when the host would take it, and never again', async () => {
    const ask = asking('right', 'password');
    const answers = new Map<string, string>();
    const login = bench.login({ keyFile: path('locked') }, ask, answers);
    await login.next(null);
    const method = (await login.next(ALL)) as AnyAuthMethod;
    expect(ask.prompts).toEqual([]);
    const signature = await signed(method, DATA);
    expect(key('locked').key.verify(DATA, signature)).toBe(true);
    await signed(method, DATA);
    expect(ask.prompts).toEqual([`Passphrase for ${path('locked')}`]);
    expect(login.locked).toBeUndefined();
    expect(await login.next(ALL)).toMatchObject({ type: 'password', password: 'password' });
    // A further connection has it already.
    const further = bench.login({ keyFile: path('locked') }, {}, answers);
    expect(await order(further)).toEqual(['none', 'publickey locked', 'password']);
  });

  it.each([
    ['a wrong one', 'wrong', true],
    ['no user to ask', undefined, true],
    ['nothing typed', '', false],
  ])('stays locked with %s, and then the password is asked for: %s', async (_what, passphrase, staysLocked) => {
    const ask = asking(passphrase, 'password');
    const login = bench.login({ keyFile: path('locked') }, ask);
    await login.next(null);
    await expect(signed((await login.next(ALL)) as AnyAuthMethod, DATA)).rejects.toThrow('the key stays locked');
    expect(login.locked).toBe(staysLocked ? path('locked') : undefined);
    expect(await login.next(ALL)).toEqual(staysLocked ? false : expect.objectContaining({ type: 'password' }));
    expect(ask.prompts).toHaveLength(staysLocked ? 1 : 2);
  });

  it('that does not show its public half is opened last', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ type: 'sec1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'right' });
    const old = await bench.file('old', pem.toString());
    const right = bench.login({ identityFiles: [old, path('a'), path('locked')] }, asking('right'));
    expect(await order(right)).toEqual(['none', 'publickey a', 'agent locked', 'publickey']);
    expect(right.tried).toEqual([path('a'), path('locked'), old]);
    const unasked = bench.login({ identityFiles: [old] });
    expect(await order(unasked)).toEqual(['none']);
    expect(unasked.locked).toBe(old);
  });

  it('fails with the reason why the user could not be asked', async () => {
    const login = bench.login({ keyFile: path('locked') }, { secret: () => Promise.reject(new Error('given up')) });
    await login.next(null);
    await expect(signed((await login.next(ALL)) as AnyAuthMethod, DATA)).rejects.toThrow('given up');
  });

  it('is signed with by the agent that holds it', async () => {
    const login = bench.login({ keyFile: path('shut'), agentSocket: await agentOf('a', 'shut') });
    await login.next(null);
    const signature = await signed((await login.next(ALL)) as AnyAuthMethod, DATA);
    expect(key('shut').key.verify(DATA, signature)).toBe(true);
  });
});

describe('a password', () => {
  it('is asked for once, by user and host, and kept for a further connection to the same', async () => {
    const prompts: string[] = [];
    const secret = async (prompt: string) => `secret ${prompts.push(prompt)}`;
    const answers = new Map<string, string>();
    const first = bench.login({}, { secret }, answers);
    expect(await attemptsOf(first)).toMatchObject([{ type: 'none' }, { type: 'password', password: 'secret 1' }]);
    expect(first).toMatchObject({ passwordSent: true, tried: ['password'] });
    const again = bench.login({}, { secret }, answers);
    expect((await attemptsOf(again)).at(-1)).toMatchObject({ password: 'secret 1' });
    const other = bench.login({ host: 'db2:22' }, { secret }, answers);
    expect((await attemptsOf(other)).at(-1)).toMatchObject({ password: 'secret 2' });
    expect(prompts).toEqual(['Password of root on db1:22', 'Password of root on db2:22']);
  });

  it('is not sent when there is none, or the host takes none', async () => {
    expect(await order(bench.login({}))).toEqual(['none']);
    const login = bench.login({}, { secret: () => Promise.reject(new Error('asked')) });
    expect(await order(login, ['publickey'])).toEqual(['none']);
  });

  it('answers all that is asked for, but only once', async () => {
    const [, method] = await attemptsOf(bench.login({ password: 'x' }), ['keyboard-interactive']);
    if (method?.type !== 'keyboard-interactive') throw new Error(`a ${method?.type}`);
    const answered: (readonly string[])[] = [];
    const ask = (count: number) =>
      method.prompt('', '', '', Array(count).fill({ prompt: '?' }), (answers) => void answered.push(answers));
    ask(2);
    ask(1);
    expect(answered).toEqual([['x', 'x'], []]);
  });
});
