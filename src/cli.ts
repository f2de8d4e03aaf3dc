import { Readable, Writable } from 'node:stream';
import { tables } from './actions/tables.ts';
import { unsavedEndpoints } from './cli/address.ts';
import type { CliHost } from './cli/cli-host.ts';
import { type Command, type CommandContext, EXIT, globalFlags, globalsOf, type Unattended } from './cli/command.ts';
import { commands, commandsOf, findCommand, nounsOf } from './cli/commands.ts';
import { COMPLETE_WORD, type CommandsOf, runComplete } from './cli/completion/complete-command.ts';
import { rememberLiveNames } from './cli/completion/live-names.ts';
import { configFlagIn } from './cli/config-flag.ts';
import { exitCodeOf } from './cli/exit-code.ts';
import { leadingWords, type ParsedFlags, parseFlags } from './cli/flags.ts';
import { commandHelp, nounHelp, ownHelp } from './cli/help.ts';
import { meaningOf, spellMeaning } from './cli/other-tools.ts';
import { formatOf, WIDE } from './cli/output.ts';
import type { OwnCommand, OwnContext } from './cli/own-command.ts';
import { ownCommands } from './cli/own-commands.ts';
import { createPrinter } from './cli/print.ts';
import { printFailure } from './cli/results.ts';
import { askTerminal } from './cli/terminal-question.ts';
import { compose } from './compose.ts';
import type { CrashGuard } from './crash/guard-crash.ts';
import { FleetError } from './errors.ts';
import { didYouMean } from './nearest.ts';
import type { WireLine } from './platforms/contract.ts';
import { noPlugins, openPlugins, type Plugins } from './plugins/open-plugins.ts';
import { spellProblem } from './state/config/problem.ts';
import { DEMO_VMS, openDemo } from './state/files/demo.ts';
import { errnoOf } from './state/files/file-trouble.ts';
import { clean, fit } from './terminal/width.ts';

/**
 * Runs one command of `drover NOUN VERB …` to its end. Answers the exit code; rejects only for a bug. stdout carries data only.
 * `host` is the process that it runs in; tests run many commands in one process, each with streams of its own.
 */
export async function runCli(typed: readonly string[], crash: CrashGuard, host: CliHost): Promise<number> {
  const { env, stdin, stdout, stderr, interrupt } = host;
  const printer = createPrinter(stdout);
  const say = (text: string) => void stderr.write(`${text}\n`);
  let format: CommandContext['format'] = 'table';
  const contextOf = (parsed: ParsedFlags): Omit<OwnContext, 'withApp'> => {
    format = formatOf(String(parsed.values['output'] ?? 'table'));
    return {
      env,
      format,
      printer,
      say,
      progress: progressOn(stderr),
      // A serial line says that it has no columns at all: how wide it is, is not known.
      // With -o wide a table is as wide as what is in it: nothing is cut, and the terminal wraps it.
      columns: (parsed.values['output'] !== WIDE && stdout.isTTY && stdout.columns) || undefined,
      interactive: stdin.isTTY === true && stderr.isTTY === true,
      ask: (question, secret = false) => askTerminal({ question, secret }, host),
      stdin,
      stdout,
      stderr,
      global: globalsOf(parsed.values, parsed.repeated),
      signal: interrupt,
      runCommand: (words, surroundings) => runUnattended(words, surroundings, host),
    };
  };
  try {
    const argv = withDemoCount(typed);
    if (argv[0] === COMPLETE_WORD) return await runComplete(argv.slice(1), env, printer, commandsFor(env));
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
      const withAnyApp: OwnContext['withApp'] = async (run) =>
        withApp(parsed, crash, host, await pluginsFor(argv, env, say), run);
      return await own.run({ ...contextOf(parsed), withApp: withAnyApp }, ownPart(parsed, first === undefined ? 0 : 1));
    }
    const plugins = await pluginsFor(argv, env, say);
    const found = findCommand(first, second, commandsWith(plugins));
    if (!found) throw noCommand(leadingWords(argv, globalFlags));
    if (!('command' in found)) {
      if (!found.verb && asksForHelp(argv)) {
        await printer.print(nounHelp(found.noun));
        return EXIT.done;
      }
      throw noVerb(found.noun, found.verb);
    }
    const parsed = parseFlags(argv, [...globalFlags, ...found.command.flags(argv)]);
    if (parsed.values['help'] === true) {
      await printer.print(commandHelp(found.command, argv));
      return EXIT.done;
    }
    const context = contextOf(parsed);
    const addresses = found.command.byAddress ? parsed.words.slice(found.used) : [];
    return await withApp({ ...parsed, addresses }, crash, host, plugins, (app) => {
      tellProblems(app, say);
      return found.command.run({ ...context, app }, ownPart(parsed, found.used));
    });
  } catch (error) {
    const isExpected = error instanceof FleetError || interrupt.aborted || errnoOf(error) !== undefined;
    if (!isExpected) throw error;
    await printFailure(error, { format, printer, say });
    return interrupt.aborted ? EXIT.interrupted : exitCodeOf(error);
  }
}

