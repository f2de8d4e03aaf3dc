import { afterEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import type { Connection, Endpoint, WireLine } from '../contract.ts';
import { testEndpoint } from './checks.ts';
import { connect } from './connection.ts';
import { fixture } from './testkit/fixture.ts';
import { refused } from './testkit/scripted-vcenter.ts';
import { faulted, type SmallVcenter, startSmallVcenter } from './testkit/small-vcenter.ts';

const { signal } = new AbortController();

let vcenter: SmallVcenter | undefined;
let connection: Connection | undefined;
let clock = createTestClock();
let wire: WireLine[] = [];

async function start() {
  vcenter = await startSmallVcenter();
  clock = createTestClock();
  wire = [];
  return vcenter;
}
afterEach(async () => {
  await connection?.close();
  await vcenter?.close();
  connection = undefined;
  vcenter = undefined;
});

type Ask = (question: string) => Promise<string | undefined>;
const open = async (endpoint: Endpoint, secret?: Ask) => {
  const context = { signal, clock, wire: (line: WireLine) => void wire.push(line), ask: secret ? { secret } : {} };
  connection = await connect(endpoint, context);
  return connection;
};
const test = (endpoint: Endpoint) => testEndpoint(endpoint, { signal, clock, wire: () => {}, ask: {} });
const withValues = ({ endpoint }: SmallVcenter, values: object): Endpoint => ({
  ...endpoint,
  values: { ...endpoint.values, ...values },
});
/** Real time, for what is on the wire. */
const until = (seen: () => boolean) => expect.poll(seen, { interval: 2, timeout: 10_000 }).toBe(true);
const methods = () => vcenter?.asked.map(({ method }) => method) ?? [];
const SERVICE = fixture('service-content.xml').toString('utf8');

describe('a login at vSphere', () => {
  it('asks for a password that is not in the configuration', async () => {
    const server = await start();
    const asked: string[] = [];
    await open(withValues(server, { password: '' }), async (question) => {
      asked.push(question);
      return 'a<b';
    });
    expect(asked).toEqual([expect.stringMatching(/^Password of administrator@vsphere\.local at 127\.0\.0\.1:\d+$/)]);
    const { body } = server.asked.find(({ method }) => method === 'Login') ?? {};
    expect(body).toContain('<userName>administrator@vsphere.local</userName><password>a&lt;b</password>');
  });

  it.each<[string, Ask | undefined]>([
    ['there is no user to ask', undefined],
    ['the question is left without an answer', async () => undefined],
  ])('is not tried without a password, when %s', async (_when, secret) => {
    const server = await start();
    await expect(open(withValues(server, { password: undefined }), secret)).rejects.toMatchObject({
      code: 'auth.needs-secret',
      message: 'vc: the password of administrator@vsphere.local is missing',
      fix: 'drover endpoint edit vc',
    });
    expect(methods()).toEqual(['RetrieveServiceContent']);
  });

  it.each<[string, () => { status: number; body: string } | string, object]>([
    [
      'refused',
      () => refused('invalid-login'),
      {
        ...{ code: 'auth.rejected', refused: 'password' },
        message: expect.stringMatching(/^127\.0\.0\.1:\d+ refused the login of administrator@vsphere\.local$/),
        fix: expect.stringMatching(/NAME@DOMAIN\): drover endpoint edit vc$/),
      },
    ],
    ['refused for another reason', () => faulted('NoPermission'), { code: 'auth.forbidden' }],
  ])('that is %s says so', async (_what, say, error) => {
    const server = await start();
    server.answer('Login', say);
    await expect(open(server.endpoint)).rejects.toMatchObject(error);
  });

  it('that gives no session is none', async () => {
    const server = await start();
    server.answer('Login', () => ({ status: 200, headers: { 'set-cookie': 'other=1' }, body: ANSWER('Login') }));
    await expect(open(server.endpoint)).rejects.toMatchObject({
      code: 'host.protocol',
      message: expect.stringMatching(/accepted the login but gave no session$/),
    });
  });

  it('is given up after twenty seconds', async () => {
    const server = await start();
    server.answer('Login', () => new Promise(() => {}));
    const opened = open(server.endpoint).then(
      () => 'opened',
      (error: unknown) => error,
    );
    let ended = false;
    void opened.then(() => {
      ended = true;
    });
    await until(() => methods().includes('Login'));
    await clock.pass(19_999);
    expect(ended).toBe(false);
    await clock.pass(1);
    expect(await opened).toMatchObject({ code: 'host.unreachable', retry: true });
  });

  it('is ended within a second, whether the server answers or not', async () => {
    const server = await start();
    const link = await open(server.endpoint);
    server.answer('Logout', () => new Promise(() => {}));
    let closed = false;
    const closing = link.close().then(() => {
      closed = true;
    });
    await until(() => methods().includes('Logout'));
    await clock.pass(999);
    expect(closed).toBe(false);
    await clock.pass(1);
    await closing;
    await link.close();
    expect(methods().filter((method) => method === 'Logout')).toHaveLength(1);
    await expect(link.vm.info(server.id, signal)).rejects.toMatchObject({ code: 'host.unreachable' });
  });
});

