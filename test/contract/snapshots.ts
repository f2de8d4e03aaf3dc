import { describe, expect, it } from 'vitest';
import { type SnapshotId, snapshotId, type VmId } from '../../src/ids.ts';
import type { Snapshot, SnapshotSpec } from '../../src/platforms/contract.ts';
import type { PlatformFacts } from '../../src/platforms/testkit.ts';
import type { Bench } from './bench.ts';
import { patient, present, snapshotOps } from './bench.ts';
import { refusal } from './refusal.ts';
import type { Watching } from './watching.ts';

/** Disks are copied, several times. */
const SLOW_MS = 300_000;
const NONE = { memory: false, description: '' };

/** States of a VM to go back to: listed, taken, reverted to, deleted; seen by reading the list again. */
export function snapshots(bench: () => Bench, facts: PlatformFacts): void {
  const { snapshots: how } = facts;
  if (facts.operations.includes('snapshot.list')) {
    it('are listed as the details of their VM list them', async () => {
      const vm = await bench().server.stoppedVm();
      const connection = await bench().connect();
      await bench().supporting(connection, 'snapshot.list', async () => {
        const all = await present(connection.snapshot?.list)(vm, patient());
        expect((await connection.vm.info(vm, patient())).snapshots).toEqual(all);
      });
    });
  }
  if (!how) {
    it('are not there', () =>
      expect(facts.operations.filter((name) => name.startsWith('snapshot.') && name !== 'snapshot.list')).toEqual([]));
    return;
  }

  /** Reads the list until it is as it should be: a mutator answers when it is accepted. */
  const untilListed = async (
    { connection }: Watching,
    vm: VmId,
    what: string,
    holds: (all: readonly Snapshot[]) => boolean,
  ): Promise<readonly Snapshot[]> => {
    const { list } = snapshotOps(connection);
    const { clock } = bench().server;
    const end = clock.ticks() + how.takeMs;
    for (;;) {
      const all = await list(vm, patient());
      if (holds(all)) return all;
      if (clock.ticks() > end) throw new Error(`waited for ${what}; there are ${JSON.stringify(all)}`);
      await new Promise<void>((resolve) => void clock.after(100, resolve));
    }
  };

  const take = async (watching: Watching, vm: VmId, spec: Pick<SnapshotSpec, 'name'> & Partial<SnapshotSpec>) => {
    const { id } = await snapshotOps(watching.connection).create(vm, { ...NONE, ...spec }, patient());
    const all = await untilListed(watching, vm, spec.name, (now) => now.some(({ name }) => name === spec.name));
    const made = present(all.find(({ name }) => name === spec.name));
    if (id !== undefined) expect(made.id).toBe(id);
    return made;
  };

  const namesOf = (all: readonly Snapshot[]) => all.map(({ name }) => name);

  it('F-287 F-348 F-467 are taken one on top of the other, and listed with what is known of them', async () => {
    const vm = await bench().server.doomedVm();
    const watching = await bench().watch();
    await bench().supporting(watching.connection, 'snapshot.list', async () => {
      expect(await snapshotOps(watching.connection).list(vm, patient())).toEqual([]);
    });
    await bench().supporting(watching.connection, 'snapshot.create', async () => {
      const first = await take(watching, vm, { name: 'first', description: 'before the upgrade' });
      expect(first).toMatchObject({ parent: undefined, current: !how.apart, description: 'before the upgrade' });
      expect(first.memory).not.toBe(true);
      const second = await take(watching, vm, { name: 'second' });
      const parent = how.apart ? undefined : first.id;
      expect(second).toMatchObject({ parent, current: !how.apart, description: undefined });
      const all = await snapshotOps(watching.connection).list(vm, patient());
      expect(all.map(({ name, current }) => [name, current])).toEqual([
        ['first', false],
        ['second', !how.apart],
      ]);
      expect(second.created ?? 0).toBeGreaterThanOrEqual(first.created ?? 0);
      const { snapshots: ofInfo } = await watching.connection.vm.info(vm, patient());
      expect(ofInfo).toEqual(all);
    });
  });

  it(
    'F-288 F-349 F-351 are reverted to, also to the current one, and deleted, alone and with all below',
    async () => {
      const vm = await bench().server.doomedVm();
      const watching = await bench().watch();
      const { connection } = watching;
      const { planRevert, revert, planDelete, remove } = snapshotOps(connection);
      const one = await take(watching, vm, { name: 'one' });
      const two = await take(watching, vm, { name: 'two' });
      const three = await take(watching, vm, { name: 'three' });

      await bench().supporting(connection, 'snapshot.planRevert', async () => {
        expect((await planRevert(three.id, patient())).goes.join()).toMatch(/\w+ \w+/);
      });
      await bench().supporting(connection, 'snapshot.revert', async () => {
        await revert(three.id, patient());
        if (how.apart)
          await watching.until(
            'its disk to be written',
            () => watching.vms.get(vm)?.image === 'three' || undefined,
            how.takeMs,
          );
        else
          await untilListed(
            watching,
            vm,
            'three to be current',
            (all) => all.find(({ current }) => current)?.id === three.id,
          );
        if (how.revertsToOlder && !how.apart) {
          await revert(one.id, patient());
          await untilListed(
            watching,
            vm,
            'one to be current',
            (all) => all.find(({ current }) => current)?.id === one.id,
          );
        }
        await watching.untilState(vm, 'stopped', facts.stopTakesMs);
      });

      await bench().supporting(connection, 'snapshot.planDelete', async () => {
        const alone = await planDelete(two.id, { children: false }, patient());
        expect(alone.goes.join()).toContain('two');
        expect(alone.goes.join()).not.toContain('three');
        const all = (await planDelete(one.id, { children: true }, patient())).goes.join();
        expect(all).toMatch(how.apart ? /one/ : /one.*two.*three/);
      });
      await bench().supporting(connection, 'snapshot.delete', async () => {
        await remove(two.id, { children: false }, patient());
        const left = await untilListed(watching, vm, 'two to be gone', (all) => !namesOf(all).includes('two'));
        expect(left.map(({ id, parent }) => [id, parent])).toEqual([
          [one.id, undefined],
          [three.id, how.apart ? undefined : one.id],
        ]);
        await remove(one.id, { children: true }, patient());
        if (how.apart) await remove(three.id, { children: false }, patient());
        await untilListed(watching, vm, 'none to be left', (all) => all.length === 0);
      });
    },
    SLOW_MS,
  );

  if (how.memory) {
    it('keep the memory of a running VM when asked, which runs again after a revert', async () => {
      const vm = await bench().server.runningVm();
      const watching = await bench().watch();
      const { planRevert, revert, remove } = snapshotOps(watching.connection);
      const live = await take(watching, vm, { name: 'live', memory: true });
      try {
        expect(live.memory).toBe(true);
        expect((await planRevert(live.id, patient())).goes.join()).toMatch(/memory/);
        await watching.untilState(vm, 'running', facts.startTakesMs);
        await watching.connection.vm.stop(vm, 'force', patient());
        await watching.untilState(vm, 'stopped', facts.stopTakesMs);
        await revert(live.id, patient());
        await watching.untilState(vm, 'running', facts.startTakesMs);
      } finally {
        await remove(live.id, { children: false }, patient());
        await untilListed(watching, vm, 'none to be left', (all) => all.length === 0);
      }
    });
  }

  describe('are refused', () => {
    it('with a name that is taken', async () => {
      const vm = await bench().server.doomedVm();
      const watching = await bench().watch();
      await take(watching, vm, { name: 'twice' });
      const again = snapshotOps(watching.connection).create(vm, { ...NONE, name: 'twice' }, patient());
      expect(await refusal(again)).toMatchObject({ code: 'op.conflict', message: expect.stringContaining('twice') });
      expect(namesOf(await snapshotOps(watching.connection).list(vm, patient()))).toEqual(['twice']);
    });

    it.each(['planRevert', 'revert', 'planDelete', 'remove'] as const)(
      'when there is no such snapshot: %s',
      async (operation) => {
        const vm = await bench().server.stoppedVm();
        const connection = await bench().connect();
        const ops = snapshotOps(connection);
        const unknown: SnapshotId = snapshotId(vm, 'snapshot-999999');
        const answer =
          operation === 'planRevert' || operation === 'revert'
            ? ops[operation](unknown, patient())
            : ops[operation](unknown, { children: false }, patient());
        expect(await refusal(answer)).toMatchObject({ code: 'snapshot.not-found' });
      },
    );
  });
}
