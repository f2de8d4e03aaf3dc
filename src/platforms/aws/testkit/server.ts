/** EC2, STS and CloudWatch on loopback, as far as drover asks them: pretended, and strict about what it is asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '../../../clock.ts';
import { createAccess } from './access.ts';
import { actions } from './actions.ts';
import { readForm } from './form.ts';
import { metricData } from './metrics.ts';
import { Refusal } from './refusal.ts';
import { createWorld, type World } from './world.ts';
import { answerXml, element, refusalXml, stsRefusalXml } from './xml.ts';

export interface FakeAws {
  readonly origin: string;
  readonly world: World;
  /** What was asked for, in the order in which it came: `Action=StopInstances&Force=true…`. */
  readonly requests: readonly string[];
  /** What no request should have had in it. */
  readonly complaints: readonly string[];
  /** Hangs up on everybody, and takes no calls until restore(). */
  cut(): Promise<void>;
  restore(): Promise<void>;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const HOST = '127.0.0.1';
const SESSION_MS = 3_600_000;

export async function startFakeAws(clock: Clock): Promise<FakeAws> {
  const world = createWorld(clock);
  const access = createAccess();
  const requests: string[] = [];
  const complaints: string[] = [];
  const sockets = new Set<Socket>();

  function answer({ headers }: IncomingMessage, body: string): Answer {
    world.settle();
    requests.push(body);
    const target = headers['x-amz-target'];
    if (target === 'GraniteServiceVersion20100801.GetMetricData') {
      access.check(headers, 'monitoring');
      return { status: 200, type: 'application/x-amz-json-1.0', body: metricData(world, clock, body) };
    }
    const form = readForm(body);
    if (form.action === 'AssumeRole')
      return { status: 200, type: 'text/xml', body: assumed(headers, form.text('RoleArn')) };
    access.check(headers, 'ec2');
    const action = actions[form.action];
    if (!action)
      throw new Refusal('InvalidAction', `The action ${form.action || target} is not valid for this web service.`);
    const strangers = form.strangers(action.takes);
    if (strangers.length > 0) complaints.push(`${form.action} has no ${strangers.join(', ')}`);
    return { status: 200, type: 'text/xml;charset=UTF-8', body: answerXml(form.action, action.answer(world, form)) };
  }

  function assumed(headers: IncomingMessage['headers'], role: string | undefined): string {
    const { accessKeyId, secretAccessKey, sessionToken } = access.assume(headers, role);
    const Expiration = new Date(clock.now() + SESSION_MS).toISOString();
    return element(
      'AssumeRoleResponse',
      {
        AssumeRoleResult: {
          Credentials: {
            AccessKeyId: accessKeyId,
            SecretAccessKey: secretAccessKey,
            SessionToken: sessionToken,
            Expiration,
          },
        },
      },
      ' xmlns="https://sts.amazonaws.com/doc/2011-06-15/"',
    );
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      send(
        response,
        unlessRefused(() => answer(request, body), body),
      );
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
    world,
    requests,
    complaints,
    cut: hangUp,
    restore: () => listen(port),
    close: () => (server.listening ? hangUp() : Promise.resolve()),
  };
}

function unlessRefused(work: () => Answer, body: string): Answer {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const xml = body.includes('Action=AssumeRole') ? stsRefusalXml : refusalXml;
    return { status: error.status, type: 'text/xml', body: xml(error.code, error.message) };
  }
}

function send(response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}
