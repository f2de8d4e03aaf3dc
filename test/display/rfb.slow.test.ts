/** What a display draws, and who may look at it. */
import { createDecipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { duplexPair } from 'node:stream';
import { rootCertificates, TLSSocket } from 'node:tls';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encryptChallenge, login } from '../../src/display/rfb/login.ts';
import { type Display, openDisplay } from '../../src/display/rfb/session.ts';
import { textOf } from '../../src/display/screenshot.ts';
import { ENCODINGS, greeting, openRecording, playedStream, recording, rectangle, size } from './played-display.ts';

const SCREEN = `SeaBIOS (version 1.16.2-debian-1.16.2-1)
Booting from Hard Disk...
Boot failed: could not read the boot disk

Booting from Floppy...
Boot failed: could not read the boot disk

Booting from DVD/CD...
Boot failed: Could not read from CDROM (code 0003)
No bootable device.`;

describe('a screen that QEMU sent', () => {
  it.each(ENCODINGS)('is read as text from its picture in %s, in whatever pieces it comes', async (encoding) => {
    for (const pieces of [undefined, 1, 7, 1_000]) {
      const display = await openRecording(encoding, pieces);
      await display.update();
      expect([display.frame().width, display.frame().height]).toEqual([720, 400]);
      expect(textOf(display.frame())).toBe(SCREEN);
    }
  });

  it.each(ENCODINGS)('that scrolls is read line after line, picture after picture, in %s', async (encoding) => {
    const stream = playedStream(recording(encoding, 'scrolling'), { ends: true });
    const display = await openDisplay(stream, { password: undefined, host: 'x' });
    let last = 0;
    for (let picture = 0; picture < 4; picture++) {
      await display.update();
      const numbers = (textOf(display.frame()) ?? '').match(/^\d+(?= keys 0 \.+$)/gm)?.map(Number) ?? [];
      expect(numbers.length).toBeGreaterThanOrEqual(24);
      expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] ?? 0) + at));
      expect(numbers[0]).toBeGreaterThan(last);
      last = numbers.at(-1) ?? 0;
    }
    display.close();
  });

  it.each(ENCODINGS)('that breaks off in %s is a lost link, and nothing waits for more', async (encoding) => {
    const all = recording(encoding);
    for (const length of [all.length - 1, 1_000, 60, 30, 13, 5]) {
      const opened = openDisplay(playedStream(all.subarray(0, length), { ends: true }), {
        password: undefined,
        host: 'x',
      });
      const shown = opened.then(async (display) => {
        for (;;) await display.update();
      });
      await expect(shown).rejects.toMatchObject({
        code: 'host.unreachable',
        message: 'the display was closed by the other side',
      });
    }
  });
});

/** A display of 4x3 pixels that has sent these updates. */
async function drawn(...updates: readonly Uint8Array[]): Promise<Display> {
  const bytes = Buffer.concat([greeting(4, 3), ...updates]);
  const display = await openDisplay(playedStream(bytes, { ends: true }), { password: undefined, host: 'x' });
  try {
    for (;;) await display.update();
  } catch (error) {
    if ((error as Error).message !== 'the display was closed by the other side') throw error;
  }
  return display;
}
/** `#` for red, `.` for black, `?` for anything else; a line for each row. */
function picture(display: Display): string {
  const { width, pixels } = display.frame();
  let text = '';
  for (let at = 0; at < pixels.length; at += 4) {
    const rgb = pixels.subarray(at, at + 3).join();
    text += `${rgb === '255,0,0' ? '#' : rgb === '0,0,0' ? '.' : '?'}${(at / 4 + 1) % width === 0 ? '\n' : ''}`;
  }
  return text.trim();
}
const RED = [255, 0, 0, 0];
const BLACK = [0, 0, 0, 0];
const red = (count: number) => Buffer.from(Array.from({ length: count }, () => RED).flat());
const sized = (bytes: Uint8Array) => {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(bytes.length);
  return Buffer.concat([head, bytes]);
};
const zrle = (...bytes: number[]) =>
  rectangle(0, 0, 4, 3, 16, sized(deflateSync(Buffer.from(bytes), { finishFlush: 2 })));
