/** What a pool has in the columns of VMs, where it has something beside its CPUs and memory: what its VMs come to, and what runs them. */
import type { PoolId } from '../../ids.ts';
import { rateColumns } from '../../state/query/rate-columns.ts';
import type { VmColumn } from '../../state/query/vm-columns.ts';
import type { Sums } from './sums.ts';

interface PoolParts {
  readonly id: PoolId;
  readonly sums: Pick<Sums, 'ratesBelow' | 'storageBelow' | 'versionsBelow'>;
}

const VALUES: Readonly<Record<string, (parts: PoolParts) => number>> = {
  ...Object.fromEntries(
    Object.entries(rateColumns).map(([column, of]) => [column, ({ id, sums }: PoolParts) => of(sums.ratesBelow(id))]),
  ),
  storage: ({ id, sums }) => sums.storageBelow(id),
};

/** As people read it: `-` for what is not known, nothing for what pools have not. */
export function poolText({ id, spell = String }: VmColumn, parts: PoolParts): string {
  const value = VALUES[id]?.(parts);
  return value === undefined ? '' : spell(value);
}

/** The one version that runs all VMs of a pool, or how many there are. */
export function poolVersion({ id, sums }: PoolParts): string {
  const [first = '', ...others] = sums.versionsBelow(id).keys();
  return others.length === 0 ? first : `${others.length + 1} versions`;
}
