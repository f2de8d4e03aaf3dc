import { expect, it } from 'vitest';
import type { Connection } from '../../src/platforms/contract.ts';
import { audited } from '../../src/platforms/wrap/audited.ts';
import { withDeadline } from '../../src/platforms/wrap/deadline.ts';
import { dryRun } from '../../src/platforms/wrap/dry-run.ts';

import { findOperation, operationNames } from '../../src/platforms/wrap/operations.ts';
import { readOnly } from '../../src/platforms/wrap/read-only.ts';
import { withRetry } from '../../src/platforms/wrap/retry.ts';
import { throttle } from '../../src/platforms/wrap/throttle.ts';
import type { Bench } from './bench.ts';
import { patient } from './bench.ts';
import { refusal } from './refusal.ts';

/** A platform's connection behind every wrapper there is. */
export function wrappers(bench: () => Bench): void {
  const stacks: readonly (readonly [string, (connection: Connection) => Connection])[] = [
    ['retry', (connection) => withRetry(connection, bench().server.clock)],
    ['deadline', (connection) => withDeadline(connection, bench().server.clock)],
    ['throttle', (connection) => throttle(connection, 4)],
    ['audit', (connection) => audited(connection, async () => () => {})],
    ['dry run', (connection) => dryRun(connection, () => {})],
    ['read-only', (connection) => readOnly(connection, () => 'read-only mode is on')],
  ];

  it.each(stacks)('has the same operations behind %s', async (_name, wrap) => {
    const connection = await bench().connect();
    const wrapped = wrap(connection);
    for (const name of operationNames) {
      expect(findOperation(wrapped, name) === undefined, name).toBe(findOperation(connection, name) === undefined);
    }
    expect(wrapped.whyNot).toEqual(connection.whyNot);
    const { info } = wrapped.vm;
    expect((await info(await bench().server.runningVm(), patient())).state).toBe('running');
  });

  it('starts nothing in a dry run, and is told what would have been', async () => {
    const id = await bench().server.stoppedVm();
    const connection = await bench().connect();
    const told: unknown[] = [];
    await dryRun(connection, (name, args) => void told.push([name, ...args])).vm.start(id, patient());
    expect(told).toEqual([['vm.start', id]]);
    expect((await connection.vm.info(id, patient())).state).toBe('stopped');
  });

  it('starts nothing in read-only mode, and says why', async () => {
    const id = await bench().server.stoppedVm();
    const connection = await bench().connect();
    const error = await refusal(readOnly(connection, () => 'read-only mode is on').vm.start(id, patient()));
    expect(error).toMatchObject({ code: 'op.refused', message: 'read-only mode is on' });
    expect((await connection.vm.info(id, patient())).state).toBe('stopped');
  });

  it('starts a VM through all that stands around a real session', async () => {
    const { facts, server } = bench();
    const id = await server.stoppedVm();
    const watching = await bench().watch();
    const real = stacks.slice(0, 4).reduce((connection, [, wrap]) => wrap(connection), watching.connection);
    await real.vm.start(id, patient());
    await watching.untilState(id, 'running', facts.startTakesMs);
  });
}
