import { Box, renderToString } from 'ink';
import { Fragment } from 'react';
import { actions } from '../../src/actions/index.ts';
import { createKeymap } from '../../src/actions/keymap.ts';
import type { Services } from '../../src/actions/services.ts';
import { endpointName } from '../../src/ids.ts';
import { type Connection, type Node, operations, type Vm } from '../../src/platforms/contract.ts';
import { panelDialogs } from '../../src/screens/dialogs/panels.ts';
import { createFleetState, type FleetState } from '../../src/screens/fleet/fleet-state.ts';
import type { Room } from '../../src/screens/frame/look.ts';
import { keyNamed } from '../../src/screens/keys.ts';
import { createStage, type Stage, type TerminalPowers } from '../../src/screens/stage.ts';
import { createReservations } from '../../src/state/files/reservations.ts';
import type { EndpointStatus } from '../../src/state/fleet/fleet.ts';
import { createStore, type Store } from '../../src/state/fleet/store.ts';
import { kinds } from '../../src/state/kinds.ts';
import { createSchedules } from '../../src/state/schedules/schedules.ts';
import { createTasks } from '../../src/state/tasks.ts';
import { createTestClock, type TestClock } from '../clock.ts';
import { aNode, aVm, inventory } from '../state/objects.ts';
import { look, plain } from './painted.ts';

/** What the screens stand on, without endpoints behind it: for tests of one view, dialog or list. */
export interface LightStage {
  readonly stage: Stage;
  readonly clock: TestClock;
  readonly store: Store;
  readonly state: FleetState;
  readonly copied: readonly string[];
  /** Keys by name to the layer on top, all of one later read. */
  press(...keys: readonly string[]): void;
  /** The layers as they are drawn over nothing, without the blank rows around them. */
  drawn(): string;
  /** The same with its colours, for `painted`. */
  drawnPainted(): string;
  /** What the message line says now. */
  said(): string | undefined;
  size: Room;
}

export interface LightOptions {
  readonly nodes?: readonly Node[];
  readonly vms?: readonly Vm[];
  readonly size?: Room;
  readonly services?: Partial<Services>;
  readonly connection?: Partial<Connection>;
  readonly terminal?: Partial<TerminalPowers>;
  readonly run?: Partial<Stage['run']>;
}

export const host1 = endpointName('host1');

export const isUp = (given: Partial<EndpointStatus> = {}): EndpointStatus => ({
  name: host1,
  platform: 'fake',
  address: 'root@host1',
  phase: 'up',
  since: Date.UTC(2026, 0, 1, 11),
  ...given,
});

/** Lets what was begun go on for as many turns of the event loop. */
export async function settled(turns = 1): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export function openStage(options: LightOptions = {}): LightStage {
  const clock = createTestClock();
  const store = createStore(clock);
  const { nodes = [aNode('n1')], vms = [aVm('web1'), aVm('db1', { state: 'stopped' })] } = options;
  store.setEndpoint(isUp());
  store.push(host1, inventory(nodes, vms));
  store.flush();
  const copied: string[] = [];
  let reads = 1;
  const connection = options.connection as Connection | undefined;
  const services = {
    store,
    clock,
    tasks: createTasks(clock),
    notices: { list: () => [], unread: 0, refresh: async () => [], markRead: () => {}, subscribe: () => () => {} },
    configPath: '/nowhere/config.yaml',
    schedules: createSchedules('/nowhere', clock),
    reservations: createReservations('/dev/null/reserved', clock),
    taskHistory: { run: 'test', list: () => [], refresh: async () => [] },
    nodeHistory: async () => new Map(),
    sessions: { connection: () => connection, current: () => undefined },
    manifests: [],
    kinds,
    operations,
    config: () => ({ endpoints: new Map(), file: {} }),
    problems: () => [],
    policyFor: () => ({}),
    wireLog: () => [],
    ...options.services,
  } as unknown as Services;
  const { keymap } = createKeymap(actions);
  const light = { size: options.size ?? { columns: 80, rows: 24 } };
  const stage = createStage({
    services,
    actions,
    keymap,
    look,
    themes: { names: async () => [], load: async () => look.theme },
    run: { readOnly: false, demo: false, problems: [], ...options.run },
    dialogs: panelDialogs,
    terminal: {
      size: () => light.size,
      repaint: () => {},
      suspend: () => {},
      setMouse: () => {},
      copy: (text) => void copied.push(text),
      attach: async () => 'detached',
      whenSeen: (call) => call(reads),
      feed: () => {},
      ...options.terminal,
    },
    quit: () => {},
  });
  const state = createFleetState(store.fleet, services.sessions.current);
  const drawnPainted = () => {
    const room = { columns: light.size.columns, rows: light.size.rows - 1 };
    return renderToString(
      <Box width={room.columns} height={room.rows}>
        {stage.layers.all.map((layer, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the stack is what it is by its order
          <Fragment key={at}>{layer.draw(room)}</Fragment>
        ))}
      </Box>,
      { columns: room.columns },
    );
  };
  return Object.assign(light, {
    stage,
    clock,
    store,
    state,
    copied,
    press(...keys: readonly string[]) {
      reads++;
      for (const name of keys) {
        const key = keyNamed(name, reads);
        if (!key) throw new Error(`there is no key ${name}`);
        stage.layers.top?.press(key);
      }
    },
    drawnPainted,
    drawn: () => plain(drawnPainted()).replace(/^\n+|\n+$/g, ''),
    said: () => stage.message.current?.text,
  });
}
