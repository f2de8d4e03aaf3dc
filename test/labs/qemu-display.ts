/** A QEMU without a disk, whose BIOS gives up and then stands still. What QEMU itself says of its screen is the second opinion. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createFramebuffer, type Framebuffer } from '../../src/display/framebuffer.ts';
import { textOf } from '../../src/display/screenshot.ts';
import { until } from './until.ts';

export interface QemuDisplay {
  /** Where its VNC server listens. */
  readonly host: string;
  readonly port: number;
  /** A connection to it on which nothing was said yet. */
  connect(): Socket;
  /** Of the next client, where it was started with a password. */
  setPassword(password: string): Promise<void>;
  screendump(): Promise<Framebuffer>;
  /** The lines of its text memory, 80 characters each, without colours: what the graphics card draws its letters from. */
  textMemory(): Promise<readonly string[]>;
  /** Until its screen has this text; it runs until then and stands still after. */
  runUntil(text: RegExp): Promise<void>;
  stop(): Promise<void>;
}

const STARTS_MS = 90_000;

export interface QemuOptions {
  readonly password?: boolean;
  /** More of its command line: something to boot. */
  readonly args?: readonly string[];
  /** What its screen has when this resolves. */
  readonly shows?: RegExp;
}

/** Resolves when its screen says that there is nothing to boot. Ends with this process at the latest. */
export async function startQemuDisplay(
  host = '127.0.0.1',
  { password = false, args: more = [], shows = /No bootable device/ }: QemuOptions = {},
): Promise<QemuDisplay> {
  const dir = await mkdtemp(join(tmpdir(), 'drover-qemu-'));
  const qmp = join(dir, 'qmp');
  const vnc = `${host}:0,to=200${password ? ',password=on' : ''}`;
  const args = ['-machine', 'pc,accel=tcg', '-m', '128', '-nodefaults', '-vga', 'std', '-display', 'none'];
  const child = spawn('qemu-system-x86_64', [...args, ...more, '-vnc', vnc, '-qmp', `unix:${qmp},server=on,wait=off`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    process.off('exit', kill);
    if (child.exitCode === null && child.signalCode === null) {
      kill();
      await once(child, 'exit');
    }
    await rm(dir, { recursive: true, force: true });
  };
  try {
    const command = await openQmp(qmp);
    const { service } = await command('query-vnc');
    const screendump = async () => {
      const filename = join(dir, 'screen.ppm');
      await command('screendump', { filename });
      return readPpm(await readFile(filename));
    };
    const runUntil = async (text: RegExp) => {
      await command('cont');
      await until(`its screen has ${text}`, STARTS_MS, async () => text.test(textOf(await screendump()) ?? ''));
      await command('stop');
    };
    await runUntil(shows);
    return {
      host,
      port: Number(service),
      connect: () => connect(Number(service), host),
      setPassword: async (secret) => void (await command('set_password', { protocol: 'vnc', password: secret })),
      screendump,
      async textMemory() {
        const filename = join(dir, 'memory');
        await command('pmemsave', { val: 0xb8000, size: 0x8000, filename });
        // A byte for the character and one for its colours.
        const chars = (await readFile(filename)).filter((_, at) => at % 2 === 0);
        const text = await fromCodePage437(chars);
        return Array.from({ length: Math.floor(text.length / 80) }, (_, row) => text.slice(row * 80, (row + 1) * 80));
      },
      runUntil,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Qmp = (execute: string, args?: object) => Promise<Readonly<Record<string, unknown>>>;

/** QEMU's monitor: lines of JSON (docs/interop/qmp-spec). One command at a time. */
async function openQmp(path: string): Promise<Qmp> {
  const socket = await until('QEMU listens', STARTS_MS, async () => {
    const one = connect(path);
    return once(one, 'connect').then(
      () => one,
      () => undefined,
    );
  });
  const lines = createInterface(socket)[Symbol.asyncIterator]();
  // It says who it is first.
  await lines.next();
  const command: Qmp = async (execute, args = {}) => {
    socket.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`QEMU has ended: ${execute}`);
      const said = JSON.parse(value);
      if (said.error) throw new Error(`${execute}: ${said.error.desc}`);
      if ('return' in said) return said.return;
    }
  };
  await command('qmp_capabilities');
  return command;
}

/** The characters of the PC's first font; those below the blank are blanks here. */
async function fromCodePage437(bytes: Uint8Array): Promise<string> {
  const plain = bytes.map((byte) => (byte < 0x20 || byte === 0x7f ? 0x20 : byte));
  const child = spawn('iconv', ['-f', 'CP437', '-t', 'UTF-8'], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(plain);
  const pieces: Buffer[] = [];
  for await (const piece of child.stdout) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

/** `P6`, width, height, 255, and then red, green and blue of each pixel. */
function readPpm(bytes: Buffer): Framebuffer {
  const [head = '', width, height] = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.toString('latin1', 0, 64)) ?? [];
  const frame = createFramebuffer(Number(width), Number(height));
  for (let at = 0; at < frame.width * frame.height; at++)
    for (let part = 0; part < 3; part++) frame.pixels[at * 4 + part] = bytes[head.length + at * 3 + part] ?? 0;
  return frame;
}

/** Where two pictures differ in size or colour: nowhere, when it is empty. */
export function differences(one: Framebuffer, other: Framebuffer): readonly string[] {
  if (one.width !== other.width || one.height !== other.height)
    return [`${one.width}x${one.height} is not ${other.width}x${other.height}`];
  const found: string[] = [];
  for (let at = 0; at < one.pixels.length && found.length < 10; at++)
    if (at % 4 < 3 && one.pixels[at] !== other.pixels[at])
      found.push(`pixel ${Math.floor(at / 4)}: ${one.pixels[at]} is not ${other.pixels[at]}`);
  return found;
}
