/**
 * clouds.yaml and the variables of openrc, found as openstack/config/loader.py of openstacksdk finds them: the first file
 * wins, and secure.yaml beside it stays where it is. A cloud is referred to by its name, so nothing secret is read.
 */
import { dirname, join } from 'node:path';
import { openstackPlan } from './openstack-login.ts';
import { type Found, given, type Importer, type Plan, unprotected, verifiedNow } from './plan.ts';
import { configHome, firstOf, type Source } from './source.ts';
import { type Group, readYaml } from './yaml-group.ts';

/** Variables that choose among clouds, or say how to behave: alone they are no login. */
const NO_LOGIN = /^OS_(CLOUD|CLOUD_NAME|REGION_NAME|CLIENT_CONFIG_FILE|CLIENT_SECURE_FILE|TEST.*|STD.*|LOG.*)$/;

export const openstack: Importer = {
  tool: 'openstack',
  help: 'The clouds of clouds.yaml, and the login of the OS_ variables.',
  variables: ['OS_AUTH_URL'],
  async read(source) {
    const { env } = source;
    const clouds = await cloudPlans(source);
    const isSet = Object.entries(env).some(([key, value]) => value && key.startsWith('OS_') && !NO_LOGIN.test(key));
    if (!clouds && !isSet) return undefined;
    const ofEnvironment = isSet && env['OS_AUTH_URL'] ? [environmentPlan(source)] : [];
    return [...(clouds ?? []), ...ofEnvironment];
  },
};

/** Folders that are looked into wherever drover is started; the file of any other is named in the endpoint. */
const standing = (source: Source): readonly string[] => [
  join(configHome(source), 'openstack'),
  join(source.home, '.config/openstack'),
  '/etc/openstack',
];

async function cloudPlans(source: Source): Promise<readonly Plan[] | undefined> {
  const named = source.env['OS_CLIENT_CONFIG_FILE'];
  const folders = [source.directory, ...standing(source)];
  const usual = folders.flatMap((folder) => ['yaml', 'yml', 'json'].map((kind) => join(folder, `clouds.${kind}`)));
  const file = await firstOf(source, [...(named ? [named] : []), ...new Set(usual)]);
  if (!file) return undefined;
  const isStanding = standing(source).includes(dirname(file.path));
  const clouds = (await readYaml(file.path, file.text)).group('clouds');
  return [...clouds.values.keys()].flatMap((name) =>
    cloudPlan(name, clouds.group(name), isStanding ? undefined : file.path),
  );
}

/** One endpoint for each region of a cloud. */
function cloudPlan(name: string, cloud: Group, file: string | undefined): readonly Plan[] {
  const regions = regionsOf(cloud);
  const address = cloud.group('auth').text('auth_url');
  return (regions.length > 1 ? regions : [undefined]).map((region) => ({
    name: region === undefined ? name : `${name}-${region}`,
    platform: 'openstack',
    values: given({ cloud: name, 'clouds-file': file, region }),
    secrets: {},
    where: address ?? region ?? '-',
    login: `cloud ${name}`,
    notes: notesOn(cloud, address),
  }));
}

function notesOn(cloud: Group, address: string | undefined): readonly string[] {
  const profile = cloud.text('profile') ?? cloud.text('cloud');
  const unverified = cloud.flag('verify') === false || cloud.flag('insecure') === true;
  return [
    ...(unverified ? [verifiedNow('clouds.yaml')] : []),
    ...unprotected(address ?? ''),
    ...(profile !== undefined && address === undefined
      ? [`the profile ${profile} has to be in clouds-public.yaml: drover has none of those that openstacksdk brings`]
      : []),
  ];
}

/** `regions` is a list of names or of groups with a name; an old form is commas in `region_name`. */
const regionsOf = (cloud: Group): readonly string[] => {
  const listed = [...cloud.words('regions'), ...cloud.groups('regions').flatMap((one) => one.text('name') ?? [])];
  return listed.length > 0 ? listed : (cloud.text('region_name')?.split(',') ?? cloud.words('region_name'));
};

function environmentPlan({ env }: Source): Found {
  const name = env['OS_CLOUD_NAME'] || env['OS_PROJECT_NAME'] || env['OS_TENANT_NAME'] || 'openstack';
  const insecure = /^(1|true)$/i.test(env['OS_INSECURE'] ?? '');
  const fallback = { OS_PROJECT_NAME: env['OS_TENANT_NAME'] };
  return openstackPlan({ name, written: {}, env, fallback, tool: 'openrc', insecure });
}
