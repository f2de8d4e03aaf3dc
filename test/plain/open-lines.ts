import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeymap } from '../../src/actions/keymap.ts';
import { tables as ownTables, type Tables } from '../../src/actions/tables.ts';
import { compose } from '../../src/compose.ts';
import { endpointName } from '../../src/ids.ts';
import { lineDialogs } from '../../src/plain/line-dialogs.ts';
import { createPlainProgram } from '../../src/plain/plain-program.ts';
import { spokenLook } from '../../src/plain/spoken-look.ts';
import { createTyping } from '../../src/plain/typing.ts';
import { createVoice } from '../../src/plain/voice.ts';
import '../../src/platforms/fake/index.ts';
import type { Attachment } from '../../src/platforms/contract.ts';
import { manifest } from '../../src/platforms/fake/manifest.ts';
import type { FakeServer } from '../../src/platforms/fake/server.ts';
import { fakeServer } from '../../src/platforms/fake/servers.ts';
import type { PlatformEntry } from '../../src/platforms/registry.ts';
import { createFleetState } from '../../src/screens/fleet/fleet-state.ts';
import { keyNamed } from '../../src/screens/keys.ts';
import { createStage } from '../../src/screens/stage.ts';
import { filled } from '../../src/state/fields.ts';
import { createTestClock, type TestClock } from '../clock.ts';

/** Line mode over the simulated fleet, driven by keys, and everything that it said. */
export interface OpenLines {
  /** Keys by name, one after the other. */
  press(...keys: readonly string[]): Promise<void>;
  /** Keys that come in one read, before anything is written in answer to the first of them. */
  atOnce(...keys: readonly string[]): Promise<void>;
  /** A line in answer to a question, with its Enter. */
  type(text: string): Promise<void>;
  /** Lets time pass until this was said since the last call of this; fails with all that was. */
  hear(text: string | RegExp): Promise<void>;
  /** What was said since the last `hear`. */
  said(): string;
  /** All of it, from the first byte on. */
  bytes(): string;
  idle(ms: number): Promise<void>;
  /** A question from elsewhere, as a connection has them. */
  ask(question: string): Promise<string | undefined>;
  config(): Promise<string>;
  readonly server: FakeServer;
  readonly clock: TestClock;
  readonly attached: readonly Attachment[];
  readonly hasQuit: () => boolean;
  close(): Promise<void>;
}

const PATIENCE_MS = 30_000;
const STEP_MS = 50;
const MOST_TURNS = 500;

/** `endpoints`: 0 for a configuration with nothing in it. */
export async function openLines(
  given: Readonly<Record<string, string | number | boolean>> = {},
  endpoints: 0 | 1 = 1,
  { tables = ownTables, platforms }: { readonly tables?: Tables; readonly platforms?: readonly PlatformEntry[] } = {},
): Promise<OpenLines> {
  const directory = await mkdtemp(join(tmpdir(), 'drover-lines-'));
  const file = join(directory, 'config.yaml');
  const values = { vms: 60, seed: 1, 'events-every': 0, ...given };
  const fields = Object.entries(values).map(([key, value]) => `    ${key}: ${value}\n`);
  const text = `endpoints:\n  demo:\n    platform: fake\n${fields.join('')}`;
  await writeFile(file, endpoints === 0 ? '' : text, { mode: 0o600 });

  const clock = createTestClock();
  let written = '';
  let heard = 0;
  let quit = false;
  const attached: Attachment[] = [];
  const voice = createVoice((text) => {
    written += text;
  });
  const typing = createTyping(voice);
  const services = compose({
    config: file,
    readOnly: false,
    dryRun: false,
    remember: false,
    env: { HOME: directory, XDG_STATE_HOME: directory },
    tables,
    ...(platforms && { platforms }),
    clock,
    interest: () => [],
    warn: (message) => voice.say(message),
  });
  await services.load();
  const state = createFleetState(services.store.fleet, services.sessions.current);
  const stage = createStage({
    services,
    run: { readOnly: false, demo: false, problems: [] },
    actions: tables.actions,
    keymap: createKeymap(tables.actions).keymap,
    look: spokenLook(),
    themes: { names: async () => [], load: async () => spokenLook().theme },
    dialogs: lineDialogs(voice, typing),
    terminal: {
      size: () => ({ columns: 80, rows: 24 }),
      repaint: () => {},
      suspend: () => {},
      setMouse: () => {},
      copy: () => undefined,
      async attach(attachment) {
        attached.push(attachment);
        return 'detached';
      },
      whenSeen: (call) => call(0),
      feed: () => {},
    },
    quit() {
      quit = true;
    },
  });
  const program = createPlainProgram(stage, state, voice, typing);
  services.open();
  const turn = () => clock.pass(0);
  const said = () => written.slice(heard);

  const keyOf = (name: string) => {
    const key = keyNamed(name);
    if (!key) throw new Error(`there is no key ${name}`);
    return key;
  };
  const press = async (...keys: readonly string[]) => {
    for (const name of keys) {
      program.onInput(keyOf(name));
      await turn();
    }
  };
  const lines: OpenLines = {
    press,
    async atOnce(...keys) {
      for (const name of keys) program.onInput({ ...keyOf(name), read: 1 });
      await turn();
    },
    async type(text) {
      for (const character of text) await press(character === ' ' ? 'space' : character);
      await press('enter');
    },
    async hear(text) {
      const until = Date.now() + PATIENCE_MS;
      for (;;) {
        const now = said();
        const found = typeof text === 'string' ? now.indexOf(text) : (text.exec(now)?.index ?? -1);
        const length = typeof text === 'string' ? text.length : (text.exec(now)?.[0].length ?? 0);
        if (found >= 0) {
          heard += found + length;
          // A user answers after hearing it.
          return turn();
        }
        if (Date.now() > until) throw new Error(`${String(text)} was not said, but:\n${now}`);
        await clock.pass(STEP_MS);
      }
    },
    said,
    bytes: () => written,
    ask: typing.ask,
    idle: (ms) => clock.pass(ms),
    config: () => readFile(file, 'utf8'),
    server: await fakeServer(
      { name: endpointName('demo'), platform: 'fake', values: filled(manifest.endpoint, values, directory) },
      clock,
    ),
    clock,
    attached,
    hasQuit: () => quit,
    async close() {
      program.close();
      const closed = services.close();
      await clock.pass(1_000);
      await closed;
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  for (let turns = 0; turns < MOST_TURNS && !services.sessions.connection(endpointName('demo')); turns++) await turn();
  await clock.pass(5_000);
  return lines;
}
