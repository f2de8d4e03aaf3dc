import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { tmuxEscapeMs } from './ask-terminal.ts';

const folders: string[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A tmux that knows one question only. */
async function withTmux(script: string | undefined): Promise<number | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'drover-tmux-'));
  folders.push(folder);
  const asked = '[ "$*" = "show-options -sv escape-time" ] || exit 9';
  if (script !== undefined) await writeFile(join(folder, 'tmux'), `#!/bin/sh\n${asked}\n${script}\n`);
  if (script !== undefined) await chmod(join(folder, 'tmux'), 0o755);
  vi.stubEnv('PATH', folder);
  return tmuxEscapeMs(new AbortController().signal);
}

it.each([
  ['echo 500', 500],
  ['echo 0', 0],
  ['echo what', undefined],
  ['echo 500; exit 1', undefined],
  [undefined, undefined],
])('tmux is asked how long it waits behind an escape: %j says %s', async (script, ms) => {
  expect(await withTmux(script)).toBe(ms);
});
