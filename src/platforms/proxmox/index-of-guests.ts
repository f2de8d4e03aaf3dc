/** Where each guest is: needed for every path of the API, learned from the list that the watch reads anyway. */
import { FleetError } from '../../errors.ts';
import type { Api } from './api.ts';
import { type ClusterNode, type Guest, type Resources, readResources } from './guests.ts';

export interface GuestIndex {
  learn(resources: Resources): void;
  /** Asks the cluster when it is not known. Rejects with vm.not-found. */
  guest(key: string, signal: AbortSignal): Promise<Guest>;
  /** Asks the cluster in any case: a guest may have moved. */
  refreshed(key: string, signal: AbortSignal): Promise<Guest>;
  /** Rejects with node.not-found. */
  node(name: string, signal: AbortSignal): Promise<ClusterNode>;
}

const GUEST_KEY = /^(?:qemu|lxc)\/\d{1,9}$/;

export function createGuestIndex(api: Api, clusterName: string): GuestIndex {
  let known: Resources | undefined;

  async function read(signal: AbortSignal): Promise<Resources> {
    known = readResources(await api.get('/cluster/resources', { signal, subject: clusterName }));
    return known;
  }
  const missing = (key: string) => new FleetError('vm.not-found', `${key} is not in ${clusterName}`);

  async function refreshed(key: string, signal: AbortSignal): Promise<Guest> {
    signal.throwIfAborted();
    if (!GUEST_KEY.test(key)) throw missing(key);
    const guest = (await read(signal)).guests.get(key);
    if (!guest) throw missing(key);
    return guest;
  }
  return {
    learn(resources) {
      known = resources;
    },
    refreshed,
    async guest(key, signal) {
      signal.throwIfAborted();
      return known?.guests.get(key) ?? refreshed(key, signal);
    },
    async node(name, signal) {
      signal.throwIfAborted();
      const node = known?.nodes.get(name) ?? (await read(signal)).nodes.get(name);
      if (!node) throw new FleetError('node.not-found', `there is no node ${name} in ${clusterName}`);
      return node;
    },
  };
}
