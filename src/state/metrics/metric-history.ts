/** The history of nodes, and of VMs whose platform keeps none: what drover measured while it ran, kept on the disk. */
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import { type EndpointName, endpointOf, type NodeId, nativeOf, type VmId } from '../../ids.ts';
import type { Connection, History, HistoryOps, HistoryRange, NodeSample } from '../../platforms/contract.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Measured } from '../fleet/store.ts';
import type { Columns } from './minute-means.ts';
import type { MetricLimits, SeriesKey } from './points.ts';
import { createMetricRecorder } from './recorder.ts';
import { createMetricStore } from './store.ts';

export interface MetricHistory {
  /** Nothing is kept before this: a command that lists VMs measures nothing that were worth it. */
  follow(): void;
  land(endpoint: EndpointName, feed: Measured): void;
  /** The connection with `vm.history`: the platform's own where it has one. */
  supplied(connection: Connection, endpoint: EndpointName): Connection;
  /** Of these nodes; those of which nothing was kept are left out. Rejects with op.*. */
  ofNodes(nodes: readonly NodeId[], range: HistoryRange, signal: AbortSignal): Promise<ReadonlyMap<NodeId, History>>;
  /** Resolves when all is on the disk, or the disk does not answer. */
  close(): Promise<void>;
}

export interface MetricHistoryOptions {
  /** The folder of drover's state. */
  readonly folder: string;
  readonly clock: Clock;
  readonly fleet: Pick<Fleet, 'vms' | 'nodes' | 'endpoints'>;
  /** Undefined: it is off. */
  readonly limits: () => MetricLimits | undefined;
  /** Called once, with the sentence why nothing is kept. */
  readonly trouble: (message: string) => void;
}

export function createMetricHistory({ folder, clock, fleet, limits, trouble }: MetricHistoryOptions): MetricHistory {
  const store = createMetricStore({ file: join(folder, 'metrics.db'), clock, trouble });
  /** Endpoints whose platform keeps nothing. */
  const ours = new Set<EndpointName>();
  let follows = false;

  const sourceOf = (id: VmId | NodeId): string | undefined => {
    const endpoint = fleet.endpoints.get(endpointOf(id));
    return endpoint && `${endpoint.platform} ${endpoint.address}`;
  };
  const keyOfVm = (id: VmId): SeriesKey | undefined => {
    const [vm, source] = [fleet.vms.get(id), sourceOf(id)];
    if (!vm || source === undefined) return undefined;
    return { source, object: nativeOf(id), machine: vm.identity ?? vm.uuid };
  };
  const keyOfNode = (id: NodeId): SeriesKey | undefined => {
    const source = sourceOf(id);
    return fleet.nodes.has(id) && source !== undefined ? { source, object: nativeOf(id), machine: NODE } : undefined;
  };
  const vms = createMetricRecorder({ store, clock, limits, keyOf: keyOfVm });
  const nodes = createMetricRecorder({ store, clock, limits, keyOf: keyOfNode });

  const requireOn = () => {
    if (limits()) return;
    throw new FleetError('op.unsupported', 'no history is kept: the configuration says history: off', {
      fix: 'take history: off out of the configuration',
    });
  };

  const history: HistoryOps['history'] = async (id, range, signal) => {
    requireOn();
    const key = keyOfVm(id);
    if (!key) throw new FleetError('vm.not-found', `${id} is not there any more`);
    return store.read(key, range, signal);
  };

  return {
    follow() {
      follows = true;
    },
    land(endpoint, feed) {
      if (!follows) return;
      if (feed.kind === 'node-samples') nodes.land(columnsOf(feed.samples));
      else if (ours.has(endpoint)) vms.land(feed.block);
    },
    supplied(connection, endpoint) {
      ours.delete(endpoint);
      if (connection.vm.history) return connection;
      ours.add(endpoint);
      return { ...connection, vm: { ...connection.vm, history } };
    },
    async ofNodes(ids, range, signal) {
      requireOn();
      const found = new Map<NodeId, History>();
      for (const id of ids) {
        const key = keyOfNode(id);
        const kept = key && (await store.read(key, range, signal));
        if (kept && kept.rows.length > 0) found.set(id, kept);
      }
      return found;
    },
    async close() {
      follows = false;
      // A run of less than a minute starts no thread at its end, which users would wait for.
      vms.close(store.isRunning);
      nodes.close(store.isRunning);
      await store.close();
    },
  };
}

/** In place of a machine's identity: what an endpoint calls a node is one node, and no VM of that name. */
const NODE = 'node';

function columnsOf(samples: readonly NodeSample[]): Columns<NodeId> {
  const unknown = new Float32Array(samples.length).fill(Number.NaN);
  return {
    ids: samples.map(({ node }) => node),
    cpu: Float32Array.from(samples, ({ cpu }) => cpu),
    memory: Float64Array.from(samples, ({ memory }) => memory),
    diskRead: unknown,
    diskWrite: unknown,
    netRx: unknown,
    netTx: unknown,
  };
}
