import { describe, expect, it } from 'vitest';
import { decided, migrationTask, movesByPolicy, movesTo, refuseMoves, specOf } from '../../src/actions/migrate.ts';
import { destinationsOf } from '../../src/actions/migrate-targets.ts';
import { byPolicy, type NodeLoad } from '../../src/actions/node-policy.ts';
import { bind } from '../../src/actions/target.ts';
import { endpointName, type NodeId, nodeId } from '../../src/ids.ts';
import type { MigrateSpec, Vm } from '../../src/platforms/contract.ts';
import type { TaskSpec } from '../../src/state/tasks.ts';
import { aNode, inventory } from '../state/objects.ts';
import { type OpenServices, openServices } from '../state/open-services.ts';

const COLD = specOf({ cold: true }, []);
const patient = new AbortController().signal;
const at = (name: string): NodeId => nodeId(endpointName('demo'), name);

/** Runs the moves to their end while time passes; `cancelAfterMs`: the user does not want it any more. */
async function moved(open: OpenServices, vms: readonly Vm[], node: NodeId, spec: MigrateSpec, cancelAfterMs?: number) {
  const moves = await movesTo(vms, node, spec, open.services, patient);
  refuseMoves(moves, spec.despite);
  const task = migrationTask(
    decided(moves, (vm) => bind('vm', vm.id, open.services), open.services),
    spec,
    open.services,
  );
  return untilOver(open, task, cancelAfterMs);
}

async function untilOver(open: OpenServices, task: TaskSpec, cancelAfterMs?: number) {
  const { id, ended } = open.services.tasks.run(task);
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  for (let passed = 0; passed < 600 && !isOver; passed++) {
    if (cancelAfterMs !== undefined && passed * 500 >= cancelAfterMs) open.services.tasks.cancel(id);
    await open.clock.pass(500);
  }
  return ended;
}

const running = (open: OpenServices) => open.vm(({ state, node }) => state === 'running' && node !== undefined);
const otherNode = (open: OpenServices, { node }: Vm): NodeId => {
  const [found] = [...open.store.fleet.nodes.keys()].filter((id) => id !== node);
  if (!found) throw new Error('the fleet has one node');
  return found;
};

