import type { Field, Settings } from '../../platforms/contract.ts';
import { shellWord } from '../../shell-word.ts';
import type { Entry } from '../../state/templates/archive/entries.ts';
import { writeTar } from '../../state/templates/archive/write-tar.ts';
import { PART_FILES } from '../../state/templates/library.ts';
import { spellTemplate, type Template } from '../../state/templates/template.ts';
import { FUNCTIONS } from './functions.ts';
import { hashOf, RUN } from './node-store.ts';

/** What a script gets; its folder on the node has these files, and those of the library below `store`. */
export interface ScriptInput {
  readonly template: Template;
  readonly entries: readonly Entry[];
  /** By its path below `custom_scripts` of the store. */
  readonly customScripts: readonly Entry[];
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
const RUN_FILE = 'run.sh';
export const LOG = 'log';

/** A tar of all that the script reads, but for the files that the node has kept, by their hash. */
export function scriptFiles(input: ScriptInput, kept: ReadonlySet<string>): Buffer {
  const { template, vm, server, variables } = input;
  const stored = storeOf(input).map((one) => ({ ...one, hash: hashOf(one.bytes) }));
  const fresh = new Map(stored.filter(({ hash }) => !kept.has(hash)).map(({ hash, bytes }) => [`new/${hash}`, bytes]));
  const manifest = stored.map(({ hash, path, executable }) => `${hash}\t${executable ? '700' : '600'}\t${path}\n`);
  return writeTar(
    FILES,
    [
      text(RUN_FILE, RUN),
      text('manifest', manifest.join('')),
      text(VM_CONFIG, vmConfig(input)),
      text(ARGS, assignments({ VM_NAME: vm, SERVER_NAME: server, IMAGE_NAME: template.name })),
      text(VARIABLES, assignments(variables)),
      ...[...fresh].map(([path, bytes]) => ({ path, bytes, executable: false })),
    ],
    template.changedAt,
  );
}

const text = (path: string, content: string): Entry => ({ path, bytes: Buffer.from(content), executable: false });

/** Custom scripts of the template find the functions where those of the library do: beside `custom_scripts`. */
const COMMON = 'common';
const FUNCTIONS_FILE = `${COMMON}/functions`;

const storeOf = ({ template, entries, customScripts }: ScriptInput): readonly Entry[] => [
  text(FUNCTIONS_FILE, FUNCTIONS),
  ...customScripts.map((one) => ({ ...one, path: `custom_scripts/${one.path}` })),
  ...[
    ...(entries.some(({ path }) => path === FUNCTIONS_FILE || path === COMMON)
      ? []
      : [text(FUNCTIONS_FILE, FUNCTIONS)]),
    ...entries,
  ].map((one) => ({ ...one, path: `${spellTemplate(template)}/${one.path}` })),
];

/** ConVirt's contract: the VM's settings, the arguments, the store, the template in it, the log, and the variables. */
export function scriptCommand(folder: string, reservation: string, template: Template): string {
  const at = (path: string) => shellWord(`${folder}/${FILES}/${path}`);
  const name = spellTemplate(template);
  const words = ['-x', at(VM_CONFIG), '-p', at(ARGS), '-s', at('store'), '-i', shellWord(name)];
  const more = ['-l', shellWord(`${folder}/${LOG}`), '-c', at(VARIABLES)];
  const script = ['sh', at(`store/${name}/${PART_FILES.script}`), ...words, ...more];
  return [runFile('run', folder, reservation), ...script].join(' ');
}

/** Removes what the script has made. */
export const undoCommand = (folder: string, reservation: string): string => runFile('undo', folder, reservation);

const runFile = (does: 'run' | 'undo', folder: string, reservation: string): string =>
  `sh ${shellWord(`${folder}/${FILES}/${RUN_FILE}`)} ${does} ${shellWord(folder)} ${reservation}`;

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
