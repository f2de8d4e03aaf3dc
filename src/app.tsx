import { render } from 'ink';
import { configuredKeymap } from './actions/configured-keymap.ts';
import { followLists } from './actions/follow-lists.ts';
import { followSchedules, startScheduleRun } from './actions/follow-schedules.ts';
import { actions } from './actions/index.ts';
import { scanTemplates } from './actions/scan-templates.ts';
import { systemClock } from './clock.ts';
import { compose } from './compose.ts';
import type { CrashGuard } from './crash/guard-crash.ts';
import { sentence } from './errors.ts';
import { openPlugins } from './plugins/open-plugins.ts';
import { isCount, screenOptions } from './screen-options.ts';
import { createAttach } from './screens/console/attach.ts';
import { panelDialogs } from './screens/dialogs/panels.ts';
import { createFleetState, type FleetState } from './screens/fleet/fleet-state.ts';
import { type Remembered, recall } from './screens/fleet/remembered.ts';
import { glyphSet, glyphsOf } from './screens/frame/glyphs.ts';
import { setMouse } from './screens/mouse.ts';
import { createProgram } from './screens/program/program.ts';
import { Root } from './screens/root.tsx';
import { createStage, type Stage } from './screens/stage.ts';
import { consolePreferences } from './state/config/console-preferences.ts';
import type { Config } from './state/config/model.ts';
import { stateDirectory } from './state/config/paths.ts';
import { escapeWait, mouseIsOn, themeName, wantsLines } from './state/config/preferences.ts';
import { spellProblem } from './state/config/problem.ts';
import { openDemo } from './state/files/demo.ts';
import { homeOf } from './state/files/home.ts';
import { createThemes, type Themes, themesFolder } from './state/theme/theme.ts';
import { colourLevel } from './state/theme/theme-colours.ts';
import { inAscii } from './terminal/ascii.ts';
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

/** The screen, from the first frame to the last. Answers the exit code; `plain` when the configuration wants lines instead. */
export async function runApp({ argv, screen, input, crash }: AppOptions): Promise<number | 'plain'> {
  const flags = screenOptions(argv);
  const demo =
    flags.demo === undefined
      ? undefined
      : await openDemo(process.env, isCount(flags.demo) ? Number(flags.demo) : undefined);
  const env = { ...process.env, ...demo?.env };
  const started: { stage?: Stage; state?: FleetState } = {};
  const tell = (message: string) => started.stage?.message.say(message, 'warning');
  const plugins = await openPlugins({ config: demo?.config ?? flags.config, env, tell });
  const services = compose({
    ...plugins,
    config: demo?.config ?? flags.config,
    readOnly: flags.readOnly,
    ...(demo && { roles: { exceptSimulated: true } }),
    dryRun: false,
    remember: true,
    env,
    clock: systemClock,
    interest: () => started.state?.interest() ?? [],
    warn: tell,
    signal: screen.signal,
  });
  crash.describedBy({
    redact: services.redact,
    sections: () => [{ title: 'wire log', lines: services.wireLog().map(({ text }) => text) }],
  });
  try {
    const config = await services.load();
    const escapeMs = escapeWait(config.file);
    if (escapeMs !== undefined) input.setEscapeWait(escapeMs);
    if (wantsLines(config)) return 'plain';
    const themes = createThemes(colourLevel(process.env), themesFolder(services.configPath));
    const { theme, problem } = await chosenTheme(themes, config);
    const {
      keymap,
      detachKey,
      menuKey,
      problems: keyProblems,
    } = configuredKeymap(actions, services.configPath, config.file);
    const glyphs = glyphSet(env);
    if (glyphs === 'ascii') screen.setSpelling(inAscii);
    const keys = createKeyStream();
    const { promise: ended, resolve: quit } = Promise.withResolvers<void>();
    const state = createFleetState(services.store.fleet, services.sessions.current);
    const problems = [
      ...(flags.demo && !isCount(flags.demo) ? [`${flags.demo} is no number of VMs`] : []),
      ...(problem === undefined ? [] : [problem]),
      ...keyProblems.map(spellProblem),
    ];
    const stage = createStage({
      services,
      run: { readOnly: flags.readOnly, demo: demo !== undefined, problems },
      actions,
      keymap,
      look: { theme, glyphs: glyphsOf(glyphs) },
      themes,
      dialogs: panelDialogs,
      terminal: {
        size: screen.size,
        repaint: screen.repaint,
        suspend: screen.suspend,
        setMouse: screen.setMouse,
        copy: screen.copy,
        attach: createAttach(screen, input, detachKey, () => consolePreferences(services.config()).allow),
        consoleKeys: { detach: detachKey, menu: menuKey },
        whenSeen: (call) => screen.whenShown(() => call(input.lastRead())),
        feed: keys.feed,
      },
      quit,
    });
    Object.assign(started, { stage, state });
    if (mouseIsOn(config)) setMouse(stage, true);
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
      // A report that was under way when the mouse was given back is none of ours.
      if (event.kind === 'mouse' && !stage.mouse) return;
      remembered?.letGo();
      program.onInput(event);
    });
    screen.stdout.on('resize', stage.changed);

    const [first] = [...problems, ...services.problems().map(spellProblem)];
    if (first !== undefined) stage.message.say(first, 'warning');
    services.open();
    services.follow();
    const stopLists = followLists(services);
    // A simulated fleet has none, and a run that changes nothing begins none.
    const stopSchedules =
      demo || flags.readOnly ? () => {} : followSchedules(services, () => startScheduleRun(services.configPath, tell));
    void scanTemplates(services);
    remembered = await recall(stateDirectory(env, homeOf(env)), systemClock, services.store, state, stage.tableColumns);
    if (remembered.isFirst) stage.tour.show();
    stage.changed();

    // A bug while drawing ends it too, with the stack on the restored terminal.
    await Promise.race([ended, ink.waitUntilExit()]);
    stopListening();
    stopLists();
    stopSchedules();
    remembered.keep();
    await program.close();
    ink.unmount();
    return 0;
  } finally {
    await services.written();
    // Links may take their time to close; quitting does not wait for them.
    void services.close();
    await demo?.close();
  }
}

/** A theme that can't be read must not keep the user from the fleet. */
async function chosenTheme(themes: Themes, config: Config) {
  try {
    return { theme: await themes.load(themeName(config)), problem: undefined };
  } catch (error) {
    return { theme: await themes.load('dark'), problem: sentence(error) };
  }
}
