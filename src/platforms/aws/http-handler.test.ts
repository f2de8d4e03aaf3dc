import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import { endpointName } from '../../ids.ts';
import { createHttpHandler, type HttpHandler } from './http-handler.ts';

let server: Server;
let handler: HttpHandler;
let answer: { readonly type: string; readonly body: string };

beforeEach(async () => {
  server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': answer.type }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  handler = createHttpHandler({ endpoint: endpointName('cloud'), ca: undefined, clock: systemClock, wire: () => {} });
});
afterEach(async () => {
  handler.close();
  await new Promise((resolve) => server.close(resolve));
});

const ask = (action: string) =>
  handler.handle(
    {
      method: 'POST',
      protocol: 'http:',
      hostname: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      path: '/',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `Action=${action}&Version=2016-11-15`,
    },
    new AbortController().signal,
  );

it.each([
  ['DescribeInstances', 'nothing', 'text/xml', '', 'host.protocol'],
  ['TerminateInstances', 'nothing', 'text/xml', '', 'outcome.unknown'],
  ['DescribeInstances', 'half a page', 'text/xml', '<DescribeInstancesResponse><reservationSet>', 'host.protocol'],
  ['DescribeInstances', 'another answer', 'text/xml', '<r><a>b</a></r>', 'host.protocol'],
  ['DescribeInstances', 'JSON', 'application/json', '{"a": 1}', 'host.protocol'],
  [
    'RebootInstances',
    'another answer',
    'text/xml',
    '<StopInstancesResponse></StopInstancesResponse>',
    'outcome.unknown',
  ],
  ['StopInstances', "a gateway's page", 'text/html', '<html><body>Log in</body></html>', 'outcome.unknown'],
])('does not take %s for answered when %s came', async (action, _what, type, body, code) => {
  answer = { type, body };
  await expect(ask(action)).rejects.toMatchObject({ code });
});

it('passes on what a service has answered', async () => {
  answer = { type: 'text/xml', body: '<?xml version="1.0"?>\n<DescribeInstancesResponse></DescribeInstancesResponse>' };
  await expect(ask('DescribeInstances')).resolves.toMatchObject({ statusCode: 200 });
});
