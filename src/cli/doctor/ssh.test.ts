import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { sshFindings } from './ssh.ts';

it('says that ssh has another home than $HOME', async () => {
  const clock = createTestClock();
  const findings = (home: string) => sshFindings({ home, agentSocket: undefined, clock });
  const about = (all: Awaited<ReturnType<typeof findings>>) => JSON.stringify(all).includes('and not from $HOME');
  expect(about(await findings('/nowhere/at/all'))).toBe(true);
  expect(about(await findings(userInfo().homedir))).toBe(false);
});

it('looks for keys and known hosts where ssh does, and not in $HOME', async () => {
  const root = await mkdtemp(join(tmpdir(), 'drover-doctor-'));
  onTestFinished(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));
  const [home, sshHome] = [join(root, 'home'), join(root, 'user')];
  await Promise.all([home, sshHome].map((folder) => mkdir(join(folder, '.ssh'), { recursive: true })));
  await writeFile(join(home, '.ssh', 'id_rsa'), 'key');
  await writeFile(join(sshHome, '.ssh', 'id_ed25519'), 'key');
  await chmod(join(sshHome, '.ssh', 'id_ed25519'), 0o644);
  await writeFile(join(sshHome, '.ssh', 'known_hosts'), '# mine\nhost1 ssh-ed25519 AAAA\n');
  const findings = await sshFindings({ home, sshHome, agentSocket: undefined, clock: createTestClock() });
  expect(findings.map(({ about, state, detail }) => `${about} ${state}: ${detail}`)).toEqual([
    `SSH configuration ok: is read from ${sshHome}/.ssh, as ssh does, and not from $HOME (${home})`,
    'SSH agent ok: none ($SSH_AUTH_SOCK is not set)',
    `SSH keys ok: id_ed25519 in ${sshHome}/.ssh`,
    `SSH keys warning: others may read ${sshHome}/.ssh/id_ed25519, so ssh will not use it`,
    `host keys ok: 1 in ${sshHome}/.ssh/known_hosts`,
  ]);
  expect(findings[3]?.fix).toBe(`chmod 600 ${sshHome}/.ssh/id_ed25519`);
});
