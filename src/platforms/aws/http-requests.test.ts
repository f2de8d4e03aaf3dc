/** What is sent for the SDK, what the wire log shows of it, and which answers are taken. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import type { WireLine } from '../contract.ts';
import { createHttpHandler, type HttpHandler } from './http-handler.ts';
import type { SignedRequest } from './sdk/messages.ts';
import { CLOUD } from './testkit/scripted-calls.ts';

const { signal } = new AbortController();
const FORM = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };

let server: Server;
let handler: HttpHandler;
let wire: WireLine[];
let seen: { readonly request: IncomingMessage; readonly body: string }[];
let answer: { status: number; type: string | undefined; body: string };

beforeEach(async () => {
  [wire, seen] = [[], []];
  answer = { status: 200, type: 'text/xml', body: '<StartInstancesResponse></StartInstancesResponse>' };
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      seen.push({ request, body });
      const type = answer.type === undefined ? {} : { 'content-type': answer.type };
      response.writeHead(answer.status, 'Said', { ...type, 'x-id': '7' }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  handler = createHttpHandler({
    endpoint: CLOUD,
    ca: undefined,
    clock: systemClock,
    wire: (line) => void wire.push(line),
  });
});
afterEach(async () => {
  handler.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const send = (more: Partial<SignedRequest> = {}, to = '127.0.0.1') =>
  handler.handle(
    {
      method: 'POST',
      protocol: 'http:',
      hostname: to,
      port: (server.address() as AddressInfo).port,
      path: '/x',
      headers: FORM,
      body: 'Action=StartInstances&Version=1&InstanceId.1=i-1&TokenCode=123456',
      ...more,
    },
    signal,
  );
const JSON_REQUEST = { headers: { 'x-amz-target': 'Granite.GetMetricData' }, body: '{}' };

describe('a request of the SDK', () => {
  it('is sent as it stands, and its answer comes back without the date', async () => {
    const { headers, body, ...rest } = await send({ query: { a: 'b c', d: ['1', '2'], e: null } });
    expect(rest).toEqual({ statusCode: 200, reason: 'Said' });
    expect(headers).toMatchObject({ 'x-id': '7', 'content-type': 'text/xml' });
    expect(headers).not.toHaveProperty('date');
    expect(Buffer.from(body).toString('utf8')).toBe('<StartInstancesResponse></StartInstancesResponse>');
    expect(seen[0]?.request).toMatchObject({ method: 'POST', url: '/x?a=b%20c&d=1&d=2&e=' });
    expect(seen[0]?.body).toContain('InstanceId.1=i-1');
    await send({ body: new TextEncoder().encode('Action=StartInstances') });
    expect(seen[1]?.body).toBe('Action=StartInstances');
    expect(seen[1]?.request.url).toBe('/x');
  });

  it('is shown in the wire log by its action and its fields, without secrets', async () => {
    await send();
    expect(wire).toMatchObject([
      {
        endpoint: 'cloud',
        channel: 'aws',
        text: expect.stringContaining('StartInstances InstanceId.1=i-1 TokenCode=****'),
      },
    ]);
    expect(wire[0]?.text).not.toMatch(/Version|123456/);
    answer = { status: 200, type: 'application/json', body: '{"a": 1}' };
    await send(JSON_REQUEST);
    expect(wire[1]?.text).toContain('GetMetricData');
    await send({ headers: {}, body: '{"clientSecret": "hush"}' });
    await send({ headers: {}, body: undefined, method: 'GET' });
    expect(JSON.stringify(wire)).not.toContain('hush');
    const { port } = server.address() as AddressInfo;
    await handler.handle(
      { method: 'GET', protocol: 'http:', hostname: 'localhost', port, path: '/', headers: {} },
      signal,
    );
    expect(wire.at(-1)?.channel).toBe('aws');
  });

  it('is not sent without protection to another machine, nor when all is closed', async () => {
    await expect(send({}, 'ec2.example.org')).rejects.toMatchObject({
      code: 'config.invalid',
      message: 'cloud: HTTP to ec2.example.org is not protected',
      fix: 'use https',
    });
    await expect(send({ protocol: 'https:' })).rejects.toMatchObject({ code: expect.stringMatching(/trust|host/) });
    handler.close();
    await expect(send()).rejects.toMatchObject({
      code: 'host.unreachable',
      message: 'the connection to 127.0.0.1 was closed',
      retry: true,
    });
  });

  it('goes over one connection after the other to the same host', async () => {
    await send();
    await send();
    expect(new Set(seen.map(({ request }) => request.socket.remotePort)).size).toBeLessThanOrEqual(2);
  });
});

describe('an answer', () => {
  it.each<[string, Partial<SignedRequest>, number, string | undefined, string]>([
    [
      'what was asked for',
      {},
      200,
      'text/xml',
      '<?xml version="1.0"?> <StartInstancesResponse a="b"></StartInstancesResponse>\n',
    ],
    ['a refusal of EC2', {}, 400, 'text/xml', '<Response><Errors></Errors></Response>'],
    ['a refusal in JSON', JSON_REQUEST, 400, 'application/json', '{"__type": "x"}'],
    ['JSON', JSON_REQUEST, 200, 'application/json', ' {"a":\n1} '],
    ['a text where any will do', { headers: {}, body: undefined, method: 'GET' }, 200, 'text/plain', 'role-name'],
  ])('is taken: %s', async (_what, request, status, type, body) => {
    answer = { status, type, body };
    await expect(send(request)).resolves.toMatchObject({ statusCode: status });
  });

  it.each<[string, Partial<SignedRequest>, number, string | undefined, string, object]>([
    [
      'a page with a status',
      {},
      502,
      'text/html',
      '<html></html>',
      { name: 'StatusError', status: 502, mutates: true },
    ],
    ['half a refusal', {}, 400, 'text/xml', '<Response><Errors>', { name: 'StatusError', status: 400 }],
    ['nothing, with a status', JSON_REQUEST, 503, undefined, '', { name: 'StatusError', status: 503, mutates: false }],
    ['nothing for any text', { headers: {}, body: undefined }, 200, 'text/plain', '', { code: 'host.protocol' }],
    ['half of some XML', JSON_REQUEST, 200, 'text/xml', '<a><b>', { code: 'host.protocol' }],
    ['a text that says it is XML', JSON_REQUEST, 200, 'text/xml', 'x', { code: 'host.protocol' }],
    ['a text of no kind', JSON_REQUEST, 200, undefined, 'x', { code: 'host.protocol' }],
    ['a page', JSON_REQUEST, 200, 'text/html', '<html></html>', { code: 'host.protocol' }],
    [
      'another answer to a change',
      {},
      200,
      'text/xml',
      '<r></r>',
      {
        code: 'outcome.unknown',
        message: "the answer to POST 127.0.0.1/x StartInstances can't be read; it may have been done or not",
        fix: 'look at its state',
      },
    ],
    [
      'another answer to a read',
      { body: 'Action=DescribeInstances' },
      200,
      'text/xml',
      '<r></r>',
      { code: 'host.protocol', message: "the answer to POST 127.0.0.1/x DescribeInstances can't be read" },
    ],
  ])('is not taken: %s', async (_what, request, status, type, body, refusal) => {
    answer = { status, type, body };
    await expect(send(request)).rejects.toMatchObject(refusal);
  });

  it.each(['Start', 'Stop', 'Reboot', 'Terminate', 'Modify', 'Create', 'Delete'])(
    'that was lost leaves open what became of %s…',
    async (verb) => {
      answer = { status: 200, type: 'text/xml', body: '' };
      await expect(send({ body: `Action=${verb}Things` })).rejects.toMatchObject({ code: 'outcome.unknown' });
      await expect(send({ body: `Action=${verb}` })).rejects.toMatchObject({ code: 'host.protocol' });
    },
  );
});
