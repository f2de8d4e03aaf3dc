/** What a pool has in the columns of VMs, where it has something beside its CPUs and memory: what its VMs come to, and what runs them. */
import type { PoolId } from '../../ids.ts';
import type { VmRates } from '../../state/fleet/samples.ts';
import type { VmColumn } from '../../state/query/vm-columns.ts';
import type { Sums } from './sums.ts';

interface PoolParts {
  readonly id: PoolId;
  readonly sums: Pick<Sums, 'ratesBelow' | 'storageBelow' | 'versionsBelow'>;
}

const rates =
  (of: (rates: VmRates) => number) =>
  ({ id, sums }: PoolParts): number =>
    of(sums.ratesBelow(id));

const FIGURES: Readonly<Record<string, (parts: PoolParts) => number>> = {
  disk: rates(({ diskRead, diskWrite }) => diskRead + diskWrite),
  read: rates(({ diskRead }) => diskRead),
  write: rates(({ diskWrite }) => diskWrite),
  net: rates(({ netRx, netTx }) => netRx + netTx),
  rx: rates(({ netRx }) => netRx),
  tx: rates(({ netTx }) => netTx),
  storage: ({ id, sums }) => sums.storageBelow(id),
};

/** As people read it: `-` for what is not known, nothing for what pools have not. */
export function poolText({ id, spell = String }: VmColumn, parts: PoolParts): string {
  const value = FIGURES[id]?.(parts);
  return value === undefined ? '' : spell(value);
}

/** The one version that runs all VMs of a pool, or how many there are. */
export function poolVersion({ id, sums }: PoolParts): string {
  const [first = '', ...others] = sums.versionsBelow(id).keys();
  return others.length === 0 ? first : `${others.length + 1} versions`;
}
