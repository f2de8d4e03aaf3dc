/** VMs of templates that have a script: it runs on the node before the VM is made. */
import { FleetError, sentence } from '../../errors.ts';
import { type EndpointName, endpointOf } from '../../ids.ts';
import type { Field, Node, ObjectKind, Settings } from '../../platforms/contract.ts';
import { keepScriptLog, scriptLogFile } from '../../state/templates/script-log.ts';
import { spellTemplate, type Template } from '../../state/templates/template.ts';
import type { ObjectAction } from '../action.ts';
import type { Services } from '../services.ts';
import { makeAfterScript, type ScriptEnd, ScriptError } from './run-script.ts';

export interface ScriptOf {
  readonly template: Template;
  readonly endpoint: EndpointName;
  /** What a VM can be made with there. */
  readonly fields: readonly Field[];
  variablesFor(vm: string): Readonly<Record<string, string>>;
}

/**
 * `create`, which runs the script of the template first where it has one. What is left on the node is told to `say`, with names as the node has them. Throws
 * op.unsupported where it is not clear on which node it would run.
 */
export async function withScript<K extends ObjectKind>(
  create: ObjectAction<K>,
  { template, endpoint, fields, variablesFor }: ScriptOf,
  services: Services,
  say: (sentence: string) => void,
): Promise<ObjectAction<K>> {
  if (!template.hasScript) return create;
  const node = nodeOf(template, endpoint, [...services.store.fleet.nodes.values()]);
  const library = services.templates();
  const [entries, customScripts] = [await library.entries(template), await library.customScripts()];
  return {
    ...create,
    async send(connection, object, args, signal, report) {
      const settings = args as Settings;
      const vm = String(settings['name']);
      const variables = variablesFor(vm);
      const input = { template, entries, customScripts, vm, server: endpoint, settings, fields, variables };
      const file = scriptLogFile(library.folder, template, vm);
      const keep = ({ output, log }: ScriptEnd) =>
        keepScriptLog(file, `${output}${log === '' ? '' : `--- log\n${log}`}`);
      const make = () => create.send(connection, object, args, signal, report);
      const listener = { report, ended: keep, left: say };
      try {
        return await makeAfterScript(node, input, make, services, listener, signal);
      } catch (error) {
        if (!(error instanceof ScriptError)) throw error;
        await keep(error.end);
        const fix = `${vm} was not made; what the script wrote is in ${file}`;
        throw new FleetError(error.code, sentence(error), { fix });
      }
    },
  };
}

function nodeOf(template: Template, endpoint: EndpointName, all: readonly Node[]): Node {
  const nodes = all.filter(({ id }) => endpointOf(id) === endpoint);
  const [node] = nodes;
  if (node && nodes.length === 1) return node;
  throw new FleetError(
    'op.unsupported',
    `${spellTemplate(template)} has a script, which runs on the node of the VM, and ${endpoint} has ${nodes.length} nodes`,
    { fix: 'take a template without a script there: cloud-init does the same inside the VM' },
  );
}
