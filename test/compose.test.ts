/** What stands around every connection of the real program: each of these tests fails when compose() leaves a wrapper out. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type App, compose } from '../src/compose.ts';
import { endpointName } from '../src/ids.ts';
import type { Connection, Platform, Settings, SettingsField, Vm } from '../src/platforms/contract.ts';
import { platforms } from '../src/platforms/registry.ts';
import { createTestClock, type TestClock } from './clock.ts';

const demo = endpointName('demo');
let home: string;
let clock: TestClock;
let app: App;
let warnings: string[];
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'drover-compose-'));
  clock = createTestClock();
  warnings = [];
  specs = [];
});
afterEach(async () => {
  await app.close();
  await rm(home, { recursive: true });
});

/** The simulated platform has no setting that is a secret. */
const SECRET: SettingsField = {
  key: 'password',
  label: 'Password',
  help: 'A secret.',
  kind: 'text',
  sensitive: true,
  in: { provision: 'write' },
};

/** Nor has it one of lines. */
const COMMANDS: SettingsField = {
  key: 'commands',
  label: 'Commands',
  help: 'What runs first.',
  kind: 'lines',
  in: { provision: 'write', 'edit-config': 'write' },
};

/** What the platform was given of new VMs. */
let specs: Settings[];
const keepingSpecs = (platform: Platform): Platform => ({
  ...platform,
  async connect(...args) {
    const connection = await platform.connect(...args);
    const { create } = connection.vm;
    if (!create) return connection;
    const keep: typeof create = (of, spec, signal) => {
      specs.push(spec);
      return create(of, spec, signal);
    };
    return { ...connection, vm: { ...connection.vm, create: keep } };
  },
});

/** A simulated endpoint that is not connected yet. */
async function load(values: Settings, run: { readonly readOnly?: boolean; readonly dryRun?: boolean } = {}) {
  const config = join(home, 'config.yaml');
  const endpoint = { platform: 'fake', vms: 60, 'events-every': 0, ...values };
  await writeFile(config, JSON.stringify({ endpoints: { demo: endpoint } }), { mode: 0o600 });
  app = compose({
    config,
    readOnly: run.readOnly ?? false,
    dryRun: run.dryRun ?? false,
    env: { HOME: home, XDG_STATE_HOME: home, PATH: process.env['PATH'], NEW_PASSWORD: 'swordfish' },
    clock,
    interest: () => [],
    remember: false,
    platforms: platforms.map((entry) => ({
      ...entry,
      load: async () => keepingSpecs(await entry.load()),
      manifest: { ...entry.manifest, settings: [...entry.manifest.settings, SECRET, COMMANDS] },
    })),
    warn: (message) => void warnings.push(message),
  });
  await app.load();
  return { open: () => app.open(), status: () => app.store.fleet.endpoints.get(demo) };
}

/** A simulated fleet whose first node never answers what is asked of its VMs. */
async function connect(run: { readonly readOnly?: boolean; readonly dryRun?: boolean } = {}, more: Settings = {}) {
  const { open, status } = await load({ 'hanging-node': 1, ...more }, run);
  open();
  await soon(() => expect(status()?.phase).toBe('up'));
  return app.sessions.connection(demo) as Connection;
}

/** Files are read and written in real time, everything else in that of the test. */
const soon = (holds: () => void, stepMs = 50) =>
  vi.waitFor(
    async () => {
      await clock.pass(stepMs);
      holds();
    },
    { timeout: 45_000, interval: 1 },
  );
const patient = () => new AbortController().signal;
const caught = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);
const lines = (operation: string) => app.wireLog().filter(({ text }) => text.startsWith(operation));

function runningVm(where: 'answers' | 'hangs'): Vm {
  const [first] = app.store.fleet.nodes.keys();
  const fits = ({ state, node }: Vm) => state === 'running' && (node === first) === (where === 'hangs');
  return [...app.store.fleet.vms.values()].find(fits) as Vm;
}

