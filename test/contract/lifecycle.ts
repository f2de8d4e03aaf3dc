import { expect, it } from 'vitest';
import type { OperationName } from '../../src/platforms/contract.ts';
import type { PlatformFacts } from '../../src/platforms/testkit.ts';
import type { Bench } from './bench.ts';
import { patient, present } from './bench.ts';
import { refusal } from './refusal.ts';

/** Power: accepted at once, the outcome comes by watch. */
export function lifecycle(bench: () => Bench, facts: PlatformFacts): void {
  const has = (...names: readonly OperationName[]) => names.every((name) => facts.operations.includes(name));

  it('F-045 F-212 F-346 starts a stopped VM', async () => {
    const { server } = bench();
    const id = await server.stoppedVm();
    const watching = await bench().watch();
    await watching.untilState(id, 'stopped');

    await bench().supporting(watching.connection, 'vm.start', async () => {
      const accepted = await watching.connection.vm.start(id, patient());
      expect(accepted.warnings).toEqual([]);
      await watching.untilState(id, 'running', facts.startTakesMs);
    });
    if (facts.pushesEvents) {
      await watching.until('the event of it', () => watching.events.find((event) => event.subject === id));
    }
  });

  it('F-051 F-347 F-453 cuts the power of a running VM', async () => {
    const { server } = bench();
    const id = await server.runningVm();
    const watching = await bench().watch();
    await watching.connection.vm.stop(id, 'force', patient());
    await watching.untilState(id, 'stopped', facts.stopTakesMs);
  });

  it('F-050 F-347 asks the guest to power off', async () => {
    const { server } = bench();
    const id = await server.runningVm();
    const watching = await bench().watch();
    await bench().supporting(watching.connection, 'vm.stop', async () => {
      await watching.connection.vm.stop(id, 'graceful', patient());
      if (facts.guestsAnswer) await watching.untilState(id, 'stopped', facts.stopTakesMs);
    });
  });

  if (has('vm.restart')) {
    it.each(['graceful', 'force'] as const)('F-049 F-352 restarts a running VM: %s', async (how) => {
      const { server } = bench();
      const id = await server.runningVm();
      const watching = await bench().watch();
      const restart = present(watching.connection.vm.restart);
      await bench().supporting(watching.connection, 'vm.restart', async () => {
        await restart(id, how, patient());
        if (how === 'graceful' && !facts.guestsAnswer) return;
        const told = watching.feeds.length;
        await watching.until('an update after it', () =>
          watching.feeds.slice(told).find(({ kind }) => kind !== 'samples'),
        );
        await watching.untilState(id, 'running', facts.stopTakesMs + facts.startTakesMs);
      });
    });
  }

  if (has('vm.pause', 'vm.resume')) {
    it('F-048 F-211 F-454 pauses a running VM and resumes it', async () => {
      const id = await bench().server.runningVm();
      const watching = await bench().watch();
      const { connection } = watching;
      const [pause, resume] = [present(connection.vm.pause), present(connection.vm.resume)];
      await bench().supporting(connection, 'vm.pause', async () => {
        await pause(id, patient());
        await watching.untilState(id, 'paused');
      });
      await bench().supporting(connection, 'vm.resume', async () => {
        await resume(id, patient());
        await watching.untilState(id, 'running');
      });
    });

    it('says that a stopped VM cannot be paused', async () => {
      const id = await bench().server.stoppedVm();
      const connection = await bench().connect();
      const error = await refusal(present(connection.vm.pause)(id, patient()));
      expect([error.code, error.retry]).toEqual(['op.conflict', false]);
    });
  }

  if (has('vm.suspend', 'vm.resume')) {
    it('saves a running VM to disk and wakes it up again', async () => {
      const { server } = bench();
      const id = await server.runningVm();
      const watching = await bench().watch();
      const { connection } = watching;
      const [suspend, resume] = [present(connection.vm.suspend), present(connection.vm.resume)];
      await bench().supporting(connection, 'vm.suspend', async () => {
        const { task } = await suspend(id, patient());
        await watching.untilState(id, 'suspended', facts.stopTakesMs);
        const ended = () => watching.tasks.find((told) => told.task === task && told.state === 'done');
        if (task !== undefined) await watching.until('the end of its task', ended);
      });
      await bench().supporting(connection, 'vm.resume', async () => {
        await resume(id, patient());
        await watching.untilState(id, 'running', facts.startTakesMs);
      });
    });
  }

  it('tells everybody who watches', async () => {
    const { server } = bench();
    const id = await server.stoppedVm();
    const watchers = [await bench().watch(), await bench().watch()];
    await watchers[0]?.connection.vm.start(id, patient());
    for (const watching of watchers) await watching.untilState(id, 'running', facts.startTakesMs);
  });

  it('does nothing when the signal was aborted before', async () => {
    const id = await bench().server.stoppedVm();
    const watching = await bench().watch();
    const reason = new Error('changed my mind');
    await expect(watching.connection.vm.start(id, AbortSignal.abort(reason))).rejects.toBe(reason);
    const info = await watching.connection.vm.info(id, patient());
    expect(info.state).toBe('stopped');
  });
}
