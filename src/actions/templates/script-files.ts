import type { Field, Settings } from '../../platforms/contract.ts';
import { shellWord } from '../../shell-word.ts';
import type { Entry } from '../../state/templates/archive/entries.ts';
import { writeTar } from '../../state/templates/archive/write-tar.ts';
import { PART_FILES } from '../../state/templates/library.ts';
import { spellTemplate, type Template } from '../../state/templates/template.ts';

/** What a script gets; its folder on the node has these files, and the template's own below `store`. */
export interface ScriptInput {
  readonly template: Template;
  readonly entries: readonly Entry[];
  readonly vm: string;
  /** Name of the endpoint. */
  readonly server: string;
  readonly settings: Settings;
  readonly fields: readonly Field[];
  readonly variables: Readonly<Record<string, string>>;
}

export const FILES = 'files';
const VM_CONFIG = 'vm.conf';
const ARGS = 'args';
const VARIABLES = 'image.conf';
export const LOG = 'log';

/** A tar of all that the script reads. */
export function scriptFiles(input: ScriptInput): Buffer {
  const { template, entries, vm, server, variables } = input;
  const folder = spellTemplate(template);
  const text = (path: string, content: string): Entry => ({ path, bytes: Buffer.from(content), executable: false });
  return writeTar(
    FILES,
    [
      text(VM_CONFIG, vmConfig(input)),
      text(ARGS, assignments({ VM_NAME: vm, SERVER_NAME: server, IMAGE_NAME: template.name })),
      text(VARIABLES, assignments(variables)),
      ...entries.map((one) => ({ ...one, path: `store/${folder}/${one.path}` })),
    ],
    template.changedAt,
  );
}

/** ConVirt's contract: the VM's settings, the arguments, the store, the template in it, the log, and the variables. */
export function scriptCommand(folder: string, template: Template): string {
  const at = (path: string) => shellWord(`${folder}/${FILES}/${path}`);
  const name = spellTemplate(template);
  const words = ['-x', at(VM_CONFIG), '-p', at(ARGS), '-s', at('store'), '-i', shellWord(name)];
  const more = ['-l', shellWord(`${folder}/${LOG}`), '-c', at(VARIABLES)];
  return ['sh', at(`store/${name}/${PART_FILES.script}`), ...words, ...more].join(' ');
}

/** For a shell that reads the file with `.`. */
const assignments = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .filter(([name]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    .map(([name, value]) => `${name}=${shellWord(value)}\n`)
    .join('');

/** `memory = 2147483648`, in the words of drover's flags; secrets are left out, as every user of the node may read what runs. */
const vmConfig = ({ settings, fields }: ScriptInput): string =>
  Object.entries(settings)
    .filter(([key]) => !fields.some((field) => field.key === key && field.sensitive))
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
    .join('');
