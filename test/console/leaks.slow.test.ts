import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { type ConsoleSession, createConsoleSession } from '../../src/console/console-session.ts';
import { openLog } from '../../src/console/output-file.ts';
import { createDisplayStream } from '../../src/display/display-stream.ts';
import { openDisplay } from '../../src/display/rfb/session.ts';
import { recording } from '../display/played-display.ts';

const TIMES = 200;
/** What is still under way when it is counted. */
const FEW = 3;

const folder = mkdtempSync(join(tmpdir(), 'drover-leaks-'));
const server = createServer((socket) => socket.on('error', () => {}).pipe(socket));
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const nothing = () => {};
const openFiles = () => readdirSync('/proc/self/fd').length;
const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise<void>((resolve) => setImmediate(resolve));
};

async function openSession(): Promise<ConsoleSession> {
  const address = server.address();
  const port = address && typeof address === 'object' ? address.port : 0;
  const session = await createConsoleSession({
    name: 'web1',
    label: 'web1',
    size: { columns: 80, rows: 24 },
    open: async () => ({ kind: 'stream', stream: connect(port, '127.0.0.1') }),
    reconnects: true,
    scrollback: 1_000,
    powers: new Set(),
    clock: systemClock,
    changed: nothing,
    closed: nothing,
    copy: nothing,
    tell: nothing,
  });
  await session.open();
  return session;
}

it('200 attaches and detaches leave no file open, no listener and no screen behind', async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What is loaded and opened once is there before it is counted.
  await (await openSession()).close();
  const files = openFiles();
  const screens: WeakRef<object>[] = [];
  for (let times = 0; times < TIMES; times++) {
    const session = await openSession();
    screens.push(new WeakRef(session.model));
    session.writeTo('log', await openLog(join(folder, 'a.log'), nothing));
    const detach = session.attach();
    session.send('typed\r\n');
    await until(() => session.model.line(0)?.translateToString(true) === 'typed');
    detach();
    expect(session.isAttached()).toBe(false);
    await session.close();
  }
  await until(() => openFiles() <= files + FEW);
  await until(() => {
    collect();
    return screens.filter((screen) => screen.deref()).length <= FEW;
  });
});

it('200 displays that are attached and left leave no file open and no picture behind', async () => {
  const screen = recording('zrle');
  const vnc = createServer(
    (socket) =>
      void socket
        .on('error', () => {})
        .resume()
        .write(screen),
  );
  await new Promise<void>((resolve) => vnc.listen(0, '127.0.0.1', resolve));
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const { port } = vnc.address() as AddressInfo;
  const visit = async (): Promise<WeakRef<object>> => {
    const display = await openDisplay(connect(port, '127.0.0.1'), { password: undefined, host: 'guest' });
    const { stream } = createDisplayStream(display, {
      columns: 80,
      rows: 24,
      depth: 'truecolor',
      pictures: 'halves',
      clock: systemClock,
    });
    for await (const bytes of stream) if (String(bytes).includes('bootable')) break;
    expect(stream.destroyed).toBe(true);
    return new WeakRef(display.frame());
  };
  await visit();
  const files = openFiles();
  const frames: WeakRef<object>[] = [];
  for (let times = 0; times < TIMES; times++) frames.push(await visit());
  await until(() => openFiles() <= files + FEW);
  await until(() => {
    collect();
    return frames.filter((frame) => frame.deref()).length <= FEW;
  });
  vnc.close();
});

it('one console is attached and left 200 times with as many listeners as at first', async () => {
  const session = await openSession();
  const count = () => process.getActiveResourcesInfo().length;
  const before = count();
  for (let times = 0; times < TIMES; times++) {
    const detach = session.attach();
    session.resize({ columns: 80 + (times % 2), rows: 24 });
    detach();
  }
  expect(count()).toBeLessThanOrEqual(before);
  expect(session.isAttached()).toBe(false);
  await session.close();
});
