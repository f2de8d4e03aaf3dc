import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { systemClock } from '../clock.ts';
import type { Located, LocatedMap } from '../state/config/located.ts';
import { readNotifyRules } from '../state/config/notify-rules.ts';
import { createRedactor } from '../state/files/redactor.ts';
import { SCHEDULE_VARIABLE } from '../state/files/who-am-i.ts';
import { createStore } from '../state/fleet/store.ts';
import type { Notice } from '../state/records/notices.ts';
import { createDelivery } from './delivery.ts';
import { createNotifier } from './notifier.ts';

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

const listen = async (server: Server | TcpServer): Promise<number> => {
  open.push(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

/** A configuration as it is read from a file. */
const located = (value: unknown): Located => {
  const at = { line: 1, column: 1 };
  if (Array.isArray(value)) return { kind: 'list', at, items: value.map(located) };
  if (typeof value !== 'object' || value === null) return { kind: 'scalar', at, text: String(value), quoted: false };
  const entries = Object.entries(value).map(([key, one]) => [key, { at, value: located(one) }] as const);
  return { kind: 'map', at, entries: new Map(entries) };
};
const rulesOf = (rules: object) => readNotifyRules('config.yaml', located({ notifications: rules }) as LocatedMap);

const notice = (given: Partial<Notice> = {}): Notice => ({
  id: 'n1',
  at: Date.UTC(2026, 0, 1, 12),
  kind: 'task-failed',
  subject: 'host1/web1',
  name: 'web1',
  text: 'Start web1: no memory',
  ...given,
});

const deliver = (rules: object, clock = systemClock) => {
  const signals: string[] = [];
  const troubles: string[] = [];
  const read = rulesOf(rules);
  expect(read.problems).toEqual([]);
  const delivery = createDelivery({
    rules: () => read.rules,
    clock,
    secrets: {
      resolve: async (_name, _fields, values) =>
        Object.fromEntries(
          Object.entries(values).map(([key, value]) => [key, String(value).replace(/^env:/, 'secret-')]),
        ),
    },
    signal: (sequence) => void signals.push(sequence),
    trouble: (message) => void troubles.push(message),
  });
  return { delivery, signals, troubles };
};

/** A server that keeps what it gets. */
async function receiver(status = 200) {
  const got: { readonly path: string | undefined; readonly token: string | undefined; readonly body: Body }[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    request.on('end', () => {
      got.push({ path: request.url, token: request.headers.authorization, body: JSON.parse(text) as Body });
      response.writeHead(status).end();
    });
  });
  return { got, port: await listen(server) };
}
interface Body {
  readonly rule: string;
  readonly title: string;
  readonly count: number;
  readonly notices: readonly unknown[];
}

describe('a webhook', () => {
  it('F-222 gets a notification as JSON, with its token', async () => {
    const { got, port } = await receiver();
    const { delivery, troubles } = deliver({
      ops: { webhook: `http://127.0.0.1:${port}/hook?x=1`, token: 'env:HOOK' },
    });
    delivery.deliver(notice({ text: 'Start web1: no \x1b[31mmemory' }));
    await delivery.close();
    expect([troubles, got]).toEqual([
      [],
      [
        {
          path: '/hook?x=1',
          token: 'Bearer secret-HOOK',
          body: {
            source: 'drover',
            host: expect.any(String),
            rule: 'ops',
            title: 'Start web1: no memory',
            count: 1,
            notices: [
              {
                at: '2026-01-01T12:00:00.000Z',
                kind: 'task-failed',
                endpoint: 'host1',
                subject: 'host1/web1',
                name: 'web1',
                text: 'Start web1: no memory',
              },
            ],
            text: '2026-01-01T12:00:00.000Z Start web1: no memory',
          },
        },
      ],
    ]);
  });

  it('F-222 gets what came together in one message, which names twenty and counts all', async () => {
    const { got, port } = await receiver();
    const { delivery } = deliver({ ops: { webhook: `http://127.0.0.1:${port}/` } });
    for (let count = 0; count < 100; count++) delivery.deliver(notice());
    await delivery.close();
    const sizes = got.map(({ body }) => [body.count, body.notices.length]);
    expect(sizes.toSorted()).toEqual([
      [1, 1],
      [99, 20],
    ]);
  });

  it('that refuses is told of once, until it works again', async () => {
    const { port } = await receiver(500);
    const { delivery, troubles } = deliver({ ops: { webhook: `http://127.0.0.1:${port}/secret-path` } });
    for (let count = 0; count < 3; count++) {
      delivery.deliver(notice());
      await delivery.close();
    }
    expect(troubles).toEqual(['notification ops: not sent by webhook: the webhook answered with status 500']);
  });

  it('is known by its certificate, and never spoken to in the clear on another machine', async () => {
    const fixture = (name: string) =>
      fileURLToPath(new URL(`../platforms/transport/fixtures/${name}`, import.meta.url));
    const keys = { cert: readFileSync(fixture('server.pem')), key: readFileSync(fixture('server-key.pem')) };
    const server = createTlsServer(keys, (_request, response) => void response.writeHead(204).end());
    server.on('tlsClientError', () => {});
    const port = await listen(server);
    const attempt = async (rule: object) => {
      const { delivery, troubles } = deliver({ ops: rule });
      delivery.deliver(notice());
      await delivery.close();
      return troubles.join();
    };
    const webhook = `https://127.0.0.1:${port}/secret-path`;
    expect(await attempt({ webhook, ca: fixture('authority.pem') })).toBe('');
    const refused = await attempt({ webhook });
    expect(refused).toMatch(/^notification ops: not sent by webhook: .*certificate/);
    expect(refused).not.toContain('secret-path');
    expect(await attempt({ webhook: 'http://hooks.example.org/x' })).toContain('is not protected');
  });
});

describe('a mail', () => {
  /** As much of SMTP (RFC 5321) as a client needs. */
  async function mailServer() {
    const mails: string[] = [];
    const server = createTcpServer((socket) => {
      let mail: string | undefined;
      let left = '';
      socket.setEncoding('utf8').on('error', () => {});
      socket.write('220 test ESMTP\r\n');
      socket.on('data', (piece: string) => {
        const lines = `${left}${piece}`.split('\r\n');
        left = lines.pop() ?? '';
        for (const line of lines) {
          if (mail !== undefined && line !== '.') mail += `${line}\n`;
          else if (mail !== undefined) {
            mails.push(mail);
            mail = undefined;
            socket.write('250 taken\r\n');
          } else if (line === 'DATA') {
            mail = '';
            socket.write('354 go on\r\n');
          } else if (line === 'QUIT') socket.end('221 bye\r\n');
          else socket.write('250 ok\r\n');
        }
      });
    });
    return { mails, port: await listen(server) };
  }
  const rule = (port: number) => ({
    'mail-server': `127.0.0.1:${port}`,
    'mail-from': 'drover@example.org',
    'mail-to': ['ann@example.org', 'bob@example.org'],
  });

  it('F-222 comes with what happened, and no name of a host adds a header', async () => {
    const { mails, port } = await mailServer();
    const { delivery, troubles } = deliver({ admins: rule(port) });
    delivery.deliver(notice({ text: 'Start web1\r\nBcc: eve@example.org: no memory' }));
    await delivery.close();
    expect(troubles).toEqual([]);
    const [mail = ''] = mails;
    const [head = '', body] = mail.split('\n\n', 2);
    expect(head).toMatch(/^Subject: drover: Start web1 Bcc: eve@example.org: no memory$/m);
    expect(head).toMatch(/^To: ann@example.org, bob@example.org$/m);
    expect(head).not.toMatch(/^Bcc/m);
    expect(body).toContain('2026-01-01T12:00:00.000Z Start web1');
  });

  it('that no server takes is told of with the reason', async () => {
    const { delivery, troubles } = deliver({ admins: rule(1) });
    delivery.deliver(notice());
    await delivery.close();
    expect(troubles).toEqual([
      expect.stringMatching(
        /^notification admins: not sent by mail: the mail was not taken by 127\.0\.0\.1:1: .*ECONNREFUSED/,
      ),
    ]);
  });
});

describe('a rule', () => {
  it.each([
    [{ bell: true }, '\x07'],
    [{ desktop: 'osc9' }, '\x1b]9;Start web1: no memory\x07'],
    [{ desktop: 'osc99', bell: true }, '\x1b]99;i=drover;Start web1: no memory\x1b\\\x07'],
  ])('calls the user at the terminal: %j', (rule, sequence) => {
    const { delivery, signals } = deliver({ desk: rule }, createTestClock());
    delivery.deliver(notice({ text: 'Start web1:\x07 no memory' }));
    expect(signals).toEqual([sequence]);
  });

  it('F-222 calls a bounded number of times in a flood of an hour', async () => {
    const clock = createTestClock();
    const { delivery, signals } = deliver({ desk: { bell: true, desktop: 'osc9' } }, clock);
    for (let minute = 0; minute < 60; minute++) {
      for (let count = 0; count < 100; count++) delivery.deliver(notice());
      await clock.pass(60_000);
    }
    await delivery.close();
    expect(signals.length).toBeLessThanOrEqual(12);
    const counts = signals.map((text) => 1 + Number(/and (\d+) more/.exec(text)?.[1] ?? 0));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(6_000);
    await clock.pass(3_600_000);
    delivery.deliver(notice());
    expect(signals.at(-1)).toBe('\x1b]9;Start web1: no memory\x07\x07');
  });

  it.each([
    [{ for: ['back'] }, 0],
    [{ for: ['task-failed', 'back'] }, 1],
    [{ filter: 'endpoint:host1 memory' }, 1],
    [{ filter: '!name:web' }, 0],
    [{ filter: 'kind:task' }, 1],
  ])('is for what its words fit: %j: %i', (rule, count) => {
    const { delivery, signals } = deliver({ desk: { bell: true, ...rule } }, createTestClock());
    delivery.deliver(notice());
    expect(signals).toHaveLength(count);
  });

  it('with a secret in plain text is told of, and holds', () => {
    const { rules, problems } = rulesOf({ ops: { webhook: 'https://hooks.example.org/x', token: 'hunter22' } });
    expect(rules).toHaveLength(1);
    expect(problems.map(({ message }) => message)).toEqual([
      'notifications: ops: token stands in the file as plain text',
    ]);
  });

  it.each([
    [{ bel: true }, 'unknown key "bel" (did you mean bell?)'],
    [{ bell: 'loud' }, 'bell must be true or false'],
    [{ filter: 'x' }, 'says nothing of how to tell'],
    [
      { bell: true, for: ['rain'] },
      'for can have task-failed, unreachable, back, vm-failed, vm-back, task-done, vm-stopped, vm-started, not "rain"',
    ],
    [{ desktop: 'osc7' }, 'desktop must be osc9 or osc99'],
    [{ 'mail-to': ['a@b.c'] }, 'a mail needs mail-server and mail-from'],
    [{ 'mail-to': ['Ann <a@b.c>'], 'mail-from': 'd@b.c', 'mail-server': 'm' }, '"Ann <a@b.c>" is no mail address'],
    [{ 'mail-from': 'd@b.c' }, 'mail-to says who gets it'],
    [{ webhook: ['a', 'b'] }, 'webhook must be one word'],
    ['loud', 'must be settings like "webhook:"'],
  ])('that is wrong is left out and told: %j', (rule, why) => {
    const { rules, problems } = rulesOf({ ops: rule, good: { bell: true } });
    expect(rules.map(({ name }) => name)).toEqual(['good']);
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining(`notifications: ops: ${why}`)]);
  });
});

