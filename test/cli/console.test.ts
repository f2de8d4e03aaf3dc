import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attachCommands } from '../../src/cli/attach-commands.ts';
import { type CommandContext, globalsOf } from '../../src/cli/command.ts';
import { createPrinter } from '../../src/cli/print.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { type App, compose } from '../../src/compose.ts';
import { endpointName, vmId } from '../../src/ids.ts';
import { manifest } from '../../src/platforms/fake/manifest.ts';
import { fakeServer } from '../../src/platforms/fake/servers.ts';
import { filled } from '../../src/state/fields.ts';
import { createTestClock } from '../clock.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

const DETACH = '\x1d';
const command = attachCommands.find(({ verb }) => verb === 'console');

let desk: Desk;
const apps: App[] = [];
beforeEach(async () => {
  desk = await openDesk(simulated({ demo: { vms: 6, running: 100 } }));
});
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await desk.clear();
});

/** Another drover in this process: a simulated server lives in one only, and its visitors are to meet. */
async function anotherDrover(clock: Clock = systemClock): Promise<App> {
  const app = compose({
    config: desk.config,
    readOnly: false,
    dryRun: false,
    env: { HOME: desk.home, XDG_STATE_HOME: desk.home },
    clock,
    interest: () => [],
    remember: false,
    warn: () => {},
  });
  apps.push(app);
  await app.load();
  return app;
}

/** A visit of the console of demo/vm-1 by a user at a terminal. */
async function visit(
  flags: {
    readonly force?: boolean;
    readonly graphic?: boolean;
    readonly record?: string;
    readonly start?: boolean;
  } = {},
  of: (app: App) => App = (app) => app,
  clock?: Clock,
) {
  const app = of(await anotherDrover(clock));
  const said: string[] = [];
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const context: CommandContext = {
    app,
    format: 'table',
    printer: createPrinter(stdout),
    say: (text) => void said.push(text),
    progress: () => undefined,
    columns: 80,
    interactive: true,
    ask: async () => undefined,
    stdin,
    stdout,
    env: {},
    runCommand: async () => 0,
    global: globalsOf({}, {}),
    signal: new AbortController().signal,
  };
  const ended = command?.run(context, { words: ['demo/vm-1'], values: flags, repeated: {} });
  const attached = new Promise<void>((resolve) => stdout.once('data', () => resolve()));
  return { said, stdin, stdout, attached, ended: ended ?? Promise.reject(new Error('there is no such command')) };
}

/** What the simulated endpoint `demo` is connected to. */
const demoServer = (clock: Clock) => {
  const values = filled(manifest.endpoint, { vms: 6, running: 100, 'events-every': 0 }, desk.home);
  return fakeServer({ name: endpointName('demo'), platform: 'fake', values }, clock);
};

