import { type CommandContext, EXIT, globalFlags, globalsOf } from './cli/command.ts';
import { commands, findCommand, nouns } from './cli/commands.ts';
import { COMPLETE_WORD, runComplete } from './cli/completion/complete-command.ts';
import { rememberLiveNames } from './cli/completion/live-names.ts';
import { exitCodeOf } from './cli/exit-code.ts';
import { leadingWords, type ParsedFlags, parseFlags } from './cli/flags.ts';
import { commandHelp, ownHelp } from './cli/help.ts';
import { formatOf } from './cli/output.ts';
import type { OwnCommand, OwnContext } from './cli/own-command.ts';
import { ownCommands } from './cli/own-commands.ts';
import { createPrinter } from './cli/print.ts';
import { printFailure } from './cli/results.ts';
import { askTerminal } from './cli/terminal-question.ts';
import { systemClock } from './clock.ts';
import { compose } from './compose.ts';
import type { CrashGuard } from './crash/guard-crash.ts';
import { FleetError } from './errors.ts';
import { didYouMean } from './state/config/nearest.ts';
import { spellProblem } from './state/config/problem.ts';
import { DEMO_VMS, openDemo } from './state/demo.ts';
import { errnoOf } from './state/file-trouble.ts';
import { type EndingSignal, endingSignals } from './terminal/ignored-signals.ts';
import { clean } from './terminal/width.ts';

const say = (text: string) => void process.stderr.write(`${text}\n`);

/**
 * Runs one command of `drover NOUN VERB …` to its end. Answers the exit code; rejects only for a bug. stdout carries data only.
 * Signals that were `ignored` when the program was started stay ignored.
 */
export async function runCli(
  typed: readonly string[],
  crash: CrashGuard,
  ignored: ReadonlySet<EndingSignal>,
): Promise<number> {
  const printer = createPrinter(process.stdout);
  let format: CommandContext['format'] = 'table';
  const interrupt = new AbortController();
  const stop = () => interrupt.abort(new FleetError('op.cancelled', 'interrupted'));
  for (const signal of endingSignals) {
    if (ignored.has(signal)) process.on(signal, () => {});
    else if (signal !== 'SIGQUIT') process.once(signal, stop);
  }
  const contextOf = (parsed: ParsedFlags): Omit<OwnContext, 'withApp'> => {
    format = formatOf(String(parsed.values['output'] ?? 'table'));
    return {
      env: process.env,
      format,
      printer,
      say,
      // A serial line says that it has no columns at all: how wide it is, is not known.
      columns: (process.stdout.isTTY && process.stdout.columns) || undefined,
      interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
      ask: (question, secret = false) =>
        askTerminal({ question, secret, signal: interrupt.signal, clock: systemClock }),
      stdin: process.stdin,
      stdout: process.stdout,
      global: globalsOf(parsed.values, parsed.repeated),
      signal: interrupt.signal,
    };
  };
  try {
    const argv = withDemoCount(typed);
    if (argv[0] === COMPLETE_WORD) return await runComplete(argv.slice(1), process.env, printer);
    const [first, second] = leadingWords(argv, globalFlags);
    const own = ownCommand(argv, first);
    if (own) {
      const parsed = parseFlags(
        argv.filter((word) => !VERSION_FLAGS.includes(word)),
        [...globalFlags, ...own.flags],
      );
      if (parsed.values['help'] === true && first !== undefined) {
        await printer.print(ownHelp(own));
        return EXIT.done;
      }
      const withAnyApp: OwnContext['withApp'] = (run) => withApp(parsed, crash, interrupt.signal, run);
      return await own.run({ ...contextOf(parsed), withApp: withAnyApp }, ownPart(parsed, first === undefined ? 0 : 1));
    }
    const found = findCommand(first, second);
    if (!found)
      throw new FleetError('usage', `there is no command ${JSON.stringify(first)}${didYouMean(first ?? '', known())}`, {
        fix: 'drover help lists them',
      });
    if (!('command' in found)) {
      const verbs = commands.flatMap(({ noun, verb }) => (noun === found.noun ? [verb] : []));
      const what =
        found.verb === undefined
          ? 'needs a verb'
          : `has no ${JSON.stringify(found.verb)}${didYouMean(found.verb, verbs)}`;
      throw new FleetError('usage', `${found.noun} ${what}`, { fix: `drover help ${found.noun} lists what there is` });
    }
    const parsed = parseFlags(argv, [...globalFlags, ...found.command.flags(argv)]);
    if (parsed.values['help'] === true) {
      await printer.print(commandHelp(found.command, argv));
      return EXIT.done;
    }
    const context = contextOf(parsed);
    return await withApp(parsed, crash, interrupt.signal, (app) => {
      tellProblems(app);
      return found.command.run({ ...context, app }, ownPart(parsed, found.used));
    });
  } catch (error) {
    const isExpected = error instanceof FleetError || interrupt.signal.aborted || errnoOf(error) !== undefined;
    if (!isExpected) throw error;
    await printFailure(error, { format, printer, say });
    return interrupt.signal.aborted ? EXIT.interrupted : exitCodeOf(error);
  }
}

