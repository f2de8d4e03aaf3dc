/** Where VMs are made that a user has chosen a template for: on an endpoint, or on the node of a pool that its policy takes. */
import type { ObjectAction } from '../../../actions/action.ts';
import { vmMakers } from '../../../actions/vm.ts';
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

export const [create] = vmMakers.filter(({ id }) => id === 'vm.create') as [ObjectAction<'endpoint'>];

/** Endpoints that are connected, are for the template, and make VMs. */
const ableFor = (template: Template | undefined, { services }: Stage): readonly EndpointStatus[] =>
  [...services.store.fleet.endpoints.values()].filter(
    ({ name, platform }) =>
      (template === undefined || template.platform === ANY_PLATFORM || template.platform === platform) &&
      whyNotObject(create, { kind: 'endpoint', id: name }, services) === undefined,
  );

/** Throws op.refused where it can't be made there. */
export function placeOn(endpoint: EndpointName, template: Template | undefined, stage: Stage): VmPlace {
  const endpoints = ableFor(template, stage).filter(({ name }) => name === endpoint);
  if (endpoints.length > 0) return { pool: undefined, endpoints };
  const no = whyNotObject(create, { kind: 'endpoint', id: endpoint }, stage.services);
  throw new FleetError('op.refused', `${endpoint}: ${no ?? `the template is for ${template?.platform}`}`);
}

/** Throws op.refused where none of its endpoints can. */
export function placeIn(pool: string, template: Template | undefined, stage: Stage): VmPlace {
  const inside = new Set(endpointsIn(stage.services.config().pools, pool));
  const endpoints = ableFor(template, stage).filter(({ name }) => inside.has(name));
  if (endpoints.length > 0) return { pool, endpoints };
  throw new FleetError('op.refused', `pool ${clean(pool)} has no endpoint that is connected and can make it`);
}

/** Asks, where there is more than one place; undefined where the user gives up. Throws op.refused where there is none. */
export async function askedPlace(title: string, template: Template, stage: Stage): Promise<VmPlace | undefined> {
  const able = ableFor(template, stage);
  const { pools } = stage.services.config();
  const places = [
    ...[...pools.keys()].flatMap((pool) => {
      const inside = new Set(endpointsIn(pools, pool));
      const endpoints = able.filter(({ name }) => inside.has(name));
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
