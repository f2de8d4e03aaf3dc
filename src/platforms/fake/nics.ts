import type { Nic } from '../contract.ts';
import { hash, pick } from './random.ts';

/** The network cards of the fleet: computed from the row, until the first change of them. */
export interface Nics {
  of(row: number): readonly Nic[];
  change(row: number, nics: readonly Nic[]): void;
}

export function createNics(seed: number): Nics {
  const changed = new Map<number, readonly Nic[]>();

  function computed(row: number): readonly Nic[] {
    const bits = hash(seed, row, 121);
    return [{ device: 'eth0', mac: macOf(bits), net: pick(['lan', 'dmz', 'storage'], bits >>> 6), type: 'virtio' }];
  }

  return {
    of: (row) => changed.get(row) ?? computed(row),
    change: (row, nics) => void changed.set(row, nics),
  };
}

/** An address of QEMU's range. */
export const macOf = (bits: number): string =>
  `52:54:00:${[bits >>> 16, bits >>> 8, bits].map((byte) => (byte & 255).toString(16).padStart(2, '0')).join(':')}`;
