/** A home of its own for ssh, which asks the list of users for it and not $HOME: libnss-wrapper gives it another list. */
import { existsSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { SshConfigSource } from '../../../src/platforms/transport/ssh/settings.ts';

const LIBRARIES = ['/usr/lib/x86_64-linux-gnu/libnss_wrapper.so', '/usr/lib/aarch64-linux-gnu/libnss_wrapper.so'];
const PROGRAMS = [
  '/usr/bin/ssh',
  '/usr/sbin/sshd',
  '/usr/bin/ssh-agent',
  '/usr/bin/ssh-keygen',
  '/usr/bin/ssh-add',
  '/usr/bin/openssl',
];
const USER = 'tester';

/**
 * The ssh of all homes: a script that is linked into each of them, where it finds who lives there. One that was written for
 * each home could be open for writing in a process that another test is just starting.
 */
let script = '';

/** Call it once, before there is any home. `dir` goes when the tests have ended. */
export async function requireTools(dir: string): Promise<void> {
  const missing = [
    ...(LIBRARIES.some((path) => existsSync(path)) ? [] : ['libnss-wrapper']),
    ...PROGRAMS.filter((path) => !existsSync(path)),
  ];
  if (missing.length > 0) {
    throw new Error(
      `missing: ${missing.join(', ')}. On Debian: apt-get install $(cat test/differential/ssh/apt-packages)`,
    );
  }
  const library = LIBRARIES.find((path) => existsSync(path));
  script = join(dir, 'ssh-of-homes');
  await writeFile(script, `#!/bin/sh\n. "\${0%/*}/environment"\nexport LD_PRELOAD='${library}'\nexec ssh "$@"\n`, {
    mode: 0o700,
  });
}

/** Writes `files` below `home`/.ssh, and answers whose configuration that is, with an ssh that believes it. */
export async function ownHome(
  home: string,
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
): Promise<SshConfigSource & { readonly openssh: string }> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(home, '.ssh', name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { mode: 0o600 });
  }
  const userId = process.getuid?.() ?? 0;
  const own = { NSS_WRAPPER_PASSWD: join(home, 'passwd'), NSS_WRAPPER_GROUP: join(home, 'group') };
  await writeFile(own.NSS_WRAPPER_PASSWD, `${USER}:x:${userId}:0::${home}:/bin/sh\n`);
  await writeFile(own.NSS_WRAPPER_GROUP, 'root:x:0:\n');
  const variables = Object.entries({ ...own, ...environment, HOME: home });
  const exports = variables.map(([name, value]) => `export ${name}='${value}'\n`);
  await writeFile(join(home, 'environment'), exports.join(''));
  const openssh = join(home, 'ssh');
  await symlink(script, openssh).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return {
    home,
    localUser: USER,
    localHost: hostname(),
    userId,
    userFile: join(home, '.ssh', 'config'),
    systemFile: '/etc/ssh/ssh_config',
    openssh,
    environment,
  };
}
