import { FleetError } from '../../errors.ts';
import type { EndpointName } from '../../ids.ts';
import { nodesOf } from '../../state/fleet/pool-of.ts';
import type { Template } from '../../state/templates/template.ts';
import { DEFAULT_BRIDGE, usesBridge, type Variables } from '../../state/templates/variables.ts';
import { nodeInfoAction } from '../node.ts';
import { needed } from '../object-action.ts';
import { permitted } from '../permitted.ts';
import type { Services } from '../services.ts';

/**
 * Built-in variables that a node is asked for (F-105): its default bridge, where the template names it, or has a script that may. Of
 * several nodes (of the pool, where one is said) the first that is up is asked: bridges of one endpoint are mostly called alike, and a
 * node that has none of this name refuses the VM. What the platform does not tell, or the user may not see, is left out. Rejects when
 * the signal aborts.
 */
export async function foundVariables(
  template: Template,
  platform: string,
  { endpoint, pool }: { readonly endpoint: EndpointName; readonly pool: string | undefined },
  services: Services,
  signal: AbortSignal,
): Promise<Variables> {
  if (!usesBridge(template, platform)) return {};
  const node = nodesOf(services.store.fleet, endpoint, pool).find(({ state }) => state === 'up');
  if (!node) return {};
  try {
    const { connection } = permitted(nodeInfoAction, 'node', node.id, services);
    const { facts } = await needed(connection, 'node.info')(node.id, signal);
    return facts.defaultBridge === undefined ? {} : { [DEFAULT_BRIDGE]: facts.defaultBridge };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FleetError) return {};
    throw error;
  }
}
