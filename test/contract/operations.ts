import { expect, it } from 'vitest';
import { type OperationName, partsOf, whyAbsent } from '../../src/platforms/contract.ts';
import type { PlatformFacts } from '../../src/platforms/testkit.ts';
import { findOperation, operationNames } from '../../src/platforms/wrap/operations.ts';
import type { Bench } from './bench.ts';

/**
 * No user asks for these: where ids are never used again there is nothing to read, and where a change is looked at only when it is
 * made there is nothing to say before. Nothing is to be explained then.
 */
const INTERNAL: readonly OperationName[] = ['vm.identity', 'vm.planConfigure'];

/** What a connection can do, and what it says of the rest. */
export function operations(bench: () => Bench, facts: PlatformFacts): void {
  it('are exactly those that the testkit lists', async () => {
    const connection = await bench().connect();
    expect(operationNames.filter((name) => findOperation(connection, name))).toEqual(
      operationNames.filter((name) => facts.operations.includes(name)),
    );
  });

  const known = [...facts.operations, ...(facts.elsewhere ?? [])];
  const absent = operationNames.filter((name) => !known.includes(name) && !INTERNAL.includes(name));
  if (absent.length > 0) {
    it.each(absent)('F-235 without %s: the connection says why', async (name) => {
      expect(whyAbsent(await bench().connect(), name)).toMatch(/\w+ \w+/);
    });
  }

  it('have no reason against them where they are there', async () => {
    const { whyNot } = await bench().connect();
    expect(facts.operations.filter((name) => (whyNot[name] ?? whyNot[partsOf(name)[0]]) !== undefined)).toEqual([]);
  });
}
