import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { FleetError } from '../errors.ts';
import type { ConsoleSize } from '../platforms/contract.ts';
import { readCast } from './asciicast.ts';
import { createConsoleSession } from './console-session.ts';
import { openLog, openRecording } from './output-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'drover-console-'));
afterAll(() => rmSync(folder, { recursive: true }));

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const UNREACHABLE = new FleetError('host.unreachable', 'the link to host1 is down', { retry: true });

/** A guest: each time its console is opened there is another stream, or the next of `refusals`. */
async function open({ reconnects = true, resizes = false, size = { columns: 80, rows: 24 } } = {}) {
  const clock = createTestClock();
  const refusals: FleetError[] = [];
  const streams: Duplex[] = [];
  const sent: string[] = [];
  const sizes: ConsoleSize[] = [];
  const opened: boolean[] = [];
  const copied: string[] = [];
  const errors: FleetError[] = [];
  let closings = 0;
  const session = await createConsoleSession({
    name: 'web1 on host1',
    label: 'web1',
    size,
    async open({ force }) {
      opened.push(force);
      const refusal = refusals.shift();
      if (refusal) throw refusal;
      const stream = new Duplex({
        read() {},
        write(chunk: Buffer, _encoding, done) {
          sent.push(chunk.toString());
          done();
        },
      });
      streams.push(stream);
      return { kind: 'stream', stream, ...(resizes && { resize: (next: ConsoleSize) => void sizes.push(next) }) };
    },
    reconnects,
    scrollback: 100,
    powers: new Set(['clipboard']),
    clock,
    changed: () => {},
    closed: () => closings++,
    copy: (text) => void copied.push(text),
    tell: (error) => void errors.push(error),
  });
  const guest = () => streams.at(-1) as Duplex;
  const shown = () =>
    Array.from({ length: session.model.lines() }, (_, at) => session.model.line(at)?.translateToString(true)).join(
      '\n',
    );
  const see = async (text: string) => {
    while (!shown().includes(text)) await turn();
  };
  return {
    session,
    clock,
    refusals,
    streams,
    guest,
    sent,
    sizes,
    opened,
    copied,
    errors,
    see,
    shown,
    closings: () => closings,
  };
}

