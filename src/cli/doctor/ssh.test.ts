import { userInfo } from 'node:os';
import { expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { sshFindings } from './ssh.ts';

it('says that ssh has another home than $HOME', async () => {
  const clock = createTestClock();
  const findings = (home: string) => sshFindings({ home, agentSocket: undefined, clock });
  const about = (all: Awaited<ReturnType<typeof findings>>) => JSON.stringify(all).includes('and not from $HOME');
  expect(about(await findings('/nowhere/at/all'))).toBe(true);
  expect(about(await findings(userInfo().homedir))).toBe(false);
});
