#!/bin/sh
/**
 * Where the program starts. Loads nothing heavy: shows a first picture, then the screen; or the command line, which
 * never needs to know about screens.
 */
import process from 'node:process';
import v8 from 'node:v8';
import { rememberCompiledCode } from './compiled-code.ts';
import { type CrashGuard, guardCrash } from './crash/guard-crash.ts';
import { whyNoScreen } from './terminal/facts.ts';
import { takeIgnoredSignals } from './terminal/ignored-signals.ts';
import type { Input } from './terminal/input.ts';
import { skeleton } from './terminal/skeleton.ts';
import { takeTerminal } from './terminal/terminal.ts';

/** Options that go with the screen. With anything else it is a command, or a mistake that the command line explains. */
const SCREEN_OPTIONS = [/^--demo(=.*)?$/, /^--read-only$/, /^--config=/, /^--plain$/];
const SCREEN_OPTIONS_WITH_VALUE = ['--config'];

function wantsScreen(argv: readonly string[]): boolean {
  return argv.every(
    (word, index) =>
      (argv[index - 1] === '--demo' && /^\d+$/.test(word)) ||
      SCREEN_OPTIONS.some((option) => option.test(word)) ||
      (SCREEN_OPTIONS_WITH_VALUE.includes(word) && index < argv.length - 1) ||
      SCREEN_OPTIONS_WITH_VALUE.includes(argv[index - 1] ?? ''),
  );
}

/** Lines in place of a screen; a terminal that can't be painted on will do. */
const wantsLines = (argv: readonly string[]): boolean =>
  argv.includes('--plain') || (process.env['DROVER_PLAIN'] ?? '') !== '';

/**
 * A frame leaves little garbage, so the young generation does as well at the size it starts with: 20 MB less, keys as
 * fast. And the old one is cleaned when it has grown by a third, not by several times what is in use: in an hour of work
 * that is 50 MB. Node has flags for both, which can't be given to a program that is started by its first line.
 * Not before everything is loaded: with other flags than it was compiled with, V8 recompiles Node's own modules.
 */
const staySmall = (): void => v8.setFlagsFromString('--semi-space-growth-factor=1 --heap-growing-percent=33');

async function openScreen(argv: readonly string[], crash: CrashGuard): Promise<number> {
  const terminal = takeTerminal();
  terminal.enter();
  terminal.writeNow(skeleton(terminal.size()));
  try {
    const [{ createScreen }, { createInput }, { runApp }] = await Promise.all([
      import('./terminal/screen.ts'),
      import('./terminal/input.ts'),
      import('./app.tsx'),
    ]);
    staySmall();
    const screen = createScreen(terminal);
    const input = createInput(process.stdin, { onGone: () => process.kill(process.pid, 'SIGHUP') });
    const code = await runApp({ argv, screen, input, crash });
    await screen.close();
    return code === 'plain' ? openLines(argv, crash, input) : code;
  } catch (error) {
    terminal.leave();
    return explain(error);
  }
}

async function openLines(argv: readonly string[], crash: CrashGuard, given?: Input): Promise<number> {
  if (!process.stdin.isTTY) {
    return refuse(
      'line mode reads keys, and its input is no terminal',
      'drover help lists the commands, which need none',
    );
  }
  const [{ createInput }, { runPlain }] = await Promise.all([
    import('./terminal/input.ts'),
    import('./plain/run-plain.ts'),
  ]);
  const input = given ?? createInput(process.stdin, { onGone: () => process.kill(process.pid, 'SIGHUP') });
  try {
    return await runPlain({ argv, input, crash });
  } catch (error) {
    return explain(error);
  }
}

/** Says why it can't be opened here, and what to do instead. Answers the exit code of a wrong use. */
async function refuse(why: string, fix: string): Promise<number> {
  const { FleetError } = await import('./errors.ts');
  return explain(new FleetError('usage', why, { fix }));
}

/** What people can do something about is a sentence; a bug goes on to Node, which shows its stack. */
async function explain(error: unknown): Promise<number> {
  const [{ FleetError }, { exitCodeOf }, { clean }] = await Promise.all([
    import('./errors.ts'),
    import('./cli/exit-code.ts'),
    import('./terminal/width.ts'),
  ]);
  if (!(error instanceof FleetError)) throw error;
  for (const line of [error.message, error.fix]) if (line !== undefined) process.stderr.write(`${clean(line)}\n`);
  return exitCodeOf(error);
}

async function start(argv: readonly string[]): Promise<void> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 22 || (major === 22 && minor < 13)) {
    process.stderr.write(`drover needs Node 22.13 or newer; this is ${process.version} (${process.execPath}).\n`);
    process.exitCode = 1;
    return;
  }
  rememberCompiledCode(process.env);
  // Without a listener Node opens its debugger at this signal, on a port that every user of the machine can reach.
  process.on('SIGUSR1', () => {});
  const ignored = takeIgnoredSignals(process.env);
  // Messages whose reader is gone are lost, and nothing else: what the command does is done all the same.
  process.stderr.on('error', () => {});
  const crash = guardCrash(process.env);
  if (wantsScreen(argv) && wantsLines(argv)) process.exit(await openLines(argv, crash));
  if (wantsScreen(argv)) {
    const why = whyNoScreen(process, process.env);
    // What is still open when the screen is left (links that are being closed) does not delay the exit.
    if (why === undefined) process.exit(await openScreen(argv, crash));
    process.exitCode = await refuse(
      `${why}, so there is no screen`,
      'drover help lists the commands; --plain needs only keys',
    );
    return;
  }
  const [{ runCli }, { thisProcess }] = await Promise.all([import('./cli.ts'), import('./cli/cli-host.ts')]);
  process.exitCode = await runCli(argv, crash, thisProcess(ignored));
}

await start(process.argv.slice(2));