const tight = (...bytes: number[]) => rectangle(0, 0, 4, 3, 7, Buffer.from(bytes));
const packed = (bytes: number[]) => {
  const body = deflateSync(Buffer.from(bytes), { finishFlush: 2 });
  return [body.length, ...body];
};

/** How often the event loop turns while a picture is drawn. */
async function turnsOf(display: Display): Promise<number> {
  let [turns, isDrawn] = [0, false];
  const count = () => {
    turns++;
    if (!isDrawn) setImmediate(count);
  };
  setImmediate(count);
  await display.update();
  isDrawn = true;
  return turns;
}

describe('a rectangle', () => {
  const CORNER = '##..\n##..\n....';
  const DIAGONAL = '#...\n.#..\n..#.';
  const diagonal = Array.from({ length: 12 }, (_, at) => (at % 5 === 0 ? RED : BLACK));
  it.each<readonly [string, string, readonly Uint8Array[]]>([
    ['raw', CORNER, [rectangle(0, 0, 2, 2, 0, red(4))]],
    [
      'copied from another place, over itself',
      '##..\n###.\n.##.',
      [rectangle(0, 0, 2, 2, 0, red(4)), rectangle(1, 1, 2, 2, 1, Buffer.from([0, 0, 0, 0]))],
    ],
    ['in hextile, raw', CORNER, [rectangle(0, 0, 2, 2, 5, Buffer.of(1), red(4))]],
    [
      'in hextile, of parts on a ground',
      CORNER,
      [rectangle(0, 0, 4, 3, 5, Buffer.from([2 | 4 | 8, ...BLACK, ...RED, 1, 0x00, 0x11]))],
    ],
    [
      'in hextile, of parts in colours of their own',
      CORNER,
      [rectangle(0, 0, 4, 3, 5, Buffer.from([2 | 8 | 16, ...BLACK, 1, ...RED, 0x00, 0x11]))],
    ],
    ['in zlib', CORNER, [rectangle(0, 0, 2, 2, 6, sized(deflateSync(red(4), { finishFlush: 2 })))]],
    ['in ZRLE, raw', DIAGONAL, [zrle(0, ...diagonal.flatMap((pixel) => pixel.slice(0, 3)))]],
    ['in ZRLE, of one colour', '####\n####\n####', [zrle(1, 255, 0, 0)]],
    ['in ZRLE, of two colours', DIAGONAL, [zrle(2, 0, 0, 0, 255, 0, 0, 0x80, 0x40, 0x20)]],
    [
      'in ZRLE, of five colours',
      DIAGONAL,
      [zrle(5, ...[0, 0, 0, 255, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3], 0x10, 0x00, 0x01, 0x00, 0x00, 0x10)],
    ],
    ['in ZRLE, of runs', '####\n#...\n....', [zrle(128, 255, 0, 0, 4, 0, 0, 0, 6)]],
    ['in ZRLE, of runs of a palette', '####\n#...\n....', [zrle(130, 0, 0, 0, 255, 0, 0, 0x81, 4, 0x80, 5, 0)]],
    ['in tight, of one colour', '####\n####\n####', [tight(0x80, 255, 0, 0)]],
    ['in tight, as it is', DIAGONAL, [tight(0x00, ...packed(diagonal.flatMap((pixel) => pixel.slice(0, 3))))]],
    [
      'in tight, of two colours, too short to be packed',
      DIAGONAL,
      [tight(0x40, 1, 1, 0, 0, 0, 255, 0, 0, 0x80, 0x40, 0x20)],
    ],
    [
      'in tight, of three colours',
      DIAGONAL,
      [tight(0x40, 1, 2, 0, 0, 0, 255, 0, 0, 9, 9, 9, ...packed(diagonal.map((pixel) => (pixel === RED ? 1 : 0))))],
    ],
    [
      'in tight, as differences to neighbours',
      '####\n####\n####',
      [tight(0x40, 2, ...packed([255, 0, 0, ...new Array(33).fill(0)]))],
    ],
  ])('%s is drawn', async (_what, shown, updates) => {
    expect(picture(await drawn(...updates))).toBe(shown);
  });

  it('in tight goes on with the stream of the one before, until the server starts it again', async () => {
    const whole = red(12).filter((_, at) => at % 4 < 3);
    await expect(drawn(tight(0x00, ...packed([...whole])), tight(0x00, ...packed([...whole])))).rejects.toMatchObject({
      code: 'host.protocol',
    });
    expect(picture(await drawn(tight(0x00, ...packed([...whole])), tight(0x01, ...packed([...whole]))))).toBe(
      '####\n####\n####',
    );
  });

  it('in tight, as differences to neighbours, goes on from piece to piece of what is unpacked', async () => {
    const [width, height] = [200, 200];
    const body = deflateSync(Buffer.concat([Buffer.of(255), Buffer.alloc(width * height * 3 - 1)]), { finishFlush: 2 });
    const length = Buffer.of((body.length & 127) | 128, body.length >> 7);
    const update = rectangle(0, 0, width, height, 7, Buffer.of(0x40, 2), length, body);
    const display = await drawn(rectangle(0, 0, width, height, -223), update);
    expect(picture(display)).toBe(new Array(height).fill('#'.repeat(width)).join('\n'));
  });

  it.each<readonly [string, number, Uint8Array]>([
    ['ZRLE', 16, sized(deflateSync(Buffer.alloc(32 * 32 * 4, Buffer.of(1, 0, 0, 0)), { finishFlush: 2 }))],
    ['hextile', 5, Buffer.alloc(128 * 128)],
  ])('of many pixels in few bytes holds up nothing else, in %s', async (_encoding, number, body) => {
    const bytes = Buffer.concat([greeting(2_048, 2_048), rectangle(0, 0, 2_048, 2_048, number, body)]);
    const display = await openDisplay(playedStream(bytes), { password: undefined, host: 'x' });
    const turns = await turnsOf(display);
    // A turn for each million of pixels.
    expect(turns).toBeGreaterThanOrEqual(4);
    display.close();
  });

  it('of which there are many holds up nothing else', async () => {
    const fill = rectangle(0, 0, 1_024, 1_024, 7, Buffer.of(0x80, 255, 0, 0));
    const one = fill.subarray(4);
    const update = Buffer.concat([fill.subarray(0, 2), Buffer.of(0, 10), ...new Array<Buffer>(10).fill(one)]);
    const bytes = Buffer.concat([greeting(1_024, 1_024), update]);
    const display = await openDisplay(playedStream(bytes), { password: undefined, host: 'x' });
    const turns = await turnsOf(display);
    expect(turns).toBeGreaterThanOrEqual(10);
    display.close();
  });

  it('in zlib behind the end of its stream ends the display', async () => {
    const whole = sized(deflateSync(red(4)));
    await expect(drawn(rectangle(0, 0, 2, 2, 6, whole), rectangle(0, 0, 2, 2, 6, whole))).rejects.toMatchObject({
      code: 'host.protocol',
    });
  });

  it('that is unpacked while the display is closed says why it was closed', async () => {
    const body = sized(deflateSync(Buffer.alloc(512 * 512 * 4), { finishFlush: 2 }));
    const bytes = Buffer.concat([greeting(512, 512), rectangle(0, 0, 512, 512, 6, body)]);
    const display = await openDisplay(playedStream(bytes), { password: undefined, host: 'x' });
    const shown = display.update();
    setImmediate(() => display.close(new Error('the user has left')));
    await expect(shown).rejects.toThrow('the user has left');
  });

  it.each<readonly [string, Uint8Array]>([
    ['outside of the picture', rectangle(3, 0, 2, 1, 0, red(2))],
    ['copied from outside', rectangle(0, 0, 2, 2, 1, Buffer.from([0, 3, 0, 0]))],
    ['of a kind that nobody asked for', rectangle(0, 0, 1, 1, 21, red(1))],
    [
      'in hextile that reaches over its tile',
      rectangle(0, 0, 4, 3, 5, Buffer.from([2 | 4 | 8, ...BLACK, ...RED, 1, 0x30, 0x10])),
    ],
    ['in zlib that is too short', rectangle(0, 0, 2, 2, 6, sized(deflateSync(red(3), { finishFlush: 2 })))],
    ['in zlib that is too long', rectangle(0, 0, 2, 2, 6, sized(deflateSync(red(9_000), { finishFlush: 2 })))],
    ['in zlib that is none', rectangle(0, 0, 2, 2, 6, sized(Buffer.from('no zlib at all')))],
    ['in ZRLE with a run over its end', zrle(128, 255, 0, 0, 200)],
    ['in ZRLE with an unknown colour', zrle(130, 0, 0, 0, 255, 0, 0, 5)],
    ['in tight as JPEG', tight(0x90, 1, 0)],
    ['of a pointer that is none', rectangle(0, 0, 1_000, 1, -239, red(1_000), Buffer.alloc(125))],
    ['with a size of nothing', rectangle(0, 0, 0, 5, -223)],
    ['with a size that no display has', rectangle(0, 0, 65_535, 65_535, -223)],
  ])('%s ends the display', async (_what, update) => {
    await expect(drawn(update)).rejects.toMatchObject({ code: 'host.protocol' });
  });

  it('can be another size, with a picture of its own', async () => {
    const display = await drawn(rectangle(0, 0, 2, 1, -223), rectangle(0, 0, 2, 1, 0, red(2)));
    expect(picture(display)).toBe('##');
  });

  it.each([0, 1, 3])('can be another size that is told with its %i screens', async (screens) => {
    const told = Buffer.alloc(4 + screens * 16);
    told.writeUInt8(screens, 0);
    const display = await drawn(rectangle(0, 0, 2, 1, -308, told), rectangle(0, 0, 2, 1, 0, red(2)));
    expect(picture(display)).toBe('##');
  });

  it('is no pointer, which is known when it has been put somewhere, and until it is hidden', async () => {
    const shape = rectangle(1, 0, 2, 1, -239, red(2), Buffer.of(0x40));
    const display = await drawn(shape, rectangle(0, 0, 2, 2, 0, red(4)));
    expect([picture(display), display.pointer()]).toEqual([CORNER, undefined]);
    display.point(0, 3, 2);
    expect(display.pointer()).toEqual({
      ...{ x: 3, y: 2, hotX: 1, hotY: 0, width: 2, height: 1 },
      ...{ pixels: red(2), mask: Buffer.of(0x40) },
    });
    for (const hidden of [rectangle(0, 0, 0, 0, -239), rectangle(0, 0, 1, 1, -239, red(1), Buffer.of(0))]) {
      const without = await drawn(shape, hidden, rectangle(0, 0, 1, 1, 0, red(1)));
      without.point(0, 3, 2);
      expect(without.pointer()).toBeUndefined();
    }
  });

  it('that is another size again and again ends the display, instead of being asked for without end', async () => {
    const sizes = Array.from({ length: 40 }, (_, at) => rectangle(0, 0, 2 + (at % 2), 1, -223));
    await expect(drawn(...sizes)).rejects.toMatchObject({ code: 'host.protocol' });
  });
});