describe('the console on the command line', () => {
  it('leaves the terminal as it was, whatever the guest switched on', async () => {
    const { stdin, said, ended } = await visit();
    stdin.write('\r');
    stdin.write(DETACH);
    expect(await ended).toBe(0);
    // Soft reset, no mouse, a cursor; the cursor stays where it is, so no switch back from a screen that was not entered.
    for (const sequence of ['\x1b[!p', '\x1b[?1000l', '\x1b[?25h']) expect(said.at(-1)).toContain(sequence);
    expect(said.at(-1)).not.toContain('\x1b[?1049l');
    expect(said.at(-1)).toContain('detached from');
  });

  it('goes on with another link when it drops, and says what is not sent meanwhile', async () => {
    const clock = createTestClock();
    const { said, stdin, stdout, ended } = await visit({}, undefined, clock);
    let shown = '';
    stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
    });
    const see = async (text: RegExp) => {
      while (!text.test(said.join('\n') + shown)) await clock.pass(50);
    };
    await see(/login: $/);
    const server = await demoServer(clock);
    server.faults.cutLink();
    await see(/no link: .*; again in 1 s, ctrl-\] detaches/);
    stdin.write('lost');
    await see(/what is typed is not sent: there is no link/);
    server.faults.restoreLink();
    await see(/the link is back[\s\S]*login: $/);
    stdin.write('root');
    await see(/login: root$/);
    stdin.write(DETACH);
    expect(await ended).toBe(0);
    expect(shown).not.toContain('lost');
  });

  it('goes on with another link when that of a display drops, and ends when its VM is off', async () => {
    const clock = createTestClock();
    const { stdout, ended } = await visit({ graphic: true }, undefined, clock);
    let shown = '';
    stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
    });
    let outcome: unknown;
    ended.then(
      (code) => {
        outcome = code;
      },
      (error) => {
        outcome = error;
      },
    );
    const see = async (text: RegExp) => {
      while (!text.test(shown)) await clock.pass(50);
    };
    // Behind the first picture the terminal is asked whether it has come so far.
    await see(/\x1b\[5n/);
    const server = await demoServer(clock);
    server.faults.cutLink();
    await see(/no link: .*; again in 1 s, ctrl-\] detaches/);
    server.faults.restoreLink();
    await see(/the link is back/);
    server.enter(server.fleet.rowOf(vmId(server.endpoint, 'vm-1')), 'stopped');
    server.faults.cutLink();
    server.faults.restoreLink();
    while (outcome === undefined) await clock.pass(50);
    expect(outcome).toMatchObject({ code: 'op.unsupported', message: expect.stringContaining('is stopped') });
  });

  it('is recorded as asciicast v2, and played again from that', async () => {
    const cast = join(desk.home, 'vm-1.cast');
    const { stdin, stdout, ended } = await visit({ record: cast });
    let shown = '';
    await new Promise<void>((resolve) => {
      stdout.on('data', (chunk: Buffer) => {
        shown += chunk.toString();
        if (/login: $/.test(shown)) resolve();
      });
    });
    stdin.write(DETACH);
    expect(await ended).toBe(0);
    const [head, ...events] = (await readFile(cast, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(head).toMatchObject({ version: 2, width: 80, height: 24 });
    expect(events.flatMap(([, kind, text]) => [kind, text]).join('')).toContain('login: ');
    expect((await desk.run('play', cast)).stdout).toContain('login: ');
  });

  it('F-047 starts a VM that is off where that was asked for, and shows its console', async () => {
    await desk.write(simulated({ demo: { vms: 6, running: 0 } }));
    await expect((await visit()).ended).rejects.toMatchObject({ code: 'op.refused' });
    const clock = createTestClock();
    const { said, stdin, stdout, ended } = await visit({ start: true }, undefined, clock);
    let shown = '';
    stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
    });
    while (!shown.endsWith('login: ')) await clock.pass(50);
    expect(said.join('\n')).toContain('is running');
    stdin.write(DETACH);
    expect(await ended).toBe(0);
  });

  it('names the flag that takes it over when another client has it, and takes it over with it', async () => {
    const first = await visit();
    first.stdin.write('\r');
    await first.attached;
    const second = await visit();
    await expect(second.ended).rejects.toMatchObject({
      code: 'op.conflict',
      fix: expect.stringContaining('--force'),
    });
    const taken = await visit({ force: true });
    taken.stdin.write('\r');
    await taken.attached;
    taken.stdin.write(DETACH);
    expect(await taken.ended).toBe(0);
    await first.ended;
  });

  it('is not opened on the machine that got the id after the list was read', async () => {
    const replaced = (app: App): App => ({
      ...app,
      sessions: {
        ...app.sessions,
        connection(name) {
          const connection = app.sessions.connection(name);
          const identity = async () => ({ name: 'payroll', identity: 'created later' });
          return connection && { ...connection, vm: { ...connection.vm, identity } };
        },
      },
    });
    await expect((await visit({ force: true }, replaced)).ended).rejects.toMatchObject({
      code: 'op.conflict',
      message: expect.stringContaining('called payroll now; nothing was sent'),
    });
  });
});
