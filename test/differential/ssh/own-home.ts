/** A home of its own for ssh, which asks the list of users for it and not $HOME: libnss-wrapper gives it another list. */
import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { SshConfigSource } from '../../../src/platforms/transport/ssh-settings.ts';

const LIBRARIES = ['/usr/lib/x86_64-linux-gnu/libnss_wrapper.so', '/usr/lib/aarch64-linux-gnu/libnss_wrapper.so'];
const PROGRAMS = ['/usr/bin/ssh', '/usr/sbin/sshd', '/usr/bin/ssh-agent', '/usr/bin/ssh-keygen', '/usr/bin/ssh-add'];
const USER = 'tester';

export function requireTools(): void {
  const missing = [
    ...(LIBRARIES.some((path) => existsSync(path)) ? [] : ['libnss-wrapper']),
    ...PROGRAMS.filter((path) => !existsSync(path)),
  ];
  if (missing.length > 0) {
    throw new Error(
      `missing: ${missing.join(', ')}. On Debian: apt-get install $(cat test/differential/ssh/apt-packages)`,
    );
  }
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
  await writeFile(join(home, 'passwd'), `${USER}:x:${userId}:0::${home}:/bin/sh\n`);
  await writeFile(join(home, 'group'), 'root:x:0:\n');
  const openssh = join(home, 'ssh');
  const library = LIBRARIES.find((path) => existsSync(path));
  const own = { LD_PRELOAD: library, NSS_WRAPPER_PASSWD: join(home, 'passwd'), NSS_WRAPPER_GROUP: join(home, 'group') };
  const variables = Object.entries({ ...own, ...environment, HOME: home }).map(
    ([name, value]) => `export ${name}='${value}'\n`,
  );
  await writeFile(openssh, `#!/bin/sh\n${variables.join('')}exec ssh "$@"\n`);
  await chmod(openssh, 0o700);
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
