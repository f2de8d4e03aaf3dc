/**
 * The thread that Amazon's SDK lives in: loading it takes 200 ms of CPU and 100 MB, and parsing a page of instances tens of
 * ms, all of which would hold up keys. It makes, signs and reads requests; the main thread sends them.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { enableCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { machinesIn } from '../machine.ts';
import type { Credentials, FromThread, Order, SdkResponse, SignedRequest, ToldError, ToThread } from './messages.ts';

interface Call {
  readonly call: number;
  readonly credentials: Credentials;
}

interface Client {
  send(command: object): Promise<object>;
}

const port = parentPort;
if (!port) throw new Error('this is a thread of its own');
const { compiled }: { compiled: string | undefined } = workerData;
if (compiled !== undefined) enableCompileCache(compiled);

/** Which call the SDK works on: its handlers are told nothing of it. */
const current = new AsyncLocalStorage<Call>();
const waiting = new Map<number, (response: SdkResponse | undefined) => void>();
const clients = new Map<string, Promise<Client>>();
const tell = (message: FromThread) => port.postMessage(message);

port.on('message', (message: ToThread) => {
  if (message.kind === 'response') {
    waiting.get(message.call)?.(message.response);
    waiting.delete(message.call);
    return;
  }
  const { call, order, credentials } = message;
  current
    .run({ call, credentials }, () => obey(order))
    .then(
      (output) => tell({ kind: 'done', call, output }),
      (error: unknown) => tell({ kind: 'failed', call, error: told(error) }),
    );
});

async function obey(order: Order): Promise<unknown> {
  const sdk = await (order.service === 'ec2' ? import('@aws-sdk/client-ec2') : import('@aws-sdk/client-cloudwatch'));
  // The SDK has a class for each request; their names follow a rule that its types don't state.
  const commands = sdk as unknown as Readonly<Record<string, new (input: object) => object>>;
  const Command = commands[`${order.name}Command`];
  if (!Command) throw new Error(`the installed AWS SDK has no ${order.name}`);
  const client = await clientFor(order);
  const output = await client.send(new Command(order.input));
  return order.asMachines ? machinesIn(output) : output;
}

function clientFor({ service, region, url, fips, dualStack }: Order): Promise<Client> {
  const key = [service, region, url, fips, dualStack].join(' ');
  const known = clients.get(key);
  if (known !== undefined) return known;
  const config = {
    region,
    // The mark tells the SDK to ask for them each time: renewing is the main thread's business.
    credentials: Object.assign(async () => credentialsNow(), { memoized: true }),
    requestHandler: { handle: sendElsewhere },
    // Who may be asked again, and when, is decided there too.
    maxAttempts: 1,
    ...(url === undefined ? {} : { endpoint: url }),
    useFipsEndpoint: fips,
    useDualstackEndpoint: dualStack,
  };
  const made = (async (): Promise<Client> => {
    // The commands are not known to the types, so neither is what they answer.
    if (service === 'ec2') return new (await import('@aws-sdk/client-ec2')).EC2Client(config) as unknown as Client;
    return new (await import('@aws-sdk/client-cloudwatch')).CloudWatchClient(config) as unknown as Client;
  })();
  clients.set(key, made);
  return made;
}

function callNow(): Call {
  const call = current.getStore();
  if (!call) throw new Error('the SDK has left its call');
  return call;
}

const credentialsNow = (): Credentials => callNow().credentials;

async function sendElsewhere(request: SignedRequest): Promise<{ response: SdkResponse }> {
  const { call } = callNow();
  const { method, protocol, hostname, port: number, path, query, headers, body } = request;
  const response = await new Promise<SdkResponse | undefined>((resolve) => {
    waiting.set(call, resolve);
    tell({
      kind: 'request',
      call,
      request: {
        method,
        protocol,
        hostname,
        path,
        headers: { ...headers },
        ...(number === undefined ? {} : { port: number }),
        ...(query === undefined ? {} : { query: { ...query } }),
        ...(body === undefined || body === null ? {} : { body: textOf(body) }),
      },
    });
  });
  if (!response) throw new Error('it could not be sent');
  return { response };
}

/** A view, since the SDK's own bytes warn on the console when anybody takes them for a text, as Buffer.from(body) does. */
const textOf = (body: unknown): string =>
  body instanceof Uint8Array
    ? Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
    : String(body);

function told(error: unknown): ToldError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: undefined };
  const { name, message, stack } = error;
  if (!('$fault' in error && '$metadata' in error)) return { name, message, stack };
  const { $fault, $metadata } = error;
  return { name, message, stack, $fault, $metadata };
}