/** Nothing is typed, and what it prints for programs goes nowhere. Reports of a crash are about the command that a user has begun. */
function runUnattended(argv: readonly string[], { env, signal, tell }: Unattended, host: CliHost): Promise<number> {
  const sink = (write: (text: string) => void) =>
    new Writable({
      decodeStrings: false,
      write(chunk: string | Uint8Array, _encoding, done) {
        write(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
        done();
      },
    });
  return runCli(
    argv,
    { describedBy: () => {} },
    {
      ...host,
      env: { ...host.env, ...env },
      stdin: Readable.from([]),
      stdout: sink(() => {}),
      stderr: sink(tell),
      interrupt: signal,
    },
  );
}

/** Those of the configuration that this line names; the demo has none. */
const pluginsFor = async (
  argv: readonly string[],
  env: CliHost['env'],
  say: CommandContext['say'],
): Promise<Plugins> =>
  argv.some((word) => /^--demo(=|$)/.test(word))
    ? noPlugins
    : openPlugins({ config: configFlagIn(argv), env, tell: (text) => say(clean(text)) });

/** Fields of plugins are flags like those of drover's own platforms. */
const commandsWith = (plugins: Plugins): readonly Command[] =>
  plugins.platforms === noPlugins.platforms
    ? commands
    : commandsOf(
        tables,
        plugins.platforms.map(({ manifest }) => manifest),
      );

/** For the completion: nothing is said there, and a plugin that is broken offers nothing. */
const commandsFor =
  (env: CliHost['env']): CommandsOf =>
  async (config) =>
    commandsWith(await openPlugins({ config, env, tell: () => {} }));

/** `db1 rpc 12 ms 310 B: CONNECT_LIST_ALL_DOMAINS …`. */
const wireText = ({ endpoint, channel, text, tookMs, bytes, failed }: WireLine): string =>
  `${endpoint} ${channel} ${Math.round(tookMs)} ms ${bytes} B: ${text}${failed === undefined ? '' : ` failed: ${failed}`}`;

const asksForHelp = (argv: readonly string[]): boolean => parseFlags(argv, globalFlags).values['help'] === true;

/** Says what another tool's word is here; otherwise the nearest word that there is. */
function noCommand(words: readonly string[]): FleetError {
  const [first = ''] = words;
  const meaning = meaningOf(words);
  const guess = meaning ? '' : didYouMean(first, known());
  return new FleetError('usage', `there is no command ${JSON.stringify(first)}${guess}`, {
    fix: meaning ? spellMeaning(meaning) : 'drover help lists them',
  });
}

function noVerb(noun: string, verb: string | undefined): FleetError {
  if (verb === undefined)
    return new FleetError('usage', `${noun} needs a verb`, { fix: `drover help ${noun} lists what there is` });
  const meaning = meaningOf([noun, verb]);
  const verbs = commands.flatMap((command) => (command.noun === noun ? [command.verb] : []));
  const guess = meaning ? '' : didYouMean(verb, verbs);
  return new FleetError('usage', `${noun} has no ${JSON.stringify(verb)}${guess}`, {
    fix: meaning ? spellMeaning(meaning) : `drover help ${noun} lists what there is`,
  });
}

/** `--demo` alone is the demo of the usual size, as on the screen. */
const withDemoCount = (argv: readonly string[]): readonly string[] =>
  argv.map((word, index) => (word === '--demo' && !/^\d+$/.test(argv[index + 1] ?? '') ? `--demo=${DEMO_VMS}` : word));

const VERSION_FLAGS: readonly string[] = ['--version', '-V'];

const known = (): readonly string[] => [...nounsOf(commands), ...ownCommands.map(({ word }) => word)];

/** What is about drover itself; without any word, `--version` or the help. */
function ownCommand(argv: readonly string[], first: string | undefined): OwnCommand | undefined {
  const word = first ?? (argv.some((one) => VERSION_FLAGS.includes(one)) ? 'version' : 'help');
  return ownCommands.find((own) => own.word === word);
}

/** The words behind those of the command, and the flags that are its own. */
function ownPart({ words, values, repeated, behind }: ParsedFlags, used: number): ParsedFlags {
  const global = new Set(globalFlags.map(({ key }) => key));
  const own = <Value>(all: Readonly<Record<string, Value>>) =>
    Object.fromEntries(Object.entries(all).filter(([key]) => !global.has(key)));
  return { words: words.slice(used), values: own(values), repeated: own(repeated), ...(behind && { behind }) };
}

/** The configuration is read; connections are closed whatever happens. */
async function withApp(
  { values, repeated, addresses = [] }: ParsedFlags & { readonly addresses?: readonly string[] },
  crash: CrashGuard,
  { clock, interrupt, stderr, ...host }: CliHost,
  plugins: Plugins,
  run: (app: CommandContext['app']) => Promise<number>,
): Promise<number> {
  const unsaved = unsavedEndpoints(
    [...globalsOf(values, repeated).clients, ...addresses],
    plugins.platforms.map(({ manifest }) => manifest),
  );
  // A demo has no roles: nothing that is real may come into it.
  if (values['demo'] !== undefined && unsaved.length > 0)
    throw new FleetError('usage', '--demo is a simulated fleet alone: leave it out, or -C with an address');
  const demo = values['demo'] === undefined ? undefined : await openDemo(host.env, Number(values['demo']));
  const env = { ...host.env, ...demo?.env };
  const app = compose({
    ...plugins,
    config: demo?.config ?? (values['config'] === undefined ? undefined : String(values['config'])),
    readOnly: values['read-only'] === true,
    dryRun: values['dry-run'] === true,
    env,
    clock,
    interest: () => [],
    remember: false,
    ...((demo || host.roles) && { roles: { ...host.roles, exceptSimulated: demo !== undefined } }),
    warn: (text) => void stderr.write(`${clean(text)}\n`),
    ...(values['debug'] === true && { wire: (line) => void stderr.write(`${clean(wireText(line))}\n`) }),
    unsaved,
  });
  crash.describedBy({
    redact: app.redact,
    sections: () => [{ title: 'wire log', lines: app.wireLog().map(({ text }) => text) }],
  });
  try {
    await app.load();
    interrupt.throwIfAborted();
    const code = await run(app);
    await rememberLiveNames(app, env);
    return code;
  } finally {
    await app.close();
    await demo?.close();
  }
}

/** No longer than the line, which can be taken away then. */
const progressOn =
  (stderr: CliHost['stderr']): CommandContext['progress'] =>
  (text) => {
    if (stderr.isTTY)
      stderr.write(`\r\x1b[K${text === undefined ? '' : fit(text, (stderr.columns ?? 80) - 1).trimEnd()}`);
  };

/** Says what is wrong in the configuration, and throws when there is nothing left of it to work with. */
function tellProblems(app: CommandContext['app'], say: CommandContext['say']): void {
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
