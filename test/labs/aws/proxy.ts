/** Stands before moto: holds states back, checks what is asked and who asks, and breaks what it is told to break. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { refusalXml } from '../../../src/platforms/aws/testkit/xml.ts';
import type { RequestCheck } from './model.ts';
import type { Transitions } from './transitions.ts';

export interface LabFault {
  readonly action: string;
  readonly code: string;
  readonly status?: number;
  readonly message?: string;
  /** How many such requests it strikes; once without. */
  readonly times?: number;
}

export interface LabProxy {
  readonly origin: string;
  /** Names of the actions so far. */
  readonly seen: readonly string[];
  /** What no request should have had in it. */
  readonly complaints: readonly string[];
  order(fault: LabFault): void;
  /** Hangs up on everybody, and takes no calls until restore(). */
  cut(): Promise<void>;
  restore(): Promise<void>;
  close(): Promise<void>;
}

export interface ProxyParts {
  readonly moto: number;
  readonly region: string;
  /** The one access key that is known; what STS gives out is added. */
  readonly accessKeyId: string;
  readonly check: RequestCheck;
  readonly transitions: Transitions;
}

const HOST = '127.0.0.1';
const SCOPE = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/;

export async function startProxy({ moto, region, accessKeyId, check, transitions }: ProxyParts): Promise<LabProxy> {
  const seen: string[] = [];
  const complaints: string[] = [];
  const faults: { readonly fault: LabFault; left: number }[] = [];
  const keys = new Set([accessKeyId]);
  const sockets = new Set<Socket>();

  function refusedBeforehand(action: string, form: URLSearchParams, service: string, authorization: string) {
    const [, key = '', place, signedFor] = SCOPE.exec(authorization) ?? [];
    if (!keys.has(key) || place !== region || signedFor !== service) {
      return service === 'sts'
        ? {
            status: 403,
            code: 'InvalidClientTokenId',
            message: 'The security token included in the request is invalid.',
          }
        : { status: 401, code: 'AuthFailure', message: 'AWS was not able to validate the provided access credentials' };
    }
    const struck = faults.find(({ fault, left }) => left > 0 && fault.action === action);
    if (struck) {
      struck.left--;
      const { status = 400, code, message = `${code} was ordered` } = struck.fault;
      return { status, code, message };
    }
    const wrong = service === 'ec2' ? check(form) : [];
    complaints.push(...wrong);
    if (wrong.length > 0) return { status: 400, code: 'UnknownParameter', message: wrong.join('; ') };
    const code = transitions.refusal(action, idsIn(form));
    return code && { status: 400, code, message: 'The instance is not in a state from which it can be started.' };
  }

  async function pass(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const target = request.headers['x-amz-target'];
    const form = new URLSearchParams(target === undefined ? body.toString('utf8') : '');
    const action =
      String(target ?? '')
        .split('.')
        .at(-1) ||
      form.get('Action') ||
      '';
    const service = target !== undefined ? 'monitoring' : action === 'AssumeRole' ? 'sts' : 'ec2';
    seen.push(action);
    const refused = refusedBeforehand(action, form, service, request.headers.authorization ?? '');
    if (refused) {
      response.writeHead(refused.status, { 'content-type': 'text/xml;charset=UTF-8' });
      return void response.end(refusalXml(refused.code, refused.message));
    }
    const answer = await fetch(`http://${HOST}:${moto}${request.url}`, {
      method: request.method ?? 'POST',
      headers: plainHeaders(request),
      body: body.toString('utf8'),
    });
    let text = await answer.text();
    if (answer.ok) {
      transitions.begin(action, idsIn(form), form.get('Hibernate') === 'true');
      if (action === 'DescribeInstances') text = transitions.rewrite(text);
      for (const [, key] of text.matchAll(/<AccessKeyId>([^<]+)</g)) if (key !== undefined) keys.add(key);
    }
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/xml' });
    response.end(text);
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      pass(request, Buffer.concat(chunks), response).catch(() => request.socket.destroy());
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, HOST, () => resolve()));
  const hangUp = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://${HOST}:${port}`,
    seen,
    complaints,
    order: (fault) => void faults.push({ fault, left: fault.times ?? 1 }),
    cut: hangUp,
    restore: () => listen(port),
    close: () => (server.listening ? hangUp() : Promise.resolve()),
  };
}

const idsIn = (form: URLSearchParams): readonly string[] =>
  [...form].flatMap(([key, value]) => (/^InstanceId\.\d+$/.test(key) ? [value] : []));

/** moto tells services and regions apart by the signature's scope. */
function plainHeaders({ headers }: IncomingMessage): Record<string, string> {
  const kept = ['authorization', 'content-type', 'x-amz-target', 'x-amz-date', 'x-amz-security-token'];
  return Object.fromEntries(
    kept.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  );
}
