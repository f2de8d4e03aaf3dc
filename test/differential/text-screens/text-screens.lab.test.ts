/**
 * Text screens that are read from their picture, against the memory that the graphics card draws its letters from: of the BIOS
 * and its boot loader for kernels, of the kernel while it boots, and of a login prompt.
 */
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createDisplayStream } from '../../../src/display/display-stream.ts';
import { openDisplay } from '../../../src/display/rfb/session.ts';
import { shownOn } from '../../../src/display/screenshot.ts';
import { readTextScreen } from '../../../src/display/text/read-screen.ts';
import { PICTURE_QUESTION } from '../../../src/terminal/pictures.ts';
import { farthest, pictureTerminal } from '../../display/picture-terminal.ts';
import { run } from '../../labs/command.ts';
import { type QemuDisplay, type QemuOptions, startQemuDisplay } from '../../labs/qemu-display.ts';
import { until } from '../../labs/until.ts';

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

  it.each([
    ['kitty', 0],
    // Sixels have a hundred steps of each colour.
    ['sixel', 2],
  ] as const)('F-251 as a picture in %s is what QEMU shows, pixel by pixel', async (pictures, most) => {
    const qemu = running[0] ?? (await start());
    // As many cells as its 720x400 pixels have, and one line that is left free.
    const [size, cell] = [
      { columns: 90, rows: 26 },
      { width: 8, height: 16 },
    ];
    const terminal = pictureTerminal(size.columns, size.rows, cell);
    const display = await openDisplay(qemu.connect(), { password: undefined, host: qemu.host });
    const { stream } = createDisplayStream(display, { ...size, depth: 'truecolor', pictures, clock: systemClock });
    stream.on('data', (bytes: Buffer) => {
      const text = bytes.toString();
      terminal.write(text);
      if (text.includes(PICTURE_QUESTION)) stream.write('\x1b_Gi=31;OK\x1b\\\x1b[6;16;8t\x1b[?62;4c');
      if (text.includes('\x1b[5n')) stream.write('\x1b[0n');
    });
    // From the text that it is to its picture.
    stream.write('\x1ct');
    const wanted = await qemu.screendump();
    await until('the picture', 60_000, async () => terminal.images() > 0 && farthest(terminal, wanted) <= most);
    stream.destroy();
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
    // a message of the kernel may come below it
    await qemu.runUntil(/login:/);
    const { share } = await shareRead(qemu);
    expect(share).toBeGreaterThanOrEqual(LEAST);
  });
});