describe('a migration', () => {
  it('F-054 F-145 F-146 moves a VM that runs, and says so when it is seen on the other node', async () => {
    const open = await openServices();
    const vm = running(open);
    const node = otherNode(open, vm);
    const name = open.store.fleet.nodes.get(node)?.name;
    const { items, title } = await moved(open, [vm], node, COLD);
    expect(title).toBe(`Migrate ${vm.name} to ${name}`);
    expect(items.map(({ state, text }) => [state, text])).toEqual([
      ['done', expect.stringMatching(`^${vm.name}.* is on ${name}, .* moved, it stood still for 60 ms$`)],
    ]);
    expect(open.store.fleet.vms.get(vm.id)).toMatchObject({ node, state: 'running', uuid: vm.uuid });
  });

  it('leaves a VM where it was when it is cancelled half-way', async () => {
    const open = await openServices();
    const vm = running(open);
    const { items } = await moved(open, [vm], otherNode(open, vm), COLD, 1_000);
    expect(items.map(({ state, text }) => [state, text])).toEqual([
      ['cancelled', `${vm.name} was not moved, it is where it was`],
    ]);
    open.store.flush();
    expect(open.store.fleet.vms.get(vm.id)).toMatchObject({ node: vm.node, state: 'running' });
  });

  it('leaves a VM where it was when the platform fails half-way', async () => {
    const open = await openServices({ fails: 'vm.migrate' });
    const vm = running(open);
    const { items } = await moved(open, [vm], otherNode(open, vm), COLD);
    expect(items).toMatchObject([{ state: 'failed', text: expect.stringContaining('it stays where it is') }]);
    open.store.flush();
    expect(open.store.fleet.vms.get(vm.id)).toMatchObject({ node: vm.node, state: 'running' });
  });

  it('F-147 is offered to every other node, and to none of another platform or endpoint that is down', async () => {
    const open = await openServices();
    const vm = running(open);
    const nodes = [...open.store.fleet.nodes.keys()];
    expect(destinationsOf([vm], open.services)).toEqual(nodes.filter((id) => id !== vm.node));
    const [status] = [...open.store.fleet.endpoints.values()];
    if (status) open.store.setEndpoint({ ...status, phase: 'down' });
    open.store.flush();
    expect(destinationsOf([vm], open.services)).toEqual([]);
  });

  it('F-133 is refused by a node that does not answer, with a sentence', async () => {
    const open = await openServices();
    const vm = running(open);
    const node = otherNode(open, vm);
    open.server.faults.hang(node);
    await open.clock.pass(5_000);
    const moves = await movesTo([vm], node, COLD, open.services, patient);
    expect(() => refuseMoves(moves, ['node'])).toThrow(/: node: .* is silent; nothing was moved$/);
  });

  it('F-134 F-135 is refused for a VM that is gone, and by a node of another platform', async () => {
    const open = await openServices();
    const vm = running(open);
    const node = otherNode(open, vm);
    const other = endpointName('cloud');
    const [status] = [...open.store.fleet.endpoints.values()];
    if (status) open.store.setEndpoint({ ...status, name: other, platform: 'aws' });
    open.store.push(other, inventory([aNode('zone', 'cloud')], []));
    open.store.flush();
    const connection = open.sessions.connection(endpointName('demo'));
    const sessions = { ...open.sessions, connection: () => connection };
    const services = { ...open.services, sessions };
    const [move] = await movesTo([vm], nodeId(other, 'zone'), COLD, services, patient);
    expect(move?.plan.checks).toMatchObject([
      { name: 'platform', level: 'error', final: true, text: 'zone is of aws, and it is of fake' },
    ]);
    open.server.remove(open.server.fleet.rowOf(vm.id));
    await expect(movesTo([vm], node, COLD, open.services, patient)).rejects.toMatchObject({ code: 'vm.not-found' });
  });

  it('F-139 counts what several VMs need together', async () => {
    const open = await openServices();
    const vm = running(open);
    const node = otherNode(open, vm);
    const there = open.store.fleet.nodes.get(node);
    if (there) open.server.fleet.replaceNode(open.server.fleet.nodeRowOf(node), there);
    const vms = [...open.store.fleet.vms.values()].filter((one) => one.node === vm.node && one.state === 'running');
    const free = { ...there, memory: 2 * vm.memory } as never;
    open.store.push(endpointName('demo'), { kind: 'changes', at: 0, changes: [{ kind: 'node-upsert', node: free }] });
    open.store.flush();
    const [first] = await movesTo(vms, node, COLD, open.services, patient);
    expect(first?.plan.checks.at(-1)).toMatchObject({
      name: 'memory-all',
      level: 'error',
      text: expect.stringMatching(new RegExp(`^${vms.length} VMs need .* together, .* free$`)),
    });
  });

  it('F-037 moves all VMs of a node, and goes on after those that can not be moved, each with its reason', async () => {
    const open = await openServices();
    const vm = running(open);
    const to = otherNode(open, vm);
    const vms = [...open.store.fleet.vms.values()].filter(({ node }) => node === vm.node);
    const moves = await movesTo(vms, to, COLD, open.services, patient);
    const shown = decided(moves, (one) => bind('vm', one.id, open.services), open.services);
    const { items } = await untilOver(open, migrationTask(shown, COLD, open.services));
    open.store.flush();
    const there = vms.filter(({ id }) => open.store.fleet.vms.get(id)?.node === to);
    const failed = items.filter(({ state }) => state !== 'done');
    expect(there.length).toBe(vms.length - failed.length);
    expect(there.length).toBeGreaterThan(1);
    expect(failed.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/ can't be moved: vm: it is suspended: only one that runs, is paused or off can be moved$/),
    );
  });

  it('goes where the policy says, and spreads what it moves', async () => {
    const open = await openServices({ vms: 120 });
    const vms = [...open.store.fleet.vms.values()].filter(({ state, node }) => state === 'stopped' && node).slice(0, 4);
    const moves = await movesByPolicy(vms, COLD, open.services, patient);
    for (const { vm, plan } of moves) expect(plan.node).not.toBe(vm.node);
    expect(() => refuseMoves(moves, [])).not.toThrow();
  });
});

describe('the policy', () => {
  const load = (name: string, more: Partial<NodeLoad> = {}): NodeLoad => ({
    node: at(name),
    vmCpu: 0.2,
    vmMemory: 0.2,
    cpusPerCpu: 1,
    vms: 4,
    freeMemory: 100,
    ...more,
  });
  const order = (...loads: readonly NodeLoad[]) => byPolicy(loads, 50).map(({ node }) => node.slice(5));

  it('F-018 takes the least CPU, then memory, vCPUs per CPU, VMs, and the most free memory', () => {
    expect(order(load('a'), load('b', { vmCpu: 0.1 }))).toEqual(['b', 'a']);
    expect(order(load('a'), load('b', { vmMemory: 0.1 }))).toEqual(['b', 'a']);
    expect(order(load('a', { vms: 1 }), load('b', { cpusPerCpu: 0.5 }))).toEqual(['b', 'a']);
    expect(order(load('a'), load('b', { vms: 3 }))).toEqual(['b', 'a']);
    expect(order(load('a'), load('b', { freeMemory: 101 }))).toEqual(['b', 'a']);
  });

  it('leaves out a node without the memory, and puts what is not known last', () => {
    expect(order(load('a', { freeMemory: 50 }), load('b', { vmCpu: Number.NaN }), load('c'))).toEqual(['c', 'b']);
  });
});
