/** kcli's openstack clients: keys of the client, a file of `export` lines (`envrc`), the environment, kcli's defaults. */

import type { Maker } from './kcli-maker.ts';
import { openstackPlan } from './openstack-login.ts';
import { firstOf, type Source } from './source.ts';

/** Names of openrc, in which kcli's keys and the environment are brought together. */
const KEYS: Readonly<Record<string, string>> = {
  auth_url: 'OS_AUTH_URL',
  user: 'OS_USERNAME',
  password: 'OS_PASSWORD',
  project: 'OS_PROJECT_NAME',
  domain: 'OS_USER_DOMAIN_NAME',
  ca_file: 'OS_CACERT',
  region_name: 'OS_REGION_NAME',
  auth_type: 'OS_AUTH_TYPE',
  token: 'OS_TOKEN',
  application_credential_id: 'OS_APPLICATION_CREDENTIAL_ID',
  application_credential_secret: 'OS_APPLICATION_CREDENTIAL_SECRET',
};

const DEFAULTS = {
  OS_USERNAME: 'admin',
  OS_PROJECT_NAME: 'admin',
  OS_USER_DOMAIN_NAME: 'Default',
  OS_PROJECT_DOMAIN_NAME: 'Default',
};

export const kcliOpenstack: Maker = async (name, options, source) => {
  const envrc = options.text('envrc');
  const file = envrc === undefined ? {} : await exportsOf(envrc, source);
  if (!file) return { name, why: 'the file that its envrc names is not there' };
  const own = Object.entries(KEYS).flatMap(([key, variable]) => {
    const text = options.text(key);
    return text === undefined ? [] : [[variable, text] as const];
  });
  const written: Record<string, string> = { ...file, ...Object.fromEntries(own) };
  const say = (variable: string) => written[variable] ?? source.env[variable];
  // kcli logs in to one domain, and hands the project of a token on as an id.
  const domain = say('OS_USER_DOMAIN_NAME');
  if (domain !== undefined) written['OS_PROJECT_DOMAIN_NAME'] ??= domain;
  const byToken = (say('OS_AUTH_TYPE') ?? (say('OS_TOKEN') && 'token')) === 'token';
  const project = say('OS_PROJECT_NAME');
  if (byToken && project !== undefined) written['OS_PROJECT_ID'] = project;
  if (byToken) delete written['OS_PROJECT_NAME'];
  return openstackPlan({
    name,
    written,
    env: source.env,
    fallback: byToken ? {} : DEFAULTS,
    tool: 'kcli',
    insecure: say('OS_CACERT') === undefined,
  });
};

/** The variables of the `export NAME=value` lines; undefined when the file is not there. One that a shell would fill in is left out. */
async function exportsOf(path: string, source: Source): Promise<Readonly<Record<string, string>> | undefined> {
  const file = await firstOf(source, [path]);
  if (!file) return undefined;
  const lines = file.text.matchAll(/^export\s+(OS_\w+)=(["']?)(.*)\2\s*$/gm);
  return Object.fromEntries(
    [...lines].flatMap(([, variable = '', , value = '']) => (value.includes('$') ? [] : [[variable, value] as const])),
  );
}
