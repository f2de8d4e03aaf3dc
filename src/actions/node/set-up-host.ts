/** A host that is made ready to run VMs: what the policy allows, written down before it is sent. */
import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import type { EndpointName, Id } from '../../ids.ts';
import type { Ask, Context, Endpoint, HostSetup, OperationTable, Platform } from '../../platforms/contract.ts';
import type { EndpointConfig } from '../../state/config/model.ts';
import type { Audit } from '../../state/files/audit.ts';
import { type Policy, whyForbidden } from '../policy.ts';

/** What it is made of, from compose.ts. */
interface HostSetupParts {
  /** Throws endpoint.not-found, config.invalid. */
  readonly configured: (name: EndpointName) => EndpointConfig;
  readonly load: (platform: string) => Promise<Platform>;
  readonly resolve: (config: EndpointConfig, signal: AbortSignal) => Promise<Endpoint>;
  readonly policyFor: (id: Id) => Policy;
  readonly operations: OperationTable;
  readonly audit: Pick<Audit, 'begin'>;
  readonly clock: Clock;
  readonly wire: Context['wire'];
}

export interface PermittedSetup extends HostSetup {
  /** Why nothing may be changed there, as a sentence; `run` is refused then. */
  readonly whyNot: string | undefined;
}

/** Logs in. A command there is what `node run` is: any that the login may run. Rejects with op.unsupported, as connect does. */
export const hostSetups =
  ({ configured, load, resolve, policyFor, operations, audit, clock, wire }: HostSetupParts) =>
  async (name: EndpointName, ask: Ask, signal: AbortSignal): Promise<PermittedSetup> => {
    const config = configured(name);
    const { setUp } = await load(config.platform);
    if (!setUp)
      throw new FleetError('op.unsupported', `${name} is of ${config.platform}: drover sets up hosts of libvirt alone`);
    const ownReadOnly = config.readOnly ? `${name} is read-only` : undefined;
    const whyNot = ownReadOnly ?? whyForbidden(policyFor(name), 'node.run', operations['node.run']);
    const setup = await setUp(await resolve(config, signal), { signal, clock, wire, ask });
    return {
      ...setup,
      whyNot,
      async run(command, how, until) {
        if (whyNot !== undefined) throw new FleetError('op.refused', whyNot);
        const end = await audit.begin({ action: 'node.setup', endpoint: name, object: name, arguments: [command] });
        try {
          const code = await setup.run(command, how, until);
          await end(code === 0 ? undefined : new FleetError('op.failed', `exit code ${code}`));
          return code;
        } catch (error) {
          await end(error);
          throw error;
        }
      },
    };
  };
