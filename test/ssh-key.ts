import ssh2 from 'ssh2';

type Options = Parameters<typeof ssh2.utils.generateKeyPairSync>[1];

/** A new Ed25519 key. Now and then ssh2 1.17 makes one that it can't read itself: such a one is made again. */
export function sshKey(options?: Options & { readonly passphrase?: string }): { private: string; public: string } {
  for (;;) {
    const pair = options
      ? ssh2.utils.generateKeyPairSync('ed25519', options)
      : ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(pair.private, options?.passphrase) instanceof Error)) return pair;
  }
}
