import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FleetError } from '../../../src/errors.ts';
import { endpointName } from '../../../src/ids.ts';
import { createHttp, type Http } from '../../../src/platforms/transport/http/http.ts';
import { openWebSocket } from '../../../src/platforms/transport/http/websocket.ts';
import { createTestClock } from '../../clock.ts';
import { type Chances, createChances } from '../random.ts';
import { createStops, LONGEST_STOP_MS } from './stops.ts';

const INPUTS = 1_500;
const { signal } = new AbortController();
let frames = Buffer.alloc(0);
let server: Server;
let http: Http;

beforeAll(async () => {
  server = createServer();
  server.on('upgrade', (request, socket: Duplex) => {
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.on('error', () => {});
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: binary\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.end(frames);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = server.address();
  const port = typeof at === 'object' && at ? at.port : 0;
  const target = { host: '127.0.0.1', port, secure: false, base: '' };
  const budget = { inFlight: 8, perSecond: 1_000_000 };
  const clock = createTestClock();
  http = createHttp({ target, endpoint: endpointName('x'), clock, wire: () => {}, channel: 'x', budget });
});
afterAll(() => {
  http.close();
  server.close();
  server.closeAllConnections();
});

/** A frame of a server, right or wrong. */
function frame(random: Chances): Buffer {
  const fin = random.pick([0x80, 0x80, 0x80, 0x00, 0xc0, 0xf0]);
  const opcode = random.pick([2, 2, 2, 1, 0, 8, 9, 10, 3, 11]);
  const length = random.pick([0, 1, 5, 125, 126, 300, 70_000]);
  const said = random.pick([length, length, length, length + 1, 2 ** 31]);
  const mask = random.pick([0, 0, 0, 0, 0x80]);
  const head =
    said > 0xffff
      ? Buffer.concat([Buffer.from([fin + opcode, mask + 127]), bigEndian(said)])
      : said > 125
        ? Buffer.from([fin + opcode, mask + 126, said >> 8, said & 255])
        : Buffer.from([fin + opcode, mask + said]);
  const payload = Buffer.alloc(length, random.pick(['x', '\xff', '\u001b[2J']));
  if (opcode === 8 && length > 1) payload.writeUInt16BE(random.pick([1000, 1001, 1005, 1011, 4000, 65535]));
  return Buffer.concat([head, payload]);
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

async function lengthOf(stream: Duplex): Promise<number> {
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) length += chunk.length;
  return length;
}

it('whatever frames come, a console ends or fails with words, and never carries more than was sent', async () => {
  const random = createChances(6);
  const stops = createStops();
  const ends = new Map<string, number>();
  for (let i = 0; i < INPUTS; i++) {
    frames = Buffer.concat(Array.from({ length: 1 + random.number(6) }, () => frame(random)));
    const read = async () => {
      const options = { path: '/console', headers: {}, protocol: 'binary', signal };
      return lengthOf(await openWebSocket(http, options));
    };
    const ended = await stops.watch(`input ${i}`, read).then(
      (length) => {
        expect(length).toBeLessThanOrEqual(frames.length);
        return 'ended';
      },
      (error: unknown) => {
        if (!(error instanceof FleetError)) throw error;
        expect(error.message).not.toMatch(/\u001b|\n/);
        expect(error.message.length).toBeLessThan(500);
        return error.code;
      },
    );
    ends.set(ended, (ends.get(ended) ?? 0) + 1);
  }
  process.stdout.write(`Websockets: ${stops.summary()}, ${JSON.stringify(Object.fromEntries(ends))}\n`);
  expect([...ends.keys()].sort()).toEqual(['ended', 'host.protocol', 'host.unreachable']);
  expect(stops.longestMs).toBeLessThan(LONGEST_STOP_MS);
});