const ANSWER = (method: string, inside = '') =>
  `<Envelope><Body><${method}Response>${inside}</${method}Response></Body></Envelope>`;

describe('a server', () => {
  it('is spoken to in the version that it names, at first in the oldest', async () => {
    const server = await start();
    server.answer('RetrieveServiceContent', () => ({
      status: 200,
      body: SERVICE.replace('<apiVersion>6.5<', '<apiVersion>8.0.2.0<'),
    }));
    await open(server.endpoint);
    expect(server.asked.map(({ method, action }) => [method, action])).toEqual([
      ['RetrieveServiceContent', 'urn:vim25/6.5'],
      ['Login', 'urn:vim25/8.0.2.0'],
    ]);
  });

  it('that does not name a version is spoken to in the oldest', async () => {
    const server = await start();
    server.answer('RetrieveServiceContent', () => ({
      status: 200,
      body: SERVICE.replace('<apiVersion>6.5</apiVersion>', '').replace(/<fullName>.*<\/fullName>/, ''),
    }));
    expect((await test(server.endpoint)).find(({ check }) => check === 'it is vSphere')?.detail).toBe('vSphere');
    expect(server.asked.map(({ action }) => action)).toContain('urn:vim25/6.5');
    expect(new Set(server.asked.map(({ action }) => action)).size).toBe(1);
  });

  it.each(['rootFolder', 'propertyCollector', 'sessionManager', 'taskManager'])(
    'without a %s is no vSphere',
    async (name) => {
      const server = await start();
      const body = SERVICE.replace(new RegExp(`<${name} [^>]*>[^<]*</${name}>`), '');
      server.answer('RetrieveServiceContent', () => ({ status: 200, body }));
      await expect(open(server.endpoint)).rejects.toMatchObject({
        code: 'host.protocol',
        message: expect.stringMatching(new RegExp(`^127\\.0\\.0\\.1:\\d+ has no ${name}: it is no vSphere API$`)),
      });
    },
  );

  it.each<[number, string, string, RegExp | undefined]>([
    [401, 'auth.forbidden', 'Unauthorized', /proxy in between/],
    [403, 'auth.forbidden', 'Forbidden', /proxy in between/],
    [404, 'host.protocol', 'Not Found', /https:\/\/HOST\/sdk/],
    [500, 'host.unreachable', 'Internal Server Error', /services have started/],
    [501, 'host.unreachable', 'Not Implemented', /services have started/],
    [302, 'host.protocol', '', undefined],
  ])('that answers with %i and no SOAP is %s', async (status, code, reason, fix) => {
    const server = await start();
    const { id, endpoint } = server;
    const link = await open(endpoint);
    server.answer('RetrievePropertiesEx', () => ({ status, body: 'no' }));
    const {
      code: seen,
      message,
      fix: said,
    } = await link.vm.info(id, signal).then(
      () => Promise.reject(new Error('it was answered')),
      (error) => error,
    );
    expect(seen).toBe(code);
    expect(message).toMatch(new RegExp(`POST 127\\.0\\.0\\.1:\\d+ RetrievePropertiesEx was .*${status} ?${reason}`));
    if (fix) expect(said).toMatch(fix);
  });

  it.each<[number, string]>([
    [401, 'auth.forbidden'],
    [429, 'host.unreachable'],
    [500, 'outcome.unknown'],
    [501, 'host.unreachable'],
    [502, 'outcome.unknown'],
    [503, 'host.unreachable'],
    [504, 'outcome.unknown'],
  ])('that answers a change with %i leaves it as %s, and is asked once', async (status, code) => {
    const server = await start();
    const link = await open(server.endpoint);
    server.answer('SuspendVM_Task', () => ({ status, body: '' }));
    await expect(link.vm.suspend?.(server.id, signal)).rejects.toMatchObject({
      code,
      retry: code === 'host.unreachable',
    });
    expect(server.sent()).toEqual(['SuspendVM_Task vm-143']);
  });

  it('that answers what is no answer to the question is not understood', async () => {
    const server = await start();
    const link = await open(server.endpoint);
    for (const [body, why] of [
      [ANSWER('Other'), 'it holds no answer to that call'],
      ['<Envelope>', 'it broke off half-way'],
    ] as const) {
      server.answer('RetrievePropertiesEx', () => ({ status: 200, body }));
      await expect(link.vm.info(server.id, signal)).rejects.toMatchObject({
        code: 'host.protocol',
        message: expect.stringMatching(new RegExp(`^the answer to POST .* RetrievePropertiesEx can't be read: ${why}`)),
      });
    }
    server.answer('RetrievePropertiesEx', () => ({ status: 200, body: READABLE }));
    server.answer('SuspendVM_Task', () => ({ status: 200, body: '<Envelope>' }));
    await expect(link.vm.suspend?.(server.id, signal)).rejects.toMatchObject({
      code: 'outcome.unknown',
      message: expect.stringMatching(/can't be read \(it broke off half-way\); it may have been done or not$/),
      fix: 'look at its state once the server answers again',
    });
  });

  it.each([429, 502, 503, 504])('that is busy (%i) is asked twice more, later and later', async (status) => {
    const server = await start();
    const link = await open(server.endpoint);
    let retryAfter: string | undefined;
    let busy = 2;
    const asked: number[] = [];
    server.answer('RetrievePropertiesEx', () => {
      asked.push(clock.ticks());
      const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
      return busy-- > 0 ? { status, body: '', headers } : { status: 200, body: READABLE };
    });
    /** When the next request comes, after so many of them. */
    const pass = async (ms: number, count: number) => {
      await until(() => asked.length === count);
      // The answer is on its way: until it is there nothing waits for the clock.
      await until(() => wire.filter(({ text }) => text.includes('RetrievePropertiesEx')).length === count);
      await clock.pass(ms);
    };
    const found = link.vm.info(server.id, signal);
    await pass(200, 1);
    await pass(1_000, 2);
    expect((await found).state).toBe('running');
    expect(asked).toEqual([0, 200, 1_200]);

    retryAfter = '3600';
    busy = 9;
    const given = expect(link.vm.info(server.id, signal)).rejects.toMatchObject({ code: 'host.unreachable' });
    await pass(20_000, 4);
    await pass(20_000, 5);
    await given;
    expect(asked.slice(3)).toEqual([1_200, 21_200, 41_200]);
  });

  it('hears no more than eight questions at once', async () => {
    const server = await start();
    const link = await open(server.endpoint);
    const held: (() => void)[] = [];
    server.answer(
      'RetrievePropertiesEx',
      () => new Promise((resolve) => held.push(() => resolve({ status: 200, body: READABLE }))),
    );
    const all = Promise.all(Array.from({ length: 10 }, () => link.vm.info(server.id, signal)));
    await until(() => held.length === 8);
    await clock.pass(1_000);
    expect(held).toHaveLength(8);
    held.shift()?.();
    await until(() => held.length === 8);
    while (held.length > 0) {
      held.shift()?.();
      await clock.pass(100);
    }
    const release = setInterval(() => held.splice(0).map((one) => one()), 2);
    await all;
    clearInterval(release);
  });

  it('is asked for no more than fifty things in a second', async () => {
    const server = await start();
    const link = await open(server.endpoint);
    const infos = Array.from({ length: 60 }, () => link.vm.info(server.id, signal));
    await until(() => methods().length === 50);
    await Promise.all(infos.slice(0, 48));
    expect(methods()).toHaveLength(50);
    await clock.pass(100);
    await Promise.all(infos.slice(0, 53));
    expect(methods()).toHaveLength(55);
    await clock.pass(900);
    await Promise.all(infos);
  });

  it('is written down with what was called on what, and no key of a session', async () => {
    const server = await start();
    const link = await open(server.endpoint);
    await link.vm.info(server.id, signal);
    server.answer('CreatePropertyCollector', () => '<returnval type="PropertyCollector">session[52c1]c1</returnval>');
    const controller = new AbortController();
    const watch = link.watch({ sink: () => {}, signal: controller.signal, interest: () => [], everyMs: () => 5_000 });
    await until(() => wire.some(({ text }) => text.includes('CreateFilter')));
    controller.abort();
    await watch;
    expect(wire.slice(0, 3).map(({ channel, text }) => `${channel}: ${text}`)).toEqual([
      'soap: POST /sdk RetrieveServiceContent ServiceInstance → 200',
      'soap: POST /sdk Login SessionManager → 200',
      'soap: POST /sdk RetrievePropertiesEx propertyCollector → 200',
    ]);
    expect(wire.find(({ text }) => text.includes('CreateFilter'))?.text).toBe(
      'POST /sdk CreateFilter PropertyCollector → 200',
    );
  });
});

const READABLE = ANSWER(
  'RetrievePropertiesEx',
  '<returnval><objects><obj type="VirtualMachine">vm-143</obj><propSet><name>name</name><val>web1</val></propSet><propSet><name>runtime.powerState</name><val>poweredOn</val></propSet></objects></returnval>',
);
