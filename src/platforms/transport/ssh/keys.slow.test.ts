import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import ssh2 from 'ssh2';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { sshKey } from '../../../../test/ssh-key.ts';
import { systemClock } from '../../../clock.ts';
import { contentOf, publicIn } from './key-formats.ts';
import { unlockKey } from './key-unlock.ts';

const { signal } = new AbortController();
const pkcs8 = ({ privateKey }: { privateKey: KeyObject }): string =>
  privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const PKCS8: readonly (readonly [string, string])[] = [
  ['ssh-ed25519', pkcs8(generateKeyPairSync('ed25519'))],
  ['ssh-rsa', pkcs8(generateKeyPairSync('rsa', { modulusLength: 2048 }))],
  ['ecdsa-sha2-nistp256', pkcs8(generateKeyPairSync('ec', { namedCurve: 'P-256' }))],
];
const DATA = Buffer.from('to be signed');

describe('what a key file holds', () => {
  it.each(PKCS8)('is used when it is PKCS#8: %s', (type, text) => {
    const content = contentOf(ssh2, text);
    if (content.kind !== 'open') throw new Error(JSON.stringify(content));
    expect(content.key.type).toBe(type);
    const again = ssh2.utils.parseKey(content.key.getPublicSSH());
    if (again instanceof Error) throw again;
    expect(again.verify(DATA, content.key.sign(DATA))).toBe(true);
  });

  it('is known by its public half, without the passphrase', () => {
    const pair = sshKey({ passphrase: 'x', cipher: 'aes256-ctr', rounds: 17 });
    expect(contentOf(ssh2, pair.private)).toEqual({ kind: 'locked', public: publicIn(pair.public), rounds: 17 });
    expect(contentOf(ssh2, pair.public)).toEqual({ kind: 'public', public: publicIn(pair.public) });
  });

  it.each([
    ['nothing', '', 'a format that it does not know'],
    [
      'half a key',
      '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----',
      'damaged',
    ],
    ['a broken PKCS#8', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', 'damaged'],
    ['an X25519 key', pkcs8(generateKeyPairSync('x25519')), 'type x25519'],
    // ssh-keygen -t ed25519-sk wrote its beginning.
    [
      'a hardware key',
      'sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIA==',
      'type sk-ssh-ed25519@openssh.com',
    ],
  ])('is said when it can not be used: %s', (_what, text, why) => {
    expect(contentOf(ssh2, text)).toMatchObject({ kind: 'unusable', why: expect.stringContaining(why) });
  });
});

describe('a passphrase', () => {
  const pair = sshKey({ passphrase: 'right', cipher: 'aes256-ctr', rounds: 4 });
  const key = { path: '/keys/mine', text: pair.private, rounds: 4 };

  it('opens its key, and another one does not', async () => {
    const patience = { clock: systemClock, signal };
    const opened = await unlockKey({ ...key, passphrase: 'right' }, patience);
    expect(contentOf(ssh2, opened.kind === 'open' ? opened.pem : '')).toMatchObject({ kind: 'open' });
    expect(await unlockKey({ ...key, passphrase: 'wrong' }, patience)).toEqual({ kind: 'wrong' });
  });

  it('opens a key in PKCS#8, and says of an unknown format that it can not be used', async () => {
    const patience = { clock: systemClock, signal };
    const { privateKey } = generateKeyPairSync('ed25519');
    const sealed = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'right' } as const;
    const text = privateKey.export(sealed).toString();
    const mine = { path: '/keys/mine', text, rounds: undefined };
    expect(await unlockKey({ ...mine, passphrase: 'right' }, patience)).toEqual({
      kind: 'open',
      pem: pkcs8({ privateKey }),
    });
    expect(await unlockKey({ ...mine, passphrase: 'wrong' }, patience)).toEqual({ kind: 'wrong' });
    const putty = 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: aes256-cbc\nComment: x\n';
    expect(await unlockKey({ ...mine, text: putty, passphrase: 'x' }, patience)).toEqual({ kind: 'unusable' });
  });

  it('is not waited for by a user who has given up', async () => {
    const controller = new AbortController();
    const opening = unlockKey({ ...key, passphrase: 'right' }, { clock: systemClock, signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
  });

  it('that takes too long is the fault of the key, not of the host', async () => {
    const clock = createTestClock();
    const slow = sshKey({ passphrase: 'right', cipher: 'aes256-ctr', rounds: 4 });
    const unlocking = unlockKey(
      { path: '/keys/mine', text: slow.private, rounds: 5_000, passphrase: 'right' },
      { clock, signal },
    );
    const refused = expect(unlocking).rejects.toMatchObject({
      message: expect.stringContaining('the key /keys/mine could not be decrypted within 60 s: it has 5000 rounds'),
      fix: 'ssh-add /keys/mine',
    });
    let ended = false;
    void unlocking.catch(() => {
      ended = true;
    });
    await clock.pass(59_999);
    expect(ended).toBe(false);
    await clock.pass(1);
    await refused;
    const old = unlockKey(
      { path: '/keys/old', text: slow.private, rounds: undefined, passphrase: 'x' },
      { clock, signal },
    );
    const late = expect(old).rejects.toThrow(/within 60 s$/);
    await clock.pass(60_000);
    await late;
  });
});
