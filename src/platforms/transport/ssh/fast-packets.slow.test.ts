import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const ECHO = fileURLToPath(new URL('../../../../test/transport/echo-by-node.ts', import.meta.url));

it.each([
  ['aes128-gcm@openssh.com', true],
  ['chacha20-poly1305@openssh.com', false],
])('SSH without native parts carries megabytes unchanged with %s, also over new keys', async (cipher, isOwn) => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', ECHO, cipher]);
  expect(JSON.parse(stdout)).toEqual({ isSame: true, isOwn });
});
