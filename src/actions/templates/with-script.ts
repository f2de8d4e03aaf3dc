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
 * `create`, which runs the script of the template first where it has one. What is left on the node stands in its error, or in the
 * warnings of what it has made; `say` gets it where it is not known what became of the VM. Names are as the node has them. Throws
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
      const notes: string[] = [];
      const make = () => create.send(connection, object, args, signal, report);
      const ended = async (end: ScriptEnd) => {
        const why = await keep(file, end);
        if (why !== undefined) notes.push(why);
      };
      const listener = { report, ended, left: (left: string) => void notes.push(left) };
      try {
        const accepted = await makeAfterScript(node, input, make, services, listener, signal);
        return {
          ...accepted,
          warnings: [...accepted.warnings, ...notes.map((detail) => ({ feature: SCRIPT, detail }))],
        };
      } catch (error) {
        if (!(error instanceof ScriptError)) throw withNotes(error, notes, say);
        const why = await keep(file, error.end);
        const fix = `${vm} was not made; ${why ?? `what the script wrote is in ${file}`}`;
        throw new FleetError(error.code, [sentence(error), ...notes].join('; '), { fix });
      }
    },
  };
}

const SCRIPT = 'script';

/** Why the log can't be kept, which stops nothing. */
async function keep(file: string, { output, log }: ScriptEnd): Promise<string | undefined> {
  try {
    await keepScriptLog(file, `${output}${log === '' ? '' : `--- log\n${log}`}`);
    return undefined;
  } catch (error) {
    return `what the script wrote can't be kept in ${file}: ${sentence(error)}`;
  }
}

/** What became of a VM is looked up after these, and their sentence is not shown. */
const LOOKED_UP: ReadonlySet<string> = new Set(['outcome.unknown', 'host.unreachable']);

function withNotes(error: unknown, notes: readonly string[], say: (sentence: string) => void): unknown {
  if (error instanceof FleetError && !LOOKED_UP.has(error.code)) {
    const { code, message, fix, retry } = error;
    return notes.length === 0
      ? error
      : new FleetError(code, [message, ...notes].join('; '), {
          retry,
          cause: error,
          ...(fix !== undefined && { fix }),
        });
  }
  for (const note of notes) say(note);
  return error;
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
