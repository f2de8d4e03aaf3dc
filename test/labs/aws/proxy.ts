/** Stands before moto: holds states back, checks what is asked and who asks, and breaks what it is told to break. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { refusalXml } from '../../../src/platforms/aws/testkit/xml.ts';
import type { Asking } from './asking.ts';
import type { RequestCheck } from './model.ts';
import type { RestCheck } from './rest-model.ts';
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
  readonly ask: Asking;
  readonly region: string;
  /** The one access key that is known; what STS gives out is added. */
  readonly accessKeyId: string;
  /** By the service that a request is signed for. */
  readonly checks: Readonly<Record<string, RequestCheck>>;
  readonly rest: Readonly<Record<string, RestCheck>>;
  readonly transitions: Transitions;
}

const HOST = '127.0.0.1';
const SCOPE = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/;

export async function startProxy({
  ask,
  region,
  accessKeyId,
  checks,
  rest,
  transitions,
}: ProxyParts): Promise<LabProxy> {
  const seen: string[] = [];
  const complaints: string[] = [];
  const faults: { readonly fault: LabFault; left: number }[] = [];
  const keys = new Set([accessKeyId]);
  const sockets = new Set<Socket>();

  function refusedBeforehand(
    action: string,
    form: URLSearchParams,
    service: string,
    authorization: string,
    wrongOfRest: readonly string[],
  ) {
    const [, key = '', place, signedFor] = SCOPE.exec(authorization) ?? [];
    if (!keys.has(key) || (place !== region && signedFor !== 'route53') || signedFor !== service) {
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
    const wrong = [...(checks[service]?.(form) ?? []), ...wrongOfRest];
    complaints.push(...wrong);
    if (wrong.length > 0) return { status: 400, code: 'UnknownParameter', message: wrong.join('; ') };
    const code = transitions.refusal(action, idsIn(form));
    return code && { status: 400, code, message: 'The instance is not in a state from which it can be started.' };
  }

  async function pass(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const target = request.headers['x-amz-target'];
    const authorization = request.headers.authorization ?? '';
    const signedFor = SCOPE.exec(authorization)?.[3] ?? '';
    const told = rest[signedFor]?.({
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: body.toString('utf8'),
    });
    const form = new URLSearchParams(target === undefined && told === undefined ? body.toString('utf8') : '');
    const action =
      told?.action ||
      String(target ?? '')
        .split('.')
        .at(-1) ||
      form.get('Action') ||
      '';
    const own = target !== undefined ? 'monitoring' : action === 'AssumeRole' ? 'sts' : 'ec2';
    const service = told || signedFor === 'elasticloadbalancing' ? signedFor : own;
    seen.push(action);
    const refused = refusedBeforehand(action, form, service, authorization, told?.wrong ?? []);
    if (refused) {
      response.writeHead(refused.status, { 'content-type': 'text/xml;charset=UTF-8' });
      return void response.end(refusalXml(refused.code, refused.message));
    }
    const answer = await ask(request, body, action);
    let { content } = answer;
    if (answer.ok && told === undefined) {
      transitions.begin(action, idsIn(form), form.get('Hibernate') === 'true');
      if (action === 'DescribeInstances') content = Buffer.from(transitions.rewrite(content.toString('utf8')));
      for (const [, key] of content.toString('utf8').matchAll(/<AccessKeyId>([^<]+)</g))
        if (key !== undefined) keys.add(key);
    }
    const kept = [...answer.headers].filter(([name]) => !HOP.has(name));
    const type = answer.headers.has('content-type') || content.length === 0 ? {} : { 'content-type': 'text/xml' };
    // Of what only its head is asked of, it is what would come.
    const whole = request.method === 'HEAD' ? answer.headers.get('content-length') : String(content.length);
    const length = whole === null ? {} : { 'content-length': whole };
    response.writeHead(answer.status, { ...Object.fromEntries(kept), ...type, ...length });
    response.end(content);
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

/** Of one connection, and not of what is said over it. */
const HOP: ReadonlySet<string> = new Set(
  'connection transfer-encoding content-encoding keep-alive date content-length'.split(' '),
);
