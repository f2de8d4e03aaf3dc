import { EventEmitter } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { render } from 'ink';
import { createKeymap } from '../../src/actions/keymap.ts';
import { tables as ownTables, type Tables } from '../../src/actions/tables.ts';
import { compose } from '../../src/compose.ts';
import { endpointName } from '../../src/ids.ts';
import type { Attachment, Vm } from '../../src/platforms/contract.ts';
import type { FakeServer } from '../../src/platforms/fake/server.ts';
import '../../src/platforms/fake/index.ts';
import { manifest } from '../../src/platforms/fake/manifest.ts';
import { fakeServer } from '../../src/platforms/fake/servers.ts';
import type { PlatformEntry } from '../../src/platforms/registry.ts';
import { panelDialogs } from '../../src/screens/dialogs/panels.ts';
import { createFleetState } from '../../src/screens/fleet/fleet-state.ts';
import { type GlyphSet, glyphsOf } from '../../src/screens/frame/glyphs.ts';
import { createProgram } from '../../src/screens/program/program.ts';
import { Root } from '../../src/screens/root.tsx';
import { createStage } from '../../src/screens/stage.ts';
import { filled } from '../../src/state/fields.ts';
import { createThemes } from '../../src/state/theme/theme.ts';
import type { ColourLevel } from '../../src/state/theme/theme-colours.ts';
import { createInputParser } from '../../src/terminal/input-parser.ts';
import { createKeyStream } from '../../src/terminal/key-stream.ts';
import { gib } from '../../src/units.ts';
import { createTestClock, type TestClock } from '../clock.ts';

// Golden frames show the time of day.
process.env['TZ'] = 'UTC';

export interface FleetOptions {
  /** What the user does in an editor, which gets this file. */
  readonly edit?: (file: string) => void;
  readonly vms?: number;
  /** `80x24`. */
  readonly size?: string;
  /** More fields of the simulated endpoint: faults and the like. */
  readonly values?: Readonly<Record<string, string | number | boolean>>;
  /** The whole configuration, in place of one simulated endpoint called demo. */
  readonly config?: string;
  readonly theme?: string;
  readonly colours?: ColourLevel;
  readonly glyphs?: GlyphSet;
  readonly readOnly?: boolean;
  /** As `--demo` does: what is saved ends with the run. */
  readonly demo?: boolean;
  /** More than drover knows by itself, as a plugin brings it. */
  readonly tables?: Tables;
  readonly platforms?: readonly PlatformEntry[];
}

/** The whole screen over the simulated fleet, driven by keys, on a clock that only passes while something is waited for. */
export interface OpenFleet {
  /** Keys by name (`ctrl-d`, `enter`) or as text to type; each argument arrives in one piece. */
  press(...keys: readonly string[]): Promise<void>;
  paste(text: string): Promise<void>;
  /** What a terminal sends for the mouse; columns and rows from 0. */
  mouse(what: MouseAction, column: number, row: number): Promise<void>;
  /** Whether the mouse comes to the program. */
  readonly takesMouse: () => boolean;
  /** Lets time pass until the screen shows this; fails with the screen when it does not come. */
  see(text: string | RegExp): Promise<void>;
  /** Lets time pass until the screen does not show this any more. */
  unsee(text: string | RegExp): Promise<void>;
  /** Like `see`, with the colours. */
  seePainted(text: string): Promise<void>;
  /** Fails when the screen shows this now. */
  dontSee(text: string | RegExp): void;
  /** Bytes that the terminal sends at once, as a link delivers what was typed ahead. */
  type(bytes: string): Promise<void>;
  /** Lets this much time pass. */
  idle(ms?: number): Promise<void>;
  resize(size: string): Promise<void>;
  /** Without colours and blanks at the ends. */
  frame(): string;
  painted(): string;
  /** The line that shows this text. */
  line(text: string): string;
  /** How many frames were painted so far. */
  frames(): number;
  /** The name that the cursor is on. */
  cursor(): string | undefined;
  vm(fits: (vm: Vm) => boolean): Vm;
  /** Waits for the feed: what an action read at the server comes to the tree a moment later. */
  untilVm(fits: (vm: Vm) => boolean): Promise<Vm>;
  /** Another client deletes a VM. */
  removeVm(name: string): void;
  /** Another client changes the memory of a VM. */
  changeMemory(name: string, gibibytes: number): void;
  /** Goes down a menu to the first choice with this text and takes it. */
  chooseFromMenu(text: string): Promise<void>;
  /** Presses a key until the screen shows this. */
  pressUntil(key: string, text: string | RegExp): Promise<void>;
  readonly server: FakeServer;
  readonly clock: TestClock;
  readonly copied: readonly string[];
  readonly attached: readonly Attachment[];
  readonly hasQuit: () => boolean;
  config(): Promise<string>;
  readonly configFile: string;
  /** Another program writes the configuration. */
  rewrite(change: (text: string) => string): Promise<void>;
  /** Lets time pass until the endpoint is connected with another configuration than that of the beginning. */
  reconnected(): Promise<void>;
  /** From now on changes of the file by others are taken over, as the program does. */
  follow(): void;
  close(): Promise<void>;
}

