/** From what is known of an instance to its row. */
import { type EndpointName, nodeId, poolId, vmId } from '../../ids.ts';
import { bytes } from '../../units.ts';
import type { Trouble, Vm } from '../contract.ts';
import { knownOf } from '../lib/known.ts';
import type { Catalog } from './catalog.ts';
import { bootTimeOf, type Machine } from './machine.ts';
import { isOwnTag } from './tags.ts';

export interface Place {
  readonly endpoint: EndpointName;
  readonly region: string;
}

export const regionPool = ({ endpoint, region }: Place) => poolId(endpoint, region);
export const zoneNode = ({ endpoint }: Place, zone: string) => nodeId(endpoint, zone);

export function rowOf(place: Place, machine: Machine, catalog: Catalog, trouble: Trouble | undefined): Vm {
  const { id, name, state, rawState, zone, tags } = machine;
  const type = catalog.type(machine.type);
  return {
    id: vmId(place.endpoint, id),
    name,
    uuid: id,
    // An instance belongs to its zone also while it is stopped: its volumes are there.
    node: zone === '' ? undefined : zoneNode(place, zone),
    pool: regionPool(place),
    state,
    rawState,
    cpus: machine.cpus ?? type?.cpus ?? 0,
    memory: type?.memory ?? bytes(0),
    ips: machine.ips,
    autostart: undefined,
    plan: tags.get('plan'),
    profile: tags.get('profile'),
    image: imageOf(machine, catalog),
    tags: [...tags].flatMap(([key, value]) => (isOwnTag(key, tags) ? [] : value === '' ? key : `${key}=${value}`)),
    disabled: refusals(machine),
    ...knownOf({
      os: machine.system,
      flavor: machine.type,
      owner: tags.get('owner'),
      nicCount: machine.nicCount,
      bootedAt: bootTimeOf(machine),
      trouble,
    }),
  };
}

/** The name that kcli gave, or else the image's own; its id where this login may not see that. */
export const imageOf = ({ tags, image }: Machine, catalog: Catalog): string | undefined =>
  tags.get('image') ?? (image === undefined ? undefined : (catalog.imageName(image) ?? image));

export const NO_HIBERNATION = 'it was not launched with hibernation enabled, and that can not be changed later';
export const NO_STOP = 'its root disk is an instance store, which is lost when it stops: it can only be terminated';

function refusals({ hibernates, instanceStore }: Machine): NonNullable<Vm['disabled']> {
  return {
    ...(hibernates ? {} : { 'vm.suspend': NO_HIBERNATION }),
    ...(instanceStore ? { 'vm.stop': NO_STOP } : {}),
  };
}

/** Rows are compared by what they show: the same values in a new object are no change. */
export const sameRow = (a: Vm, b: Vm): boolean => JSON.stringify(a) === JSON.stringify(b);