it('F-335 goes to a rule that asks for work that is done, and to no other', async () => {
  const { delivery, signals } = deliver({ desk: { bell: true, for: ['task-done'] }, all: { desktop: 'osc9' } });
  delivery.deliver({ ...notice(), kind: 'task-done', text: 'Create a plan: all 2 are done' });
  await delivery.close();
  expect(signals).toEqual(['\x07']);
});

it('F-220 is not told twice of what a schedule has begun: the task of the schedule tells it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-notify-'));
  const clock = createTestClock();
  const toldIn = async (env: Readonly<Record<string, string>>) => {
    const { notices, witness, close } = createNotifier({
      folder,
      clock,
      env,
      store: createStore(clock),
      redactor: createRedactor(),
      rules: () => [],
      secrets: { resolve: async (_name, _fields, values) => values },
      trouble: (message) => expect.fail(message),
    });
    const item = { id: 'host1/web1', name: 'web1', state: 'failed', text: 'no memory' } as const;
    witness.ended({
      id: 1,
      action: 'vm.start',
      title: 'Start web1',
      state: 'failed',
      startedAt: 0,
      endedAt: 1,
      items: [item],
    });
    await close();
    return notices.list().map(({ text }) => text);
  };
  expect(await toldIn({ [SCHEDULE_VARIABLE]: 'the schedule nightly of anna@desk' })).toEqual([]);
  expect(await toldIn({})).toEqual(['Start web1: no memory']);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});
