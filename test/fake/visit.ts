import type { Clock } from '../../src/clock.ts';
import { endpointName, type NodeId, nodeId, type VmId, vmId } from '../../src/ids.ts';
import type { Ask, Change, Connection, Endpoint, Feed, Settings, Vm } from '../../src/platforms/contract.ts';
import { platform } from '../../src/platforms/fake/index.ts';
import type { FakeServer } from '../../src/platforms/fake/server.ts';
import { fakeServer } from '../../src/platforms/fake/servers.ts';
import { createTestClock, type TestClock } from '../clock.ts';

/** One simulated server on a clock that stands still, and a connection to it. */
export interface FakeVisit {
  readonly endpoint: Endpoint;
  readonly clock: TestClock;
  readonly server: FakeServer;
  readonly connection: Connection;
  vm(row: number): VmId;
  node(name: string): NodeId;
  /** A VM of the fleet as it is now. */
  find(fits: (vm: Vm) => boolean): Vm;
}

export const fakeEndpoint = (values: Settings): Endpoint => ({
  name: endpointName('demo'),
  platform: 'fake',
  values: { vms: 60, seed: 1, 'events-every': 0, ...values },
});

export const contextOn = (clock: Clock, ask: Ask = {}) => ({
  signal: new AbortController().signal,
  clock,
  wire: () => {},
  ask,
});

export async function visitFake(values: Settings = {}, clock = createTestClock()): Promise<FakeVisit> {
  const endpoint = fakeEndpoint(values);
  const server = await fakeServer(endpoint, clock);
  return {
    endpoint,
    clock,
    server,
    connection: await platform.connect(endpoint, contextOn(clock)),
    vm: (row) => vmId(endpoint.name, `vm-${row}`),
    node: (name) => nodeId(endpoint.name, name),
    find(fits) {
      const found = server.fleet.inventory().vms.find(fits);
      if (!found) throw new Error('the fleet has no such VM');
      return found;
    },
  };
}

/** Everything that a watch tells, until it is stopped; sample blocks are copied. */
export interface Listener {
  readonly feeds: readonly Feed[];
  readonly changes: () => readonly Change[];
  /** Undefined while it goes on. */
  readonly ended: () => { readonly error: unknown } | undefined;
  /** What has been told since the last call. */
  fresh(): readonly Feed[];
  stop(): void;
}

export function listen(connection: Connection, interest: readonly VmId[] = []): Listener {
  const feeds: Feed[] = [];
  const controller = new AbortController();
  let ended: { readonly error: unknown } | undefined;
  let heard = 0;
  connection
    .watch({
      sink: (feed) => void feeds.push(structuredClone(feed)),
      signal: controller.signal,
      interest: () => interest,
      everyMs: () => 1000,
    })
    .then(
      () => {
        ended = { error: undefined };
      },
      (error: unknown) => {
        ended = { error };
      },
    );
  return {
    feeds,
    changes: () => feeds.flatMap((feed) => (feed.kind === 'changes' ? feed.changes : [])),
    ended: () => ended,
    fresh() {
      const news = feeds.slice(heard);
      heard = feeds.length;
      return news;
    },
    stop: () => controller.abort(),
  };
}
