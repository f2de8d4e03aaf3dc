import type { VmId } from '../../ids.ts';
import type { Feed, Vm } from '../../platforms/contract.ts';

/** The feed of an endpoint of which not all VMs are shown: those that are not are not there. */
export interface FeedLimit {
  limited(feed: Feed): Feed;
  /** Those that are left out. They are the endpoint's load all the same. */
  readonly hidden: ReadonlyMap<VmId, Vm>;
}

export function createFeedLimit(shows: (vm: Vm) => boolean): FeedLimit {
  const hidden = new Map<VmId, Vm>();
  const isShown = (vm: Vm): boolean => {
    if (shows(vm)) hidden.delete(vm.id);
    else hidden.set(vm.id, vm);
    return !hidden.has(vm.id);
  };
  return {
    hidden,
    limited(feed) {
      switch (feed.kind) {
        case 'inventory':
          hidden.clear();
          return { ...feed, inventory: { ...feed.inventory, vms: feed.inventory.vms.filter(isShown) } };
        case 'changes':
          return {
            ...feed,
            changes: feed.changes.map((change) => {
              if (change.kind === 'vm-remove') hidden.delete(change.id);
              // One that is no longer shown was shown before.
              return change.kind === 'vm-upsert' && !isShown(change.vm)
                ? { kind: 'vm-remove', id: change.vm.id }
                : change;
            }),
          };
        default:
          return feed;
      }
    },
  };
}
