/**
 * The thread that Amazon's SDK lives in: loading it takes 200 ms of CPU and 100 MB, and parsing a page of instances tens of
 * ms, all of which would hold up keys. It makes, signs and reads requests; the main thread sends them.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { enableCompileCache } from 'node:module';
import { Readable } from 'node:stream';
import { parentPort, workerData } from 'node:worker_threads';
import { machinesIn } from '../machine.ts';
import type {
  Credentials,
  FromThread,
  Order,
  SdkResponse,
  Service,
  SignedRequest,
  ToldError,
  ToThread,
} from './messages.ts';

interface Call {
  readonly call: number;
  readonly service: Service;
  readonly credentials: Credentials;
}

/** As the SDK makes it. */
type SdkRequest = Omit<SignedRequest, 'body' | 'service'> & { readonly body?: unknown };

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
    .run({ call, credentials, service: order.service }, () => obey(order))
    .then(
      (output) => tell({ kind: 'done', call, output }),
      (error: unknown) => tell({ kind: 'failed', call, error: told(error) }),
    );
});

/** Packages by service, each with the class of its client. */
const SDKS = {
  ec2: { load: () => import('@aws-sdk/client-ec2'), client: 'EC2Client' },
  cloudwatch: { load: () => import('@aws-sdk/client-cloudwatch'), client: 'CloudWatchClient' },
  s3: { load: () => import('@aws-sdk/client-s3'), client: 'S3Client' },
  route53: { load: () => import('@aws-sdk/client-route-53'), client: 'Route53Client' },
  elbv2: { load: () => import('@aws-sdk/client-elastic-load-balancing-v2'), client: 'ElasticLoadBalancingV2Client' },
  pricing: { load: () => import('@aws-sdk/client-pricing'), client: 'PricingClient' },
  ec2connect: { load: () => import('@aws-sdk/client-ec2-instance-connect'), client: 'EC2InstanceConnectClient' },
} as const;

// The SDK has a class for each request and each client; their names follow a rule that its types don't state.
type Class<T> = new (input: object) => T;

async function classOf<T>(service: Service, name: string): Promise<Class<T>> {
  const sdk = (await SDKS[service].load()) as unknown as Readonly<Record<string, Class<T>>>;
  const found = sdk[name];
  if (!found) throw new Error(`the installed AWS SDK has no ${name}`);
  return found;
}

async function obey(order: Order): Promise<unknown> {
  const Command = await classOf<object>(order.service, `${order.name}Command`);
  const client = await clientFor(order);
  if (order.linkFor !== undefined) {
    const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
    return getSignedUrl(client as never, new Command(order.input) as never, { expiresIn: order.linkFor });
  }
  const output = await client.send(new Command(order.input));
  if (order.asMachines) return machinesIn(output);
  // The content of a file is a stream, which no other thread could read.
  return 'Body' in output && isContent(output.Body)
    ? { ...output, Body: await output.Body.transformToByteArray() }
    : output;
}

interface Content {
  transformToByteArray(): Promise<Uint8Array>;
}
const isContent = (body: unknown): body is Content =>
  typeof body === 'object' && body !== null && 'transformToByteArray' in body;

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
    // Names of buckets are no names of hosts at an address of its own.
    ...(url === undefined ? {} : { endpoint: url, forcePathStyle: true }),
    useFipsEndpoint: fips,
    useDualstackEndpoint: dualStack,
  };
  const made = classOf<Client>(service, SDKS[service].client).then((Make) => new Make(config));
  clients.set(key, made);
  return made;
}

function callNow(): Call {
  const call = current.getStore();
  if (!call) throw new Error('the SDK has left its call');
  return call;
}

const credentialsNow = (): Credentials => callNow().credentials;

async function sendElsewhere(request: SdkRequest): Promise<{ response: object }> {
  const { call, service } = callNow();
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
        service,
        ...(number === undefined ? {} : { port: number }),
        ...(query === undefined ? {} : { query: { ...query } }),
        ...(body === undefined || body === null ? {} : { body: bodyOf(body) }),
      },
    });
  });
  if (!response) throw new Error('it could not be sent');
  // The SDK takes the content of a file as a stream alone.
  return { response: service === 's3' ? { ...response, body: Readable.from([Buffer.from(response.body)]) } : response };
}

/** A copy of bytes: the SDK's own warn on the console when they are taken for a text, as Buffer.from(body) does. */
const bodyOf = (body: unknown): string | Uint8Array =>
  body instanceof Uint8Array
    ? Uint8Array.from(Buffer.from(body.buffer, body.byteOffset, body.byteLength))
    : String(body);

function told(error: unknown): ToldError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: undefined };
  const { name, message, stack } = error;
  if (!('$fault' in error && '$metadata' in error)) return { name, message, stack };
  const { $fault, $metadata } = error;
  return { name, message, stack, $fault, $metadata };
}