describe('a display that asks who is there', () => {
  const CHALLENGE = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  /** A VNC server with a password, as RFC 6143 has it. */
  async function serve(version: string, password: string): Promise<Display> {
    const [near, far] = duplexPair();
    const answer = openDisplay(near, { password, host: 'x' });
    answer.catch(() => undefined);
    far.write(version);
    const take = async (length: number): Promise<Buffer> => {
      for (;;) {
        const bytes = far.read(length) as Buffer | null;
        if (bytes) return bytes;
        await new Promise((resolve) => far.once('readable', resolve));
      }
    };
    const minor = Number((await take(12)).toString().slice(8, 11));
    if (minor === 3) far.write(Buffer.of(0, 0, 0, 2));
    else {
      far.write(Buffer.of(2, 16, 2));
      expect([...(await take(1))]).toEqual([2]);
    }
    far.write(CHALLENGE);
    const key = Buffer.from('secret\0\0').map((byte) =>
      Number.parseInt([...byte.toString(2).padStart(8, '0')].reverse().join(''), 2),
    );
    const cipher = createDecipheriv('des-ede3', Buffer.concat([key, key, key]), null).setAutoPadding(false);
    const isRight = cipher.update(await take(16)).equals(CHALLENGE);
    far.write(
      isRight
        ? Buffer.alloc(4)
        : Buffer.from([0, 0, 0, 1, ...(minor === 8 ? [0, 0, 0, 9, ...Buffer.from('go\x1b[2J no')] : [])]),
    );
    if (isRight) far.write(Buffer.concat([size(2, 1), rectangle(0, 0, 2, 1, 0, red(2))]));
    return answer;
  }

  it.each(['RFB 003.003\n', 'RFB 003.007\n', 'RFB 003.008\n', 'RFB 003.889\n'])(
    'shows its picture to who knows the password: %j',
    async (version) => {
      const display = await serve(version, 'secret');
      await display.update();
      expect(picture(display)).toBe('##');
    },
  );

  it('knows only the first eight bytes of a password', () => {
    expect(encryptChallenge(CHALLENGE, 'secretsecret')).toEqual(encryptChallenge(CHALLENGE, 'secretse'));
  });

  it.each([
    ['RFB 003.003\n', 'the display refused the login'],
    ['RFB 003.008\n', 'the display refused the login: go [2J no'],
  ])('says what it says to who does not: %j', async (version, message) => {
    await expect(serve(version, 'wrong')).rejects.toMatchObject({ code: 'auth.rejected', message });
  });

  it('is told apart from one that wants something else', async () => {
    const say = (...bytes: number[]) =>
      login(playedStream(Buffer.concat([Buffer.from('RFB 003.008\n'), Buffer.from(bytes)]), { ends: true }), {
        password: undefined,
        host: 'x',
      });
    await expect(say(1, 2, ...CHALLENGE)).rejects.toMatchObject({ code: 'auth.needs-secret' });
    await expect(say(1, 16)).rejects.toMatchObject({
      code: 'op.unsupported',
      message: expect.stringContaining('type 16'),
    });
    await expect(say(0, 0, 0, 0, 4, ...Buffer.from('full'))).rejects.toMatchObject({
      message: 'the display refused the login: full',
    });
    const http = login(playedStream(Buffer.from('HTTP/1.1 400 Bad Request\r\n')), { password: undefined, host: 'x' });
    await expect(http).rejects.toMatchObject({ code: 'host.protocol', message: 'the other side is no VNC display' });
  });

  const fixture = (name: string) =>
    readFileSync(new URL(`../../src/platforms/transport/fixtures/${name}`, import.meta.url), 'utf8');
  /** A VNC server with VeNCrypt and a certificate, over a link that is no socket, as one through SSH is. */
  async function overTls(options: Partial<Parameters<typeof login>[1]>): Promise<string> {
    const [near, far] = duplexPair();
    const answer = login(near, { password: undefined, host: 'localhost', ca: fixture('authority.pem'), ...options });
    answer.catch(() => undefined);
    const serve = async () => {
      const bytes: number[] = [];
      const wanted = async (length: number) => {
        for (;;) {
          if (bytes.length >= length) return bytes.splice(0, length);
          await new Promise((resolve) => far.once('readable', resolve));
          bytes.push(...((far.read() as Buffer | null) ?? []));
        }
      };
      far.write('RFB 003.008\n');
      await wanted(12);
      far.write(Buffer.of(1, 19));
      await wanted(1);
      far.write(Buffer.of(0, 2));
      await wanted(2);
      far.write(Buffer.of(0, 1, 0, 0, 1, 4));
      await wanted(4);
      far.write(Buffer.of(1));
      const secure = new TLSSocket(far, {
        isServer: true,
        key: fixture('server-key.pem'),
        cert: fixture('server.pem'),
      });
      secure.on('error', () => {});
      secure.write(Buffer.from([0, 0, 0, 0, ...Buffer.from('inside')]));
    };
    void serve();
    const { reader, stream } = await answer;
    const said = (await reader.take(6)).toString();
    stream.destroy();
    return said;
  }

  it('lets in over TLS, whose certificate is verified', async () => {
    expect(await overTls({})).toBe('inside');
    await expect(overTls({ host: 'elsewhere.example' })).rejects.toMatchObject({ code: 'trust.tls' });
    await expect(overTls({ ca: rootCertificates[0] ?? '' })).rejects.toMatchObject({
      code: 'trust.tls',
    });
  });

  it('without TLS is refused where nothing else protects the way', async () => {
    const open = playedStream(greeting(1, 1));
    await expect(login(open, { password: undefined, host: 'db1', needsTls: true })).rejects.toMatchObject({
      code: 'op.refused',
      message: 'the display of db1 is not protected on its way',
    });
  });
});
