import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkHostKey, fingerprint } from './host-key.ts';
import { addKnownHost, parseKnownHosts, readKnownHosts } from './known-hosts.ts';

const ED25519 = 'AAAAC3NzaC1lZDI1NTE5AAAAIB2fK8X0V1Wq5vM7B1r9Wl5zGxv2H1Yj7hQZcJt6W9aB';
const OTHER = 'AAAAC3NzaC1lZDI1NTE5AAAAICxq3H1Yj7hQZcJt6W9aBfK8X0V1Wq5vM7B1r9Wl5zGx';
const key = Buffer.from(ED25519, 'base64');
const hosts = (text: string) => parseKnownHosts([{ file: '/known', text }]);

describe('known_hosts', () => {
  it.each([
    ['a plain name', `db1,10.0.0.1 ssh-ed25519 ${ED25519} comment`, 'db1', 22],
    ['an address in a list', `db1,10.0.0.1 ssh-ed25519 ${ED25519}`, '10.0.0.1', 22],
    ['another port', `[db1]:2222 ssh-ed25519 ${ED25519}`, 'db1', 2222],
    ['a pattern', `*.example.org ssh-ed25519 ${ED25519}`, 'DB1.example.org', 22],
    // ssh-keygen -H wrote this one for db1.
    ['a hashed name', `|1|PtrdCOVkX1A2A4ieHFIUpAxm6Zc=|YqSDgy4SKQ0HB80BY8uVEWvmknQ= ssh-ed25519 ${ED25519}`, 'db1', 22],
  ])('knows a host by %s', (_what, line, host, port) => {
    expect(hosts(`# comment\n\n${line}\n`).check(host, port, key)).toEqual({ kind: 'known' });
  });

  it('knows a key without its port on each port, as ssh does, but calls none changed for that', () => {
    expect(hosts(`db1 ssh-ed25519 ${ED25519}`).check('db1', 2222, key)).toEqual({ kind: 'known' });
    expect(hosts(`db1 ssh-ed25519 ${OTHER}`).check('db1', 2222, key)).toEqual({ kind: 'unknown' });
    expect(hosts(`[db1]:2222 ssh-ed25519 ${ED25519}`).check('db1', 22, key)).toEqual({ kind: 'unknown' });
    expect(hosts(`@revoked db1 ssh-ed25519 ${ED25519}`).check('db1', 2222, key)).toMatchObject({ kind: 'revoked' });
  });

  it('tells where another key stands for the host', () => {
    expect(hosts(`\ndb1 ssh-ed25519 ${OTHER}`).check('db1', 22, key)).toEqual({
      kind: 'changed',
      file: '/known',
      line: 2,
    });
    expect(hosts(`!db1,* ssh-ed25519 ${OTHER}`).check('db1', 22, key)).toEqual({ kind: 'unknown' });
  });

  it('refuses a revoked key, also when it is known elsewhere', () => {
    const text = `db1 ssh-ed25519 ${ED25519}\n@revoked * ssh-ed25519 ${ED25519}`;
    expect(hosts(text).check('db1', 22, key)).toEqual({ kind: 'revoked', file: '/known', line: 2 });
  });

  it('takes an authority of certificates for no key of a host', () => {
    expect(hosts(`@cert-authority * ssh-ed25519 ${OTHER}`).check('db1', 22, key)).toEqual({
      kind: 'unknown',
      authority: { file: '/known', line: 1 },
    });
    expect(hosts(`@cert-authority * ssh-ed25519 ${ED25519}`).check('db1', 22, key)).toMatchObject({ kind: 'unknown' });
  });

  it.each([
    ['a name in capitals', `DB1 ssh-ed25519 ${ED25519}`, 'dB1', 22, 'known'],
    ['a name on another port in capitals', `[DB1]:7 ssh-ed25519 ${ED25519}`, 'dB1', 7, 'known'],
    ['words behind tabs and blanks', `  db1\t ssh-ed25519 \t${ED25519}`, 'db1', 22, 'known'],
    ['an unknown marker', `@other db1 ssh-ed25519 ${ED25519}`, 'db1', 22, 'unknown'],
    ['a line without a key', 'db1 ssh-ed25519', 'db1', 22, 'unknown'],
    ['a note', `#db1 ssh-ed25519 ${ED25519}`, 'db1', 22, 'unknown'],
    ['a revoked key of another host', `@revoked db2 ssh-ed25519 ${ED25519}`, 'db1', 22, 'unknown'],
    ['another key that was revoked', `@revoked db1 ssh-ed25519 ${OTHER}`, 'db1', 22, 'unknown'],
    [
      'a hashed name of another host',
      `|1|PtrdCOVkX1A2A4ieHFIUpAxm6Zc=|YqSDgy4SKQ0HB80BY8uVEWvmknQ= ssh-ed25519 ${ED25519}`,
      'db2',
      22,
      'unknown',
    ],
  ])('reads %s', (_what, line, host, port, kind) => expect(hosts(line).check(host, port, key)).toMatchObject({ kind }));

  it('names the file and the line of what it found', () => {
    const two = parseKnownHosts([
      { file: '/a', text: `db2 ssh-ed25519 ${ED25519}` },
      { file: '/b', text: `\n\n@cert-authority db1 ssh-ed25519 ${OTHER}\ndb2 ssh-ed25519 ${OTHER}` },
    ]);
    expect(two.check('db1', 22, key)).toEqual({ kind: 'unknown', authority: { file: '/b', line: 3 } });
    expect(two.check('db2', 22, Buffer.from('x'))).toEqual({ kind: 'changed', file: '/a', line: 1 });
  });

  it('asks for types that are known on the port, and else for those of the name', () => {
    const known = hosts(`db1 ssh-rsa A\n[db1]:7 ssh-dss A\n@revoked db1 ssh-ed25519 A\ndb1 ssh-rsa B`);
    expect(known.typesOf('DB1', 22)).toEqual(['ssh-rsa']);
    expect(known.typesOf('db1', 7)).toEqual(['ssh-dss']);
    expect(known.typesOf('DB1', 8)).toEqual(['ssh-rsa']);
    expect(known.typesOf('db2', 22)).toEqual([]);
  });

  it('tells which types of keys to ask for', () => {
    expect(hosts(`db1 ssh-rsa AAAAB3\ndb1 ssh-ed25519 ${ED25519}`).typesOf('db1', 22)).toEqual([
      'ssh-rsa',
      'ssh-ed25519',
    ]);
  });

  it('remembers an accepted key, behind a last line without its end as well', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'drover-known-'));
    const file = join(dir, 'new', 'known_hosts');
    await addKnownHost(file, { host: 'db1', port: 22, key, isHashed: false });
    await addKnownHost(file, { host: 'db2', port: 2222, key, isHashed: false });
    expect(await readFile(file, 'utf8')).toBe(`db1 ssh-ed25519 ${ED25519}\n[db2]:2222 ssh-ed25519 ${ED25519}\n`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readKnownHosts([file, join(dir, 'none')])).check('db2', 2222, key)).toEqual({ kind: 'known' });
    await rm(dir, { recursive: true });
  });

  it('begins a line of its own, in a folder for this user alone', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'drover-known-'));
    const file = join(dir, 'new', 'known_hosts');
    await addKnownHost(file, { host: 'DB1', port: 22, key, isHashed: false });
    expect((await stat(join(dir, 'new'))).mode & 0o777).toBe(0o700);
    await writeFile(file, '# a note');
    await addKnownHost(file, { host: 'db2', port: 22, key, isHashed: false });
    expect(await readFile(file, 'utf8')).toBe(`# a note\ndb2 ssh-ed25519 ${ED25519}\n`);
    await rm(dir, { recursive: true });
  });

  it('says which file it can not read or write, and why', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'drover-known-'));
    await expect(readKnownHosts([dir])).rejects.toMatchObject({
      code: 'config.invalid',
      message: `the known hosts in ${dir} can't be read: it is a folder`,
    });
    await addKnownHost(join(dir, 'file'), { host: 'db1', port: 22, key, isHashed: false });
    const below = join(dir, 'file', 'known_hosts');
    await expect(addKnownHost(below, { host: 'db1', port: 22, key, isHashed: false })).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('a part of its path is no folder'),
    });
    const inDevices = '/dev/null/x';
    await expect(addKnownHost(inDevices, { host: 'db1', port: 22, key, isHashed: false })).rejects.toMatchObject({
      message: `the known hosts in ${inDevices} can't be read: a part of its path is no folder`,
    });
    const nameless = join(dir, 'x'.repeat(300));
    await expect(readKnownHosts([nameless])).rejects.toThrow(/can't be read: ENAMETOOLONG/);
    await symlink('/proc/drover/none', join(dir, 'link'));
    await expect(addKnownHost(join(dir, 'link'), { host: 'db1', port: 7, key, isHashed: false })).rejects.toThrow(
      `the key of [db1]:7 was accepted, but can't be written to ${join(dir, 'link')}: `,
    );
    await rm(dir, { recursive: true });
  });

  it('hides the names where ssh does, and knows them all the same', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'drover-known-'));
    const file = join(dir, 'known_hosts');
    await addKnownHost(file, { host: 'db2', port: 2222, key, isHashed: true });
    expect(await readFile(file, 'utf8')).toMatch(/^\|1\|[A-Za-z0-9+/]{27}=\|[A-Za-z0-9+/]{27}= ssh-ed25519 /);
    expect((await readKnownHosts([file])).check('db2', 2222, key)).toEqual({ kind: 'known' });
    await rm(dir, { recursive: true });
  });

  it('is done in no time with a pattern that is made to last', () => {
    const name = 'a'.repeat(60);
    const before = performance.now();
    expect(hosts(`${'a*'.repeat(40)}b ssh-ed25519 ${ED25519}`).check(name, 22, key)).toEqual({ kind: 'unknown' });
    // As a regular expression it takes longer than the universe is old.
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});

