import type { VmRates } from '../fleet/samples.ts';

/** Columns of what goes to and from disks and networks, of VMs together: bytes a second, NaN where that is not known. */
export const rateColumns: Readonly<Record<string, (rates: VmRates) => number>> = {
  disk: ({ diskRead, diskWrite }) => diskRead + diskWrite,
  read: ({ diskRead }) => diskRead,
  write: ({ diskWrite }) => diskWrite,
  net: ({ netRx, netTx }) => netRx + netTx,
  rx: ({ netRx }) => netRx,
  tx: ({ netTx }) => netTx,
};