describe('a console that is kept open', () => {
  it('takes what is typed, and keeps what comes while it is not shown', async () => {
    const { session, guest, sent, see } = await open();
    expect(session.send('early')).toBe(false);
    await session.open();
    expect([session.send('ls\r'), sent]).toEqual([true, ['ls\r']]);
    const detach = session.attach();
    guest().push('shown\r\n');
    await see('shown');
    expect(session.hasNews()).toBe(false);
    detach();
    guest().push('meanwhile\r\n');
    await see('meanwhile');
    expect([session.hasNews(), session.isAttached()]).toEqual([true, false]);
    session.attach();
    expect(session.hasNews()).toBe(false);
    await session.close();
    expect(guest().destroyed).toBe(true);
  });

  it('keeps what is typed while a user waits for it, and sends it in order before what is typed later', async () => {
    const { session, sent, refusals } = await open();
    expect([session.type('ro'), session.type('ot\r'), sent]).toEqual([true, true, []]);
    const opening = session.open();
    session.type('secret\r');
    await opening;
    session.type('ls\r');
    expect(sent.join('')).toBe('root\rsecret\rls\r');
    refusals.push(UNREACHABLE);
    const again = session.open();
    session.type('lost');
    await expect(again).rejects.toMatchObject({
      code: 'host.unreachable',
      message: 'the link to host1 is down; what was typed is dropped',
    });
    await session.open();
    expect(sent.join('')).not.toContain('lost');
    await session.close();
  });

  it('keeps 64 kB at most, and nothing behind what it did not keep', async () => {
    const { session, sent } = await open();
    expect([session.type('ä'.repeat(32_000)), session.type('x'.repeat(2_000)), session.type('y')]).toEqual([
      true,
      false,
      false,
    ]);
    await session.open();
    expect(sent.join('')).toBe('ä'.repeat(32_000));
    await session.close();
  });

  it('goes along with its guest to another node: the old way ends in silence, the new one is tried again', async () => {
    const { session, streams, guest, opened, refusals, clock, see, closings } = await open();
    await session.open();
    guest().push('before\r\n');
    await see('before');
    refusals.push(UNREACHABLE);
    session.follow('web1 on host2');
    expect([session.name, session.link().kind, streams[0]?.destroyed]).toEqual(['web1 on host2', 'opening', true]);
    await turn();
    expect(session.link().kind).toBe('waiting');
    await clock.pass(1_000);
    guest().push('after\r\n');
    await see('after');
    expect([session.link().kind, opened.length, streams.length, closings()]).toEqual(['open', 3, 2, 0]);
    expect(session.send('typed')).toBe(true);
    await session.close();
  });

  it('answers the guest, and lets it at the clipboard, only while it is looked at', async () => {
    const { session, guest, sent, see, copied } = await open();
    await session.open();
    const asks = `\x1b[6n\x1b]52;c;${Buffer.from('text').toString('base64')}\x07`;
    guest().push(`${asks}one`);
    await see('one');
    expect([sent, copied]).toEqual([[], []]);
    session.attach();
    guest().push(`\r\n${asks}two`);
    await see('two');
    expect([sent, copied]).toEqual([['\x1b[2;1R'], ['text']]);
    await session.close();
  });

  it('tells a guest its size where that can be, and else has the usual one at least', async () => {
    const fixed = await open({ size: { columns: 60, rows: 20 } });
    await fixed.session.open();
    expect(fixed.session.model.size()).toEqual({ columns: 80, rows: 24 });
    fixed.session.resize({ columns: 100, rows: 20 });
    expect(fixed.session.model.size()).toEqual({ columns: 100, rows: 24 });
    const resizable = await open({ resizes: true, size: { columns: 60, rows: 20 } });
    await resizable.session.open();
    resizable.session.resize({ columns: 70, rows: 30 });
    resizable.session.resize({ columns: 70, rows: 30 });
    expect(resizable.sizes).toEqual([
      { columns: 60, rows: 20 },
      { columns: 70, rows: 30 },
    ]);
    expect(resizable.session.model.size()).toEqual({ columns: 70, rows: 30 });
    await Promise.all([fixed.session.close(), resizable.session.close()]);
  });

  it('is closed when the other side ends it, and can be opened again with all that it had', async () => {
    const { session, guest, see, shown, closings } = await open();
    await session.open();
    guest().push('last words');
    await see('last words');
    guest().push(null);
    while (session.link().kind === 'open') await turn();
    expect([session.link(), closings()]).toEqual([{ kind: 'closed', why: 'closed from the other side' }, 1]);
    expect(session.send('x')).toBe(false);
    await session.open();
    expect([session.link().kind, shown()]).toEqual(['open', expect.stringContaining('last words')]);
    await session.close();
  });
});

describe('a link that drops', () => {
  const drop = async ({ session, guest }: Awaited<ReturnType<typeof open>>) => {
    guest().destroy(UNREACHABLE);
    while (session.link().kind === 'open') await turn();
  };

  it('is tried again, less and less often, until it is there', async () => {
    const console = await open();
    const { session, clock, refusals, opened, sent, see, guest } = console;
    await session.open();
    await drop(console);
    expect(session.link()).toMatchObject({ kind: 'waiting', why: 'the link to host1 is down' });
    expect([session.send('typed'), session.type('typed'), sent]).toEqual([false, false, []]);
    refusals.push(UNREACHABLE, UNREACHABLE);
    await clock.pass(999);
    expect(opened).toHaveLength(1);
    await clock.pass(1);
    expect(opened).toHaveLength(2);
    await clock.pass(1_999);
    expect(opened).toHaveLength(2);
    await clock.pass(1);
    await clock.pass(4_000);
    expect([opened, session.link().kind]).toEqual([[false, false, false, false], 'open']);
    guest().push('here again');
    await see('here again');
    expect(session.send('ls')).toBe(true);
    await session.close();
  });

  it('begins with the shortest wait again only when it was steady', async () => {
    const console = await open();
    const { session, clock } = console;
    await session.open();
    const untilNext = async () => {
      await drop(console);
      const link = session.link();
      return link.kind === 'waiting' ? link.until - clock.ticks() : 0;
    };
    expect(await untilNext()).toBe(1_000);
    await clock.pass(1_000);
    expect(await untilNext()).toBe(2_000);
    await clock.pass(2_000);
    await clock.pass(10_000);
    expect(await untilNext()).toBe(1_000);
    await session.close();
  });

  it('is not tried for ever where another client has the console, nor at all where that makes no sense', async () => {
    const console = await open();
    const { session, clock, refusals, opened, closings } = console;
    await session.open();
    await drop(console);
    refusals.push(...Array.from({ length: 20 }, () => new FleetError('op.conflict', 'in use')));
    await clock.pass(600_000);
    expect([session.link(), opened.length, closings()]).toEqual([{ kind: 'closed', why: 'in use' }, 9, 1]);
    refusals.length = 0;
    await session.open();
    await drop(console);
    refusals.push(new FleetError('vm.not-found', 'web1 is not there any more'));
    await clock.pass(600_000);
    expect([session.link(), opened.length]).toEqual([{ kind: 'closed', why: 'web1 is not there any more' }, 11]);
    await session.close();
    const shell = await open({ reconnects: false });
    await shell.session.open();
    await drop(shell);
    expect(shell.session.link()).toEqual({ kind: 'closed', why: 'the link to host1 is down' });
  });

  it('is tried at once when the user asks for it, and no more when it is closed', async () => {
    const console = await open();
    const { session, clock, opened } = console;
    await session.open();
    await drop(console);
    await session.open();
    expect([session.link().kind, opened.length]).toEqual(['open', 2]);
    await clock.pass(60_000);
    expect(opened).toHaveLength(2);
    await drop(console);
    await session.close();
    await clock.pass(60_000);
    expect(opened).toHaveLength(2);
  });
});

