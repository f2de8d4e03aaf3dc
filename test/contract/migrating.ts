import { expect, it } from 'vitest';
import { endpointOf, type NodeId, type VmId } from '../../src/ids.ts';
import {
  type Connection,
  type MigrateSpec,
  type MigrationTarget,
  standingErrors,
  type Vm,
} from '../../src/platforms/contract.ts';
import type { PlatformFacts } from '../../src/platforms/testkit.ts';
import { mib } from '../../src/units.ts';
import type { Bench } from './bench.ts';
import { patient, present } from './bench.ts';
import { refusal } from './refusal.ts';
import type { Watching } from './watching.ts';

const LIVE: MigrateSpec = { live: true, copyDisks: true, storage: '', removeCopied: true, despite: [] };

/** VMs that go to another node and come back. */
export function migrating(bench: () => Bench, facts: PlatformFacts): void {
  const { migrates: how } = facts;
  const has = (name: PlatformFacts['operations'][number]) => facts.operations.includes(name);

  it(`VMs can ${how ? '' : 'not '}be moved`, () => expect(has('vm.migrate')).toBe(how !== undefined));
  it('can come from other endpoints where the testkit says so', () =>
    expect([has('node.planReceive'), has('node.receive')]).toEqual([how?.elsewhere === true, how?.elsewhere === true]));
  if (!how) return;

  /** The first target that nothing stands against. */
  const possible = async (
    { connection }: Watching,
    id: VmId,
    nodes: readonly NodeId[],
    target: (node: NodeId) => MigrationTarget,
  ): Promise<NodeId> => {
    const plans = await bench().supporting(connection, 'vm.planMigrate', () =>
      present(connection.vm.planMigrate)(id, nodes.map(target), LIVE, patient()),
    );
    expect(plans.map(({ node }) => node)).toEqual(nodes);
    for (const { checks } of plans) expect(checks.length).toBeGreaterThan(0);
    const found = plans.find((plan) => standingErrors(plan, []).length === 0)?.node;
    if (found === undefined)
      throw new Error(`no node takes it: ${JSON.stringify(plans.map((plan) => standingErrors(plan, [])))}`);
    return found;
  };
  const othersOf = (watching: Watching, { node }: Vm): readonly NodeId[] =>
    watching.feeds
      .flatMap((feed) => (feed.kind === 'inventory' ? feed.inventory.nodes : []))
      .flatMap(({ id }) => (id === node ? [] : [id]));
  const seenOn = (watching: Watching, id: VmId, node: NodeId, state: Vm['state']) =>
    watching.until(
      `${id} to be ${state} on ${node}`,
      () => {
        const vm = watching.vms.get(id);
        return (vm?.node === node && vm.state === state) || undefined;
      },
      how.takeMs,
    );

  if (how.within)
    it('F-054 F-456 go to another node of the endpoint while they run, and come back', async () => {
      const watching = await bench().watch();
      const { connection } = watching;
      const id = await bench().server.runningVm();
      const before = await watching.untilState(id, 'running', facts.startTakesMs);
      const home = present(before.node);
      const node = await possible(watching, id, othersOf(watching, before), (one) => ({ node: one }));
      await bench().supporting(connection, 'vm.migrate', async () => {
        const { id: there } = await present(connection.vm.migrate)(id, { node }, LIVE, patient());
        expect(there).toBe(id);
        await seenOn(watching, id, node, 'running');
      });
      await present(connection.vm.migrate)(id, { node: home }, LIVE, patient());
      await seenOn(watching, id, home, 'running');
    });

  if (!how.elsewhere) return;

  /** Two endpoints, and the way to and fro. */
  const both = async () => {
    const [here, there] = [
      await bench().watch(),
      await bench().watch(await bench().connect(await present(bench().server.otherEndpoint)())),
    ];
    const nodes = there.feeds.flatMap((feed) => (feed.kind === 'inventory' ? feed.inventory.nodes : []));
    const peerOf = ({ node }: Connection) => ({
      planReceive: present(node?.planReceive),
      receive: present(node?.receive),
    });
    const to =
      (connection: Connection) =>
      (node: NodeId): MigrationTarget => ({ node, peer: peerOf(connection) as never });
    return { here, there, nodes: nodes.map(({ id }) => id), to };
  };

  it.each(['running', 'stopped'] as const)(
    'F-054 go to another endpoint with their disks, %s, and come back',
    async (state) => {
      const { here, there, nodes, to } = await both();
      const id = await (state === 'running' ? bench().server.runningVm() : bench().server.stoppedVm());
      const before = await here.untilState(id, state, facts.startTakesMs);
      const node = await bench().supporting(there.connection, 'node.planReceive', () =>
        possible(here, id, nodes, to(there.connection)),
      );
      const moved = await bench().supporting(there.connection, 'node.receive', () =>
        present(here.connection.vm.migrate)(id, to(there.connection)(node), LIVE, patient()),
      );
      expect(endpointOf(moved.id)).toBe(endpointOf(node));
      await seenOn(there, moved.id, node, state);
      // the memory of a guest that starts is still on its way to what it was given
      expect(there.vms.get(moved.id)).toMatchObject({ uuid: before.uuid, name: before.name, cpus: before.cpus });
      await here.until(`${id} to be gone`, () => !here.vms.has(id) || undefined, how.takeMs);

      const back = await present(there.connection.vm.migrate)(
        moved.id,
        to(here.connection)(present(before.node)),
        LIVE,
        patient(),
      );
      await seenOn(here, back.id, present(before.node), state);
      await there.until(`${moved.id} to be gone`, () => !there.vms.has(moved.id) || undefined, how.takeMs);
    },
  );

  it('stay where they are when the move is given up, and the target has nothing of them', async () => {
    const { here, there, nodes, to } = await both();
    const id = await bench().server.runningVm();
    const before = await here.untilState(id, 'running', facts.startTakesMs);
    const node = await possible(here, id, nodes, to(there.connection));
    const given = new AbortController();
    const progress = () => given.abort(new Error('given up'));
    const move = present(here.connection.vm.migrate)(
      id,
      to(there.connection)(node),
      // slow enough to be under way when it is told how far it is
      { ...LIVE, limit: mib(4), progress },
      given.signal,
    );
    await expect(move).rejects.toThrow();
    await seenOn(here, id, present(before.node), 'running');
    expect([...there.vms.values()].filter(({ uuid }) => uuid === before.uuid)).toEqual([]);
  });

  it('are refused with what stands against it, and stay', async () => {
    const { here, there, nodes, to } = await both();
    const id = await bench().server.runningVm();
    await here.untilState(id, 'running', facts.startTakesMs);
    const node = await possible(here, id, nodes, to(there.connection));
    const without = { ...LIVE, copyDisks: false };
    const error = await refusal(
      present(here.connection.vm.migrate)(id, to(there.connection)(node), without, patient()),
    );
    expect(error).toMatchObject({ code: 'op.refused', message: expect.stringContaining('disks: ') });
    expect(here.vms.get(id)?.state).toBe('running');
  });
}
