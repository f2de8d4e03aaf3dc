/** What the program makes of its configuration: where endpoints point, which are opened, and what becomes of an edit. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type App, compose } from '../src/compose.ts';
import { endpointName } from '../src/ids.ts';
import type { Manifest, Settings } from '../src/platforms/contract.ts';
import { createTestClock, type TestClock } from './clock.ts';

const demo = endpointName('demo');
const lab = endpointName('lab');
const fake = (more: object = {}) => ({ platform: 'fake', vms: 3, 'events-every': 0, ...more });

let home: string;
let config: string;
let clock: TestClock;
let app: App;
let warnings: string[];
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'drover-compose-'));
  config = join(home, 'config.yaml');
  clock = createTestClock();
  warnings = [];
});
afterEach(async () => {
  const closed = app.close();
  await clock.pass(1_000);
  await closed;
  await rm(home, { recursive: true });
});

const write = (sections: object) => writeFile(config, JSON.stringify(sections), { mode: 0o600 });
async function load(sections: object, run: { readonly readOnly?: boolean; readonly dryRun?: boolean } = {}) {
  await write(sections);
  app = compose({
    config,
    readOnly: run.readOnly ?? false,
    dryRun: run.dryRun ?? false,
    env: { HOME: home, XDG_STATE_HOME: home, PATH: process.env['PATH'] },
    clock,
    interest: () => [],
    remember: false,
    warn: (message) => void warnings.push(message),
  });
  return app.load();
}
const soon = (holds: () => void) =>
  vi.waitFor(
    async () => {
      await clock.pass(50);
      holds();
    },
    { timeout: 45_000, interval: 1 },
  );
const patient = () => new AbortController().signal;
const caught = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);
const phases = () => [...app.store.fleet.endpoints].map(([name, { phase }]) => `${name} ${phase}`).sort();
const audited = async () =>
  (await readFile(join(home, 'drover/audit.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

it('an endpoint is tested with the defaults of the file, but for those that were emptied', async () => {
  await write({ defaults: { user: 'root', proxy: 'p' } });
  const tested: Settings[] = [];
  const text = (key: string) => ({ key, label: key, help: '', kind: 'text' as const });
  const manifest = { id: 'lab', title: '', summary: '', tier: 'core', settings: [] } as unknown as Manifest;
  app = compose({
    config,
    readOnly: false,
    dryRun: false,
    env: { HOME: home, XDG_STATE_HOME: home },
    clock,
    interest: () => [],
    remember: false,
    warn: () => {},
    platforms: [
      {
        manifest: { ...manifest, endpoint: [text('user'), text('proxy')] },
        load: async () => ({
          connect: () => Promise.reject(new Error('not tried')),
          test: async ({ values }) => {
            tested.push(values);
            return [];
          },
        }),
      },
    ],
  });
  await app.load();
  await app.testDraft({ name: lab, platform: 'lab', values: { proxy: '' } }, {}, patient());
  expect(tested).toEqual([{ user: 'root' }]);
});

describe('an address', () => {
  it.each([
    [{ platform: 'kvm', host: '10.0.0.1' }, '10.0.0.1'],
    [{ platform: 'kvm', host: '10.0.0.1', user: 'root' }, 'root@10.0.0.1'],
    [{ platform: 'kvm', host: '10.0.0.1', user: 'root', port: 2222 }, 'root@10.0.0.1:2222'],
    [{ platform: 'kvm', host: 'fd00::1', port: 2222 }, '[fd00::1]:2222'],
    [{ platform: 'kvm', host: 'fd00::1' }, 'fd00::1'],
    [{ platform: 'proxmox', host: 'pve1', user: 'root@pam' }, 'pve1'],
    [{ platform: 'aws', profile: 'prod', region: 'eu-central-1' }, 'prod eu-central-1'],
    [{ platform: 'vsphere', url: 'https://vc', user: 'admin' }, 'https://vc'],
    [fake(), 'fake'],
    [{ platform: 'kmv', host: 'h' }, 'kmv'],
  ])('of %j is %s', async (endpoint, address) => {
    const { endpoints } = await load({ endpoints: { demo: endpoint } });
    const [one] = endpoints.values();
    expect(one && app.addressOf(one)).toBe(address);
  });
});

describe('endpoints', () => {
  it('are opened when they are named, or all; with what they are and how often they are asked', async () => {
    await load({ endpoints: { demo: fake(), lab: fake() } });
    expect(phases()).toEqual([]);
    app.open([lab]);
    await soon(() => expect(phases()).toEqual(['lab up']));
    app.open();
    await soon(() => expect(phases()).toEqual(['demo up', 'lab up']));
  });

  it('that are read-only say why, the run before the endpoint', async () => {
    await load({ endpoints: { demo: fake({ 'read-only': true }), lab: fake() } });
    app.open();
    await soon(() => expect(phases()).toEqual(['demo up', 'lab up']));
    const stop = (name: string) => {
      const connection = app.sessions.connection(endpointName(name));
      const vm = [...app.store.fleet.vms.values()].find(({ id, state }) => id.startsWith(name) && state === 'running');
      const ended = caught(connection?.vm.stop(vm?.id as never, 'force', patient()) as Promise<unknown>);
      return clock.pass(10_000).then(() => ended);
    };
    expect(await stop('demo')).toMatchObject({
      code: 'op.refused',
      message: expect.stringContaining('demo is read-only'),
    });
    expect(await stop('lab')).not.toMatchObject({ code: 'op.refused' });
  });

  it('that are not there, or not configured right, can not be tested; nor has an unknown platform anything', async () => {
    await load({ endpoints: { demo: fake(), odd: { platform: 'kmv', host: 'h' } } });
    expect(await caught(app.testEndpoint(lab, {}, patient()))).toMatchObject({
      code: 'endpoint.not-found',
      message: 'there is no endpoint lab',
    });
    expect(await caught(app.testEndpoint(endpointName('odd'), {}, patient()))).toMatchObject({
      code: 'config.invalid',
      message: expect.stringMatching(/config\.yaml:1:\d+: odd: unknown platform "kmv"/),
      fix: 'drover platform list shows what there is',
    });
    expect(await caught(app.detect('kmv', patient()))).toMatchObject({
      code: 'config.invalid',
      message: 'there is no platform "kmv"',
      fix: 'drover platform list shows which there are',
    });
    const checks = app.testEndpoint(demo, {}, patient());
    await clock.pass(10_000);
    expect((await checks).length).toBeGreaterThan(0);
    expect(await app.detect('fake', patient())).toEqual([]);
  });
});

describe('a configuration that another program changes', () => {
  it('is followed: endpoints come, go and are made again, the others do not notice, and mistakes are reported', async () => {
    await load({ endpoints: { demo: fake(), lab: fake(), old: fake() } });
    app.open();
    app.follow();
    await soon(() => expect(phases()).toEqual(['demo up', 'lab up', 'old up']));
    const before = app.sessions.connection(demo);
    const other = app.sessions.connection(lab);
    await write({ endpoints: { demo: fake(), lab: fake({ seed: 2 }), more: fake() } });
    await soon(() => expect(phases()).toEqual(['demo up', 'lab up', 'more up']));
    await soon(() => expect(app.sessions.connection(lab)).not.toBe(other));
    expect(app.sessions.connection(demo)).toBe(before);
    expect(warnings).toEqual([]);
    await write({ endpoints: { demo: fake({ hots: 'h' }) } });
    await soon(() => expect(warnings).toEqual([expect.stringMatching(/config\.yaml:1:\d+: demo: unknown key "hots"/)]));
  });

  it('is followed by nothing that has opened only some', async () => {
    await load({ endpoints: { demo: fake() } });
    app.open([demo]);
    app.follow();
    await soon(() => expect(phases()).toEqual(['demo up']));
    await write({ endpoints: { demo: fake(), lab: fake() } });
    await soon(() => expect(app.config().endpoints.size).toBe(2));
    await clock.pass(2_000);
    expect(phases()).toEqual(['demo up']);
  });

  it('is followed no more when the program ends', async () => {
    await load({ endpoints: { demo: fake() } });
    app.open();
    app.follow();
    const closed = app.close();
    await clock.pass(1_000);
    await closed;
    await write({ endpoints: { demo: fake({ hots: 'h' }) } });
    for (let turns = 0; turns < 20; turns++) await clock.pass(500);
    expect([warnings, app.config().endpoints.get(demo)?.trouble]).toEqual([[], undefined]);
  });
});

describe('an edit', () => {
  const add = {
    kind: 'endpoint-add',
    name: 'lab',
    platform: 'fake',
    values: { vms: 5, password: 'hunter2', 'host-key': undefined },
  } as const;

  it('is written, opened and logged, before and after', async () => {
    await load({ endpoints: { demo: fake() } });
    app.open();
    expect(await app.changeConfig(add)).toBe(true);
    await soon(() => expect(phases()).toEqual(['demo up', 'lab up']));
    expect(await readFile(config, 'utf8')).toContain('lab: {platform: fake, vms: 5,');
    const log = await audited();
    expect(log).toMatchObject([
      { phase: 'intent', action: 'endpoint-add', object: config },
      { phase: 'outcome', action: 'endpoint-add' },
    ]);
    expect(JSON.stringify(log)).not.toContain('hunter2');
    expect(await app.changeConfig({ kind: 'pool-add', name: 'Web' })).toBe(true);
    await soon(() => expect(app.store.fleet.grouping.pools.map(({ name }) => name)).toEqual(['Web']));
  });

  it('that fails is logged as that, and changes nothing', async () => {
    await load({ endpoints: { demo: fake() } });
    const failed = await caught(app.changeConfig({ ...add, name: 'demo' }));
    expect((failed as Error).message).toBe('there is an endpoint demo already');
    expect(await audited()).toMatchObject([{ phase: 'intent' }, { phase: 'outcome', result: 'failed' }]);
  });

  it('is refused in a read-only run', async () => {
    await load({ endpoints: { demo: fake() } }, { readOnly: true });
    expect(await caught(app.changeConfig(add))).toMatchObject({ code: 'op.refused', message: 'this run is read-only' });
  });

  it('is reported in a dry run, without its secrets, and not written', async () => {
    await load({ endpoints: { demo: fake() } }, { dryRun: true });
    const before = await readFile(config, 'utf8');
    expect(await app.changeConfig(add)).toBe(false);
    const edit = { kind: 'endpoint-edit', name: demo, values: { password: 'hunter2', vms: 4 } } as const;
    expect(await app.changeConfig(edit)).toBe(false);
    expect(await app.changeConfig({ kind: 'pool-add', name: 'Web' })).toBe(false);
    expect(warnings.map((line) => line.replace(config, 'FILE'))).toEqual([
      'would write to FILE: {"kind":"endpoint-add","name":"lab","platform":"fake","values":{"vms":5,"password":"********"}}',
      'would write to FILE: {"kind":"endpoint-edit","name":"demo","values":{"password":"********","vms":4}}',
      'would write to FILE: {"kind":"pool-add","name":"Web"}',
    ]);
    expect(await readFile(config, 'utf8')).toBe(before);
  });

  it('goes over no edit that another user has made meanwhile', async () => {
    const based = await load({ endpoints: { demo: fake() } });
    await write({ endpoints: { demo: fake({ vms: 7 }) } });
    const edit = { kind: 'endpoint-edit', name: demo, values: { vms: 4 } } as const;
    expect(await caught(app.changeConfig(edit, based))).toMatchObject({ code: 'config.conflict' });
  });
});
