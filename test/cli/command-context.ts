import { PassThrough } from 'node:stream';
import { type CommandContext, globalsOf } from '../../src/cli/command.ts';
import { createPrinter } from '../../src/cli/print.ts';
import type { Clock } from '../../src/clock.ts';
import { type App, compose } from '../../src/compose.ts';
import type { Desk } from './run-drover.ts';

/** What a command runs in, without a terminal and with nothing configured but what is given; `said` is its messages. */
export function commandContext(given: Partial<CommandContext>): CommandContext & { readonly said: readonly string[] } {
  const said: string[] = [];
  const stdout = new PassThrough();
  return {
    app: {} as App,
    format: 'table',
    printer: createPrinter(given.stdout ?? stdout),
    say: (text) => void said.push(text),
    progress: () => undefined,
    columns: undefined,
    interactive: false,
    ask: async () => undefined,
    stdin: new PassThrough(),
    stdout,
    env: {},
    runCommand: async () => 0,
    global: globalsOf({}, {}),
    signal: new AbortController().signal,
    ...given,
    said,
  };
}

/** The program around a desk's configuration. The caller closes it. */
export async function appAt(desk: Desk, clock: Clock): Promise<App> {
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
  await app.load();
  return app;
}
