/** pveproxy, pretended: HTTP on loopback in front of a world, with its error shapes and its login. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '../../../clock.ts';
import { type Access, createAccess } from './access.ts';
import { Refusal, refusal } from './refusal.ts';
import { answer } from './routes.ts';
import { readSchema } from './schema.ts';
import { createTerminals, type TerminalOptions, type Terminals } from './terminals.ts';
import { createWorld, type World } from './world.ts';

export interface FakeProxmox {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  readonly world: World;
  readonly access: Access;
  readonly terminals: Terminals;
  /** `GET /cluster/resources`, in the order in which they came. */
  readonly requests: readonly string[];
  /** What the published API has against requests that came; must stay empty. */
  readonly complaints: readonly string[];
  /** How old the list of the cluster may be. */
  lagMs: number;
  /** The nodes tell how they are, as if the time for it had come. */
  tellNow(): void;
  refuseTokenTerminals: boolean;
  /** A whole answer in place of the right one. */
  answerInstead: ((method: string, path: string) => unknown) | undefined;
  cut(): Promise<void>;
  restore(): Promise<void>;
  close(): Promise<void>;
}

const BASE = '/api2/json';

export interface ServerOptions {
  /** With this key and certificate, as every true one has it. */
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer };
  readonly display?: TerminalOptions['display'];
}

export async function startFakeProxmox(clock: Clock, { tls, display }: ServerOptions = {}): Promise<FakeProxmox> {
  const world = createWorld(clock);
  const access = createAccess(clock);
  const schema = readSchema();
  const terminalOptions: TerminalOptions = { refusesTokens: false, ...(display && { display }) };
  const terminals = createTerminals(world, clock, terminalOptions);
  const requests: string[] = [];
  const complaints: string[] = [];
  const sockets = new Set<Socket>();
  let list: { readonly at: number; readonly data: unknown } | undefined;
  let lagMs = 0;
  let answerInstead: FakeProxmox['answerInstead'];

  async function handle(request: IncomingMessage): Promise<unknown> {
    const { method = 'GET' } = request;
    const url = new URL(request.url ?? '/', 'http://pve');
    if (!url.pathname.startsWith(`${BASE}/`)) throw refusal(501, 'no such uri');
    const path = url.pathname.slice(BASE.length);
    const values = { ...Object.fromEntries(url.searchParams), ...(await formOf(request)) };
    requests.push(`${method} ${path}`);
    const complaint = schema?.complaint(method, path, values);
    if (complaint !== undefined) {
      complaints.push(`${method} ${path}: ${complaint}`);
      const [key = '', why = ''] = complaint.split(': ');
      throw refusal(400, 'Parameter verification failed.', { [key]: why });
    }
    if (path === '/access/ticket' && method === 'POST') return access.ticket(values);
    const user = access.user(method, request.headers);
    const segments = path.split('/').slice(1).map(decodeURIComponent);
    const run = () => {
      const data = answer(world, terminals, { method, segments, values, user });
      const wrong = schema?.wrongAnswer(method, path, data);
      if (wrong !== undefined) complaints.push(`the answer to ${method} ${path}: ${wrong}`);
      return data;
    };
    if (path !== '/cluster/resources' || values['type'] !== undefined) return run();
    // Told by the nodes every now and then, not asked for each time.
    if (!list || clock.now() - list.at >= lagMs) list = { at: clock.now(), data: run() };
    return withNodes(list.data, world);
  }

  const listener: RequestListener = (request, response) => {
    handle(request).then(
      (data) => send(response, 200, 'OK', answerInstead?.(request.method ?? '', request.url ?? '') ?? { data }),
      (error: unknown) => {
        const { status, message, errors } = error instanceof Refusal ? error : refusal(500, String(error));
        // Without a valid login there is not even a body.
        if (status === 401 && !request.url?.endsWith('/ticket')) response.writeHead(401, message).end();
        else send(response, status, message, { data: null, message, ...(errors && { errors }) });
      },
    );
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.on('upgrade', (request, socket, head) => {
    try {
      const url = new URL(request.url ?? '/', 'http://pve');
      const path = url.pathname.slice(BASE.length);
      const values = Object.fromEntries(url.searchParams);
      requests.push(`GET ${path}`);
      const complaint = schema?.complaint('GET', path, values);
      if (complaint !== undefined) complaints.push(`GET ${path}: ${complaint}`);
      if (request.headers['sec-websocket-protocol'] !== 'binary') throw refusal(400, 'no subprotocol');
      terminals.attach({ request, socket, head }, values, access.user('GET', request.headers));
    } catch (error) {
      const status = error instanceof Refusal ? error.status : 500;
      socket.end(
        `HTTP/1.1 ${status} ${String(error instanceof Error ? error.message : error)}\r\ncontent-length: 0\r\n\r\n`,
      );
    }
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', () => resolve()));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const hangUp = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      terminals.closeAll();
      for (const socket of sockets) socket.destroy();
    });

  return {
    origin: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    world,
    access,
    terminals,
    requests,
    complaints,
    get lagMs() {
      return lagMs;
    },
    set lagMs(ms) {
      lagMs = ms;
    },
    tellNow() {
      list = undefined;
    },
    get refuseTokenTerminals() {
      return terminalOptions.refusesTokens;
    },
    set refuseTokenTerminals(refuses) {
      terminalOptions.refusesTokens = refuses;
    },
    get answerInstead() {
      return answerInstead;
    },
    set answerInstead(answer) {
      answerInstead = answer;
    },
    cut: hangUp,
    restore: () => listen(port),
    close: () => (server.listening ? hangUp() : Promise.resolve()),
  };
}

/** Which guests there are, and where, is in pmxcfs, which all nodes have at once: only what they tell is late. */
const withNodes = (data: unknown, { guests }: World): unknown =>
  Array.isArray(data)
    ? data.flatMap((row) => {
        if (!/^(?:qemu|lxc)$/.test(row.type)) return [row];
        const guest = guests.get(row.vmid);
        return guest ? [{ ...row, node: guest.node }] : [];
      })
    : data;

async function formOf(request: IncomingMessage): Promise<Readonly<Record<string, string>>> {
  const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(request.headers['content-type'] ?? '')?.[1];
  if (boundary !== undefined) return formWithFile(request, boundary);
  let text = '';
  for await (const chunk of request) text += chunk;
  return Object.fromEntries(new URLSearchParams(text));
}

function send(response: ServerResponse, status: number, reason: string, body: unknown): void {
  response.writeHead(status, reason.replaceAll(/[^\x20-\x7e]/g, ' '), {
    'content-type': 'application/json;charset=UTF-8',
  });
  response.end(JSON.stringify(body));
}

/** As pveproxy reads it: fields first, then one file, whose place in /var/tmp it adds. Here that is its size. */
async function formWithFile(request: IncomingMessage, boundary: string): Promise<Readonly<Record<string, string>>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const form: Record<string, string> = {};
  const [, ...parts] = body.toString('latin1').split(`--${boundary}`);
  if (!parts.at(-1)?.startsWith('--')) throw refusal(400, 'unexpected end of the form');
  for (const part of parts.slice(0, -1)) {
    const end = part.indexOf('\r\n\r\n');
    const head = part.slice(0, end);
    const value = part.slice(end + 4, -2);
    const [, name = ''] = /name="([^"]*)"/.exec(head) ?? [];
    const file = /filename="([^"]*)"/.exec(head)?.[1];
    if (file === undefined) form[name] = value;
    else Object.assign(form, { filename: file, tmpfilename: String(value.length) });
  }
  return form;
}
