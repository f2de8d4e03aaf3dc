import type { Services } from '../../actions/services.ts';
import type { VmId } from '../../ids.ts';

/** Whether a VM that is not there any more is on its way to another endpoint, by a task of this program. */
export const isBeingMoved = (id: VmId, { store, tasks }: Pick<Services, 'store' | 'tasks'>): boolean =>
  !store.fleet.vms.has(id) &&
  tasks
    .list()
    .some(
      ({ action, state, items }) =>
        action === 'vm.migrate' &&
        state === 'running' &&
        items.some((item) => item.id === id && item.state === 'running'),
    );
