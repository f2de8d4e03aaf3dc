/** Two hosts of the lab with a VM that goes from one to the other; virsh is the second opinion. */
import { type EndpointName, type NodeId, nodeId, type VmId } from '../../../src/ids.ts';
import type {
  Connection,
  Endpoint,
  Migrated,
  MigrateSpec,
  MigrationPlan,
  MigrationTarget,
} from '../../../src/platforms/contract.ts';
import { type Host, host1, host2, host3, virsh } from './hosts.ts';
import { idOfGuest, sshEndpoint } from './kvm-testkit.ts';
import { connectTo, patient } from './kvm-watching.ts';

export const HOSTS = [host1, host2, host3] as const;

export interface Pair {
  readonly from: Connection;
  readonly to: Connection;
  /** What a migration to the other host is asked with. */
  readonly target: MigrationTarget;
  plan(id: VmId, spec: MigrateSpec): Promise<MigrationPlan>;
  migrate(id: VmId, spec: MigrateSpec, signal?: AbortSignal): Promise<Migrated>;
  close(): Promise<void>;
}

export const SPEC: MigrateSpec = { live: true, copyDisks: false, storage: '', removeCopied: true, despite: [] };

const endpointOfHost = (host: Host) => sshEndpoint(host, `move-${host.name}`);

/** `way`: how the source is reached, where that is not as usual. */
export async function connectPair(source: Host, destination: Host, way?: Endpoint['values']): Promise<Pair> {
  const endpoint = endpointOfHost(destination);
  const near = endpointOfHost(source);
  const from = await connectTo(way ? { ...near, values: way } : near);
  const to = await connectTo(endpoint);
  const node: NodeId = nodeId(endpoint.name as EndpointName, destination.uuid);
  const { planReceive, receive } = to.node ?? {};
  const { planMigrate, migrate } = from.vm;
  if (!planReceive || !receive || !planMigrate || !migrate) throw new Error('the hosts migrate nothing');
  const target: MigrationTarget = { node, peer: { planReceive, receive } as never };
  return {
    from,
    to,
    target,
    async plan(id, spec) {
      const [plan] = await planMigrate(id, [target], spec, patient());
      if (!plan) throw new Error('there is no plan');
      return plan;
    },
    migrate: (id, spec, signal = patient()) => migrate(id, target, spec, signal),
    async close() {
      await Promise.all([from.close(), to.close()]);
    },
  };
}

export const idOn = (host: Host, name: string): Promise<VmId> => idOfGuest(host, endpointOfHost(host), name);

/** Where a guest is, by virsh: `host1: running`; what is defined on no host is nowhere. */
export async function whereIs(name: string, hosts: readonly Host[] = HOSTS): Promise<readonly string[]> {
  const seen = await Promise.all(
    hosts.map(async (host) => {
      const state = await virsh(host, 'domstate', name).catch(() => undefined);
      return state === undefined ? [] : [`${host.name}: ${state.trim()}`];
    }),
  );
  return seen.flat();
}

/** Names of the volumes of a storage, by virsh. */
export async function volumesIn(host: Host, pool: string): Promise<readonly string[]> {
  await virsh(host, 'pool-refresh', pool);
  const list = await virsh(host, 'vol-list', pool);
  return list.split('\n').flatMap((line) => line.trim().split(/\s+/)[0] || []);
}
