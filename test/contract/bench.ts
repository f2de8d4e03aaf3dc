import {
  type Ask,
  type Connection,
  type Endpoint,
  type Manifest,
  type OperationName,
  type Platform,
  partsOf,
  type WireLine,
} from '../../src/platforms/contract.ts';
import { type PlatformEntry, platforms } from '../../src/platforms/registry.ts';
import type { PlatformFacts, PlatformTestkit, TestServer } from '../../src/platforms/testkit.ts';
import { findOperation } from '../../src/platforms/wrap/operations.ts';
import { recordSupport } from './support.ts';
import { type Watching, watchConnection } from './watching.ts';

/** A test server with its platform, and a hand that clears up what a test left open. */
export interface Bench {
  readonly facts: PlatformFacts;
  readonly server: TestServer;
  readonly platform: Platform;
  readonly manifest: Manifest;
  /** What the platform said that it sent. */
  readonly wire: readonly WireLine[];
  connect(endpoint?: Endpoint, ask?: Ask): Promise<Connection>;
  /** How often watches look, in milliseconds of the server's clock. */
  readonly everyMs: number;
  /** Connects and watches; resolves when the first feed is in. */
  watch(connection?: Connection): Promise<Watching>;
  /** The answer of `run`, which shows that the operation works: its cell of the support matrix is then green. */
  supporting<T>(connection: Connection, operation: OperationName, run: () => Promise<T>): Promise<T>;
  /** Ends all watches and closes all connections. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** `given`: the platform, where it is not in the registry. */
export async function openBench(testkit: PlatformTestkit, given?: PlatformEntry): Promise<Bench> {
  const server = await testkit.start();
  const entry = given ?? platforms.find(({ manifest }) => manifest.id === server.endpoint.platform);
  if (!entry) throw new Error(`no platform ${server.endpoint.platform} in the registry: npm run gen puts it there`);
  const platform = await entry.load();
  // a real server is asked as often as drover asks one; a pretended one is not hurt by more, and no user waits
  const everyMs = testkit.lab === undefined ? 250 : 1_000;
  const connections = new Set<Connection>();
  const watches = new Set<Watching>();
  const wire: WireLine[] = [];

  const bench: Bench = {
    facts: testkit.facts,
    server,
    platform,
    manifest: entry.manifest,
    wire,
    async connect(endpoint = server.endpoint, ask = {}) {
      const { signal } = new AbortController();
      const context = { signal, clock: server.clock, wire: (line: WireLine) => void wire.push(line), ask };
      const connection = await platform.connect(endpoint, context);
      connections.add(connection);
      return without(connection, testkit.facts.elsewhere ?? []);
    },
    everyMs,
    async watch(given) {
      const connection = given ?? (await bench.connect());
      const watching = watchConnection(connection, everyMs);
      watches.add(watching);
      await watching.until('the first feed', () => watching.feeds[0]);
      return watching;
    },
    async supporting(connection, operation, run) {
      if (!findOperation(connection, operation)) throw new Error(`the connection has no ${operation}`);
      const answer = await run();
      recordSupport(server.endpoint.platform, operation);
      return answer;
    },
    async clear() {
      for (const watching of watches) await watching.stop();
      for (const connection of connections) await connection.close();
      watches.clear();
      connections.clear();
    },
    async close() {
      await bench.clear();
      await server.close();
    },
  };
  return bench;
}

/** The connection without what this server is not asked for. */
function without(connection: Connection, names: readonly OperationName[]): Connection {
  const groups: Record<string, object> = {};
  for (const [group] of names.map(partsOf)) {
    const own = Object.entries(connection[group] ?? {});
    groups[group] = Object.fromEntries(own.filter(([method]) => !names.some((one) => one === `${group}.${method}`)));
  }
  return { ...connection, ...groups };
}

/** The signal of a caller that never gives up. */
export const patient = (): AbortSignal => new AbortController().signal;

/** An operation that the testkit's facts speak of. */
export function present<T>(operation: T | undefined): T {
  if (operation === undefined) throw new Error('the connection lacks an operation that its testkit lists');
  return operation;
}

/** The operations on snapshots of a connection that has them all. */
export const snapshotOps = ({ snapshot }: Connection) => ({
  list: present(snapshot?.list),
  create: present(snapshot?.create),
  planRevert: present(snapshot?.planRevert),
  revert: present(snapshot?.revert),
  planDelete: present(snapshot?.planDelete),
  remove: present(snapshot?.delete),
});

/** A busy machine lets the time of a simulation pass between two looks: at least so many are taken after it. */
export const MOST_TRIES = 50;
