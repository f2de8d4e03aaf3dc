/**
 * clouds.yaml and the variables of openrc, read by the platform's own reader, so that what is shown here is what the
 * connection takes. A cloud is referred to by its name, so nothing secret is copied.
 */
import { dirname } from 'node:path';
import { FleetError } from '../../errors.ts';
import {
  type CloudEntry,
  cloudNames,
  readCloud,
  regionNames,
} from '../../platforms/openstack/user-files/cloud-entry.ts';
import {
  type CloudsFiles,
  readCloudsFiles,
  standingFolders,
} from '../../platforms/openstack/user-files/clouds-files.ts';
import { openstackPlan } from './openstack-login.ts';
import { type Found, given, type Importer, type Plan, unprotected, verifiedNow } from './plan.ts';
import type { Source } from './source.ts';

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

async function cloudPlans(source: Source): Promise<readonly Plan[] | undefined> {
  const named = source.env['OS_CLIENT_CONFIG_FILE'];
  const own = named && (await source.isThere(named)) ? named : undefined;
  const files = await readCloudsFiles(own, source);
  const { clouds } = files;
  if (!clouds) return undefined;
  const isStanding = standingFolders(source).includes(dirname(clouds.path));
  const file = isStanding ? undefined : source.resolved(clouds.path);
  return cloudNames(files).flatMap((name) => cloudPlan(name, files, file));
}

/** One endpoint for each region of a cloud. `file`: the one that the endpoint has to name. */
function cloudPlan(name: string, files: CloudsFiles, file: string | undefined): readonly Plan[] {
  const regions = regionNames(name, files);
  return (regions.length > 1 ? regions : [undefined]).map((region) => {
    const entry = entryOf(name, files, region);
    const broken = entry instanceof FleetError ? entry : undefined;
    const cloud = entry instanceof FleetError ? undefined : entry;
    const address = cloud?.auth['auth_url'];
    return {
      name: region === undefined ? name : `${name}-${region}`,
      platform: 'openstack',
      values: given({ cloud: name, 'clouds-file': file, region }),
      secrets: {},
      where: address ?? region ?? '-',
      login: `cloud ${name}`,
      notes: [
        ...(cloud?.unverified && cloud.ca === undefined ? [verifiedNow('clouds.yaml')] : []),
        ...unprotected(address ?? ''),
        ...(broken ? [[broken.message, broken.fix].filter(Boolean).join(': ')] : []),
      ],
    };
  });
}

/** What is wrong with a cloud is a note: its file can be corrected after the import. */
function entryOf(name: string, files: CloudsFiles, region: string | undefined): CloudEntry | FleetError {
  try {
    return readCloud(name, files, region);
  } catch (error) {
    if (error instanceof FleetError) return error;
    throw error;
  }
}

function environmentPlan({ env }: Source): Found {
  const name = env['OS_CLOUD_NAME'] || env['OS_PROJECT_NAME'] || env['OS_TENANT_NAME'] || 'openstack';
  const insecure = /^(1|true)$/i.test(env['OS_INSECURE'] ?? '');
  const fallback = { OS_PROJECT_NAME: env['OS_TENANT_NAME'] };
  return openstackPlan({ name, written: {}, env, fallback, tool: 'openrc', insecure });
}
