/** A cloud on loopback, all its services behind one port, every request held against what the API reference allows. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '../../../clock.ts';
import { isAtLeast, type Microversion } from '../microversion.ts';
import { createConsoleProxy } from './console-proxy.ts';
import { answerGlance } from './glance.ts';
import { answerGnocchi } from './gnocchi.ts';
import { createKeystone, type Keystone, PROJECT } from './keystone.ts';
import { answerNova, type NovaOptions } from './nova.ts';
import { answerCinder, answerNeutron, type ServiceRequest } from './other-services.ts';
import { novaRefusal, Refusal } from './refusal.ts';
import { createWorld, type World } from './world.ts';

export interface FakeCloud {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  readonly world: World;
  readonly keystone: Keystone;
  readonly nova: NovaOptions;
  /** `GET /compute/v2.1/servers/detail?…`, in the order in which they came. */
  readonly requests: readonly string[];
  /** Requests that no real cloud would have understood; must stay empty. */
  readonly complaints: readonly string[];
  cut(): Promise<void>;
  restore(): Promise<void>;
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** In its place: bytes as they are. */
  readonly content?: Buffer;
}

export async function startFakeCloud(clock: Clock): Promise<FakeCloud> {
  const world = createWorld(clock);
  const keystone = createKeystone(clock);
  const proxy = createConsoleProxy();
  const requests: string[] = [];
  const complaints: string[] = [];
  const sockets = new Set<Socket>();
  const nova: NovaOptions = {
    least: '2.1',
    most: '2.93',
    pageSize: 1000,
    consoles: ({ name }, kind) => {
      const token = proxy.offer(name, kind);
      // The address of a display is that of a page for browsers.
      return kind === 'serial'
        ? `ws://127.0.0.1:${port()}/serial?token=${token}`
        : `http://127.0.0.1:${port()}/novnc/vnc_lite.html?path=%3Ftoken%3D${token}`;
    },
    denied: new Set(),
  };
  const port = (): number => (server.address() as AddressInfo).port;

  async function handle(request: IncomingMessage): Promise<Reply> {
    const { method = 'GET', headers } = request;
    const origin = `http://${headers.host}`;
    const url = new URL(request.url ?? '/', origin);
    requests.push(`${method} ${url.pathname}${url.search}`);
    const content = await contentOf(request);
    const body = isFile(request) ? undefined : jsonOf(content);
    const [, service = '', ...rest] = url.pathname.split('/');
    const path = `/${rest.join('/')}`;
    if (service === 'identity') {
      if (path !== '/v3/auth/tokens' || method !== 'POST') throw strange(404, 'not of Keystone', request);
      const issued = keystone.issue(body, headers, origin);
      return { status: 201, headers: { 'x-subject-token': issued.token }, body: issued.body };
    }
    const session = keystone.session(headers);
    if (service === 'object') {
      return world.swift.answer({ method, path, query: url.searchParams, headers, content, session });
    }
    const other = OTHERS[service];
    if (other) {
      const question = {
        method,
        body,
        path,
        query: url.searchParams,
        session,
        base: `${origin}/${service}`,
        pageSize: nova.pageSize,
        content,
        range: headers.range,
      };
      try {
        return other(world, question);
      } catch (error) {
        if (error instanceof Refusal && error.status === 400 && !/Invalid auth key/.test(error.body))
          complaints.push(`${method} ${request.url}: ${error.body}`);
        throw error;
      }
    }
    if (service !== 'compute' || rest[0] !== 'v2.1') throw strange(404, 'no such service', request);
    // The project may stand in the path, and need not.
    const segments = rest.slice(rest[1] === PROJECT.id ? 2 : 1).map(decodeURIComponent);
    const version = segments.join('') === '' ? ([2, 1] as const) : versionOf(request);
    const id = `req-${randomUUID()}`;
    const base = `${origin}/compute/v2.1`;
    const asked = {
      method,
      segments,
      query: url.searchParams,
      body,
      version,
      session,
      base,
      request: id,
      now: clock.now(),
    };
    try {
      const reply = answerNova(world, nova, asked);
      const spelled = version.join('.');
      const date = new Date(clock.now()).toUTCString();
      return {
        ...reply,
        headers: { 'x-openstack-request-id': id, 'openstack-api-version': `compute ${spelled}`, date },
      };
    } catch (error) {
      if (
        error instanceof Refusal &&
        /Additional properties|Invalid input|no such action|resource could/.test(error.body)
      ) {
        complaints.push(`${method} ${url.pathname}${url.search} ${JSON.stringify(body)}: ${error.body}`);
      }
      throw error;
    }
  }

  /** Without the header nova speaks 2.1, which is never meant. */
  function versionOf(request: IncomingMessage): Microversion {
    const header = String(request.headers['openstack-api-version'] ?? '');
    const [, major, minor] = /^compute (\d+)\.(\d+)$/.exec(header) ?? [];
    if (major === undefined) throw strange(400, `no microversion (${header})`, request);
    const version: Microversion = [Number(major), Number(minor)];
    const [least, most] = [nova.least, nova.most].map((text) => text.split('.').map(Number)) as unknown as [
      Microversion,
      Microversion,
    ];
    if (isAtLeast(version, least) && isAtLeast(most, version)) return version;
    throw novaRefusal(
      406,
      `Version ${version.join('.')} is not supported by the API. Minimum is ${nova.least} and maximum is ${nova.most}.`,
    );
  }

  function strange(status: number, why: string, { method, url }: IncomingMessage): Refusal {
    complaints.push(`${method} ${url}: ${why}`);
    return novaRefusal(status, why);
  }

  const server = createServer((request, response) => {
    handle(request).then(
      (reply) => send(response, reply),
      (error: unknown) => {
        if (error instanceof Refusal) response.writeHead(error.status, error.headers).end(error.body);
        else send(response, { status: 500, body: { computeFault: { code: 500, message: String(error) } } });
      },
    );
  });
  server.on('upgrade', (request, socket, head) => {
    requests.push(`GET ${request.url}`);
    const why = proxy.attach(request, socket, head);
    if (why === undefined) return;
    complaints.push(`GET ${request.url}: ${why}`);
    socket.end(`HTTP/1.1 403 ${why}\r\ncontent-length: 0\r\n\r\n`);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const listen = (where: number) =>
    new Promise<void>((resolve, reject) => server.once('error', reject).listen(where, '127.0.0.1', () => resolve()));
  await listen(0);
  const first = port();
  const hangUp = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      proxy.closeAll();
      for (const socket of sockets) socket.destroy();
    });

  return {
    origin: `http://127.0.0.1:${first}`,
    world,
    keystone,
    nova,
    requests,
    complaints,
    cut: hangUp,
    restore: () => listen(first),
    close: () => (server.listening ? hangUp() : Promise.resolve()),
  };
}

const OTHERS: Readonly<Record<string, (world: World, request: ServiceRequest) => Reply>> = {
  image: answerGlance,
  network: answerNeutron,
  volume: answerCinder,
  dns: ({ designate }, request) => designate.answer(request),
  metric: answerGnocchi,
};

async function contentOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const isFile = ({ headers }: IncomingMessage): boolean => headers['content-type'] === 'application/octet-stream';

const jsonOf = (content: Buffer): unknown => (content.length === 0 ? undefined : JSON.parse(content.toString()));

function send(response: ServerResponse, { status, body, content, headers = {} }: Reply): void {
  const type = content ? 'application/octet-stream' : 'application/json';
  const length = content && { 'content-length': String(content.length) };
  response.writeHead(status, { 'content-type': type, ...length, ...headers });
  response.end(content ?? (body === undefined ? undefined : JSON.stringify(body)));
}
