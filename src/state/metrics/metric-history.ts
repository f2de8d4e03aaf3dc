/** The history of VMs whose platform keeps none: what drover measured while it ran, kept on the disk. */
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import { type EndpointName, endpointOf, nativeOf, type VmId } from '../../ids.ts';
import type { Connection, HistoryOps, SampleBlock } from '../../platforms/contract.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { MetricLimits, SeriesKey } from './points.ts';
import { createMetricRecorder } from './recorder.ts';
import { createMetricStore } from './store.ts';

export interface MetricHistory {
  /** Nothing is kept before this: a command that lists VMs measures nothing that were worth it. */
  follow(): void;
  land(endpoint: EndpointName, block: SampleBlock): void;
  /** The connection with `vm.history`: the platform's own where it has one. */
  supplied(connection: Connection, endpoint: EndpointName): Connection;
  /** Resolves when all is on the disk, or the disk does not answer. */
  close(): Promise<void>;
}

export interface MetricHistoryOptions {
  /** The folder of drover's state. */
  readonly folder: string;
  readonly clock: Clock;
  readonly fleet: Pick<Fleet, 'vms' | 'endpoints'>;
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

  const keyOf = (id: VmId): SeriesKey | undefined => {
    const vm = fleet.vms.get(id);
    const endpoint = fleet.endpoints.get(endpointOf(id));
    if (!vm || !endpoint) return undefined;
    return {
      source: `${endpoint.platform} ${endpoint.address}`,
      object: nativeOf(id),
      machine: vm.identity ?? vm.uuid,
    };
  };
  const recorder = createMetricRecorder({ store, clock, limits, isKept: (endpoint) => ours.has(endpoint), keyOf });

  const history: HistoryOps['history'] = async (id, range, signal) => {
    if (!limits())
      throw new FleetError('op.unsupported', 'no history is kept: the configuration says history: off', {
        fix: 'take history: off out of the configuration',
      });
    const key = keyOf(id);
    if (!key) throw new FleetError('vm.not-found', `${id} is not there any more`);
    return store.read(key, range, signal);
  };

  return {
    follow() {
      follows = true;
    },
    land(endpoint, block) {
      if (follows) recorder.land(endpoint, block);
    },
    supplied(connection, endpoint) {
      ours.delete(endpoint);
      if (connection.vm.history) return connection;
      ours.add(endpoint);
      return { ...connection, vm: { ...connection.vm, history } };
    },
    async close() {
      follows = false;
      recorder.close();
      await store.close();
    },
  };
}
