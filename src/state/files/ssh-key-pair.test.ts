import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepPrivateKey } from './private-key-file.ts';
import { newSshKeyPair } from './ssh-key-pair.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-key-'));
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

describe('a new SSH key', () => {
  it.each(['ed25519', 'rsa'] as const)('of type %s is one pair, which other programs read', async (type) => {
    const { privateKey, publicKey } = await newSshKeyPair(type, 'web-key');
    const parsed = ssh2.utils.parseKey(privateKey);
    if (parsed instanceof Error || Array.isArray(parsed)) throw new Error('it can not be read');
    expect(publicKey).toBe(`ssh-${type} ${parsed.getPublicSSH().toString('base64')} web-key`);
    const text = Buffer.from('signed');
    const read = ssh2.utils.parseKey(publicKey);
    if (read instanceof Error) throw read;
    expect(read.verify(text, parsed.sign(text) as Buffer)).toBe(true);
  });

  it('is kept in a file that only its owner reads, and never over another one', async () => {
    const kept = await keepPrivateKey(join(folder, 'keys', 'web'), 'secret');
    expect((await stat(kept.path)).mode & 0o777).toBe(0o600);
    expect(await readFile(kept.path, 'utf8')).toBe('secret');
    await expect(keepPrivateKey(kept.path, 'other')).rejects.toMatchObject({ code: 'op.conflict' });
    expect(await readFile(kept.path, 'utf8')).toBe('secret');
    await kept.discard();
    await expect(stat(kept.path)).rejects.toMatchObject({ code: 'ENOENT' });
    await writeFile(join(folder, 'file'), '');
    await expect(keepPrivateKey(join(folder, 'file', 'key'), 'secret')).rejects.toMatchObject({ code: 'op.refused' });
  });
});
