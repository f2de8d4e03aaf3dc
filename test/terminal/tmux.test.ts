import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { giveToTmux } from '../../src/terminal/clipboard.ts';

const { PATH } = process.env;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-tmux-'));
});
afterEach(() => {
  process.env['PATH'] = PATH;
  rmSync(folder, { recursive: true });
});

/** A tmux that keeps what it is given, with the words that it was called with. */
function installTmux(then: string): void {
  const file = join(folder, 'tmux');
  writeFileSync(file, `#!/bin/sh\n${then}\n`);
  chmodSync(file, 0o755);
  process.env['PATH'] = `${folder}:${PATH}`;
}

it('gives a copy to tmux itself, which hands it on', async () => {
  installTmux(`{ echo "$@"; cat; } > ${folder}/new; mv ${folder}/new ${folder}/taken`);
  giveToTmux('two\nlines', { TMUX: '/tmp/tmux' });
  const taken = join(folder, 'taken');
  await expect.poll(() => existsSync(taken) && readFileSync(taken, 'utf8')).toBe('load-buffer -w -\ntwo\nlines');
});

it('starts no tmux outside of one', async () => {
  installTmux(`touch ${folder}/taken`);
  giveToTmux('web1', {});
  installTmux(`touch ${folder}/over`);
  giveToTmux('web1', { TMUX: '/tmp/tmux' });
  await expect.poll(() => existsSync(join(folder, 'over'))).toBe(true);
  expect(existsSync(join(folder, 'taken'))).toBe(false);
});

it('is not bothered by a tmux that is missing, or that reads nothing', async () => {
  process.env['PATH'] = folder;
  giveToTmux('web1', { TMUX: '/tmp/tmux' });
  installTmux(`touch ${folder}/over`);
  giveToTmux('x'.repeat(1_000_000), { TMUX: '/tmp/tmux' });
  await expect.poll(() => existsSync(join(folder, 'over'))).toBe(true);
  // an error of either without a listener would fail this run before the next one has ended
  installTmux(`cat > /dev/null; touch ${folder}/last`);
  giveToTmux('x'.repeat(100_000), { TMUX: '/tmp/tmux' });
  await expect.poll(() => existsSync(join(folder, 'last'))).toBe(true);
});
