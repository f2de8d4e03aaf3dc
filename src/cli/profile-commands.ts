/** Profiles: named sets of what new VMs are made of, in the configuration. kcli's own are shown, and never written. */

import { FleetError } from '../errors.ts';
import { didYouMean } from '../nearest.ts';
import type { Field } from '../platforms/contract.ts';
import { platforms } from '../platforms/registry.ts';
import type { ProfileValues } from '../state/config/change.ts';
import type { Tree } from '../state/config/draft.ts';
import { plainWord } from '../state/config/located.ts';
import type { Written } from '../state/fields.ts';
import type { Preset } from '../state/presets/preset.ts';
import { isSecretWord } from '../state/presets/settings-in.ts';
import { formatBytes, parseBytes } from '../units.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { agreedTo, isYes } from './consent.ts';
import type { ParsedFlags } from './flags.ts';
import { openGivenFiles } from './given-files.ts';
import { refuseSecret } from './given-values.ts';
import { type Details, type Row, renderList } from './output.ts';
import { PARAMETERS, parametersIn, refuseSecretWord } from './parameters.ts';
import { type Presets, type Profile, readPresets } from './preset-files.ts';
import { profileOf, textOf } from './presets.ts';
import { printDetails } from './print-details.ts';
import { printWritten } from './results.ts';

const flags = () => [PARAMETERS];

export const profileCommands: readonly Command[] = [
  {
    noun: 'profile',
    verb: 'list',
    help: 'List the profiles of the configuration and of kcli, which VMs are made of.',
    takes: '',
    flags: () => [],
    async run(context) {
      const presets = await presetsIn(context);
      const rows = [...presets.profiles].map(([name, profile]) => rowOf(name, profile, presets));
      const columns = COLUMNS.map(([title, show]) => ({
        title,
        show: (row: Row) => show(row['values'] as WrittenOf, row) || '-',
      }));
      const listing = { rows, columns, name: (row: Row) => String(row['name']) };
      await context.printer.print(await renderList(listing, context.format, context.columns));
      return EXIT.done;
    },
  },
  {
    noun: 'profile',
    verb: 'info',
    help: 'Show what a profile says, with what its base says.',
    takes: 'NAME',
    flags: () => [],
    async run(context, { words }) {
      const presets = await presetsIn(context);
      const { name, profile } = profileCalled(words[0], presets);
      const value = rowOf(name, profile, presets);
      const lines: Details['lines'] = [
        ['name', name],
        ['from', profile.from],
        ...(value.base === undefined ? [] : [['base', value.base] as const]),
        ...Object.entries(value.values).map(([key, one]) => [key, spelled(one)] as const),
      ];
      await printDetails([{ value, name, lines }], context);
      return EXIT.done;
    },
  },
  {
    noun: 'profile',
    verb: 'create',
    help: 'Make a profile of these parameters; base is another profile that it begins with.',
    takes: 'NAME KEY=VALUE…',
    flags,
    run: (context, parsed) => save('profile-add', parsed, context),
  },
  {
    noun: 'profile',
    verb: 'update',
    help: 'Change these parameters of a profile; KEY= takes one away.',
    takes: 'NAME KEY=VALUE…',
    flags,
    run: (context, parsed) => save('profile-edit', parsed, context),
  },
  {
    noun: 'profile',
    verb: 'delete',
    help: 'Take a profile out of the configuration; VMs that were made of it stay.',
    takes: 'NAME',
    flags: () => [],
    run: remove,
  },
];

type WrittenOf = Readonly<Record<string, Written>>;

const presetsIn = (context: CommandContext): Promise<Presets> => readPresets(context.app, openGivenFiles(context));

/** What fields of any platform are called so: a secret is one wherever it is one on some platform. */
const fieldsCalled = (key: string): readonly Field[] =>
  platforms.flatMap(({ manifest }) => manifest.settings.filter((field) => field.key === key));

/** Also what kcli calls so where no platform has such a field. */
const isSecret = (key: string): boolean => isSecretWord(key) || fieldsCalled(key).some(({ sensitive }) => sensitive);

const HIDDEN = '(hidden)';

/** As written, with what its base says, and without secrets. */
function rowOf(name: string, { from, says }: Profile, presets: Presets) {
  const values = [...profileOf(presets, name)].filter(([key]) => key !== 'base');
  return {
    name,
    from,
    base: textOf(says.get('base')),
    values: Object.fromEntries(values.map(([key, { value }]) => [key, isSecret(key) ? HIDDEN : value])),
  };
}

const spelled = (value: Written): string => (typeof value === 'object' ? JSON.stringify(value) : value);

/** What each row says of the first of these keys that it has: `10`, `{size: 10}`, `size=10GiB,bus=scsi`. */
const each = (keys: readonly string[], value: Written | undefined, show: (one: string) => string): string =>
  (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value])
    .map((row: Written) => {
      if (typeof row === 'string') return show(inText(row, keys) ?? row);
      const group: WrittenOf = typeof row === 'object' && row !== null && !Array.isArray(row) ? (row as WrittenOf) : {};
      const key = keys.find((one) => group[one] !== undefined);
      return key === undefined ? '-' : show(String(group[key]));
    })
    .join(' ');

const inText = (row: string, keys: readonly string[]): string | undefined =>
  row
    .split(',')
    .find((pair) => keys.some((key) => pair.startsWith(`${key}=`)))
    ?.replace(/^[^=]*=/, '');