describe('a host key', () => {
  const check = { endpoint: 'db1', host: 'db1', port: 22, addTo: '/dev/null', isHashed: false };

  it('has the fingerprint that OpenSSH prints', () => {
    expect(fingerprint(key)).toBe(`SHA256:${createHash('sha256').update(key).digest('base64').slice(0, 43)}`);
  });
  it('is refused when it changed, without a question', async () => {
    const trust = () => Promise.reject(new Error('asked'));
    const refused = checkHostKey(key, { ...check, known: hosts(`db1 ssh-ed25519 ${OTHER}`), ask: { trust } });
    await expect(refused).rejects.toMatchObject({
      code: 'trust.changed-host',
      fix: expect.stringContaining('line 1 of /known'),
    });
  });
  it('says what it is and what stood there before', async () => {
    const print = fingerprint(key);
    const changed = checkHostKey(key, { ...check, port: 7, known: hosts(`[db1]:7 x ${OTHER}`), ask: {} });
    await expect(changed).rejects.toMatchObject({
      message: `db1:7 shows another key than the known one (/known, line 1): now ssh-ed25519 ${print}. Either the host was installed again, or another machine answers in its place`,
      fix: 'if you know why it changed, remove line 1 of /known and connect again',
    });
    const revoked = checkHostKey(key, { ...check, known: hosts(`@revoked * x ${ED25519}`), ask: {} });
    await expect(revoked).rejects.toMatchObject({
      code: 'trust.changed-host',
      message: 'the ssh-ed25519 key of db1:22 was revoked: /known, line 1',
    });
    const unknown = checkHostKey(key, { ...check, known: hosts(''), ask: { trust: async () => false } });
    await expect(unknown).rejects.toMatchObject({
      message: `the key of db1:22 is not known yet: ssh-ed25519 ${print}`,
    });
    const known = checkHostKey(key, { ...check, known: hosts(`db1 x ${ED25519}`), ask: {} });
    await expect(known).resolves.toBeUndefined();
  });
  it('is refused when only an authority is known, and names the ssh that checks certificates', async () => {
    const known = hosts(`@cert-authority *.example.org,db1 ssh-ed25519 ${OTHER}`);
    await expect(checkHostKey(key, { ...check, known, ask: {} })).rejects.toMatchObject({
      code: 'trust.unknown-host',
      message: expect.stringContaining('/known, line 1'),
      fix: expect.stringContaining('ssh: system'),
    });
  });
  it('is accepted without being written where the configuration names no file', async () => {
    const trust = async () => true;
    await expect(
      checkHostKey(key, { ...check, addTo: undefined, known: hosts(''), ask: { trust } }),
    ).resolves.toBeUndefined();
  });
  it('is refused when it is unknown and no user can be asked', async () => {
    const refused = checkHostKey(key, { ...check, known: hosts(''), ask: {} });
    await expect(refused).rejects.toMatchObject({ code: 'trust.unknown-host', fix: 'drover endpoint trust db1' });
  });
});