describe('the files of a console', () => {
  it('have all that the guest wrote, byte by byte, and the screen no more than it keeps', async () => {
    const { session, guest, shown } = await open();
    await session.open();
    const path = join(folder, 'all.log');
    session.writeTo('log', await openLog(path, () => {}));
    const hash = createHash('sha256');
    const block = Buffer.concat([
      Buffer.from('\x1b[31mline\x1b[m \xff\xfe\x1b]52;c;AAAA\x07\r\n', 'latin1'),
      Buffer.alloc(4_000, 'x'),
    ]);
    for (let at = 0; at < 25; at++) {
      hash.update(block);
      guest().push(block);
    }
    guest().push(null);
    while (session.link().kind === 'open') await turn();
    expect(await session.stopWriting('log')).toBe(path);
    expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(hash.digest('hex'));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(session.model.lines()).toBe(124);
    expect(shown()).toContain('xxxx');
    await session.close();
  });

  it('can be a recording, with its times and sizes, in which nothing is that was typed', async () => {
    const { session, guest, clock, see } = await open({ resizes: true });
    await session.open();
    const path = join(folder, 'web1.cast');
    const recorded = { title: session.name, size: session.model.size(), clock };
    session.writeTo('recording', await openRecording(path, recorded, () => {}));
    await clock.pass(1_500);
    session.send('secret');
    guest().push(Buffer.from('grüße').subarray(0, 4));
    await see('gr');
    await clock.pass(500);
    session.resize({ columns: 100, rows: 30 });
    guest().push(Buffer.from('grüße').subarray(4));
    await see('grüße');
    await session.stopWriting('recording');
    const cast = readCast(readFileSync(path, 'utf8'), path);
    expect(cast).toEqual({
      size: { columns: 80, rows: 24 },
      title: 'web1 on host1',
      left: 0,
      events: [
        { at: 1.5, kind: 'output', text: 'grü' },
        { at: 2, kind: 'resize', size: { columns: 100, rows: 30 } },
        { at: 2, kind: 'output', text: 'ße' },
      ],
    });
    await expect(openRecording(path, recorded, () => {})).rejects.toMatchObject({ code: 'op.conflict' });
    await session.close();
  });

  it('that can not be opened, or not be written any more, are said', async () => {
    await expect(openLog(join(folder, 'missing', 'a.log'), () => {})).rejects.toMatchObject({ code: 'op.failed' });
    const failed = Promise.withResolvers<FleetError>();
    const full = await openLog('/dev/full', failed.resolve);
    full.write(Buffer.from('text'));
    expect((await failed.promise).message).toMatch(/^\/dev\/full can't be written any more: ENOSPC/);
    await full.taken();
    await expect(full.end()).rejects.toMatchObject({ code: 'op.failed' });
  });
});
