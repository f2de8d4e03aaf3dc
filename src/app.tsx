import { homedir } from 'node:os';
import { parseArgs } from 'node:util';
import { render } from 'ink';
import { configuredKeymap } from './actions/configured-keymap.ts';
import { actions } from './actions/index.ts';
import { systemClock } from './clock.ts';
import { compose } from './compose.ts';
import type { CrashGuard } from './crash/guard-crash.ts';
import { sentence } from './errors.ts';
import { createAttach } from './screens/console/attach.ts';
import { createFleetState, type FleetState } from './screens/fleet/fleet-state.ts';
import { type Remembered, recall } from './screens/fleet/remembered.ts';
import { glyphSet, glyphsOf } from './screens/glyphs.ts';
import { createProgram } from './screens/program.ts';
import { Root } from './screens/root.tsx';
import { createStage, type Stage } from './screens/stage.ts';
import type { Config } from './state/config/model.ts';
import { stateDirectory } from './state/config/paths.ts';
import { spellProblem } from './state/config/problem.ts';
import { openDemo } from './state/demo.ts';
import { themeName } from './state/preferences.ts';
import { colourLevel, loadTheme } from './state/theme.ts';
import type { Input } from './terminal/input.ts';
import { createKeyStream } from './terminal/key-stream.ts';
import type { Screen } from './terminal/screen.ts';

export interface AppOptions {
  /** `--demo[=N]`, `--config FILE`, `--read-only`; whatever else there is, the command line has taken. */
  readonly argv: readonly string[];
  readonly screen: Screen;
  readonly input: Input;
  readonly crash: CrashGuard;
}

/** The screen, from the first frame to the last. Answers the exit code. */
export async function runApp({ argv, screen, input, crash }: AppOptions): Promise<number> {
  const flags = readFlags(argv);
  const demo =
    flags.demo === undefined ? undefined : await openDemo(isCount(flags.demo) ? Number(flags.demo) : undefined);
  const env = { ...process.env, ...demo?.env };
  const started: { stage?: Stage; state?: FleetState } = {};
  const services = compose({
    config: demo?.config ?? flags.config,
    readOnly: flags.readOnly,
    dryRun: false,
    remember: true,
    env,
    clock: systemClock,
    interest: () => started.state?.interest() ?? [],
    warn: (message) => started.stage?.message.say(message, 'warning'),
  });
  crash.describedBy({
    redact: services.redact,
    sections: () => [{ title: 'wire log', lines: services.wireLog().map(({ text }) => text) }],
  });
  try {
    const config = await services.load();
    const { theme, problem } = await chosenTheme(config);
    const { keymap, detachKey, problems: keyProblems } = configuredKeymap(actions, services.configPath, config.file);
    const keys = createKeyStream();
    const { promise: ended, resolve: quit } = Promise.withResolvers<void>();
    const state = createFleetState(services.store.fleet);
    const stage = createStage({
      services,
      actions,
      keymap,
      look: { theme, glyphs: glyphsOf(glyphSet(env)) },
      terminal: {
        size: screen.size,
        repaint: screen.repaint,
        suspend: screen.suspend,
        copy: screen.copy,
        attach: createAttach(screen, input, detachKey),
        feed: keys.feed,
      },
      quit,
    });
    Object.assign(started, { stage, state });
    const program = createProgram(stage, state);
    const ink = render(<Root stage={stage} state={state} views={program.views} />, {
      stdout: screen.stdout,
      stdin: keys.stdin,
      debug: true,
      patchConsole: false,
      exitOnCtrlC: false,
      interactive: true,
    });
    let remembered: Remembered | undefined;
    const stopListening = input.listen((event) => {
      remembered?.letGo();
      program.onInput(event);
    });
    screen.stdout.on('resize', stage.changed);

    const [first] = [
      ...(flags.demo && !isCount(flags.demo) ? [`${flags.demo} is no number of VMs`] : []),
      ...(problem === undefined ? [] : [problem]),
      ...[...services.problems(), ...keyProblems].map(spellProblem),
    ];
    if (first !== undefined) stage.message.say(first, 'warning');
    services.open();
    services.follow();
    remembered = await recall(stateDirectory(env, env['HOME'] || homedir()), systemClock, services.store, state);
    stage.changed();

    // A bug while drawing ends it too, with the stack on the restored terminal.
    await Promise.race([ended, ink.waitUntilExit()]);
    stopListening();
    remembered.keep();
    program.close();
    ink.unmount();
    return 0;
  } finally {
    // Links may take their time to close; whoever quits does not wait for them.
    void services.close();
    await demo?.close();
  }
}

interface Flags {
  /** How many VMs, as it was typed; empty for the default. */
  readonly demo: string | undefined;
  readonly config: string | undefined;
  readonly readOnly: boolean;
}

function readFlags(argv: readonly string[]): Flags {
  // `--demo` alone is allowed, which parseArgs has no word for.
  const words = argv.map((word) => (word === '--demo' ? '--demo=' : word));
  const { values } = parseArgs({
    args: words,
    options: { demo: { type: 'string' }, config: { type: 'string' }, 'read-only': { type: 'boolean' } },
  });
  return { demo: values.demo, config: values.config, readOnly: values['read-only'] === true };
}

const isCount = (text: string): boolean => /^\d{1,6}$/.test(text);

/** A theme that can't be read must not keep anybody from their fleet. */
async function chosenTheme(config: Config) {
  const level = colourLevel(process.env);
  try {
    return { theme: await loadTheme(themeName(config), level), problem: undefined };
  } catch (error) {
    return { theme: await loadTheme('dark', level), problem: sentence(error) };
  }
}
