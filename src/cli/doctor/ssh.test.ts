import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
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

/** What is said of the agent that answers with these bytes, after a while that is measured by drover's clock. */
async function agentThat(answers: readonly (readonly number[])[], waits = 0): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'drover-doctor-'));
  const clock = createTestClock();
  let heard = Buffer.alloc(0);
  const agent = createServer((connection) => {
    connection.on('error', () => {});
    connection.once('data', (chunk) => {
      heard = chunk;
      for (const bytes of answers) connection.write(Buffer.from(bytes));
      if (answers.length === 0) void clock.pass(waits);
      else if (answers.length === 1 && answers[0]?.length === 0) connection.end();
    });
  });
  await new Promise<void>((resolve) => agent.listen(join(root, 'agent'), resolve));
  onTestFinished(async () => {
    agent.close();
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  });
  const findings = await sshFindings({ home: root, sshHome: root, agentSocket: join(root, 'agent'), clock });
  // SSH_AGENTC_REQUEST_IDENTITIES of RFC 9987: a message of one byte.
  expect([...heard]).toEqual([0, 0, 0, 1, 11]);
  const { about, state, detail } = findings.find((one) => one.about === 'SSH agent') ?? {};
  return `${about} ${state}: ${detail?.replace(root, '')}`;
}

it.each([
  [[[0, 0, 0, 5, 12, 0, 0, 0, 0]], 'SSH agent ok: holds no keys; ssh-add gives it one'],
  [[[0, 0, 0, 9, 12, 0, 0, 0, 1, 9, 9, 9, 9]], 'SSH agent ok: holds 1 key'],
  [
    [
      [0, 0, 0, 9, 12, 0],
      [0, 1, 2, 9, 9],
    ],
    'SSH agent ok: holds 258 keys',
  ],
  [[[0, 0, 0, 1, 5, 0, 0, 0, 1]], 'SSH agent warning: nothing answers at /agent'],
  [[[]], 'SSH agent warning: nothing answers at /agent'],
])('an agent that answers %j: %s', async (answers, said) => {
  expect(await agentThat(answers)).toBe(said);
});

it('an agent that says nothing has two seconds', async () => {
  expect(await agentThat([], 2_000)).toBe('SSH agent warning: nothing answers at /agent');
});

it('says what can not be read, and that there is nothing yet', async () => {
  const root = await mkdtemp(join(tmpdir(), 'drover-doctor-'));
  onTestFinished(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));
  const look = async (home: string) =>
    (await sshFindings({ home, sshHome: home, agentSocket: '', clock: createTestClock() })).map(
      ({ about, state, detail }) => `${about} ${state}: ${detail}`,
    );
  expect(await look(root)).toEqual([
    'SSH agent ok: none ($SSH_AUTH_SOCK is not set)',
    `SSH keys ok: none of id_ed25519, id_ecdsa, id_rsa in ${root}/.ssh`,
    `host keys ok: no ${root}/.ssh/known_hosts yet; the first key that you accept makes it`,
  ]);
  await mkdir(join(root, '.ssh', 'known_hosts'), { recursive: true });
  for (const name of ['id_rsa', 'id_ecdsa']) await writeFile(join(root, '.ssh', name), 'key', { mode: 0o600 });
  expect((await look(root)).slice(1)).toEqual([
    `SSH keys ok: id_ecdsa, id_rsa in ${root}/.ssh`,
    expect.stringMatching(/^host keys failed: .*\/known_hosts can't be read: \S/),
  ]);
  await writeFile(join(root, 'file'), '');
  const inFile = await look(join(root, 'file'));
  expect(
    inFile.filter((line) => /^SSH keys warning: .*\/id_(ed25519|ecdsa|rsa) can't be read: \S/.test(line)),
  ).toHaveLength(3);
});
