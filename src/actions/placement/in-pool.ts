import type { EndpointName } from '../../ids.ts';
import type { Field, Settings } from '../../platforms/contract.ts';
import type { ObjectAction } from '../action.ts';
import type { Services } from '../services.ts';
import { fittingNodes } from './pool-placement.ts';

/**
 * `create`, which makes nothing outside of the pool, and nothing that its node has no memory for by now: a form may say another node or
 * more memory than that which the node was chosen for.
 */
export const keptInPool = (
  create: ObjectAction<'endpoint'>,
  pool: string,
  { endpoint, fields }: { readonly endpoint: EndpointName; readonly fields: readonly Field[] },
  services: Services,
): ObjectAction<'endpoint'> => ({
  ...create,
  async send(connection, object, args, signal, report) {
    fittingNodes({ endpoint, fields, all: [args as Settings] }, pool, services);
    return create.send(connection, object, args, signal, report);
  },
});
