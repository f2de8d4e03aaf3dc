/** The script of a template, before `vm create --template` makes the VM. */
import { randomBytes } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Report } from '../../actions/action.ts';
import { runScript, type ScriptEnd, ScriptError } from '../../actions/templates/run-script.ts';
import { FleetError, sentence } from '../../errors.ts';
import { type EndpointName, endpointOf } from '../../ids.ts';
import type { Field, Node, Settings } from '../../platforms/contract.ts';
import { spellTemplate, type Template } from '../../state/templates/template.ts';
import { clean } from '../../terminal/width.ts';
import type { CommandContext } from '../command.ts';

/** Runs it for a VM of these settings; rejects where it did not end with 0, and the VM must not be made. */
export type BeforeMade = (settings: Settings, report: Report, signal: AbortSignal) => Promise<void>;

/** Undefined for a template without a script. Throws usage where it is not clear on which node that would run. */
export async function scriptOf(
  template: Template,
  endpoint: EndpointName,
  variablesFor: (vm: string) => Readonly<Record<string, string>>,
  fields: readonly Field[],
  { app, say }: CommandContext,
): Promise<BeforeMade | undefined> {
  if (!template.hasScript) return undefined;
  const node = nodeOf(template, endpoint, [...app.store.fleet.nodes.values()]);
  const entries = await app.templates().entries(template);
  return async (settings, report, signal) => {
    const vm = String(settings['name']);
    const input = { template, entries, vm, server: endpoint, settings, fields, variables: variablesFor(vm) };
    const file = join(app.templates().folder, '.logs', template.group, template.name, `${fileNameOf(vm)}.log`);
    try {
      const end = await runScript(node, input, app, report, (text) => say(clean(text)), signal);
      if (end) await keepLog(file, end);
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error;
      await keepLog(file, error.end);
      throw new FleetError(error.code, sentence(error), {
        fix: `${vm} was not made; what the script wrote is in ${file}`,
      });
    }
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

/** Names of VMs may have any characters. */
const fileNameOf = (vm: string): string => vm.replace(/[^A-Za-z0-9._-]/g, '_').replace(/^\./, '_');

async function keepLog(file: string, { output, log }: ScriptEnd): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  await writeFile(fresh, `${output}${log === '' ? '' : `--- log\n${log}`}`, { flag: 'wx', mode: 0o600 });
  await rename(fresh, file);
}
