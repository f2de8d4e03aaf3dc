import { type EndpointName, endpointOf } from '../../ids.ts';
import type { VmState } from '../../platforms/contract.ts';
import { type MadeOfTemplate, vmsOfTemplates } from '../../state/templates/made-of.ts';
import type { Template } from '../../state/templates/template.ts';
import type { CommandContext } from '../command.ts';
import { connect, sayFailures } from '../connect.ts';

export interface MadeOf extends MadeOfTemplate {
  readonly name: string;
  readonly endpoint: EndpointName;
  readonly state: VmState;
}

export interface AllMade {
  readonly vms: readonly MadeOf[];
  /** Endpoints that did not answer: what of theirs was made of a template is not known. */
  readonly unasked: readonly EndpointName[];
}

/** Asks these endpoints, or every one that is enabled; those that do not answer are reported on stderr. */
export async function vmsMade(
  templates: readonly Template[],
  context: CommandContext,
  chosen?: readonly EndpointName[],
): Promise<AllMade> {
  const { app } = context;
  const names = chosen ?? [...app.config().endpoints.values()].filter(({ enabled }) => enabled).map(({ name }) => name);
  const connected = await connect(context, names);
  sayFailures(context, connected);
  const { fleet } = app.store;
  const vms = vmsOfTemplates(fleet, templates).flatMap((made): readonly MadeOf[] => {
    const vm = fleet.vms.get(made.id);
    return vm ? [{ ...made, name: vm.name, endpoint: endpointOf(vm.id), state: vm.state }] : [];
  });
  return { vms, unasked: [...connected.failed.keys()] };
}
