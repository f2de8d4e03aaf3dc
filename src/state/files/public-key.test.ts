import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ownPublicKey } from './public-key.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'drover-key-'));
  await mkdir(join(home, '.ssh'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const RSA = `ssh-rsa ${'A'.repeat(200)} me@here`;
const ED25519 = `ssh-ed25519 ${'B'.repeat(60)}`;

it('F-334 is the first of the usual names', async () => {
  expect(await ownPublicKey({ HOME: home })).toBeUndefined();
  await writeFile(join(home, '.ssh/id_rsa.pub'), `${RSA}\n`);
  expect(await ownPublicKey({ HOME: home })).toBe(RSA);
  await writeFile(join(home, '.ssh/id_ed25519.pub'), `${ED25519}\n`);
  expect(await ownPublicKey({ HOME: home })).toBe(ED25519);
});

it('is no file that holds something else', async () => {
  await writeFile(join(home, '.ssh/id_ed25519.pub'), '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n');
  expect(await ownPublicKey({ HOME: home })).toBeUndefined();
});
