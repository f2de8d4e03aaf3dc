import { FleetError } from '../../errors.ts';
import { endpointNameFor } from '../../ids.ts';
import type { Detected } from '../contract.ts';
import { cloudNames } from './user-files/cloud-entry.ts';
import { type CloudsFiles, here, readCloudsFiles, type Surroundings } from './user-files/clouds-files.ts';

/** The clouds of clouds.yaml, and what an openrc file has set. */
export const detectHere = (): Promise<readonly Detected[]> => detectAround(here());

export async function detectAround(around: Surroundings): Promise<readonly Detected[]> {
  const { env } = around;
  const file = env['OS_CLIENT_CONFIG_FILE'] || undefined;
  const files = await readCloudsFiles(file, around).catch((error: unknown): CloudsFiles | undefined => {
    // A broken file is reported when it is used.
    if (error instanceof FleetError) return undefined;
    throw error;
  });
  const named = (files ? cloudNames(files) : []).map(
    (cloud): Detected => ({
      name: endpointNameFor(cloud),
      why: `the cloud ${cloud} in ${files?.clouds?.path}`,
      values: { cloud, ...(file === undefined ? {} : { 'clouds-file': file }) },
    }),
  );
  const rc = openrc(env);
  return rc ? [...named, rc] : named;
}

const FIELDS: readonly (readonly [field: string, variable: string, secret?: 'secret'])[] = [
  ['username', 'OS_USERNAME'],
  ['password', 'OS_PASSWORD', 'secret'],
  ['user-domain', 'OS_USER_DOMAIN_NAME'],
  ['project', 'OS_PROJECT_NAME'],
  ['project-id', 'OS_PROJECT_ID'],
  ['project-domain', 'OS_PROJECT_DOMAIN_NAME'],
  ['application-credential-id', 'OS_APPLICATION_CREDENTIAL_ID'],
  ['application-credential-name', 'OS_APPLICATION_CREDENTIAL_NAME'],
  ['application-credential-secret', 'OS_APPLICATION_CREDENTIAL_SECRET', 'secret'],
  ['token', 'OS_TOKEN', 'secret'],
  // The later of two counts: what is for Nova alone.
  ['region', 'OS_REGION_NAME'],
  ['region', 'OS_COMPUTE_REGION_NAME'],
  ['interface', 'OS_ENDPOINT_TYPE'],
  ['interface', 'OS_INTERFACE'],
  ['compute-url', 'OS_COMPUTE_ENDPOINT_OVERRIDE'],
  ['ca', 'OS_CACERT'],
];

/** Secrets stay where they are: they are referred to. */
function openrc(env: Surroundings['env']): Detected | undefined {
  const url = env['OS_AUTH_URL'];
  if (!url) return undefined;
  const values = FIELDS.flatMap(([field, variable, secret]) => {
    const value = env[variable];
    if (!value) return [];
    return [[field, secret ? `env:${variable}` : field === 'interface' ? value.replace(/URL$/, '') : value] as const];
  });
  const host = URL.parse(url)?.hostname ?? '';
  return {
    name: endpointNameFor(env['OS_PROJECT_NAME'] ?? host),
    why: 'OS_AUTH_URL is set',
    values: { 'auth-url': url, ...Object.fromEntries(values) },
  };
}
