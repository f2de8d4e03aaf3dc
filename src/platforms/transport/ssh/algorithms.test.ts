import ssh2, { type Algorithms } from 'ssh2';
import { describe, expect, it } from 'vitest';
import { algorithmsOf, knownAlgorithms } from './algorithms.ts';

const settings = (lists: Readonly<Record<string, string>> = {}) =>
  new Map(Object.entries(lists).map(([name, value]) => [name, [value]]));
/** What is left of a configuration after its `+`, `-` and `^`, as drover's own reader does it. */
const used = (lists: Readonly<Record<string, string>>) => {
  const known = [...knownAlgorithms(settings(lists))].map(([name, list]): [string, string[]] => [name, [list.join()]]);
  return algorithmsOf(new Map(known));
};

const target = { host: '127.0.0.1', port: 1, username: 'x' };

describe('algorithms', () => {
  const usual = algorithmsOf(settings());

  it('are all known to ssh2, which refuses to begin otherwise', () => {
    const old = used({
      hostkeyalgorithms: '+ssh-rsa,ssh-dss',
      kexalgorithms: '+diffie-hellman-group14-sha1,diffie-hellman-group1-sha1,diffie-hellman-group-exchange-sha1',
      ciphers: '+aes128-cbc,aes192-cbc,aes256-cbc,3des-cbc',
      macs: '+hmac-sha1-96,hmac-md5,hmac-md5-96',
    });
    for (const algorithms of [usual, old]) {
      const client = new ssh2.Client();
      client.on('error', () => {});
      expect(() => client.connect({ ...target, algorithms: algorithms as Algorithms })).not.toThrow();
      client.destroy();
    }
    expect(old.serverHostKey.slice(usual.serverHostKey.length)).toEqual(['ssh-rsa', 'ssh-dss']);
    expect(old.kex).toHaveLength(usual.kex.length + 3);
    expect(old.cipher).toHaveLength(usual.cipher.length + 4);
    expect(old.hmac.slice(usual.hmac.length)).toEqual(['hmac-sha1-96', 'hmac-md5', 'hmac-md5-96']);
  });

  it('begin with what is safe and quick, and Poly1305 comes last', () => {
    expect(usual.serverHostKey[0]).toBe('ssh-ed25519');
    expect(usual.kex[0]).toBe('curve25519-sha256');
    expect(usual.cipher).toHaveLength(6);
    expect(usual.cipher.slice(0, 2)).toEqual(['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com']);
    expect(usual.cipher.at(-1)).toBe('chacha20-poly1305@openssh.com');
    expect(usual.hmac[0]).toBe('hmac-sha2-256-etm@openssh.com');
  });

  it('are in order of speed also behind an OpenSSH that has GCM first', () => {
    const { cipher } = algorithmsOf(
      settings({
        ciphers:
          'chacha20-poly1305@openssh.com,aes128-gcm@openssh.com,aes256-gcm@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr',
      }),
    );
    expect(cipher).toEqual(usual.cipher);
  });

  it('leave out Poly1305 behind a host that is jumped over', () => {
    const nested = algorithmsOf(settings({ proxyjump: 'hop' }));
    expect(nested.cipher).toEqual(usual.cipher.slice(0, -1));
    expect(algorithmsOf(settings({ proxyjump: 'none' })).cipher).toEqual(usual.cipher);
  });

  it.each([
    ['aes256-ctr,aes128-ctr', ['aes256-ctr', 'aes128-ctr']],
    ['aes256-ctr,nonsense', ['aes256-ctr']],
    ['^3des-cbc', ['3des-cbc', 'aes128-ctr']],
    ['^aes256-ctr', ['aes256-ctr', 'aes128-ctr', 'aes192-ctr']],
    ['^aes256-gcm@openssh.com', ['aes256-gcm@openssh.com', 'aes128-ctr']],
    ['-*gcm*,*poly1305*,aes192-ctr', ['aes128-ctr', 'aes256-ctr']],
    ['-aes*', ['chacha20-poly1305@openssh.com']],
    ['+3des-cbc', ['aes128-ctr', 'aes192-ctr', 'aes256-ctr']],
  ])('of the configuration %s come in its order', (ciphers, first) =>
    expect(used({ ciphers }).cipher.slice(0, first.length)).toEqual(first),
  );

  it('that are named twice are used once', () => {
    const { hmac } = used({ macs: '^hmac-sha1' });
    expect(hmac[0]).toBe('hmac-sha1');
    expect([...hmac].sort()).toEqual([...usual.hmac].sort());
    expect(used({ macs: '+hmac-sha1' }).hmac).toEqual(usual.hmac);
  });

  it.each(['hostkeyalgorithms', 'kexalgorithms', 'ciphers', 'macs'])('that ssh2 lacks are refused: %s', (name) => {
    expect(() => algorithmsOf(settings({ [name]: 'x,y' }))).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        message: `SSH configuration: the built-in SSH can't use ${name} x,y`,
        fix: 'set `ssh: system` for this endpoint: the ssh of this machine has them',
      }),
    );
  });
});