/** `--demo` alone is the demo of the usual size, as on the screen. */
const withDemoCount = (argv: readonly string[]): readonly string[] =>
  argv.map((word, index) => (word === '--demo' && !/^\d+$/.test(argv[index + 1] ?? '') ? `--demo=${DEMO_VMS}` : word));

const VERSION_FLAGS: readonly string[] = ['--version', '-V'];

const known = (): readonly string[] => [...nouns, ...ownCommands.map(({ word }) => word)];

/** What is about drover itself; without any word, `--version` or the help. */
function ownCommand(argv: readonly string[], first: string | undefined): OwnCommand | undefined {
  const word = first ?? (argv.some((one) => VERSION_FLAGS.includes(one)) ? 'version' : 'help');
  return ownCommands.find((own) => own.word === word);
}

/** The words behind those of the command, and the flags that are its own. */
function ownPart({ words, values, repeated }: ParsedFlags, used: number): ParsedFlags {
  const global = new Set(globalFlags.map(({ key }) => key));
  const own = Object.entries(values).filter(([key]) => !global.has(key));
  return { words: words.slice(used), values: Object.fromEntries(own), repeated };
}

/** The configuration is read; connections are closed whatever happens. */
async function withApp(
  { values }: ParsedFlags,
  crash: CrashGuard,
  signal: AbortSignal,
  run: (app: CommandContext['app']) => Promise<number>,
): Promise<number> {
  const demo = values['demo'] === undefined ? undefined : await openDemo(Number(values['demo']));
  const env = { ...process.env, ...demo?.env };
  const app = compose({
    config: demo?.config ?? (values['config'] === undefined ? undefined : String(values['config'])),
    readOnly: values['read-only'] === true,
    dryRun: values['dry-run'] === true,
    env,
    clock: systemClock,
    interest: () => [],
    remember: false,
    warn: (text) => say(clean(text)),
  });
  crash.describedBy({
    redact: app.redact,
    sections: () => [{ title: 'wire log', lines: app.wireLog().map(({ text }) => text) }],
  });
  try {
    await app.load();
    signal.throwIfAborted();
    const code = await run(app);
    await rememberLiveNames(app, env);
    return code;
  } finally {
    await app.close();
    await demo?.close();
  }
}

/** Says what is wrong in the configuration, and throws when there is nothing left of it to work with. */
function tellProblems(app: CommandContext['app']): void {
  for (const problem of app.problems()) {
    say(spellProblem(problem));
    if (problem.endpoint !== undefined && problem.fix !== undefined) say(`  ${problem.fix}`);
  }
  const whole = app.problems().find(({ severity, endpoint }) => severity === 'error' && endpoint === undefined);
  if (whole && app.config().endpoints.size === 0) {
    throw new FleetError('config.invalid', 'the configuration cannot be used', {
      ...(whole.fix === undefined ? {} : { fix: whole.fix }),
    });
  }
}
