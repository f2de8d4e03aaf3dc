import { configuredKeymap } from '../actions/configured-keymap.ts';
import { followLists } from '../actions/follow-lists.ts';
import { followSchedules, startScheduleRun } from '../actions/follow-schedules.ts';
import { actions } from '../actions/index.ts';
import { systemClock } from '../clock.ts';
import { compose } from '../compose.ts';
import type { CrashGuard } from '../crash/guard-crash.ts';
import { openPlugins } from '../plugins/open-plugins.ts';
import { isCount, screenOptions } from '../screen-options.ts';
import { createAttach } from '../screens/console/attach.ts';
import { createFleetState, type FleetState } from '../screens/fleet/fleet-state.ts';
import { type Remembered, recall } from '../screens/fleet/remembered.ts';
import { createStage } from '../screens/stage.ts';
import { consolePreferences } from '../state/config/console-preferences.ts';
import { stateDirectory } from '../state/config/paths.ts';
import { escapeWait } from '../state/config/preferences.ts';
import { spellProblem } from '../state/config/problem.ts';
import { openDemo } from '../state/files/demo.ts';
import { homeOf } from '../state/files/home.ts';
import type { Input } from '../terminal/input.ts';
import { lineDialogs } from './line-dialogs.ts';
import { takeLineTerminal } from './line-terminal.ts';
import { createPlainProgram } from './plain-program.ts';
import { spokenLook } from './spoken-look.ts';
import { createTyping } from './typing.ts';
import { createVoice } from './voice.ts';

export interface PlainOptions {
  /** As for the screen. */
  readonly argv: readonly string[];
  readonly input: Input;
  readonly crash: CrashGuard;
}

/**
 * Line mode, for screen readers, from the first line to the last: no screen, no painting, no colours. Answers the exit
 * code. Rejects with config.* when there is nothing to work with.
 */
export async function runPlain({ argv, input, crash }: PlainOptions): Promise<number> {
  const options = screenOptions(argv);
  const demo =
    options.demo === undefined
      ? undefined
      : await openDemo(process.env, isCount(options.demo) ? Number(options.demo) : undefined);
  const env = { ...process.env, ...demo?.env };
  const terminal = takeLineTerminal(systemClock);
  const voice = createVoice(terminal.write);
  const typing = createTyping(voice);
  const started: { state?: FleetState } = {};
  const services = compose({
    ...(await openPlugins({ config: demo?.config ?? options.config, env, tell: voice.say })),
    config: demo?.config ?? options.config,
    readOnly: options.readOnly,
    ...(demo && { roles: { exceptSimulated: true } }),
    dryRun: false,
    remember: true,
    env,
    clock: systemClock,
    interest: () => started.state?.interest() ?? [],
    warn: (message) => voice.say(message),
    signal: terminal.write,
  });
  crash.describedBy({
    redact: services.redact,
    sections: () => [{ title: 'wire log', lines: services.wireLog().map(({ text }) => text) }],
  });
  try {
    const config = await services.load();
    const escapeMs = escapeWait(config.file);
    if (escapeMs !== undefined) input.setEscapeWait(escapeMs);
    const { keymap, detachKey, problems } = configuredKeymap(actions, services.configPath, config.file);
    const attach = createAttach(terminal, input, detachKey, () => consolePreferences(services.config()).allow);
    const { promise: ended, resolve: quit } = Promise.withResolvers<void>();
    const state = createFleetState(services.store.fleet, services.sessions.current);
    started.state = state;
    const stage = createStage({
      services,
      run: { readOnly: options.readOnly, demo: demo !== undefined, problems: problems.map(spellProblem) },
      actions,
      keymap,
      look: spokenLook(),
      themes: { names: async () => [], load: async () => spokenLook().theme },
      dialogs: lineDialogs(voice, typing),
      terminal: {
        size: terminal.size,
        repaint: () => {},
        suspend: terminal.suspend,
        setMouse: () => {},
        copy: terminal.copy,
        async attach(...to) {
          const release = voice.hold();
          return attach(...to).finally(release);
        },
        whenSeen: (call) => call(input.lastRead()),
        feed: () => {},
      },
      quit,
    });
    const [help, palette, leave] = ['view.help', 'view.palette', 'view.quit'].map((id) => keymap.keysOf(id)[0] ?? '-');
    voice.say(`drover, line by line. ${help} reads the keys, ${palette} takes a command by its name, ${leave} leaves.`);
    voice.say(...[...services.problems(), ...problems].map(spellProblem));
    const program = createPlainProgram(stage, state, voice, typing);
    let remembered: Remembered | undefined;
    const stopListening = input.listen((event) => {
      remembered?.letGo();
      program.onInput(event);
    });
    services.open();
    services.follow();
    const stopLists = followLists(services);
    // As on the screen.
    const stopSchedules =
      demo || options.readOnly
        ? () => {}
        : followSchedules(services, () => startScheduleRun(services.configPath, voice.say));
    remembered = await recall(stateDirectory(env, homeOf(env)), systemClock, services.store, state, stage.tableColumns);
    if (remembered.isFirst) stage.tour.show();
    await ended;
    stopListening();
    stopLists();
    stopSchedules();
    remembered.keep();
    program.close();
    return 0;
  } finally {
    terminal.close();
    await services.written();
    // Links may take their time to close; quitting does not wait for them.
    void services.close();
    await demo?.close();
  }
}
