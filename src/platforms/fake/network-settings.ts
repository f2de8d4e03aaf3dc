/** What is saved of the networks of the simulated fleet: some of it shows in them only once they are started again. */
import { FleetError } from '../../errors.ts';
import type { NetworkId } from '../../ids.ts';
import type { Network, NetworkNow, NetworkSettings } from '../contract.ts';

const AT_RESTART: readonly (keyof NetworkSettings)[] = ['mode', 'domain', 'forwarders', 'mtu'];
const OWN_MODES: readonly string[] = ['nat', 'routed', 'isolated', 'open'];
const LEAST_MTU = 68;

export interface SavedNetworks {
  of(network: Network): Partial<NetworkSettings>;
  /** Those of `of` that wait for its next start, where it is active. */
  atRestart(network: Network): NetworkNow['atRestart'];
  /** Throws op.refused for what it can't be. */
  change(network: Network, changes: Partial<NetworkSettings>): void;
  /** Of one that is gone. */
  forget(id: NetworkId): void;
  /** The network as it is when what is saved counts: all of it, or what needs no restart. */
  applied(network: Network, all: boolean): Network;
}

export function createSavedNetworks(): SavedNetworks {
  const changed = new Map<NetworkId, Partial<NetworkSettings>>();

  const of = (network: Network): Partial<NetworkSettings> => {
    const { id, mode = 'bridge', plan = '' } = network;
    const always = { autostart: true, plan };
    const usual = OWN_MODES.includes(mode)
      ? {
          ...always,
          mode,
          dhcp: network.dhcp === true,
          range: '',
          domain: network.domain ?? '',
          forwarders: [],
          mtu: network.mtu ?? null,
        }
      : always;
    return { ...usual, ...changed.get(id) };
  };

  return {
    of,
    atRestart: ({ active, mode = 'bridge' }) => (active && OWN_MODES.includes(mode) ? AT_RESTART : []),
    change(network, changes) {
      const now = of(network);
      const others = Object.keys(changes).filter((key) => !Object.hasOwn(now, key));
      if (others.length > 0)
        throw new FleetError('op.refused', `${network.name}: this network has none of its own: ${others.join(', ')}`);
      if (typeof changes.mtu === 'number' && changes.mtu < LEAST_MTU)
        throw new FleetError('op.refused', `${network.name}: the MTU ${changes.mtu} is not ${LEAST_MTU} or more`);
      if (changes.mode !== undefined && !OWN_MODES.includes(changes.mode))
        throw new FleetError(
          'op.refused',
          `${network.name}: a network with addresses can't be of mode ${changes.mode}`,
        );
      changed.set(network.id, { ...changed.get(network.id), ...changes });
    },
    forget: (id) => void changed.delete(id),
    applied(network, all) {
      const { dhcp = network.dhcp, plan = '', mode = network.mode, domain, mtu } = of(network);
      const { plan: _plan, ...rest } = network;
      const now = { ...rest, dhcp, ...(plan !== '' && { plan }) };
      if (!all) return now;
      const type = mode === network.mode ? network.type : (mode ?? network.type);
      return { ...now, mode, type, domain: domain || undefined, mtu: mtu ?? undefined };
    },
  };
}
