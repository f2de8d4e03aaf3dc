/** kcli's parameters of VMs: `-P numcpus=4 -P memory=2048 -P disks=[10,20] -P nets=[default]`. Their words and units are kcli's. */
import { FleetError } from '../errors.ts';
import { type Field, isPairs, isRows, type Settings } from '../platforms/contract.ts';
import { readYaml } from '../state/config/yaml-file.ts';
import { readWritten, referenceOf, type Written, withDefaults } from '../state/fields.ts';
import type { Flag } from './flags.ts';
import { type GivenFiles, placeIn, writtenOf } from './given-files.ts';
import { type Given, refuseSecret, secretInArgv } from './given-values.ts';
import { isStructured, isWord, saidOf } from './kcli-words.ts';
import { over, type Preset, type Said } from './preset-files.ts';

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
    const middle = text.indexOf('=');
    if (middle < 1) throw new FleetError('usage', `-P ${JSON.stringify(text)}: must be KEY=VALUE`);
    return [text.slice(0, middle), text.slice(middle + 1)];
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
      throw unknown(one.where, fields);
  }
}

/** kcli's word for the storage of all disks that name none: `inPool`. */
export const POOL = 'pool';

/**
 * What kcli's words say, by the keys of these fields, but for the pool; what none of them is becomes metadata where there is such a
 * field, as kcli does it. Throws usage for a secret that would.
 */
export function settingsIn(said: Preset, fields: readonly Field[]): readonly Given[] {
  const values = new Map<string, Said>();
  const metadata: Record<string, Written> = {};
  const isKnown = (key: string) => fields.some((field) => field.key === key);
  const keep = (key: string, { value, where }: Said) => {
    if (!isKnown(METADATA)) throw unknown(where, fields);
    if (isSecretWord(key)) throw secretInMetadata(where);
    metadata[key] = value;
  };
  for (const [key, one] of said) {
    if (key === POOL && isKnown('disk')) continue;
    if (key === METADATA) for (const [pair, value] of pairsOf(one, fields)) keep(pair, { ...one, value });
    else if (key === POOL) throw unknown(one.where, fields);
    else if (!isWord(key) && !isKnown(key)) keep(key, one);
    else {
      for (const [to, value] of Object.entries(saidOf(key, one))) {
        if (!isKnown(to)) throw unknown(one.where, fields);
        values.set(to, { value, where: one.where });
      }
    }
  }
  const kept = Object.keys(metadata);
  if (kept.length > 0) values.set(METADATA, { value: metadata, where: kept.join(', ') });
  return [...values].map(([key, { value, where }]) => ({ key, where, written: value }));
}

/** The pairs of metadata that are given as such. */
function pairsOf({ value, where }: Said, fields: readonly Field[]): readonly (readonly [string, Written])[] {
  const field = fields.find(({ key }) => key === METADATA);
  if (!field) throw unknown(where, fields);
  const read = readWritten(field, value);
  if ('wrong' in read) throw new FleetError('usage', `${where}: ${read.wrong}`);
  return isPairs(read.value) ? Object.entries(read.value) : [];
}

const METADATA = 'metadata';

/** What kcli and its profiles call secrets, whether a platform here has such a field or not. */
export const isSecretWord = (key: string): boolean => /password|token|secret/i.test(key);

/** Throws usage for a secret that stands in argv under such a word. */
export function refuseSecretWord(key: string, where: string, value: Written): void {
  if (!isSecretWord(key) || value === '' || value === null || (typeof value === 'string' && referenceOf(value))) return;
  throw secretInArgv(where);
}

const secretInMetadata = (where: string): FleetError =>
  new FleetError('usage', `${where}: there is no such parameter here, and metadata is no place for a secret`, {
    fix: 'every user who sees the VM can read its metadata; take it out, or let --user-data set it in the guest',
  });

const unknown = (where: string, fields: readonly Field[]): FleetError =>
  new FleetError('usage', `${where}: there is no such parameter here`, {
    fix: `there are ${fields.map((field) => field.key).join(', ')}`,
  });

async function yamlOf(key: string, text: string): Promise<Written> {
  const { tree, broken } = await readYaml(`-P ${key}`, text);
  const [problem] = broken;
  if (problem) throw new FleetError('usage', `-P ${key}: ${problem.message}`);
  return writtenOf(tree);
}

/** These settings of a new VM with its disks in this storage, but for those that name one. Throws usage where disks name none. */
export function inPool(settings: Settings, { value, where }: Said, fields: readonly Field[]): Settings {
  const field = fields.find(({ key }) => key === 'disk');
  if (field?.kind !== 'list' || !field.item.some(({ key }) => key === 'storage')) throw unknown(where, fields);
  const { disk = withDefaults(field, [{}]) } = settings;
  if (!isRows(disk)) return settings;
  return { ...settings, disk: disk.map((row) => (row['storage'] ? row : { ...row, storage: String(value) })) };
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