describe('a connection of the program', () => {
  it('gives up a read that is not answered, after it has asked three times', async () => {
    const { vm } = await connect();
    const ended = caught(vm.info(runningVm('hangs').id, patient()));
    await clock.pass(40_000);
    expect(await ended).toMatchObject({ code: 'op.timeout' });
    expect(lines('vm.info')).toHaveLength(3);
  });

  it('knows nothing of a change that is not answered, and sends it once', async () => {
    const { vm } = await connect();
    const ended = caught(vm.stop(runningVm('hangs').id, 'force', patient()));
    await soon(() => expect(lines('vm.stop')).toHaveLength(1), 1_000);
    expect(await ended).toMatchObject({ code: 'outcome.unknown' });
    await clock.pass(120_000);
    expect(lines('vm.stop')).toHaveLength(1);
  });

  it('has no more than 16 operations under way', async () => {
    const { vm } = await connect();
    const { id } = runningVm('hangs');
    const controller = new AbortController();
    const asked = Array.from({ length: 40 }, () => caught(vm.info(id, controller.signal)));
    await clock.pass(5_000);
    controller.abort(new Error('enough'));
    await Promise.all(asked);
    // what was sent is in the wire log when it ends; the other 24 never were
    expect(lines('vm.info')).toHaveLength(16);
  });

  it('writes a change to the audit log before it is sent, and how it failed', async () => {
    const { vm } = await connect({}, { loses: 'vm.stop' });
    const { id } = runningVm('answers');
    const ended = caught(vm.stop(id, 'force', patient()));
    await soon(() => expect(lines('vm.stop')).toHaveLength(1));
    expect(await ended).toMatchObject({ code: 'outcome.unknown' });
    const log = await readFile(join(home, 'drover', 'audit.jsonl'), 'utf8');
    expect(
      log
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { phase: 'intent', action: 'vm.stop', object: id },
      { phase: 'outcome', action: 'vm.stop', result: expect.stringContaining('unknown') },
    ]);
  });

  it.each([true, false])('shows no secret of a new VM in the audit log, nor in a dry run: %s', async (dryRun) => {
    const { vm } = await connect({ dryRun });
    const spec = { name: 'web9', password: 'hunter2', commands: 'echo hunter2\ntrue', plan: 'shop' };
    const made = vm.create?.(demo, spec, patient()).catch(() => undefined);
    if (!dryRun) await soon(() => expect(lines('vm.create')).toHaveLength(1));
    await made;
    const log = await readFile(join(home, 'drover', 'audit.jsonl'), 'utf8').catch(() => '');
    const said = `${warnings.join()}${log}`;
    expect(said).toMatch(/password.*\*{8}.*2 lines.*shop/);
    expect(said).not.toContain('hunter2');
  });

  it('looks up the password that a new VM refers to, and writes down the reference alone', async () => {
    const { vm } = await connect();
    const made = vm.create?.(demo, { name: 'web9', password: 'env:NEW_PASSWORD', plan: 'env:HOME' }, patient());
    await soon(() => expect(lines('vm.create')).toHaveLength(1));
    await made;
    expect(specs).toEqual([{ name: 'web9', password: 'swordfish', plan: 'env:HOME' }]);
    const log = await readFile(join(home, 'drover', 'audit.jsonl'), 'utf8');
    expect(log).toContain('env:NEW_PASSWORD');
    expect(log).not.toContain('swordfish');
  });

  it('makes no VM whose password is not there', async () => {
    const { vm } = await connect();
    expect(
      await caught(vm.create?.(demo, { name: 'web9', password: 'env:NOPE' }, patient()) as Promise<unknown>),
    ).toMatchObject({
      code: 'config.secret',
      message: 'demo: Password: the environment variable NOPE is not set',
      fix: 'see what "password" of the new VM says, and try that by hand',
    });
    expect(specs).toEqual([]);
  });

  it.each([true, false])('shows nothing of a definition in the audit log, nor in a dry run: %s', async (dryRun) => {
    const { vm } = await connect({ dryRun });
    const { id } = runningVm('answers');
    const defined = vm.define?.(id, "<graphics passwd='hunter2'/>", 'a\nb\n', patient()).catch(() => undefined);
    if (!dryRun) await soon(() => expect(lines('vm.define')).toHaveLength(1));
    await defined;
    const log = await readFile(join(home, 'drover', 'audit.jsonl'), 'utf8').catch(() => '');
    const said = `${warnings.join()}${log}`;
    expect(said).toContain(dryRun ? `vm.define ${id} 1 line 2 lines` : '["1 line","2 lines"]');
    expect(said).not.toContain('hunter2');
  });

  it('says of lines that would be changed how many they are', async () => {
    const { vm } = await connect({ dryRun: true });
    await vm.configure?.(runningVm('answers').id, 'config', { commands: 'a\nb' }, { commands: 'a\nb\nc' }, patient());
    expect(warnings).toEqual([expect.stringContaining('Commands from 3 lines to 2 lines')]);
  });

  it('sends no change in a dry run', async () => {
    const { vm } = await connect({ dryRun: true });
    const { id } = runningVm('answers');
    expect(await vm.stop(id, 'force', patient())).toMatchObject({ dryRun: true });
    expect(warnings).toEqual([expect.stringContaining(`vm.stop ${id}`)]);
    expect(lines('vm.stop')).toEqual([]);
  });

  it('refuses every change in a read-only run', async () => {
    const { vm } = await connect({ readOnly: true });
    expect(await caught(vm.stop(runningVm('answers').id, 'force', patient()))).toMatchObject({ code: 'op.refused' });
    expect(lines('vm.stop')).toEqual([]);
  });
});

describe('a secret that the endpoint refuses', () => {
  it('is forgotten: the next attempt runs the command again that knows it', async () => {
    const file = join(home, 'password');
    await writeFile(file, 'wrong\n');
    const { open, status } = await load({ password: `cmd:cat ${file}` });
    open();
    await soon(() => expect(status()).toMatchObject({ phase: 'blocked', problem: { code: 'auth.rejected' } }));
    await writeFile(file, 'right\n');
    const connected = app.sessions.reconnect(demo, {});
    await soon(() => expect(status()?.phase).toBe('up'));
    await connected;
  });
});

it('F-225 looks for a new version at an address that is written while it is open', async () => {
  await load({});
  app.follow();
  await clock.pass(60_000);
  expect(app.tasks.list()).toEqual([]);
  await writeFile(join(home, 'config.yaml'), 'updates: http://127.0.0.1:1/latest\n');
  await app.load();
  await soon(() => expect(app.tasks.list()).toMatchObject([{ action: 'update.check' }]), 60_000);
});
