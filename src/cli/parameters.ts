/** kcli's parameters of VMs: `-P numcpus=4 -P memory=2048 -P disks=[10,20] -P nets=[default]`. Their words and units are kcli's. */
import { pairOf } from '../actions/text-in.ts';
import { FleetError } from '../errors.ts';
import type { Field } from '../platforms/contract.ts';
import { readYaml } from '../state/config/yaml-file.ts';
import { referenceOf, type Written } from '../state/fields.ts';
import { isStructured, saidOf } from '../state/presets/kcli-words.ts';
import { over, type Preset, type Said, writtenOf } from '../state/presets/preset.ts';
import { isSecretWord, POOL, settingsIn, unknownParameter } from '../state/presets/settings-in.ts';
import type { Flag } from './flags.ts';
import { type GivenFiles, placeIn } from './given-files.ts';
import { refuseSecret, secretInArgv } from './given-values.ts';

export const PARAMETERS: Flag = {
  key: 'param',
  short: 'P',
  label: 'Parameter',
  help: 'A parameter as kcli has it, KEY=VALUE: memory in MB, sizes of disks in GB.',
  kind: 'text',
  repeatable: true,
  examples: ['numcpus=2', 'disks=[10,20]'],
};

export const PARAMETERS_FILE: Flag = {
  key: 'paramfile',
  label: 'Parameter file',
  help: 'A YAML file of such parameters; -P counts more.',
  kind: 'path',
  repeatable: true,
  examples: ['FILE'],
};

/** Throws usage for what is no KEY=VALUE. */
const pairsIn = (texts: readonly string[]): readonly (readonly [key: string, value: string])[] =>
  texts.map((text) => {
    const pair = pairOf(text);
    if (!pair) throw new FleetError('usage', `-P ${JSON.stringify(text)}: must be KEY=VALUE`);
    return pair;
  });

/** What the parameters of a command line say, each with what an error calls it. */
export async function parametersIn(texts: readonly string[]): Promise<Preset> {
  const said = new Map<string, Said>();
  for (const [key, text] of pairsIn(texts))
    said.set(key, { value: isStructured(key, text) ? await yamlOf(key, text) : text, where: `-P ${key}` });
  return said;
}

interface Parameters {
  readonly parameters: readonly string[];
  readonly parameterFiles: readonly string[];
}

/** What parameters and files of them say; -P counts more. Throws usage for a secret of these fields that stands in argv. */
export async function saidBy(
  { parameters, parameterFiles }: Parameters,
  fields: readonly Field[],
  files: GivenFiles,
): Promise<Preset> {
  const written = await parametersIn(parameters);
  for (const [key, { value, where }] of written) refuseSecretWord(key, where, value);
  for (const given of settingsIn(written, fields)) {
    const field = fields.find(({ key }) => key === given.key);
    if (field && 'written' in given) refuseSecret(field, given.where, given.written);
  }
  const inFiles: (readonly [string, Said])[] = [];
  for (const name of parameterFiles) {
    const tree = await files.yaml(name);
    if (tree.kind === 'nothing') continue;
    if (tree.kind !== 'map') throw new FleetError('usage', `${placeIn(name, tree.at)}: must be keys with values`);
    for (const [key, { at, value }] of tree.entries)
      inFiles.push([key, { value: writtenOf(value), where: `${key} (${placeIn(name, at)})` }]);
  }
  return over(new Map(inFiles), written);
}

/** Throws usage for the first key that none of these fields is meant by: it would be kept as metadata. */
export function refuseUnknown(said: Preset, fields: readonly Field[]): void {
  for (const [key, one] of said) {
    const keys = key === POOL ? ['disk'] : Object.keys(saidOf(key, one));
    if (key !== 'flavor' && !keys.every((to) => fields.some((field) => field.key === to)))
      throw unknownParameter(one.where, fields);
  }
}

/** Throws usage for a secret that stands in argv under such a word. */
export function refuseSecretWord(key: string, where: string, value: Written): void {
  if (!isSecretWord(key) || value === '' || value === null || (typeof value === 'string' && referenceOf(value))) return;
  throw secretInArgv(where);
}

async function yamlOf(key: string, text: string): Promise<Written> {
  const { tree, broken } = await readYaml(`-P ${key}`, text);
  const [problem] = broken;
  if (problem) throw new FleetError('usage', `-P ${key}: ${problem.message}`);
  return writtenOf(tree);
}

/** kcli's filter of a list, as a query; `network` apart, since rows do not say it. */
export function filterOf(texts: readonly string[]): { readonly query: string; readonly network: string | undefined } {
  const terms: string[] = [];
  let network: string | undefined;
  for (const [key, value] of pairsIn(texts)) {
    if (key === 'network') network = value;
    else if (FILTERS.has(key)) terms.push(`${key === 'status' ? 'state' : key}:"${value.replaceAll('"', '')}"`);
    else
      throw new FleetError('usage', `-P ${key}: no VMs are found by that`, {
        fix: `there are ${[...FILTERS, 'network'].join(', ')}; --filter takes more`,
      });
  }
  return { query: terms.join(' '), network };
}
const FILTERS: ReadonlySet<string> = new Set(['name', 'ip', 'status', 'image', 'plan', 'profile']);
