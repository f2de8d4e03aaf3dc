import type { Args, ObjectAction } from '../actions/action.ts';
import { perform } from '../actions/perform.ts';
import { bind } from '../actions/target.ts';
import { vmMakers } from '../actions/vm.ts';
import { FleetError } from '../errors.ts';
import type { Id, VmId } from '../ids.ts';
import { didYouMean } from '../nearest.ts';
import type { Accepted, Field, Manifest, Settings } from '../platforms/contract.ts';
import { taskLimits } from '../state/config/preferences.ts';
import { complaint, defaultsOf } from '../state/fields.ts';
import { over } from '../state/presets/preset.ts';
import { inPool, POOL, settingsIn } from '../state/presets/settings-in.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { AFTERWARDS, afterwardsOf } from './create-afterwards.ts';
import { findEndpoint } from './find-listed.ts';
import type { Flag, ParsedFlags } from './flags.ts';
import { openGivenFiles } from './given-files.ts';
import { allGiven, FROM, type Given, valuesGiven } from './given-values.ts';
import { followed, limitsOf, MANY, report } from './object-commands.ts';
import { PARAMETERS, PARAMETERS_FILE, refuseUnknown, saidBy } from './parameters.ts';
import { readPresets } from './preset-files.ts';
import { presetFor, textOf } from './presets.ts';
import { sharedFlags } from './shared-flags.ts';
import { TEMPLATE, templateFor } from './templates/create-from.ts';
import { VARIABLE, variablesIn } from './templates/given-variables.ts';

const COUNT: Flag = {
  key: 'count',
  label: 'Count',
  help: 'So many of them, called NAME-1, NAME-2 and so on.',
  kind: 'count',
  min: 1,
  max: 1_000,
  default: 1,
};

const FLAVOR: Flag = {
  key: 'flavor',
  label: 'Flavor',
  help: 'vCPUs, memory and disks by a name: of flavors in the configuration, of kcli, or of the cloud.',
  kind: 'text',
  examples: ['NAME'],
};

const NAME = 'name';
const isAsked = ({ key, in: access }: Manifest['settings'][number]): boolean =>
  access.provision === 'write' && key !== NAME;

const [create] = vmMakers.filter(({ id }) => id === 'vm.create') as [ObjectAction<'endpoint'>];

/** `vm create web1 -C host1 --memory 4GiB`: its flags are the settings that the platform of the endpoint asks for. */
export const createCommand = (manifests: readonly Manifest[]): Command => ({
  noun: 'vm',
  verb: 'create',
  help: create.help,
  takes: 'NAME',
  makes: true,
  flags: () => [
    COUNT,
    FROM,
    PARAMETERS,
    PARAMETERS_FILE,
    FLAVOR,
    TEMPLATE,
    VARIABLE,
    ...sharedFlags(
      manifests.map(({ id, tier, settings }) => ({ id, flags: settings.filter(isAsked), unnamed: tier === 'demo' })),
    ),
    ...MANY,
    ...AFTERWARDS,
  ],
  run: (context, parsed) => run(manifests, parsed, context),
});

async function run(
  manifests: readonly Manifest[],
  { words, values: { count = 1, 'at-once': atOnce, 'stop-after': stopAfter, ...given }, repeated }: ParsedFlags,
  context: CommandContext,
): Promise<number> {
  const { app } = context;
  const { wait: goal, timeout, command, console: opensConsole, ...values } = given;
  const [name, ...more] = words;
  if (name === undefined) throw new FleetError('usage', 'which name? Give it as the last word');
  if (more.length > 0)
    throw new FleetError('usage', `it is made on an endpoint, which -C names: ${more.join(' ')} is too much`);
  const endpoint = await findEndpoint(context);
  const platform = app.config().endpoints.get(endpoint.id)?.platform;
  const manifest = manifests.find(({ id }) => id === platform);
  if (!manifest) throw new FleetError('op.unsupported', `${endpoint.name}: its platform is not known`);
  const fields = manifest.settings.filter((field) => field.in.provision === 'write');
  const files = openGivenFiles(context);
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
      : await templateFor(String(templateWord), variablesIn(variables), { endpoint: endpoint.id, manifest }, context);
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
  const names = count === 1 ? [name] : Array.from({ length: Number(count) }, (_, at) => `${name}-${at + 1}`);
  const all: Settings[] = [];
  for (const one of names) all.push({ ...defaultsOf(fields), ...(await specFor(one)), [NAME]: one });
  for (const one of all) refuseWrong(fields, one);
  const afterwards = afterwardsOf({ goal, timeout, command, opensConsole }, all);
  const limits = limitsOf({
    ...(atOnce !== undefined && { 'at-once': atOnce }),
    ...(stopAfter !== undefined && { 'stop-after': stopAfter }),
  });
  const target = bind('endpoint', endpoint.id, app);
  const made = new Map<string, VmId>();
  const { id, ended } = app.tasks.run({
    action: create.id,
    title: `${create.title} ${names.length === 1 ? name : `${names.length} VMs`} on ${endpoint.name}`,
    ...taskLimits(app.config()),
    ...limits,
    work: all.map((args) => ({
      id: endpoint.id,
      name: String(args[NAME]),
      lane: endpoint.id,
      async run(signal, tell) {
        await template?.before?.(args, tell, signal);
        return perform(remembering(made), target, args as Args, app, signal, tell);
      },
    })),
  });
  const code = await report(await followed(id, ended, context), all.length, context);
  return code === EXIT.done && afterwards ? afterwards(made, context) : code;
}

/** The action, which keeps by its name what it has made. */
const remembering = (made: Map<string, VmId>): typeof create => ({
  ...create,
  async send(connection, object, args, signal, tell) {
    const accepted: Accepted & { readonly id?: Id } = await create.send(connection, object, args, signal, tell);
    if (accepted.id !== undefined) made.set(String(args[NAME]), accepted.id as VmId);
    return accepted;
  },
});

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
