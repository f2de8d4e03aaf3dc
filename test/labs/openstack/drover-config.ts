import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { logIn, publicUrl } from './cloud-api.ts';
import { APPLICATION, loginOf, PASSWORD, type Person, type Project, REGION } from './people.ts';
import type { Site } from './site.ts';

interface Application {
  readonly id: string;
  readonly name: string;
}

async function applicationId(site: Site): Promise<string> {
  const drover = await logIn(site, loginOf('drover'));
  const path = `/users/${drover.userId}/application_credentials?name=${APPLICATION.name}`;
  const said = await drover.ask<{ application_credentials: readonly Application[] }>('identity', path);
  const id = said.application_credentials[0]?.id;
  if (id === undefined) throw new Error(`drover has no application credential ${APPLICATION.name}`);
  return id;
}

/** As a cloud hands them out: a good entry for each way to log in, and entries for what goes wrong. */
async function cloudsOf(site: Site) {
  const auth_url = publicUrl(site, 'identity');
  const cloud = (auth: object, more: object = {}) => ({
    auth: { auth_url, ...auth },
    region_name: REGION,
    interface: 'public',
    identity_api_version: 3,
    cacert: site.files.ca,
    ...more,
  });
  const password = (username: Person, project_name: Project = 'fleet', secret: string = PASSWORD) => ({
    username,
    password: secret,
    project_name,
    user_domain_name: 'Default',
    project_domain_name: 'Default',
  });
  const application = {
    application_credential_id: await applicationId(site),
    application_credential_secret: APPLICATION.secret,
  };
  return {
    fleet: cloud(password('drover')),
    annex: cloud(password('drover', 'annex')),
    'fleet-admin': cloud(password('captain')),
    'fleet-reader': cloud(password('visitor')),
    'fleet-app': cloud(application, { auth_type: 'v3applicationcredential' }),
    'wrong-password': cloud(password('drover', 'fleet', 'guessed')),
    'wrong-region': cloud(password('drover'), { region_name: 'Atlantis' }),
    'no-ca': cloud(password('drover'), { cacert: undefined }),
    unverified: cloud(password('drover'), { cacert: undefined, verify: false }),
    nobody: cloud({ ...password('drover'), auth_url: `https://${site.address}:5999/v3` }),
  };
}

/** clouds.yaml, and drover's own configuration that names the entries which work. */
export async function writeConfigs(site: Site): Promise<void> {
  const { config, cloudsYaml } = site.files;
  const endpoint = (cloud: string) => ({ platform: 'openstack', cloud, 'clouds-file': cloudsYaml });
  const endpoints = { fleet: endpoint('fleet'), 'fleet-admin': endpoint('fleet-admin'), annex: endpoint('annex') };
  await writeFile(cloudsYaml, stringify({ clouds: await cloudsOf(site) }), { mode: 0o600 });
  await writeFile(config, stringify({ endpoints }), { mode: 0o600 });
}
