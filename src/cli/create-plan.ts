/** What `vm create` makes on one endpoint: the settings of each VM, by the flags, parameters, profiles and templates. */
import type { ObjectAction } from '../actions/action.ts';
import { FleetError } from '../errors.ts';
import type { EndpointName } from '../ids.ts';
import { didYouMean } from '../nearest.ts';
import type { Field, Manifest, Settings } from '../platforms/contract.ts';
import { complaint, defaultsOf } from '../state/fields.ts';
import { over } from '../state/presets/preset.ts';
import { inPool, POOL, settingsIn } from '../state/presets/settings-in.ts';
import type { CommandContext } from './command.ts';
import type { Flag, ParsedFlags } from './flags.ts';
import type { GivenFiles } from './given-files.ts';
import { allGiven, type Given, valuesGiven } from './given-values.ts';
import { PARAMETERS, PARAMETERS_FILE, refuseUnknown, saidBy } from './parameters.ts';
import { readPresets } from './preset-files.ts';
import { presetFor, textOf } from './presets.ts';
import { TEMPLATE, templateFor } from './templates/create-from.ts';
import { VARIABLE, variablesIn } from './templates/given-variables.ts';

export const FLAVOR: Flag = {
  key: 'flavor',
  label: 'Flavor',
  help: 'vCPUs, memory and disks by a name: of flavors in the configuration, of kcli, or of the cloud.',
  kind: 'text',
  examples: ['NAME'],
};

export const NAME = 'name';
export const isAsked = ({ key, in: access }: Manifest['settings'][number]): boolean =>
  access.provision === 'write' && key !== NAME;

/** What the user says of new VMs, wherever they are made. */
export interface Asked extends Pick<ParsedFlags, 'values' | 'repeated'> {
  readonly names: readonly string[];
  readonly files: GivenFiles;
  readonly manifests: readonly Manifest[];
  readonly create: ObjectAction<'endpoint'>;
}

export interface CreatePlan {
  readonly endpoint: EndpointName;
  /** Runs the script of a template first. */
  readonly create: ObjectAction<'endpoint'>;
  readonly fields: readonly Field[];
  /** The settings of each. */
  readonly all: readonly Settings[];
}

/** The endpoint is connected. Throws usage, and op.* for a template that can't be used there. */
export async function planOn(
  { endpoint, pool }: { readonly endpoint: EndpointName; readonly pool?: string },
  { names, values, repeated, files, manifests, create }: Asked,
  context: CommandContext,
): Promise<CreatePlan> {
  const { app } = context;
  const platform = app.config().endpoints.get(endpoint)?.platform;
  const manifest = manifests.find(({ id }) => id === platform);
  if (!manifest) throw new FleetError('op.unsupported', `${endpoint}: its platform is not known`);
  const fields = manifest.settings.filter((field) => field.in.provision === 'write');
  const {
    [PARAMETERS.key]: parameters = [],
    [PARAMETERS_FILE.key]: parameterFiles = [],
    [VARIABLE.key]: variables,
    ...rows
  } = repeated;
  const asked = fields.filter(({ key }) => key !== NAME);
  const { [FLAVOR.key]: flavor, [TEMPLATE.key]: templateWord, ...flags } = values;
  const ofFlags = await allGiven({ values: flags, repeated: rows }, files);
  const ofParameters = await saidBy({ parameters, parameterFiles }, asked, files);
  const flagOfProfile = ofFlags.find(({ key }) => key === 'profile');
  const profile = flagOfProfile ? wordOf(flagOfProfile) : textOf(ofParameters.get('profile'));
  const presets = await readPresets(app, files);
  const template =
    templateWord === undefined
      ? undefined
      : await templateFor(String(templateWord), variablesIn(variables), { endpoint, manifest, pool }, create, context);
  if (template && profile !== undefined)
    throw new FleetError('usage', 'a VM is made of a template or of a profile, not of both');
  if (!template && variables) throw new FleetError('usage', '--var is for the variables of a --template');
  const specFor = async (one: string): Promise<Settings> => {
    const of = template?.asProfile(one, presets) ?? { profile, presets };
    const chosen = { profile: of.profile, flavor: flavor === undefined ? undefined : String(flavor) };
    const hasFlavors = fields.some(({ key }) => key === FLAVOR.key);
    const { says, ofRules } = presetFor(one, chosen, of.presets, hasFlavors);
    if (presets.strict) refuseUnknown(ofRules, asked);
    const said = over(says, ofParameters);
    const given = withFlags(settingsIn(said, asked), ofFlags);
    const spec = await valuesGiven(given, fields, files, (other) => notTaken(other, manifest, manifests));
    const pool = said.get(POOL);
    const placed = pool === undefined ? spec : inPool(spec, pool, fields);
    return template ? template.recorded(placed, fields) : placed;
  };
  const all: Settings[] = [];
  for (const one of names) all.push({ ...defaultsOf(fields), ...(await specFor(one)), [NAME]: one });
  for (const one of all) refuseWrong(fields, one);
  return { endpoint, create: template?.create ?? create, fields, all };
}

const wordOf = (given: Given): string | undefined =>
  'typed' in given
    ? String(given.typed)
    : 'written' in given && typeof given.written === 'string'
      ? given.written
      : undefined;

/** Flags count more than kcli's parameters. A name stands behind the command. */
const withFlags = (parameters: readonly Given[], flags: readonly Given[]): readonly Given[] => [
  ...new Map([...parameters, ...flags].filter(({ key }) => key !== NAME).map((one) => [one.key, one])).values(),
];

/** Throws usage for the first value that the platform can't take, or that is missing. */
function refuseWrong(fields: readonly Field[], spec: Settings): void {
  for (const field of fields) {
    const value = spec[field.key];
    if (value === undefined && field.required) throw new FleetError('usage', `--${field.key} is needed: ${field.help}`);
    const wrong = value === undefined ? undefined : complaint(field, value);
    if (wrong !== undefined) {
      const what = field.key === NAME ? JSON.stringify(value) : `--${field.key}`;
      throw new FleetError('usage', `${what}: ${wrong}`);
    }
  }
}

/** Why a key can't be taken: the platform asks for no such thing. */
function notTaken({ key, where }: Given, { title, settings }: Manifest, manifests: readonly Manifest[]): FleetError {
  const known = settings.filter(isAsked).map((one) => one.key);
  const others = manifests
    .filter(({ tier, settings: its }) => tier !== 'demo' && its.some((one) => one.key === key && isAsked(one)))
    .map(({ id }) => id);
  return new FleetError('usage', `VMs of ${title} have no ${where}${didYouMean(key, known)}`, {
    fix: `there is ${known.map((one) => `--${one}`).join(', ')}${others.length > 0 ? `; --${key} is for ${others.join(', ')}` : ''}`,
  });
}
