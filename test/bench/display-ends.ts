/** Both ends of what display.ts measures: display-ends.ts none|terminal|vnc DELAY_MS [MINUTES], in a network that is shaped. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { getHeapSpaceStatistics } from 'node:v8';
import xterm from '@xterm/headless';
import { systemClock } from '../../src/clock.ts';
import { createDisplayStream } from '../../src/display/display-stream.ts';
import { openDisplay } from '../../src/display/rfb/session.ts';
import type { DisplayRun, MemorySample } from './display.ts';
import { startDisplayGuest } from './display-guest.ts';
import { figuresOf } from './figures.ts';

const [where = 'none', delay = '0', minutes] = process.argv.slice(2);
const delayMs = Number(delay);
const SIZE = { columns: 120, rows: 40 };
const KEYS = 20;
const ATTACHES = 40;
const FAR_ATTACHES = 10;
const RATE_MS = 10_000;
const LONGEST_MS = 60_000;

const guest = await startDisplayGuest();
/** Until it scrolls. */
const scrolls = async (): Promise<void> => {
  for (;;) {
    await pause(500);
    const link = connect(guest.vnc);
    const display = await openDisplay(link, { password: undefined, host: 'guest' }).catch(() => undefined);
    if (!display) continue;
    await display.update();
    const before = Buffer.from(display.frame().pixels);
    await pause(1_000);
    await display.update();
    const isMoving = Buffer.compare(before, display.frame().pixels) !== 0;
    display.close();
    if (isMoving && display.frame().width === 720) return;
  }
};
await scrolls();

/** Passes on with the delay, as fast as the other end takes it. */
function relay(from: Duplex, to: Duplex): void {
  from.on('data', (bytes: Buffer) => {
    const pass = () => {
      if (to.write(bytes)) return;
      from.pause();
      to.once('drain', () => from.resume());
    };
    if (delayMs > 0) setTimeout(pass, delayMs);
    else pass();
  });
}
async function socketPair(): Promise<readonly [Socket, Socket]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const far = connect((server.address() as { port: number }).port, '127.0.0.1');
  const [near] = (await once(server, 'connection')) as [Socket];
  for (const one of [near, far]) one.setNoDelay(true);
  server.close();
  return [near, far];
}

interface VncLink {
  readonly stream: Duplex;
  bytes(): number;
}

/** The VNC server, as near or far as it is; how much of it has come is counted. */
async function vncLink(): Promise<VncLink> {
  const direct = connect(guest.vnc);
  if (where !== 'vnc') return { stream: direct, bytes: () => direct.bytesRead };
  const [near, far] = await socketPair();
  relay(direct, near);
  relay(near, direct);
  return { stream: far, bytes: () => far.bytesRead };
}

/** As a user attaches it: who is there, the size, the first picture, and that as bytes for a terminal. */
async function attached(): Promise<number> {
  const { stream } = await vncLink();
  const start = performance.now();
  const one = await openDisplay(stream, { password: undefined, host: 'guest' });
  const { stream: bytes } = createDisplayStream(one, {
    ...SIZE,
    depth: 'truecolor',
    pictures: 'quadrants',
    clock: systemClock,
  });
  let hasPicture = false;
  bytes.on('data', (piece: Buffer) => {
    hasPicture ||= piece.includes('\x1b[5n');
  });
  while (!hasPicture) await once(bytes, 'data');
  const ms = performance.now() - start;
  bytes.destroy();
  return ms;
}

/** One round trip on the same way: what the server says first comes behind what is said to it. */
async function plain(): Promise<number> {
  const { stream } = await vncLink();
  await once(stream, 'data');
  const start = performance.now();
  stream.write('RFB 003.008\n');
  await once(stream, 'data');
  const ms = performance.now() - start;
  stream.destroy();
  return ms;
}

