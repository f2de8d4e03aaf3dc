/**
 * Text screens that are read from their picture, against the memory that the graphics card draws its letters from: of the BIOS
 * and its boot loader for kernels, of the kernel while it boots, and of a login prompt.
 */
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shownOn } from '../../../src/display/screenshot.ts';
import { readTextScreen } from '../../../src/display/text/read-screen.ts';
import { run } from '../../labs/command.ts';
import { type QemuDisplay, type QemuOptions, startQemuDisplay } from '../../labs/qemu-display.ts';

const INIT = `#!/bin/busybox sh
/bin/busybox mount -t devtmpfs none /dev
exec /bin/busybox getty 38400 tty1 linux </dev/tty1 >/dev/tty1 2>&1
`;
/** They are on the screen from the first of them on, whatever has scrolled away. */
const KERNEL_LINES = /\[ +\d+\.\d+\] /;
/** Of its cells, those that are read right at least. */
const LEAST = 0.99;

let dir: string;
const running: QemuDisplay[] = [];
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drover-text-'));
  const root = join(dir, 'root');
  for (const folder of ['bin', 'dev']) mkdirSync(join(root, folder), { recursive: true });
  copyFileSync('/bin/busybox', join(root, 'bin/busybox'));
  writeFileSync(join(root, 'init'), INIT);
  chmodSync(join(root, 'init'), 0o755);
  await run(['sh', '-c', `cd ${root} && find . | cpio -o -H newc --quiet > ${join(dir, 'initrd')}`]);
});
afterAll(async () => {
  for (const qemu of running) await qemu.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** The share of cells whose character is that of the memory; the screen is those of its lines that fit best. */
async function shareRead(qemu: QemuDisplay): Promise<{ readonly share: number; readonly text: string }> {
  const { signal } = new AbortController();
  const screen = readTextScreen(await shownOn({ stream: qemu.connect(), host: qemu.host }, signal));
  if (!screen) return { share: 0, text: '' };
  const lines = Array.from({ length: screen.rows }, (_, row) =>
    String.fromCodePoint(...screen.chars.subarray(row * screen.columns, (row + 1) * screen.columns)),
  );
  const memory = await qemu.textMemory();
  let best = 0;
  for (let first = 0; first + lines.length <= memory.length; first++) {
    let right = 0;
    for (const [row, line] of lines.entries())
      for (const [column, char] of [...line].entries()) if (memory[first + row]?.[column] === char) right++;
    best = Math.max(best, right);
  }
  return { share: best / (screen.columns * screen.rows), text: lines.join('\n') };
}

async function start(options: QemuOptions = {}): Promise<QemuDisplay> {
  const qemu = await startQemuDisplay('127.0.0.1', options);
  running.push(qemu);
  return qemu;
}

describe('a text screen', () => {
  it('F-251 of a BIOS that looks for a boot loader is read as it is', async () => {
    const { share, text } = await shareRead(await start());
    expect(text).toContain('No bootable device');
    expect(share).toBeGreaterThanOrEqual(LEAST);
  });

  it('F-251 of a kernel that boots is read as it is, and of its login prompt', async () => {
    const kernel = `/boot/${readdirSync('/boot').find((name) => name.startsWith('vmlinuz'))}`;
    const args = ['-kernel', kernel, '-initrd', join(dir, 'initrd'), '-append', 'console=tty0'];
    const qemu = await start({ args, shows: KERNEL_LINES });
    for (let look = 0; look < 5; look++) {
      const { share, text } = await shareRead(qemu);
      expect(text).toMatch(KERNEL_LINES);
      expect(share).toBeGreaterThanOrEqual(LEAST);
      await qemu.runUntil(KERNEL_LINES);
    }
    await qemu.runUntil(/login: *$/);
    const { share } = await shareRead(qemu);
    expect(share).toBeGreaterThanOrEqual(LEAST);
  });
});
