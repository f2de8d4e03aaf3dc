import { type CommandContext, EXIT, globalFlags, globalsOf } from './cli/command.ts';
import { findCommand, nouns } from './cli/commands.ts';
import { exitCodeOf } from './cli/exit-code.ts';
import { leadingWords, type ParsedFlags, parseFlags } from './cli/flags.ts';
import { commandHelp, nounHelp, overview } from './cli/help.ts';
import { formatOf } from './cli/output.ts';
import { createPrinter } from './cli/print.ts';
import { printFailure } from './cli/results.ts';
import { askTerminal } from './cli/terminal-question.ts';
import { systemClock } from './clock.ts';
import { compose } from './compose.ts';
import { FleetError } from './errors.ts';
import { didYouMean } from './state/config/nearest.ts';
import { spellProblem } from './state/config/problem.ts';
import { openDemo } from './state/demo.ts';

const say = (text: string) => void process.stderr.write(`${text}\n`);

/** Runs one command of `drover NOUN VERB …` to its end. Answers the exit code; never rejects. stdout carries data only. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const printer = createPrinter(process.stdout);
  let format: CommandContext['format'] = 'table';
  const interrupt = new AbortController();
  const stop = () => interrupt.abort(new FleetError('op.cancelled', 'interrupted'));
  process.once('SIGINT', stop).once('SIGTERM', stop).once('SIGHUP', stop);
  try {
    const [first, second] = leadingWords(argv, globalFlags);
    if (first === undefined || first === 'help') {
      await printer.print(second === undefined || !nouns.includes(second) ? overview() : nounHelp(second));
      return EXIT.done;
    }
    const found = findCommand(first, second);
    if (!found)
      throw new FleetError('usage', `there is no command ${JSON.stringify(first)}${didYouMean(first, nouns)}`, {
        fix: 'drover help lists them',
      });
    if (!('command' in found)) {
      const what = found.verb === undefined ? 'needs a verb' : `has no ${JSON.stringify(found.verb)}`;
      throw new FleetError('usage', `${found.noun} ${what}`, { fix: `drover help ${found.noun} lists what there is` });
    }
    const parsed = parseFlags(argv, [...globalFlags, ...found.command.flags(argv)]);
    if (parsed.values['help'] === true) {
      await printer.print(commandHelp(found.command, argv));
      return EXIT.done;
    }
    format = formatOf(String(parsed.values['output'] ?? 'table'));
    return await withApp(parsed, interrupt.signal, (app) =>
      found.command.run(
        {
          app,
          format,
          printer,
          say,
          columns: process.stdout.isTTY ? process.stdout.columns : undefined,
          interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
          ask: (question, secret = false) => askTerminal(question, secret, interrupt.signal),
          stdin: process.stdin,
          stdout: process.stdout,
          global: globalsOf(parsed.values, parsed.repeated),
          signal: interrupt.signal,
        },
        ownPart(parsed, found.used),
      ),
    );
  } catch (error) {
    await printFailure(error, { format, printer, say });
    return interrupt.signal.aborted ? EXIT.interrupted : exitCodeOf(error);
  }
}

/** The words behind the two of the command, and the flags that are its own. */
function ownPart({ words, values, repeated }: ParsedFlags, used: number): ParsedFlags {
  const global = new Set(globalFlags.map(({ key }) => key));
  const own = Object.entries(values).filter(([key]) => !global.has(key));
  return { words: words.slice(used), values: Object.fromEntries(own), repeated };
}

/** The configuration is read, a broken one told; connections are closed whatever happens. */
async function withApp(
  { values }: ParsedFlags,
  signal: AbortSignal,
  run: (app: CommandContext['app']) => Promise<number>,
): Promise<number> {
  const demo = values['demo'] === undefined ? undefined : await openDemo(Number(values['demo']));
  const app = compose({
    config: demo?.config ?? (values['config'] === undefined ? undefined : String(values['config'])),
    readOnly: values['read-only'] === true,
    dryRun: values['dry-run'] === true,
    env: { ...process.env, ...demo?.env },
    clock: systemClock,
    interest: () => [],
    remember: false,
    warn: say,
  });
  try {
    await app.load();
    for (const problem of app.problems()) say(spellProblem(problem));
    const whole = app.problems().find(({ severity, endpoint }) => severity === 'error' && endpoint === undefined);
    if (whole && app.config().endpoints.size === 0) {
      throw new FleetError('config.invalid', 'the configuration can not be used', {
        ...(whole.fix === undefined ? {} : { fix: whole.fix }),
      });
    }
    signal.throwIfAborted();
    return await run(app);
  } finally {
    await app.close();
    await demo?.close();
  }
}