export type MouseAction = 'press' | 'release' | 'drag' | 'right' | 'wheel-up' | 'wheel-down';
/** SGR's numbers for them; a release is said by its last letter. */
const BUTTONS: Readonly<Record<MouseAction, number>> = {
  press: 0,
  release: 0,
  right: 2,
  drag: 32,
  'wheel-up': 64,
  'wheel-down': 65,
};

const PATIENCE_MS = 45_000;
const STEP_MS = 50;
const MOST_TURNS = 500;
const MOST_PRESSES = 30;
const SEQUENCES: Readonly<Record<string, string>> = {
  enter: '\r',
  esc: '\x1b',
  tab: '\t',
  'shift-tab': '\x1b[Z',
  space: ' ',
  backspace: '\x7f',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  pgup: '\x1b[5~',
  pgdn: '\x1b[6~',
  home: '\x1b[H',
  end: '\x1b[F',
  f2: '\x1bOQ',
};

const bytesOf = (key: string): string => {
  if (/^ctrl-[a-z]$/.test(key)) return String.fromCharCode(key.charCodeAt(5) - 0x60);
  return SEQUENCES[key] ?? key;
};

export async function openFleet(options: FleetOptions = {}): Promise<OpenFleet> {
  const directory = await mkdtemp(join(tmpdir(), 'drover-test-'));
  const file = join(directory, 'config.yaml');
  const values = { vms: options.vms ?? 60, seed: 1, 'events-every': 0, ...options.values };
  const fields = Object.entries(values).map(([key, value]) => `    ${key}: ${value}\n`);
  await writeFile(file, options.config ?? `endpoints:\n  demo:\n    platform: fake\n${fields.join('')}`, {
    mode: 0o600,
  });

  const clock = createTestClock();
  const { tables = ownTables } = options;
  const started: { interest?: () => readonly Vm['id'][] } = {};
  const services = compose({
    config: file,
    readOnly: options.readOnly ?? false,
    dryRun: false,
    remember: false,
    env: { HOME: directory, XDG_STATE_HOME: directory },
    clock,
    interest: () => started.interest?.() ?? [],
    tables,
    ...(options.platforms && { platforms: options.platforms }),
    warn: (message) => stage.message.say(message, 'warning'),
  });
  await services.load();

  let size = sizeOf(options.size ?? '80x24');
  let shown = '';
  let frames = 0;
  let quit = false;
  const copied: string[] = [];
  const mice: boolean[] = [];
  const attached: Attachment[] = [];
  const keys = createKeyStream();
  const state = createFleetState(services.store.fleet, services.sessions.current);
  const themes = createThemes(options.colours ?? 'truecolor', join(directory, 'themes'));
  const stage = createStage({
    services,
    run: { readOnly: options.readOnly ?? false, demo: options.demo ?? false, problems: [] },
    actions: tables.actions,
    keymap: createKeymap(tables.actions).keymap,
    look: {
      theme: await themes.load(options.theme ?? 'dark'),
      glyphs: glyphsOf(options.glyphs ?? 'unicode'),
    },
    themes,
    dialogs: panelDialogs,
    terminal: {
      size: () => size,
      repaint: () => {},
      suspend: () => {},
      setMouse: (on) => void mice.push(on),
      copy(text) {
        copied.push(text);
        return undefined;
      },
      async attach(attachment) {
        attached.push(attachment);
        if (attachment.kind === 'command') options.edit?.(attachment.argv.at(-1) ?? '');
        return 'detached';
      },
      whenSeen: (call) => call(parser.reads()),
      feed: keys.feed,
    },
    quit() {
      quit = true;
    },
  });
  started.interest = state.interest;
  const program = createProgram(stage, state);
  const stdout = Object.assign(new EventEmitter(), {
    isTTY: true,
    ...size,
    write(text: string, ...rest: unknown[]) {
      // What only switches the cursor or repeats the frame reaches no terminal.
      if (text !== shown && stripVTControlCharacters(text) !== '') {
        shown = text;
        frames++;
      }
      const done = rest.at(-1);
      if (typeof done === 'function') done();
      return true;
    },
  });
  const ink = render(<Root stage={stage} state={state} views={program.views} />, {
    stdout: stdout as unknown as NodeJS.WriteStream,
    stdin: keys.stdin,
    debug: true,
    patchConsole: false,
    exitOnCtrlC: false,
    interactive: true,
  });
  // A bug while drawing is told by the test that met it.
  let crash: unknown;
  ink.waitUntilExit().catch((error: unknown) => {
    crash = error;
  });
  services.open();

  // The same server that the screen is connected to: it is found by all its values.
  const endpoint = {
    name: endpointName('demo'),
    platform: 'fake',
    values: filled(manifest.endpoint, values, directory),
  };
  const parser = createInputParser();
  const turn = () => clock.pass(0);
  const frame = () =>
    stripVTControlCharacters(shown)
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n');
  const shows = (text: string | RegExp) => (typeof text === 'string' ? frame().includes(text) : text.test(frame()));
  const fail = (what: string) => new Error(`${crash ? `${String(crash)}\n` : ''}${what}\n${frame()}`);
  /** Lets time pass until this holds; fails with the sentence and the screen when that does not come. */
  const until = async (holds: () => boolean, otherwise: string) => {
    const end = Date.now() + PATIENCE_MS;
    while (!holds()) {
      if (crash || Date.now() > end) throw fail(otherwise);
      await clock.pass(STEP_MS);
    }
  };

  const fleet: OpenFleet = {
    async press(...pressed) {
      for (const key of pressed) {
        for (const event of [...parser.push(bytesOf(key)), ...parser.flush()]) program.onInput(event);
        await turn();
      }
    },
    async type(bytes) {
      for (const event of parser.push(bytes)) program.onInput(event);
      await turn();
    },
    async paste(text) {
      for (const event of parser.push(`\x1b[200~${text}\x1b[201~`)) program.onInput(event);
      await turn();
    },
    async mouse(what, column, row) {
      const sent = `\x1b[<${BUTTONS[what]};${column + 1};${row + 1}${what === 'release' ? 'm' : 'M'}`;
      for (const event of parser.push(sent)) program.onInput(event);
      await turn();
    },
    takesMouse: () => mice.at(-1) === true,
    see: (text) => until(() => shows(text), `the screen does not show ${String(text)}:`),
    unsee: (text) => until(() => !shows(text), `the screen still shows ${String(text)}:`),
    seePainted: (text) => until(() => shown.includes(text), `the screen is not painted with ${JSON.stringify(text)}:`),
    dontSee(text) {
      if (shows(text)) throw fail(`the screen shows ${String(text)}:`);
    },
    idle: (ms = 1_000) => clock.pass(ms),
    async resize(next) {
      size = sizeOf(next);
      Object.assign(stdout, size);
      stdout.emit('resize');
      stage.changed();
      await turn();
    },
    frame,
    painted: () => shown,
    line: (text) =>
      frame()
        .split('\n')
        .find((line) => line.includes(text)) ?? '',
    frames: () => frames,
    cursor() {
      const row = state.view.current();
      if (row?.kind === 'vm') return services.store.fleet.vms.get(row.id)?.name;
      return row?.kind === 'node' ? services.store.fleet.nodes.get(row.id)?.name : row?.id;
    },
    vm(fits) {
      const found = [...services.store.fleet.vms.values()].find(fits);
      if (!found) throw fail('there is no such VM');
      return found;
    },
    async untilVm(fits) {
      await until(() => [...services.store.fleet.vms.values()].some(fits), 'no such VM came:');
      return fleet.vm(fits);
    },
    removeVm(name) {
      const { id } = fleet.vm((vm) => vm.name === name);
      fleet.server.remove(fleet.server.fleet.rowOf(id));
    },
    changeMemory(name, gibibytes) {
      const { id } = fleet.vm((vm) => vm.name === name);
      fleet.server.change(fleet.server.fleet.rowOf(id), { memory: gib(gibibytes) });
    },
    async chooseFromMenu(text) {
      await fleet.pressUntil('down', new RegExp(`❯ ${text}`));
      await fleet.press('enter');
    },
    async pressUntil(key, text) {
      for (let times = 0; times < MOST_PRESSES && !shows(text); times++) await fleet.press(key);
      await fleet.see(text);
    },
    server: await fakeServer(endpoint, clock),
    clock,
    copied,
    attached,
    hasQuit: () => quit,
    config: () => readFile(file, 'utf8'),
    configFile: file,
    rewrite: async (change) => writeFile(file, change(await readFile(file, 'utf8'))),
    reconnected: () =>
      until(
        () =>
          services.sessions.current(endpoint.name) !== first &&
          services.sessions.connection(endpoint.name) !== undefined,
        'the endpoint is not connected with its new configuration:',
      ),
    follow: services.follow,
    async close() {
      await program.close();
      ink.unmount();
      const closed = services.close();
      await clock.pass(1_000);
      await closed;
      // A task that ends while this runs may still write to the audit log.
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  // No time passes until the link is up, so that golden frames show the same instant every time.
  for (let turns = 0; turns < MOST_TURNS && !services.sessions.connection(endpointName('demo')); turns++) await turn();
  await clock.pass(5_000);
  const first = services.sessions.current(endpoint.name);
  return fleet;
}

function sizeOf(text: string): { columns: number; rows: number } {
  const [columns = 80, rows = 24] = text.split('x').map(Number);
  return { columns, rows };
}
