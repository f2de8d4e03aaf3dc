import type { Shown } from '../../actions/target.ts';
import { type EndpointName, endpointOf, type VmId } from '../../ids.ts';
import type { Vm } from '../../platforms/contract.ts';
import type { Fleet } from '../../state/fleet/fleet.ts';
import type { Sessions } from '../../state/session/sessions.ts';

/** The marked VMs, each as it was when it was marked: an id may stand for another machine by the time a key is pressed. */
export interface Marks {
  readonly vms: ReadonlyMap<VmId, Vm>;
  /** Grows with every change. */
  readonly version: number;
  add(ids: Iterable<VmId>): void;
  delete(ids: Iterable<VmId>): void;
  invert(ids: Iterable<VmId>): void;
  clear(): void;
  /** Takes over identities that platforms have read since VMs were marked. Called after landings; costs by the VMs without one. */
  learn(): void;
  /** What was marked, for a comparison with what is there now. */
  shown(id: VmId): Shown | undefined;
}

/** `sessionOf` as Sessions.current: another object once the configuration of an endpoint has changed. */
export function createMarks(fleet: Fleet, sessionOf: Sessions['current']): Marks {
  const vms = new Map<VmId, Vm>();
  const sessions = new Map<EndpointName, object | undefined>();
  /** Marked before the platform had read who they are. */
  const unread = new Set<VmId>();
  let learnedAt = -1;
  let version = 0;

  const add = (id: VmId) => {
    const vm = fleet.vms.get(id);
    if (!vm) return;
    const endpoint = endpointOf(id);
    const session = sessionOf(endpoint);
    if (sessions.get(endpoint) !== session) {
      // What was marked of this endpoint was marked under another address.
      if (sessions.has(endpoint))
        for (const marked of [...vms.keys()]) if (endpointOf(marked) === endpoint) vms.delete(marked);
      sessions.set(endpoint, session);
    }
    vms.set(id, vm);
    if (vm.identity === undefined) unread.add(id);
    else unread.delete(id);
  };

  return {
    vms,
    get version() {
      return version;
    },
    add(ids) {
      version++;
      for (const id of ids) add(id);
    },
    delete(ids) {
      version++;
      for (const id of ids) vms.delete(id);
    },
    invert(ids) {
      version++;
      for (const id of ids) if (!vms.delete(id)) add(id);
    },
    clear() {
      version++;
      vms.clear();
    },
    learn() {
      if (learnedAt === fleet.version) return;
      learnedAt = fleet.version;
      for (const id of [...vms.keys()]) {
        const to = fleet.vms.has(id) ? undefined : fleet.movedTo(id);
        if (to === undefined || !fleet.vms.has(to)) continue;
        vms.delete(id);
        unread.delete(id);
        add(to);
        version++;
      }
      for (const id of unread) {
        const marked = vms.get(id);
        const now = fleet.vms.get(id);
        // What has another uuid or name by now is not what was marked, and the mark stays as it is.
        if (marked && (!now || (now.uuid === marked.uuid && now.name === marked.name))) {
          if (now?.identity === undefined) continue;
          vms.set(id, { ...marked, identity: now.identity });
        }
        unread.delete(id);
      }
    },
    shown(id) {
      const vm = vms.get(id);
      if (!vm) return undefined;
      const { name, uuid, identity } = vm;
      return { kind: 'vm', id, name, uuid, identity, session: sessions.get(endpointOf(id)) };
    },
  };
}
