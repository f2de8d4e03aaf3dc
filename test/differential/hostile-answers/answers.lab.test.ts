import { createServer, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FleetError } from '../../../src/errors.ts';
import { endpointName } from '../../../src/ids.ts';
import { createHttp, type Http } from '../../../src/platforms/transport/http/http.ts';
import { createRest } from '../../../src/platforms/transport/http/rest.ts';
import { StatusError, statusError } from '../../../src/platforms/transport/http/rest-error.ts';
import { attribute, child, XmlError } from '../../../src/platforms/transport/xml.ts';
import { createSoapClient } from '../../../src/platforms/vsphere/soap/client.ts';
import { SoapFault } from '../../../src/platforms/vsphere/soap/fault.ts';
import { fixture } from '../../../src/platforms/vsphere/testkit/fixture.ts';
import { createTestClock } from '../../clock.ts';
import { createChances } from '../random.ts';
import { damaged } from './damaged.ts';
import { createStops, LONGEST_STOP_MS } from './stops.ts';

const { signal } = new AbortController();
const clock = createTestClock();

type Next = Buffer | ((socket: Socket) => void);
/** What the server says next, byte for byte. */
let next: Next = Buffer.alloc(0);
let server: Server;
let http: Http;
const sockets = new Set<Socket>();

beforeAll(async () => {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.once('data', () => {
      if (typeof next === 'function') next(socket);
      else socket.end(next);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = server.address();
  const port = typeof at === 'object' && at ? at.port : 0;
  const target = { host: '127.0.0.1', port, secure: false, base: '' };
  const budget = { inFlight: 8, perSecond: 1_000_000 };
  http = createHttp({ target, endpoint: endpointName('x'), clock, wire: () => {}, channel: 'x', budget });
});
afterAll(() => {
  http.close();
  server.close();
  for (const socket of sockets) socket.destroy();
});

/** A whole answer. */
const answer = (status: string, headers: readonly string[], body: string | Buffer): Buffer => {
  const bytes = Buffer.from(body);
  const head = [`HTTP/1.1 ${status}`, ...headers, `content-length: ${bytes.length}`, 'connection: close', '', ''];
  return Buffer.concat([Buffer.from(head.join('\r\n')), bytes]);
};

const UPID = 'UPID:pve1:00001000:00000000:65000000:qmstart:100:root@pam:';
const DONE = `{"data":"${UPID}"}`;
const HURTS = [
  '\r\n',
  '\n',
  '\0',
  ':',
  ' ',
  'HTTP/1.1',
  '200',
  '302',
  '\u001b[2J',
  '{',
  '}',
  '[',
  '"',
  ',',
  'chunked',
  '-1',
  '99999999999',
  'gzip',
  '<html>',
  '\x80',
];
const HEADS = [
  ['200 OK', ['content-type: application/json;charset=UTF-8']],
  ['202 Accepted', ['content-type: application/json', 'transfer-encoding: chunked']],
  ['302 Found', ['location: https://sso.example.org/login?next=/']],
  ['307 Temporary Redirect', ['location: //other/']],
  ['500 no', ['content-type: text/html']],
  ['401 No ticket', []],
  ['204 No Content', []],
  ['200 OK', ['content-encoding: gzip']],
  ['200 OK', ['content-encoding: br']],
  ['101 Switching Protocols', ['upgrade: websocket', 'connection: upgrade']],
] as const;

it('a damaged answer to a change over HTTP is never taken for done, and is always an error with words', async () => {
  const random = createChances(4);
  const stops = createStops();
  const rest = createRest({ http, clock });
  const codes = new Map<string, number>();
  for (let i = 0; i < 2_500; i++) {
    const [status, headers] = random.pick(HEADS);
    const body = random.pick([
      DONE,
      '',
      '{"data":null}',
      '<html>login</html>',
      '"x"',
      'null',
      gzipSync(DONE),
      '7\r\n{"data":\r\n0\r\n\r\n',
    ]);
    const whole = answer(status, headers, body);
    next = random.number(4) === 0 ? whole : Buffer.from(damaged(whole.toString('latin1'), random, HURTS), 'latin1');
    const said = next.toString('latin1');
    const ended = await stops
      .watch(said.slice(0, 60), () => rest.change('POST', { path: '/x', signal }))
      .then(
        ({ status: read, body: got }) => {
          // Only a whole answer of the right kind: its status, and an object or nothing where the status says so.
          expect(said).toMatch(/HTTP\/1\.[01] +2\d\d/);
          expect([200, 201, 202, 203, 204, 205, 206, 226]).toContain(read);
          if (got === undefined) expect(read).not.toBe(200);
          else expect(typeof got).toBe('object');
          return 'taken';
        },
        (error: unknown) => {
          const words = error instanceof StatusError ? statusError(error, 'web1') : error;
          if (!(words instanceof FleetError)) throw error;
          expect(words.message.length).toBeLessThan(1_000);
          expect(words.message).not.toMatch(/\u001b|\n|Parse Error|socket hang up/);
          return words.code;
        },
      );
    codes.set(ended, (codes.get(ended) ?? 0) + 1);
  }
  process.stdout.write(`HTTP: ${stops.summary()}, ${JSON.stringify(Object.fromEntries(codes))}\n`);
  expect(codes.get('taken')).toBeGreaterThan(30);
  expect(stops.longestMs).toBeLessThan(LONGEST_STOP_MS);
});

it('a damaged answer to a change over SOAP is never taken for a task that is not in it', async () => {
  const random = createChances(5);
  const stops = createStops();
  const started = `<?xml version="1.0" encoding="UTF-8"?>\n<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><PowerOnVM_TaskResponse xmlns="urn:vim25"><returnval type="Task">task-5004</returnval></PowerOnVM_TaskResponse></soapenv:Body></soapenv:Envelope>`;
  const answers = [
    started,
    started,
    ...['no-permission', 'not-authenticated', 'task-in-progress'].map((name) =>
      fixture(`fault-${name}.xml`).toString('utf8'),
    ),
  ];
  const hurts = [
    '<',
    '>',
    '/',
    '"',
    '&',
    ']]>',
    '<!--',
    '-->',
    '<![CDATA[',
    '<!DOCTYPE a>',
    '<soapenv:Body>',
    '</returnval>',
    'type="Task"',
    '<Fault/>',
  ];
  let taken = 0;
  for (let i = 0; i < 4_000; i++) {
    const text = damaged(random.pick(answers), random, hurts);
    const status = random.pick([200, 200, 500, 302, 404, 503]);
    const fake: Http = {
      name: 'vc1:443',
      clock,
      send: async () => ({ status, reason: 'x', headers: {}, body: Buffer.from(text) }),
      upgrade: () => Promise.reject(new Error('nothing asks for that here')),
      close: () => {},
    };
    const soap = createSoapClient({ http: fake, clock, version: () => '8.0' });
    const call = {
      target: { type: 'VirtualMachine', value: 'vm-1' },
      method: 'PowerOnVM_Task',
      kind: 'mutates',
      signal,
    } as const;
    await stops
      .watch(text.slice(0, 60), () => soap.call(call, undefined))
      .then(
        ({ response }) => {
          const task = child(response, 'returnval');
          if (attribute(task, 'type') !== 'Task' || !task?.text) return;
          taken++;
          expect(status === 200 || status === 500).toBe(true);
          expect(text).toContain(task.text.slice(0, 4));
          expect(text).toMatch(/PowerOnVM_TaskResponse>[\s\S]*Body>[\s\S]*Envelope>\s*$/);
        },
        (error: unknown) => {
          expect(error).not.toBeInstanceOf(XmlError);
          if (!(error instanceof FleetError || error instanceof SoapFault)) throw error;
          expect(error.message.length).toBeLessThan(1_000);
        },
      );
  }
  process.stdout.write(`SOAP: ${stops.summary()}, ${taken} taken\n`);
  expect(taken).toBeGreaterThan(30);
  expect(stops.longestMs).toBeLessThan(LONGEST_STOP_MS);
});

const MIB = 1024 ** 2;
/** A chunk at each turn of the event loop: what the server works in the same process is no stop of drover's. */
const forever = (head: string, chunk: Buffer) => (socket: Socket) => {
  socket.write(head);
  const more = () => {
    if (socket.destroyed) return;
    if (socket.write(chunk)) setImmediate(more);
    else socket.once('drain', more);
  };
  more();
};

const FLOODS: readonly (readonly [string, Next])[] = [
  ['words of 30 MB', answer('500 no', ['content-type: text/html'], '<'.repeat(30 * MIB))],
  [
    'words of 30 MB in JSON',
    answer('500 no', [], JSON.stringify({ message: 'x'.repeat(15 * MIB), errors: { a: ['y'.repeat(15 * MIB)] } })),
  ],
  ['a list of 40,000', answer('200 OK', [], `{"data":[${'{"vmid":1,"name":"x"},'.repeat(40_000)}0]}`)],
  ['a list that is too large', answer('200 OK', [], `[${'1,'.repeat(9 * MIB)}0]`)],
  ['a bomb of gzip', answer('200 OK', ['content-encoding: gzip'], gzipSync(Buffer.alloc(200 * MIB, '[')))],
  ['a body that never ends', forever('HTTP/1.1 200 OK\r\n\r\n', Buffer.alloc(65_536, '['))],
  [
    'chunks that never end',
    forever('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', Buffer.from('1\r\n[\r\n'.repeat(4_096))),
  ],
  ['headers that never end', forever('HTTP/1.1 200 OK\r\n', Buffer.from('x: y\r\n'.repeat(4_096)))],
  ['one header that never ends', forever('HTTP/1.1 200 OK\r\nx: ', Buffer.alloc(65_536, 'y'))],
  ['answers before the answer', forever('', Buffer.from('HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n'.repeat(999)))],
];

it.each(FLOODS.map(([what, said]) => ({ what, said })))('$what stop nothing', async ({ what, said }) => {
  const stops = createStops();
  next = said;
  const began = performance.now();
  const rest = createRest({ http, clock });
  const read = async () => {
    // What never ends is ended by its deadline: here it is a short one.
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new FleetError('host.unreachable', 'no answer within 30 s')), 1_000);
    try {
      return await rest.read({ path: '/x', signal: late.signal });
    } finally {
      clearTimeout(timer);
    }
  };
  const ended = await stops.watch(what, read).then(
    () => 'read',
    (error: unknown) => (error instanceof StatusError ? statusError(error, 'web1').message : String(error)),
  );
  process.stdout.write(
    `HTTP, ${what}: ${(performance.now() - began).toFixed(0)} ms, ${stops.summary()}: ${ended.slice(0, 90)}\n`,
  );
  expect(ended.length).toBeLessThan(1_000);
  expect(stops.longestMs).toBeLessThan(LONGEST_STOP_MS);
});
