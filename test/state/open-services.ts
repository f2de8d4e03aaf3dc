import type { Services } from '../../src/actions/services.ts';
import { endpointName, endpointOf, type VmId } from '../../src/ids.ts';
import type { Endpoint, Settings, Vm } from '../../src/platforms/contract.ts';
import { operations } from '../../src/platforms/contract.ts';
import { platform } from '../../src/platforms/fake/index.ts';
import type { FakeServer } from '../../src/platforms/fake/server.ts';
import { fakeServer } from '../../src/platforms/fake/servers.ts';
import { withDeadline } from '../../src/platforms/wrap/deadline.ts';
import { createReservations } from '../../src/state/files/reservations.ts';
import type { EndpointStatus } from '../../src/state/fleet/fleet.ts';
import type { InventoryCache } from '../../src/state/fleet/inventory-cache.ts';
import { createStore, type Store } from '../../src/state/fleet/store.ts';
import { kinds } from '../../src/state/kinds.ts';
import { createSchedules } from '../../src/state/schedules/schedules.ts';
import { createSessions, type Sessions } from '../../src/state/session/sessions.ts';
import type { SessionSpec } from '../../src/state/session/spec.ts';
import { createTasks } from '../../src/state/tasks.ts';
import { createLibrary } from '../../src/state/templates/library.ts';
import { createTestClock, type TestClock } from '../clock.ts';

/** Sessions, store and tasks around one simulated server, on a clock that stands still. */
export interface OpenServices {
  readonly clock: TestClock;
  readonly server: FakeServer;
  readonly store: Store;
  readonly sessions: Sessions;
  readonly services: Services;
  readonly endpoint: Endpoint;
  readonly spec: SessionSpec;
  status(): EndpointStatus | undefined;
  vm(fits: (vm: Vm) => boolean): Vm;
  stateOf(id: VmId): string | undefined;
}

const EVERY_MS = 1_000;

export async function openServices(
  values: Settings = {},
  readOnly?: string,
  cache?: InventoryCache,
  everyMs = EVERY_MS,
): Promise<OpenServices> {
  const clock = createTestClock();
  const endpoint: Endpoint = {
    name: endpointName('demo'),
    platform: 'fake',
    values: { vms: 60, seed: 1, 'events-every': 0, ...values },
  };
  const server = await fakeServer(endpoint, clock);
  const store = createStore(clock);
  const sessions = createSessions({
    store,
    clock,
    load: async () => platform,
    wrap: (connection) => withDeadline(connection, clock),
    wire: () => {},
    interest: () => [],
    random: () => 0.5,
    cache,
  });
  const { fleet } = store;
  const services: Services = {
    store,
    sessions,
    tasks: createTasks(clock),
    notices: { list: () => [], unread: 0, refresh: async () => [], markRead: () => {}, subscribe: () => () => {} },
    configPath: '/nowhere/config.yaml',
    schedules: createSchedules('/nowhere', clock),
    reservations: createReservations('/nowhere/reserved', clock),
    taskHistory: { run: 'test', list: () => [], refresh: async () => [] },
    nodeHistory: async () => new Map(),
    clock,
    manifests: [],
    kinds,
    operations,
    config: () => ({
      endpoints: new Map(),
      pools: new Map(),
      notes: new Map(),
      file: { kind: 'map', at: { line: 1, column: 1 }, entries: new Map() },
    }),
    problems: () => [],
    changeConfig: () => Promise.reject(new Error('there is no configuration here')),
    testEndpoint: async () => [],
    testDraft: async () => [],
    setUpHost: () => Promise.reject(new Error('no host is set up here')),
    detect: async () => [],
    appliances: () => Promise.reject(new Error('there are no appliances here')),
    isDryRun: false,
    templates: () => createLibrary('/no/such/library', [], clock),
    changeTemplates: () => Promise.reject(new Error('there is no template library here')),
    configEdit: () => ({ by: 'anna@desk', at: clock.now(), fleet: store.fleet }),
    policyFor: () => (readOnly === undefined ? {} : { readOnly }),
    wireLog: () => [],
  };
  const spec: SessionSpec = {
    name: endpoint.name,
    platform: 'fake',
    address: 'simulated',
    everyMs,
    silentMs: everyMs,
    enabled: true,
    resolve: async () => endpoint,
    rejected: () => {},
  };
  sessions.open(spec);
  await clock.pass(500);
  return {
    clock,
    server,
    store,
    sessions,
    services,
    endpoint,
    spec,
    status: () => fleet.endpoints.get(endpoint.name),
    vm(fits) {
      const found = [...fleet.vms.values()].find((vm) => endpointOf(vm.id) === endpoint.name && fits(vm));
      if (!found) throw new Error('the fleet has no such VM');
      return found;
    },
    stateOf: (id) => fleet.vms.get(id)?.state,
  };
}
