import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sshKey } from '../../../../test/ssh-key.ts';
import { contentOf, publicIn, typeOfKey } from './key-formats.ts';
import { certificatesOf, presentKeys, publicKeyOf, requiredKey, usualIdentityFiles } from './keys.ts';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'drover-keys-'));
});
afterAll(() => rm(dir, { recursive: true }));

const file = async (name: string, text: string): Promise<string> => {
  await writeFile(join(dir, name), text);
  return join(dir, name);
};

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value, 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

const pair = sshKey();
const blob = publicIn(pair.public) as Buffer;

/** A file in OpenSSH's format, as PROTOCOL.key says. */
function openSsh({ magic = 'openssh-key-v1\0', cipher = 'none', derivation = '', key = blob, cut = 0 }): string {
  const parts = [
    Buffer.from(magic, 'latin1'),
    text(cipher),
    text('bcrypt'),
    text(derivation),
    Buffer.from([0, 0, 0, 1]),
  ];
  const whole = Buffer.concat([...parts, text(key.toString('latin1')), text('secret')]);
  const base64 = whole.subarray(0, whole.length - cut).toString('base64');
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${base64}\n-----END OPENSSH PRIVATE KEY-----\n`;
}
const LOCKED = { kind: 'locked', public: undefined, rounds: undefined };
const rounds = `\0\0\0\x10${'s'.repeat(16)}\0\0\0\x18`;

describe('a key file', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const sealed = { cipher: 'aes-128-cbc', passphrase: 'x' };
  const puttyOf = (encryption: string) => `PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: ${encryption}\nComment: x\n`;

  it.each<[string, string, object]>([
    ['is locked as PKCS#8', ec.export({ type: 'pkcs8', format: 'pem', ...sealed }).toString(), LOCKED],
    ['is locked as older PEM', ec.export({ type: 'sec1', format: 'pem', ...sealed }).toString(), LOCKED],
    ['is open as older PEM', ec.export({ type: 'sec1', format: 'pem' }).toString(), { kind: 'open' }],
    ["is open as OpenSSH's", pair.private, { kind: 'open' }],
    ["is PuTTY's and locked", puttyOf('aes256-cbc'), LOCKED],
    ["is PuTTY's and damaged", puttyOf('none'), { kind: 'unusable', why: 'in a format that it does not know' }],
    ['is a certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', { kind: 'unusable' }],
    [
      'is locked with rounds',
      openSsh({ cipher: 'aes256-ctr', derivation: rounds }),
      { kind: 'locked', public: blob, rounds: 24 },
    ],
    ['says no rounds', openSsh({ cipher: 'aes256-ctr', derivation: 'short' }), { kind: 'locked', rounds: undefined }],
    ['says no rounds in 8 bytes', openSsh({ cipher: '3des-cbc', derivation: '12345678' }), { rounds: undefined }],
    ['has one cipher', openSsh({ cipher: 'aes128-gcm@openssh.com' }), { kind: 'locked' }],
    [
      'has a cipher that ssh2 lacks',
      openSsh({ cipher: 'chacha20-poly1305@openssh.com' }),
      { kind: 'unusable', why: 'encrypted with chacha20-poly1305@openssh.com', public: blob },
    ],
    [
      'is of a type that ssh2 lacks',
      openSsh({ key: text('ssh-xmss') }),
      { kind: 'unusable', why: 'a key of the type ssh-xmss', public: text('ssh-xmss') },
    ],
    ['is of another version', openSsh({ magic: 'openssh-key-v2\0' }), { kind: 'unusable', why: 'damaged' }],
    ['ends too early', openSsh({ cipher: 'aes256-ctr', cut: 40 }), { kind: 'unusable', why: 'damaged' }],
    [
      'is no PKCS#8',
      '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----',
      { kind: 'unusable', why: 'damaged' },
    ],
    ['has nothing in it', openSsh({}), { kind: 'unusable', why: 'in a format that it does not know' }],
  ])('%s', (_what, content, expected) => expect(contentOf(ssh2, content)).toMatchObject(expected));

  it('of Ed25519 as PKCS#8 is the same key', () => {
    for (let i = 0; i < 3; i++) {
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      const content = contentOf(ssh2, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
      if (content.kind !== 'open') throw new Error(JSON.stringify(content));
      expect(content.key.getPublicSSH().subarray(-32)).toEqual(
        publicKey.export({ type: 'spki', format: 'der' }).subarray(-32),
      );
      const again = createPrivateKey(content.key.getPrivatePEM());
      expect(again.equals(privateKey)).toBe(true);
    }
  });

  it.each([
    [pair.public, true],
    [`  ${pair.public} ada@there`, true],
    [pair.public.replace('ssh-ed25519', 'ssh-rsa'), false],
    ['ssh-ed25519 BBBB', false],
    ['ssh-ed25519', false],
    ['', false],
  ])('shows its public half in the line %j: %s', (line, isOne) =>
    expect(publicIn(line)).toEqual(isOne ? blob : undefined),
  );

  it.each([
    [blob, 'ssh-ed25519'],
    [Buffer.from([0, 0, 0]), ''],
    [Buffer.from([0, 0, 0, 0]), ''],
    [text('x'.repeat(100)), 'x'.repeat(64)],
    [Buffer.from('\0\0\xff\xffabc', 'latin1'), 'abc'],
  ])('names its type: %j is %j', (key, type) => expect(typeOfKey(key)).toBe(type));
});

describe('the keys of a login', () => {
  it('are usually in ~/.ssh', () => {
    expect(usualIdentityFiles('/home/me')).toEqual(
      ['id_rsa', 'id_ecdsa', 'id_ecdsa_sk', 'id_ed25519', 'id_ed25519_sk'].map((name) => `/home/me/.ssh/${name}`),
    );
  });

  it('are those whose files are there, or their public halves', async () => {
    const both = await file('both', pair.private);
    const half = join(dir, 'half');
    await file('half.pub', pair.public);
    const keys = await presentKeys(ssh2, [both, half, join(dir, 'none')]);
    expect(keys).toMatchObject([
      { path: both, text: pair.private, content: { kind: 'open' }, public: blob },
      { path: half, text: '', content: { kind: 'public', public: blob }, public: blob },
    ]);
    expect(await certificatesOf(keys, [])).toEqual([]);
    const certificate = await file('half-cert.pub', 'x');
    expect(await certificatesOf(keys, [certificate])).toEqual([certificate]);
    const named = await presentKeys(ssh2, [join(dir, 'half.pub')]);
    expect(await certificatesOf(named, [])).toEqual([certificate]);
  });

  it('have a public half for what is locked, from inside or beside', async () => {
    const locked = sshKey({ passphrase: 'x', cipher: 'aes256-ctr', rounds: 1 });
    const [key] = await presentKeys(ssh2, [await file('locked', locked.private)]);
    if (!key) throw new Error('no key');
    expect(publicKeyOf(ssh2, key)?.getPublicSSH()).toEqual(publicIn(locked.public));
    expect(publicKeyOf(ssh2, { ...key, public: undefined })).toBeUndefined();
    expect(publicKeyOf(ssh2, { ...key, public: Buffer.from('nonsense') })).toBeUndefined();
    const sec1 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const old = sec1.export({ type: 'sec1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' }).toString();
    await file('old.pub', locked.public);
    const [second] = await presentKeys(ssh2, [await file('old', old)]);
    expect(second?.public).toEqual(publicIn(locked.public));
  });

  describe('with one of the endpoint', () => {
    const required = async (name: string, held = false) => requiredKey(ssh2, join(dir, name), () => held);

    it.each<[string, string | undefined, string, string]>([
      ['none', undefined, `can't read the key DIR/none`, 'check the path and its permissions'],
      [
        'public',
        pair.public,
        'DIR/public is a public key, and the SSH agent does not hold its private half',
        'ssh-add the private key, or start the agent that has it and set SSH_AUTH_SOCK',
      ],
      [
        'hardware',
        'sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIA==',
        "the built-in SSH can't use the key DIR/hardware: it is a key of the type sk-ssh-ed25519@openssh.com",
        'ssh-add it where the agent can hold it, or set `ssh: system` for this endpoint',
      ],
    ])('say why it can not be used: %s', async (name, content, message, fix) => {
      if (content !== undefined) await file(name, content);
      await expect(required(name)).rejects.toMatchObject({
        code: 'config.invalid',
        message: message.replace('DIR', dir),
        fix,
      });
    });

    it('take it from the agent where that has it', async () => {
      await file('public', pair.public);
      expect(await required('public', true)).toMatchObject({ public: blob, content: { kind: 'public' } });
      await file('open', pair.private);
      expect(await required('open')).toMatchObject({ content: { kind: 'open' } });
    });
  });
});