async function often(times: number, measure: () => Promise<number>): Promise<readonly number[]> {
  const all: number[] = [];
  for (let time = 0; time < times; time++) all.push(await measure());
  return all;
}
const times = where === 'none' ? ATTACHES : FAR_ATTACHES;
const isMemory = minutes !== undefined;
const plainMs = isMemory ? [] : await often(times, plain);
const attachMs = isMemory ? [] : await often(times, attached);

const vnc = await vncLink();
const display = await openDisplay(vnc.stream, { password: undefined, host: 'guest' });
const shown = createDisplayStream(display, { ...SIZE, depth: 'truecolor', pictures: undefined, clock: systemClock });

const terminal = new xterm.Terminal({ cols: SIZE.columns, rows: SIZE.rows, allowProposedApi: true });
const [near, far] = where === 'terminal' ? await socketPair() : duplexPair();
let [written, arrived, mostQueued, largest, pictures] = [0, 0, 0, 0, 0];
let look = () => {};
/** Without a terminal behind it, what it costs to show is not measured. */
let isSeen = true;
shown.stream.on('data', (bytes: Buffer) => {
  written += bytes.length;
  largest = Math.max(largest, bytes.length);
  pictures++;
  mostQueued = Math.max(mostQueued, written - arrived);
});
relay(shown.stream, near);
relay(near, shown.stream);
far.on('data', (bytes: Buffer) => {
  arrived += bytes.length;
  if (isSeen) terminal.write(bytes, () => look());
  else if (bytes.includes('\x1b[5n')) far.write('\x1b[0n');
});
terminal.onData((answer) => void far.write(answer));

const screen = () =>
  Array.from(
    { length: SIZE.rows },
    (_, row) => terminal.buffer.active.getLine(row)?.translateToString(true) ?? '',
  ).join('\n');
const until = (wanted: RegExp): Promise<void> =>
  new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`not seen: ${wanted}\n${screen()}`)), LONGEST_MS);
    look = () => {
      if (!wanted.test(screen())) return;
      clearTimeout(late);
      resolve();
    };
    look();
  });

async function perSecond() {
  isSeen = false;
  await pause(1_000);
  const [cpu, from] = [process.cpuUsage(), { vnc: vnc.bytes(), arrived, pictures, at: performance.now() }];
  await pause(RATE_MS);
  const seconds = (performance.now() - from.at) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const each = (value: number) => Math.round(value / seconds);
  return {
    vncBytesPerSecond: each(vnc.bytes() - from.vnc),
    bytesPerSecond: each(arrived - from.arrived),
    picturesPerSecond: Number(((pictures - from.pictures) / seconds).toFixed(1)),
    cpuShare: Number(((user + system) / 1e6 / seconds).toFixed(2)),
  };
}

async function memory(lasts: number): Promise<readonly MemorySample[]> {
  isSeen = false;
  const samples: MemorySample[] = [];
  const megabytes = (bytes: number) => Number((bytes / 1e6).toFixed(1));
  for (let half = 0; half <= lasts * 2; half++) {
    await pause(half === 0 ? 10_000 : 30_000);
    globalThis.gc?.();
    const { rss, heapUsed, heapTotal, arrayBuffers } = process.memoryUsage();
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0;
    samples.push({
      minute: half / 2,
      rss: megabytes(rss),
      heap: megabytes(heapUsed),
      reserved: megabytes(heapTotal),
      young: megabytes(young),
      buffers: megabytes(arrayBuffers),
    });
  }
  return samples;
}

if (isMemory) console.log(JSON.stringify(await memory(Number(minutes))));
else {
  await until(/keys 0 /);
  const ms: number[] = [];
  for (let key = 1; key <= KEYS; key++) {
    await pause(100);
    const start = performance.now();
    far.write('x');
    await until(new RegExp(`keys ${key} `));
    ms.push(performance.now() - start);
  }
  const rates = await perSecond();
  const figures: DisplayRun = {
    attachMs: figuresOf(attachMs),
    plainMs: figuresOf(plainMs),
    keyToPixelMs: figuresOf(ms),
    ...rates,
    largestPicture: largest,
    mostQueued,
  };
  console.log(JSON.stringify(figures));
}
process.exit(0);