/** Of two words for the same the last counts. */
const lastOf = (values: WrittenOf, ...keys: readonly string[]): Written | undefined => {
  const key = Object.keys(values).findLast((one) => keys.includes(one));
  return key === undefined ? undefined : values[key];
};

/** A number without a unit is in kcli's own. */
const sizeIn = (unit: string) => (text: string) => {
  const size = parseBytes(/^\d+$/.test(text) ? `${text}${unit}` : text);
  return size === undefined ? text : formatBytes(size);
};

/** kcli's table, F-325. */
const COLUMNS: readonly (readonly [title: string, show: (values: WrittenOf, row: Row) => string])[] = [
  ['NAME', (_values, { name }) => String(name)],
  ['BASE', (_values, { base }) => String(base ?? '')],
  ['FLAVOR', (values) => String(values['flavor'] ?? '')],
  ['CPUS', (values) => String(lastOf(values, 'numcpus', 'vcpus') ?? '')],
  ['MEMORY', (values) => each([], values['memory'], sizeIn('MiB'))],
  ['STORAGE', (values) => String(values['pool'] ?? '')],
  ['DISKS', (values) => each(['size'], lastOf(values, 'disks', 'disk'), sizeIn('GiB'))],
  ['IMAGE', (values) => String(values['image'] ?? '')],
  ['NETWORKS', (values) => each(['name', 'network'], lastOf(values, 'nets', 'nic'), String)],
];

function profileCalled(
  word: string | undefined,
  { profiles }: Pick<Presets, 'profiles'>,
): { name: string; profile: Profile } {
  if (word === undefined) throw new FleetError('usage', 'which profile? Name one');
  const profile = profiles.get(word);
  if (profile) return { name: word, profile };
  const known = [...profiles.keys()];
  throw new FleetError('usage', `there is no profile ${JSON.stringify(word)}${didYouMean(word, known)}`, {
    fix: 'drover profile list shows them',
  });
}

/** Throws usage for one that is kcli's. */
function ownProfile(word: string | undefined, presets: Presets): string {
  const { name, profile } = profileCalled(word, presets);
  if (profile.from === 'configuration') return name;
  throw new FleetError('usage', `${name} is in ~/.kcli/profiles.yml, which drover reads and does not write`, {
    fix: `drover profile create ${name} makes one in the configuration, which counts more`,
  });
}

async function save(
  kind: 'profile-add' | 'profile-edit',
  { words: [word, ...assigned], repeated }: ParsedFlags,
  context: CommandContext,
): Promise<number> {
  const { app } = context;
  const presets = await presetsIn(context);
  const name = kind === 'profile-edit' ? ownProfile(word, presets) : newName(word, presets);
  const said = await parametersIn([...assigned, ...(repeated[PARAMETERS.key] ?? [])]);
  if (said.size === 0) throw new FleetError('usage', 'of what? Give its parameters as KEY=VALUE');
  for (const [key, { value, where }] of said) {
    refuseSecretWord(key, where, value);
    for (const field of fieldsCalled(key)) refuseSecret(field, where, value);
  }
  refuseBase(name, said, presets);
  const written = await app.changeConfig({ kind, name, values: treesOf(said) });
  return printWritten(name, `the profile ${name} is saved`, written, context);
}

function newName(word: string | undefined, { profiles }: Presets): string {
  if (word === undefined) throw new FleetError('usage', 'which name? Give the profile one');
  if (!/^[\w.-]+$/.test(word))
    throw new FleetError('usage', `${JSON.stringify(word)}: a profile has letters, digits, dot, dash and underscore`);
  if (profiles.get(word)?.from !== 'configuration') return word;
  throw new FleetError('usage', `there is a profile ${word} already`, {
    fix: `take another name, or change that one: drover profile update ${word}`,
  });
}

/** Throws usage for a base that is not there, or that begins with this one. */
function refuseBase(name: string, said: Preset, { profiles }: Presets): void {
  const base = textOf(said.get('base'));
  if (base === undefined || base === '') return;
  profileCalled(base, { profiles });
  const changed: Profile = { from: 'configuration', says: said };
  profileOf({ profiles: new Map([...profiles, [name, changed]]) }, name);
}

/** What is written into a file for each parameter; undefined for one that is taken away. */
export const treesOf = (said: Preset): ProfileValues =>
  Object.fromEntries(
    [...said].map(([key, { value }]) => [key, value === '' || value === null ? undefined : treeOf(value)]),
  );

/** A number and a yes or no stand in the file without quotes. */
function treeOf(value: Written): Tree {
  if (typeof value === 'string') return plainWord(value) ?? value;
  if (value === null) return '';
  if (Array.isArray(value)) return value.map(treeOf);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, treeOf(one)]));
}

async function remove(context: CommandContext, { words }: ParsedFlags): Promise<number> {
  const presets = await presetsIn(context);
  const name = ownProfile(words[0], presets);
  const above = [...presets.profiles].flatMap(([other, { says }]) =>
    textOf(says.get('base')) === name ? [other] : [],
  );
  if (above.length > 0) throw new FleetError('op.refused', `${name} is the base of ${above.join(', ')}`);
  if (!context.global.yes) context.say(`lost: the profile ${name}; VMs that were made of it stay`);
  const question = {
    what: `delete takes the profile ${name} out of the configuration`,
    text: `Delete the profile ${name}? [y/N] `,
    isAgreement: isYes,
  };
  if (!(await agreedTo(question, context))) return EXIT.interrupted;
  const written = await context.app.changeConfig({ kind: 'profile-remove', name });
  return printWritten(name, `the profile ${name} is deleted`, written, context);
}
