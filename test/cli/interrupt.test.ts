import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CommandContext, EXIT, globalsOf } from '../../src/cli/command.ts';
import { findCommand } from '../../src/cli/commands.ts';
import { createPrinter } from '../../src/cli/print.ts';
import { type App, compose } from '../../src/compose.ts';
import { FleetError } from '../../src/errors.ts';
import { endpointName } from '../../src/ids.ts';
import type { Vm } from '../../src/platforms/contract.ts';
import { createTestClock, type TestClock } from '../clock.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

const demo = endpointName('demo');
let desk: Desk;
let clock: TestClock;
let app: App;
let interrupt: AbortController;
let said: string[];
beforeEach(async () => {
  desk = await openDesk(simulated({ demo: { vms: 12 } }));
  clock = createTestClock();
  interrupt = new AbortController();
  said = [];
  app = compose({
    config: desk.config,
    readOnly: false,
    dryRun: false,
    env: { HOME: desk.home, XDG_STATE_HOME: desk.home },
    clock,
    interest: () => [],
    remember: false,
    warn: () => {},
  });
  await app.load();
});
afterEach(async () => {
  await app.close();
  await desk.clear();
});

const ctrlC = () => interrupt.abort(new FleetError('op.cancelled', 'interrupted'));

/** A command of a user at a terminal, who answers questions like this. */
async function run(words: readonly string[], filter: string, ask: () => string): Promise<{ code: number | undefined }> {
  const [noun, verb, ...rest] = words;
  const found = findCommand(noun, verb);
  if (!found || !('command' in found)) throw new Error('there is no such command');
  const context: CommandContext = {
    app,
    format: 'table',
    printer: createPrinter(new PassThrough()),
    say: (text) => void said.push(text),
    progress: () => undefined,
    columns: 80,
    interactive: true,
    ask: async () => ask(),
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    env: {},
    runCommand: async () => 0,
    global: { ...globalsOf({}, {}), filter },
    signal: interrupt.signal,
  };
  const ending: { code: number | undefined } = { code: undefined };
  void found.command.run(context, { words: rest, values: {}, repeated: {} }).then((code) => {
    ending.code = code;
  });
  return ending;
}

/** Time passes hardly faster than in the real world, in which modules are loaded and files written. */
const until = (holds: () => boolean) =>
  vi.waitFor(
    async () => {
      await clock.pass(10);
      expect(holds()).toBe(true);
    },
    { timeout: 45_000, interval: 5 },
  );
const sent = () => app.wireLog().filter(({ text }) => text.startsWith('vm.stop'));
const vms = () => [...app.store.fleet.vms.values()];

describe('ctrl-c', () => {
  it('just after the answer to a question sends nothing', async () => {
    let running: readonly Vm[] = [];
    const ending = await run(['vm', 'kill'], 'state:running', () => {
      running = vms().filter(({ state }) => state === 'running');
      ctrlC();
      return 'y';
    });
    await until(() => ending.code !== undefined);
    expect(ending.code).toBe(EXIT.interrupted);
    expect(running.length).toBeGreaterThan(1);
    await clock.pass(10_000);
    expect(sent()).toEqual([]);
    expect(said.filter((text) => text === 'cancelled before it was sent')).toHaveLength(running.length);
    expect(said.join('\n')).not.toContain('may still happen');
    expect(
      vms()
        .filter(({ id }) => running.some((vm) => vm.id === id))
        .map(({ state }) => state),
    ).toEqual(running.map(() => 'running'));
  });

  it('ends a command that waits for its VM, and says that what was sent may still happen', async () => {
    app.open([demo]);
    await until(() => vms().length > 0);
    const vm = vms().find(({ state, node }) => state === 'running' && node !== undefined) as Vm;
    const ending = await run(['vm', 'stop', vm.id], '', () => '');
    await until(() => sent().length === 1 && app.tasks.running === 1);
    expect([ending.code, app.store.fleet.vms.get(vm.id)?.state]).not.toContain('stopped');
    ctrlC();
    await until(() => ending.code !== undefined);
    expect(ending.code).toBe(EXIT.interrupted);
    expect(said).toEqual([expect.stringContaining('cancelled; what was sent before may still happen')]);
  });
});
