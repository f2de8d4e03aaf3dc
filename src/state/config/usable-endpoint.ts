import { FleetError } from '../../errors.ts';
import type { EndpointName } from '../../ids.ts';
import type { Config, EndpointConfig } from './model.ts';
import { spellProblem } from './problem.ts';

/** The same, if it can be used. Throws config.invalid. */
export function usable(endpoint: EndpointConfig): EndpointConfig {
  const { trouble } = endpoint;
  if (!trouble) return endpoint;
  throw new FleetError('config.invalid', spellProblem(trouble), trouble.fix === undefined ? {} : { fix: trouble.fix });
}

/** Throws endpoint.not-found, config.invalid. */
export function usableEndpoint({ endpoints }: Config, name: EndpointName): EndpointConfig {
  const endpoint = endpoints.get(name);
  if (!endpoint) throw new FleetError('endpoint.not-found', `there is no endpoint ${name}`);
  return usable(endpoint);
}
