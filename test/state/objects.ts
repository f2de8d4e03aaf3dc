import { endpointName, nodeId, type PoolId, vmId } from '../../src/ids.ts';
import type { Feed, Node, SampleBlock, Vm, VmState } from '../../src/platforms/contract.ts';
import { gib } from '../../src/units.ts';

/** A VM on node `node` of endpoint `endpoint`; its native id is its name unless another is given. */
export function aVm(
  name: string,
  {
    endpoint = 'host1',
    node = 'n1',
    native = name,
    uuid = native,
    state = 'running' as VmState,
    ...rest
  }: Partial<Omit<Vm, 'node'>> & { endpoint?: string; node?: string; native?: string } = {},
): Vm {
  const at = endpointName(endpoint);
  return {
    id: vmId(at, native),
    name,
    uuid,
    node: nodeId(at, node),
    pool: undefined,
    state,
    rawState: state,
    cpus: 2,
    memory: gib(1),
    ips: [],
    autostart: false,
    plan: undefined,
    profile: undefined,
    image: undefined,
    tags: [],
    ...rest,
  };
}

export function aNode(name: string, endpoint = 'host1', pool: PoolId | undefined = undefined): Node {
  return {
    id: nodeId(endpointName(endpoint), name),
    name,
    pool,
    state: 'up',
    address: '10.0.0.1',
    cpus: 8,
    memory: gib(64),
    version: 'test',
  };
}

export const inventory = (nodes: readonly Node[], vms: readonly Vm[], at = 0): Feed => ({
  kind: 'inventory',
  at,
  inventory: { pools: [], nodes, vms },
});

/** A block in which every VM has this CPU share; the rest is unknown. */
export function cpuBlock(vms: readonly Vm[], cpu: number): SampleBlock {
  const unknown = () => new Float32Array(vms.length).fill(Number.NaN);
  return {
    at: 0,
    windowMs: 1000,
    ids: vms.map(({ id }) => id),
    cpu: new Float32Array(vms.length).fill(cpu),
    memory: new Float64Array(vms.length).fill(Number.NaN),
    diskRead: unknown(),
    diskWrite: unknown(),
    netRx: unknown(),
    netTx: unknown(),
  };
}

/** `count` VMs on a node: n1-0, n1-1 … */
export const vmsOn = (node: string, count: number): Vm[] =>
  Array.from({ length: count }, (_, at) => aVm(`${node}-${at}`, { node }));
