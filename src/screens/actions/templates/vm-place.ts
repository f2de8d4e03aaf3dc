/** Where VMs are made that a user has chosen a template for: on an endpoint, or on the node of a pool that its policy takes. */
import { createVm } from '../../../actions/vm.ts';
import { FleetError } from '../../../errors.ts';
import type { EndpointName } from '../../../ids.ts';
import { endpointsIn } from '../../../state/config/definitions-of-nodes.ts';
import type { EndpointStatus } from '../../../state/fleet/fleet.ts';
import { ANY_PLATFORM, type Template } from '../../../state/templates/template.ts';
import { clean } from '../../../terminal/width.ts';
import type { Stage } from '../../stage.ts';
import { whyNotObject } from '../why-not-now.ts';

export interface VmPlace {
  /** Its name; undefined for an endpoint. */
  readonly pool: string | undefined;
  /** Where it can be made: of a pool one or more. */
  readonly endpoints: readonly EndpointStatus[];
}

/** Endpoints that are connected, are for the template, and make VMs. */
const ableFor = (template: Template | undefined, { services }: Stage): readonly EndpointStatus[] =>
  [...services.store.fleet.endpoints.values()].filter(
    ({ name, platform }) =>
      (template === undefined || template.platform === ANY_PLATFORM || template.platform === platform) &&
      whyNotObject(createVm, { kind: 'endpoint', id: name }, services) === undefined,
  );

/** Those of them that have nodes in the pool. */
function inPool(able: readonly EndpointStatus[], pool: string, { services }: Stage): readonly EndpointStatus[] {
  const inside = new Set(endpointsIn(services.config().pools, pool));
  return able.filter(({ name }) => inside.has(name));
}

/** Throws op.refused where it can't be made there. */
export function placeOn(endpoint: EndpointName, template: Template | undefined, stage: Stage): VmPlace {
  const endpoints = ableFor(template, stage).filter(({ name }) => name === endpoint);
  if (endpoints.length > 0) return { pool: undefined, endpoints };
  const no = whyNotObject(createVm, { kind: 'endpoint', id: endpoint }, stage.services);
  throw new FleetError('op.refused', `${endpoint}: ${no ?? `the template is for ${template?.platform}`}`);
}

/** Throws op.refused where none of its endpoints can. */
export function placeIn(pool: string, template: Template | undefined, stage: Stage): VmPlace {
  const endpoints = inPool(ableFor(template, stage), pool, stage);
  if (endpoints.length > 0) return { pool, endpoints };
  throw new FleetError('op.refused', `pool ${clean(pool)} has no endpoint that is connected and can make it`);
}

/** Asks, where there is more than one place; undefined where the user gives up. Throws op.refused where there is none. */
export async function askedPlace(title: string, template: Template, stage: Stage): Promise<VmPlace | undefined> {
  const able = ableFor(template, stage);
  const places = [
    ...[...stage.services.config().pools.keys()].flatMap((pool) => {
      const endpoints = inPool(able, pool, stage);
      return endpoints.length === 0
        ? []
        : [{ label: `pool ${clean(pool)}  on the node that its policy takes`, value: { pool, endpoints } }];
    }),
    ...able.map((one) => ({
      label: `${one.name}  ${one.address}`,
      value: { pool: undefined, endpoints: [one] },
    })),
  ];
  if (places.length === 0)
    throw new FleetError(
      'op.refused',
      `${title}: no endpoint that is connected is for ${template.platform} and makes VMs`,
    );
  if (places.length === 1) return places[0]?.value;
  return stage.dialogs.pick<VmPlace>({ title, lines: ['Where?'], choices: () => places });
}
