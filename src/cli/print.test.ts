import { spawn } from 'node:child_process';
import { PassThrough, Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { createPrinter } from './print.ts';

it('writes a line, and ends it', async () => {
  const stream = new PassThrough();
  const printer = createPrinter(stream);
  await printer.print('a\nb');
  await printer.print('');
  expect(stream.read()?.toString()).toBe('a\nb\n');
  expect(printer.unread).toBe(false);
});

it.each([
  ['ENOSPC', 'the disk is full'],
  ['EBADF', 'it is closed'],
])('says why an output can not be written: %s', async (code, why) => {
  const full = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('raw words'), { code })),
  });
  await expect(createPrinter(full).print('x')).rejects.toMatchObject({
    code: 'op.failed',
    message: `the output can't be written: ${why}`,
  });
});

it('goes on silently when the reader has closed the pipe, reported by the write or by the error event', async () => {
  const gone = Object.assign(new Error('gone'), { code: 'EPIPE' });
  let writes = 0;
  const closed = new Writable({
    write: (_chunk, _encoding, done) => {
      writes++;
      done(gone);
    },
  });
  const printer = createPrinter(closed);
  expect(printer.unread).toBe(false);
  await printer.print('x');
  await printer.print('y');
  expect([printer.unread, writes]).toEqual([true, 1]);
  const idle = new PassThrough();
  const other = createPrinter(idle);
  idle.emit('error', new Error('something else'));
  expect(other.unread).toBe(false);
  idle.emit('error', gone);
  expect(other.unread).toBe(true);
});

it('ends quietly with its own exit code when `| head -1` has read enough', async () => {
  const source = `
    import { createPrinter } from ${JSON.stringify(new URL('./print.ts', import.meta.url).href)};
    const printer = createPrinter(process.stdout);
    for (let i = 0; i < 1000 && !printer.unread; i++) await printer.print('line ' + i + ' ' + 'x'.repeat(1000));
    await printer.print('more');
    console.error(printer.unread ? 'unread' : 'read');
    process.exitCode = 3;`;
  const child = spawn(
    '/bin/bash',
    [
      '-c',
      '"$0" --input-type=module -e "$1" | head -1 | cut -c 1-6; echo "code $PIPESTATUS"',
      process.execPath,
      source,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (text.stdout += chunk));
  child.stderr.on('data', (chunk) => (text.stderr += chunk));
  await new Promise((resolve) => child.on('close', resolve));
  expect(text).toEqual({ stdout: 'line 0\ncode 3\n', stderr: 'unread\n' });
});
