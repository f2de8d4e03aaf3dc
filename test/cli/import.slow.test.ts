/** `drover import`: samples are those of the tools' own documentation and sources, unless a name says otherwise. */
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runComplete } from '../../src/cli/completion/complete-command.ts';
import { aws } from '../../src/cli/import/aws.ts';
import { govc } from '../../src/cli/import/govc.ts';
import { importers } from '../../src/cli/import/importers.ts';
import { kcli } from '../../src/cli/import/kcli.ts';
import { openstack } from '../../src/cli/import/openstack.ts';
import type { Importer, Plan } from '../../src/cli/import/plan.ts';
import { pvetui } from '../../src/cli/import/pvetui.ts';
import { createSecretFiles } from '../../src/cli/import/secret-files.ts';
import { settle } from '../../src/cli/import/settle.ts';
import { createPrinter } from '../../src/cli/print.ts';
import { systemClock } from '../../src/clock.ts';
import { manifest as awsManifest } from '../../src/platforms/aws/manifest.ts';
import { manifest as kvm } from '../../src/platforms/kvm/manifest.ts';
import { manifest as openstackManifest } from '../../src/platforms/openstack/manifest.ts';
import { manifest as proxmox } from '../../src/platforms/proxmox/manifest.ts';
import { ACCOUNTS } from '../../src/platforms/proxmox/testkit/access.ts';
import { startFakeProxmox } from '../../src/platforms/proxmox/testkit/server.ts';
import { manifest as vsphere } from '../../src/platforms/vsphere/manifest.ts';
import { emptyMap } from '../../src/state/config/located.ts';
import { openPty } from '../terminal/open-pty.ts';
import { found, HOME, source } from './import-source.ts';
import { type Desk, openDesk } from './run-drover.ts';

async function planned(importer: Importer, ...from: Parameters<typeof source>): Promise<readonly Plan[]> {
  const plans = await found(importer, ...from);
  const left = plans.filter((one) => 'why' in one);
  if (left.length > 0) throw new Error(`left out: ${JSON.stringify(left)}`);
  return plans as readonly Plan[];
}

describe('kcli', () => {
  /** docs/index.md of karmab/kcli, Configuration, and each provider's section. */
  const clients = (yaml: string, secrets?: string) => ({
    '~/.kcli/config.yml': yaml,
    ...(secrets === undefined ? {} : { '~/.kcli/secrets.yml': secrets }),
  });

  it('F-484 takes hypervisors with the user and the protocol that kcli means when it says none', async () => {
    const plans = await planned(
      kcli,
      clients(`default:
 client: provider1
 pool: default
 numcpus: 2
 protocol: ssh
 nets:
  - default

provider1:
 host: 192.168.0.6
 pool: default

provider2:
 host: 192.168.0.4
 pool: whatever
`),
    );
    expect(plans).toMatchObject([
      { name: 'provider1', platform: 'kvm', values: { transport: 'ssh', host: '192.168.0.6', user: 'root' } },
      { name: 'provider2', platform: 'kvm', values: { transport: 'ssh', host: '192.168.0.4', user: 'root' } },
    ]);
  });

  it('takes what the default section says for all, and what a client says before that', async () => {
    const [one, two] = await planned(
      kcli,
      clients('default:\n user: anna\n port: 2222\none:\n host: a\ntwo:\n host: b\n user: root\n port: 22\n'),
    );
    expect(one?.values).toEqual({ transport: 'ssh', host: 'a', user: 'anna', port: 2222 });
    expect(two?.values).toEqual({ transport: 'ssh', host: 'b', user: 'root' });
  });

  it('takes this machine, a session, an old socket, a disabled client and a URI', async () => {
    const plans = await planned(
      kcli,
      clients(`here: {}
mine:
 host: localhost
 session: true
old:
 host: c
 legacy: True
 enabled: False
url:
 url: qemu+ssh://root@d/system?no_verify=1&keyfile=/root/.ssh/id_rsa
plain:
 host: e
 protocol: tcp
 port: 16509
`),
    );
    expect(plans.map(({ values }) => values)).toEqual([
      { transport: 'unix' },
      { transport: 'unix', driver: 'qemu:///session' },
      { transport: 'ssh', host: 'c', user: 'root', socket: '/var/run/libvirt/libvirt-sock', enabled: false },
      { uri: 'qemu+ssh://root@d/system?keyfile=/root/.ssh/id_rsa' },
      { transport: 'tcp', host: 'e', port: 16_509 },
    ]);
    expect(plans.at(-1)?.notes.join()).toContain('not protected');
  });

  it('takes the key of its own folder, as kcli prefers it', async () => {
    const [plan] = await planned(kcli, {
      ...clients('a:\n host: a\n'),
      '~/.kcli/id_rsa': '',
      '~/.kcli/id_rsa.pub': '',
    });
    expect(plan?.values).toMatchObject({ key: '~/.kcli/id_rsa' });
  });

  it('F-484 looks ?secret up in secrets.yml, below the same keys', async () => {
    const [plan] = await planned(
      kcli,
      clients(
        'myproxmox:\n type: proxmox\n host: pve.karmalabs.corp\n user: root@pam\n password: ?secret\n pool: local\n',
        'myproxmox:\n password: mypassword\n',
      ),
    );
    expect(plan).toMatchObject({
      values: { host: 'pve.karmalabs.corp', user: 'root@pam', login: 'password' },
      secrets: { password: 'mypassword' },
    });
  });

  it('leaves a client out whose secret is not there, where kcli refuses to start', async () => {
    expect(await found(kcli, clients('a:\n type: proxmox\n user: root@pam\n password: ?secret\n'))).toEqual([
      { name: 'a', why: 'secrets.yml has no password for it' },
    ]);
  });

  it('takes Proxmox with an API token, vSphere and AWS', async () => {
    const [pve, vc, ec2] = await planned(
      kcli,
      clients(`pve:
 type: proxmox
 host: pve
 user: root@pam
 auth_token_name: kcli
 auth_token_secret: 8a1f
 verify_ssl: false
myvsphere:
 type: vsphere
 host: xxx-vcsa67.vcenter.e2e.karmalabs.corp
 user: administrator@karmalabs.corp
 password: mypassword
 datacenter: Madrid
 cluster: mycluster
 pool: mysuperdatastore
aws:
 type: aws
 access_key_id: AKAAAAAAAAAAAAA
 access_key_secret: xxxxxxxxxxyyyyyyyy
 keypair: mykey
`),
    );
    expect(pve).toMatchObject({ values: { user: 'root@pam', token: 'kcli' }, secrets: { secret: '8a1f' } });
    expect(pve?.notes.join()).toContain('does not verify');
    expect(vc?.values).toEqual({
      url: 'xxx-vcsa67.vcenter.e2e.karmalabs.corp',
      user: 'administrator@karmalabs.corp',
    });
    expect(ec2).toMatchObject({
      values: { region: 'eu-west-3', 'access-key-id': 'AKAAAAAAAAAAAAA' },
      secrets: { 'secret-access-key': 'xxxxxxxxxxyyyyyyyy' },
    });
  });

  it('takes OpenStack from its keys, from an openrc file and from the environment', async () => {
    const yaml = `myopenstack:
 type: openstack
 user: testk
 password: testk
 project: testk
 auth_url: http://openstack:5000/v3
 ca_file: ~/ca-trust.crt
rc:
 type: openstack
 domain: Users
 envrc: ~/openrc
`;
    const rc =
      'export OS_AUTH_URL=https://rc:5000/v3\nexport OS_USERNAME="ann"\nexport OS_PASSWORD=$OS_PASSWORD_INPUT\nexport OS_PROJECT_NAME=\'lab\'\n';
    const [own, file] = await planned(kcli, { ...clients(yaml), '~/openrc': rc }, { OS_PASSWORD: 'from-env' });
    expect(own).toMatchObject({
      values: {
        'auth-url': 'http://openstack:5000/v3',
        username: 'testk',
        project: 'testk',
        'user-domain': 'Default',
        'project-domain': 'Default',
        ca: '~/ca-trust.crt',
      },
      secrets: { password: 'testk' },
    });
    expect(file).toMatchObject({
      values: {
        'auth-url': 'https://rc:5000/v3',
        username: 'ann',
        project: 'lab',
        'project-domain': 'Users',
        password: 'env:OS_PASSWORD',
      },
      secrets: {},
    });
  });

  it('says why a client can be no endpoint', async () => {
    const left = await found(
      kcli,
      clients('u:\n host: http://h\ng:\n type: gcp\nall:\n type: group\n members:\n - a\n - b\n'),
    );
    expect(left).toMatchObject([
      { name: 'u', why: expect.stringContaining('URL') },
      { name: 'g', why: expect.stringContaining('no platform for kcli') },
      { name: 'all', why: expect.stringContaining('a, b') },
    ]);
  });

  it.each([
    ['db1', 'not a libvirt URI'],
    ['qemu+ssh://db1', 'qemu:// names nothing that a daemon opens'],
    ['qemu+libssh://db1/system?known_hosts_verify=ignore', 'hosts are always verified'],
    ['qemu+ssh://db1/system?command=/opt/wrapper', 'command is not supported'],
    ['qemu+ext:///system?command=/opt/wrapper', 'drover runs no external command'],
  ])('leaves out a client whose url drover can not follow: %s', async (url, why) => {
    const [left] = await found(kcli, clients(`a:\n url: ${url}\n`));
    expect(left).toEqual({ name: 'a', why: expect.stringMatching(/^drover can't follow its url: /) });
    expect(left).toMatchObject({ why: expect.stringContaining(why) });
  });

  it('reads the file that KCLI_CONFIG names', async () => {
    const files = { '~/elsewhere.yml': 'x:\n host: y\n', ...clients('a:\n host: a\n') };
    expect(await planned(kcli, files, { KCLI_CONFIG: '~/elsewhere.yml' })).toMatchObject([{ name: 'x' }]);
  });

  it('reads its file as PyYAML does, but for words that look like numbers', async () => {
    const aliases = `x:\n host: 127.0.0.1\n list: &l [1]\n more: [${'*l, '.repeat(200)}]\n`;
    const yaml = `${aliases}pve:\n type: proxmox\n host: one\n host: two\n user: root@pam\n password: 0777\n`;
    expect((await planned(kcli, clients(yaml)))[1]).toMatchObject({
      values: { host: 'two' },
      secrets: { password: '0777' },
    });
  });

  it('takes entries in that a YAML merge key names', async () => {
    const yaml = 'a: &all\n user: anna\n host: a\nb:\n <<: *all\n host: b\n';
    expect((await planned(kcli, clients(yaml)))[1]?.values).toMatchObject({ host: 'b', user: 'anna' });
  });
});

describe('pvetui', () => {
  const profiles = (yaml: string) => ({ '~/.config/pvetui/config.yml': yaml });

  it('takes profiles with a password and with a token', async () => {
    // docs/CONFIGURATION.md of devnullvoid/pvetui, Configuration Format.
    const plans = await planned(
      pvetui,
      profiles(`profiles:
  default:
    addr: "https://your-proxmox-host:8006"
    user: "your-user"
    realm: "pam"
    password: "your-password"
    insecure: true
  work:
    addr: "https://work-proxmox:8006"
    user: "workuser"
    token_id: "worktoken"
    token_secret: "worksecret"
    realm: "pam"
    insecure: false
default_profile: "default"
`),
    );
    expect(plans).toMatchObject([
      {
        name: 'default',
        values: { host: 'your-proxmox-host:8006', user: 'your-user@pam', login: 'password' },
        secrets: { password: 'your-password' },
      },
      {
        name: 'work',
        values: { host: 'work-proxmox:8006', user: 'workuser@pam', token: 'worktoken' },
        secrets: { secret: 'worksecret' },
        notes: [],
      },
    ]);
    expect(plans[0]?.notes.join()).toContain('pvetui does not verify');
  });

  it('takes the one server of an old file, and the port that its URL means', async () => {
    const old = 'addr: https://pve1.lan/proxy/\nuser: root\nrealm: pve\ntoken_id: root@pve!tui\ntoken_secret: abc\n';
    expect(await planned(pvetui, profiles(old))).toMatchObject([
      { name: 'pve1', values: { host: 'pve1.lan:443/proxy', user: 'root@pve', token: 'tui' } },
    ]);
  });

  it('leaves out what is encrypted with age or SOPS', async () => {
    const aged = 'profiles:\n  a:\n    addr: h\n    user: u\n    password: age1:YWdlLWVuY3J5cHRpb24=\n';
    const sealed = 'profiles:\n  a:\n    addr: ENC[AES256_GCM,data:x]\nsops:\n  version: 3.9.0\n';
    expect(await found(pvetui, profiles(aged))).toMatchObject([{ name: 'a', why: expect.stringContaining('age') }]);
    expect(await found(pvetui, profiles(sealed))).toMatchObject([{ name: 'a', why: expect.stringContaining('SOPS') }]);
  });
});

describe('govc', () => {
  it('refers to the password in the environment', async () => {
    const env = {
      GOVC_URL: 'https://vc1.example.org/sdk',
      GOVC_USERNAME: 'ann@vsphere.local',
      GOVC_PASSWORD: 'hidden',
      GOVC_INSECURE: 'true',
      GOVC_DATACENTER: 'Madrid',
    };
    const [plan] = await planned(govc, {}, env);
    expect(plan).toMatchObject({
      name: 'vc1',
      values: { url: 'vc1.example.org', user: 'ann@vsphere.local', password: 'env:GOVC_PASSWORD' },
      secrets: {},
    });
    expect(plan?.notes.join()).toMatch(/GOVC_INSECURE is not taken over.*fingerprint.*GOVC_DATACENTER/);
  });

  it('takes a login out of the URL, and a file in place of a password', async () => {
    const [inUrl] = await planned(govc, {}, { GOVC_URL: 'root:p%40ss@10.0.0.1:8989' });
    expect(inUrl).toMatchObject({
      name: 'vcenter',
      values: { url: '10.0.0.1:8989', user: 'root' },
      secrets: { password: 'p@ss' },
    });
    const env = { GOVC_URL: 'vc', GOVC_USERNAME: 'a', GOVC_PASSWORD: '~/pw' };
    expect((await planned(govc, { '~/pw': 'x' }, env))[0]?.values).toMatchObject({ password: `file:${HOME}/pw` });
  });

  it('pins the fingerprint that govc knows, when it is a SHA-256', async () => {
    const sha256 = Array.from({ length: 32 }, () => 'AB').join(':');
    const sha1 = Array.from({ length: 20 }, () => 'CD').join(':');
    const env = { GOVC_URL: 'a@vc', GOVC_TLS_KNOWN_HOSTS: '/kh', GOVC_TLS_CA_CERTS: '/ca1:/ca2' };
    const [pinned] = await planned(govc, { '/kh': `other:443 ${sha1}\nvc:443 ${sha256}\n` }, env);
    expect(pinned?.values).toMatchObject({ fingerprint: sha256, ca: '/ca1' });
    const [old] = await planned(govc, { '/kh': `vc ${sha1}\n` }, env);
    expect(old?.values).not.toHaveProperty('fingerprint');
    expect(old?.notes.join()).toContain('SHA-1');
  });
});

describe('openstack', () => {
  it('refers to each cloud by its name, once for each region', async () => {
    // doc/source/user/config/configuration.rst of openstacksdk, Config Files.
    const yaml = `clouds:
  mordred:
    region_name: Dallas
    auth:
      username: 'mordred'
      password: XXXXXXX
      project_name: 'demo'
      auth_url: 'https://identity.example.com'
  mtvexx:
    profile: https://vexxhost.com
    region_name: ca-ymq-1
    dns_api_version: 1
  infra:
    profile: rackspace
    auth:
      username: openstackci
      password: XXXXXXXX
      project_id: 610275
    regions:
    - DFW
    - ORD
    - IAD
`;
    const plans = await planned(openstack, { '~/.config/openstack/clouds.yaml': yaml });
    expect(plans.map(({ name, values, secrets }) => [name, values, secrets])).toEqual([
      ['mordred', { cloud: 'mordred' }, {}],
      ['mtvexx', { cloud: 'mtvexx' }, {}],
      ['infra-DFW', { cloud: 'infra', region: 'DFW' }, {}],
      ['infra-ORD', { cloud: 'infra', region: 'ORD' }, {}],
      ['infra-IAD', { cloud: 'infra', region: 'IAD' }, {}],
    ]);
    expect(plans[1]?.notes.join()).toContain('clouds-public.yaml');
  });

  it('names the file when it is one of the working directory, and says what verify: false needs', async () => {
    const yaml = 'clouds:\n  dev:\n    verify: False\n    auth:\n      auth_url: https://dev:5000\n';
    const [plan] = await planned(openstack, { '/work/clouds.yaml': yaml, '~/.config/openstack/clouds.yaml': '' });
    expect(plan?.values).toEqual({ cloud: 'dev', 'clouds-file': '/work/clouds.yaml' });
    expect(plan?.notes.join()).toContain('ca or fingerprint');
  });

  it('takes the variables of openrc, and refers to the secret among them', async () => {
    const env = {
      OS_AUTH_URL: 'https://cloud:5000/v3',
      OS_USERNAME: 'ann',
      OS_PASSWORD: 'hidden',
      OS_PROJECT_NAME: 'lab',
      OS_USER_DOMAIN_NAME: 'Default',
      OS_REGION_NAME: 'RegionOne',
      OS_INTERFACE: 'publicURL',
    };
    expect(await planned(openstack, {}, env)).toMatchObject([
      {
        name: 'lab',
        values: { 'auth-url': 'https://cloud:5000/v3', password: 'env:OS_PASSWORD', interface: 'public' },
        secrets: {},
      },
    ]);
    const ofNova = {
      OS_COMPUTE_REGION_NAME: 'RegionTwo',
      OS_COMPUTE_ENDPOINT_TYPE: 'internalURL',
      OS_COMPUTE_ENDPOINT_OVERRIDE: 'https://nova',
    };
    expect((await planned(openstack, {}, { ...env, ...ofNova }))[0]?.values).toMatchObject({
      region: 'RegionTwo',
      interface: 'internal',
      'compute-url': 'https://nova',
    });
    const application = {
      OS_AUTH_URL: 'https://cloud:5000/v3',
      OS_AUTH_TYPE: 'v3applicationcredential',
      OS_APPLICATION_CREDENTIAL_ID: 'abc',
      OS_APPLICATION_CREDENTIAL_SECRET: 'hidden',
      OS_USERNAME: 'left-over',
    };
    expect((await planned(openstack, {}, application))[0]?.values).toEqual({
      'auth-url': 'https://cloud:5000/v3',
      'application-credential-id': 'abc',
      'application-credential-secret': 'env:OS_APPLICATION_CREDENTIAL_SECRET',
    });
    expect(await openstack.read(source({}, { OS_CLOUD: 'x', OS_REGION_NAME: 'y' }))).toBeUndefined();
  });
});

describe('aws', () => {
  it('refers to each profile by its name, in its region', async () => {
    // docs.aws.amazon.com/cli/latest/userguide, Configuration and credential file settings.
    const config = `[default]
region=us-west-2
output=json

[profile user1]
region=us-east-1
output=text
s3 =
    max_concurrent_requests = 20
; a remark
[profile my-sso-profile]
sso_session = my-sso
sso_account_id = 123456789011
sso_role_name = readOnly

[sso-session my-sso]
sso_region = us-east-1
sso_start_url = https://my-sso-portal.awsapps.com/start

[profile base]
region = eu-west-1
`;
    const keys = `[default]
aws_access_key_id=AKIAIOSFODNN7EXAMPLE
aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY

[user1]
aws_access_key_id=AKIAI44QH8DHBEXAMPLE
aws_secret_access_key=je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY
`;
    const files = { '~/.aws/config': config, '~/.aws/credentials': keys };
    expect(await found(aws, files, { AWS_REGION: 'eu-north-1' })).toMatchObject([
      { name: 'default-us-west-2', values: { profile: 'default', region: 'us-west-2' }, secrets: {} },
      { name: 'user1-us-east-1', values: { profile: 'user1', region: 'us-east-1' } },
      { name: 'my-sso-profile-eu-north-1', values: { profile: 'my-sso-profile', region: 'eu-north-1' } },
      { name: 'base', why: 'the profile has no credentials' },
    ]);
    expect(JSON.stringify(await found(aws, files))).not.toMatch(/EXAMPLEKEY/);
  });

  it('refers to keys in the environment', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'hidden', AWS_DEFAULT_REGION: 'eu-west-1' };
    expect(await planned(aws, {}, env)).toMatchObject([
      { name: 'aws-eu-west-1', values: { 'access-key-id': 'AKIA', 'secret-access-key': 'env:AWS_SECRET_ACCESS_KEY' } },
    ]);
  });

  it('takes the address of a private cloud with the keys in the environment', async () => {
    const env = {
      AWS_ACCESS_KEY_ID: 'A',
      AWS_SECRET_ACCESS_KEY: 'x',
      AWS_REGION: 'r',
      AWS_ENDPOINT_URL_EC2: 'https://ec2',
    };
    expect((await planned(aws, {}, env))[0]?.values).toMatchObject({ 'endpoint-url': 'https://ec2' });
  });

  it('leaves addresses of single services to the profile', async () => {
    const config =
      '[profile p]\nregion = r\nlogin_session = a\nendpoint_url = https://all\nservices = s\n[services s]\nec2 =\n  endpoint_url = https://ec2\n';
    expect((await planned(aws, { '~/.aws/config': config }))[0]?.values).toEqual({ profile: 'p', region: 'r' });
  });

  // What tries all ways to divide the blanks does not end within the time of a test.
  it('reads a line of many blanks as quickly as any other', async () => {
    const blanks = ' '.repeat(3_000);
    const lines = ['[default]', `region${blanks}= us-west-2${blanks}`, `login_session = a${blanks}b`];
    const [plan] = await planned(aws, { '~/.aws/config': lines.join('\n') });
    expect(plan?.values).toMatchObject({ profile: 'default', region: 'us-west-2' });
    await expect(found(aws, { '~/.aws/config': `[${blanks}x` })).rejects.toThrow(':1:1: this is neither');
  });

  it('says in which line a file is broken, without the line', async () => {
    await expect(found(aws, { '~/.aws/config': '[default]\nregion us-west-2\n' })).rejects.toThrow(
      `${HOME}/.aws/config:2:1: this is neither`,
    );
  });
});

describe('what was found', () => {
  const YAML = `kvm:
 host: 192.168.0.6
 port: 2222
 legacy: true
 session: true
 enabled: false
pve:
 type: proxmox
 host: pve
 user: root@pam
 auth_token_name: kcli
 auth_token_secret: x
vc:
 type: vsphere
 host: vc
 user: u
 password: x
os:
 type: openstack
 auth_url: https://openstack:5000/v3
 password: x
 region_name: RegionOne
 ca_file: ~/ca.crt
app:
 type: openstack
 auth_url: https://openstack:5000/v3
 auth_type: v3applicationcredential
 application_credential_id: a
 application_credential_secret: b
token:
 type: openstack
 auth_url: https://openstack:5000/v3
 token: x
aws:
 type: aws
 access_key_id: AKIA
 access_key_secret: x
 session_token: y
`;
  const ENV = {
    GOVC_URL: 'u:p@vc',
    OS_AUTH_URL: 'https://cloud:5000/v3',
    OS_USERNAME: 'ann',
    OS_PASSWORD: 'x',
    OS_INTERFACE: 'internalURL',
    AWS_ACCESS_KEY_ID: 'AKIA',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_SESSION_TOKEN: 'x',
    AWS_REGION: 'eu-west-1',
  };
  const FILES = {
    '~/.kcli/config.yml': YAML,
    '~/.config/pvetui/config.yml': 'addr: https://pve:8006\nuser: root\npassword: x\n',
    '~/.config/openstack/clouds.yaml': 'clouds:\n  c:\n    regions: [A, B]\n',
    '~/.aws/config': '[profile p]\nlogin_session = a\nca_bundle = /ca\nendpoint_url = https://ec2.lan\n',
  };

  it.each(importers)('for $tool fits the fields of the platforms', async (importer) => {
    const ground = {
      tool: importer.tool,
      manifests: [kvm, proxmox, vsphere, openstackManifest, awsManifest],
      config: { endpoints: new Map(), pools: new Map(), notes: new Map(), file: emptyMap },
      files: createSecretFiles('/nowhere/config.yaml'),
    };
    const settled = await settle(await planned(importer, FILES, ENV), ground);
    expect(settled.filter(({ status }) => status !== 'new')).toEqual([]);
    expect(settled.length).toBeGreaterThan(0);
  });
});

describe('names', () => {
  const settled = (...plans: readonly Plan[]) =>
    settle(plans, {
      tool: 'kcli',
      manifests: [kvm, proxmox, vsphere, openstackManifest, awsManifest],
      config: { endpoints: new Map(), pools: new Map(), notes: new Map(), file: emptyMap },
      files: createSecretFiles('/nowhere/config.yaml'),
    });
  const plan = (name: string, values: Plan['values']): Plan => ({
    name,
    platform: 'kvm',
    values: { transport: 'ssh', host: 'h', ...values },
    secrets: {},
    where: 'h',
    login: '-',
    notes: [],
  });

  it('of endpoints stay apart, however long or foreign they are, and as many as there are', async () => {
    const long = 'production-cluster-of-the-second-datacentre-in-frankfurt-am-main';
    const names = [...['北京', '上海', 'Москва', 'Köln', 'Koln'], `${long}-1`, `${long}-2`, ...Array(8).fill('a b')];
    const results = await settled(...names.map((name, index) => plan(name, { host: `h${index}` })));
    expect(results.map(({ status }) => status)).toEqual(names.map(() => 'new'));
    const given = results.map(({ name }) => name);
    expect(new Set(given).size).toBe(names.length);
    for (const name of given) expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/);
    expect(given[3]).toMatch(/^Koln/);
    // The same again: an import can be repeated.
    expect(
      (await settled(...names.map((name, index) => plan(name, { host: `h${index}` })))).map((one) => one.name),
    ).toEqual(given);
  });

  it.each<[string, Plan['values']]>([
    ['a host that begins like an option', { host: '-oProxyCommand=x' }],
    ['a host with a command in it', { host: 'h$(touch x)' }],
    ['a host with a blank', { host: 'h x' }],
    ['a user with a command in it', { user: 'root;reboot' }],
    ['a user with a quote', { user: 'a`b`' }],
    ['a user of a URI', { transport: undefined as never, host: undefined as never, uri: 'qemu+ssh://a%7Cb@h/system' }],
    ['a host of a URI', { transport: undefined as never, host: undefined as never, uri: 'qemu+ssh://h%24(x)/system' }],
  ])('with %s are refused', async (_what, values) => {
    const given = Object.fromEntries(
      Object.entries({ ...plan('x', values).values }).filter(([, value]) => value !== undefined),
    );
    const [one] = await settled({ ...plan('x', {}), values: given });
    expect(one).toMatchObject({ status: 'left out', why: expect.stringContaining('that OpenSSH allows in no') });
  });

  it.each<Plan['values']>([
    { user: 'CORP\\anna' },
    { user: 'anna@corp' },
    { host: 'fe80::1%eth0' },
    { host: 'db_1.lan' },
  ])('such as %j are taken', async (values) => {
    expect(await settled(plan('x', values))).toMatchObject([{ status: 'new' }]);
  });

  it('of libvirt are no import when they are no URI', async () => {
    expect(await found(kcli, { '~/.kcli/config.yml': 'a:\n url: host1\n' })).toMatchObject([
      { name: 'a', why: expect.stringContaining('not a libvirt URI') },
    ]);
  });
});

describe('drover import', () => {
  const SECRET = 'k7-unheard-of';
  const KCLI = `default:
 client: hv1
hv1:
 host: 192.168.0.6
pve:
 type: proxmox
 host: pve.lan
 user: root@pam
 password: ?secret
cloud:
 type: gcp
`;
  interface Row {
    readonly name: string;
    readonly status: string;
    readonly why: string | null;
    readonly values: Readonly<Record<string, unknown>>;
    readonly written: boolean;
  }

  let desk: Desk;
  const put = async (path: string, text: string) => {
    await mkdir(dirname(join(desk.home, path)), { recursive: true });
    await writeFile(join(desk.home, path), text);
  };
  const config = () => readFile(desk.config, 'utf8');

  const runWith: Desk['runWith'] = (surroundings, ...argv) => desk.runWith(surroundings, ...argv);
  const run = (...argv: readonly string[]) => runWith({}, ...argv);

  beforeEach(async () => {
    desk = await openDesk('# mine\nendpoints:\n  old:\n    platform: kvm\n    transport: unix\n');
    await put('.kcli/config.yml', KCLI);
    await put('.kcli/secrets.yml', `pve:\n password: ${SECRET}\n`);
  });
  afterEach(() => desk.clear());

  it('F-484 shows what it would make, and writes nothing where there is no terminal to ask at', async () => {
    const before = await config();
    const { code, stdout, stderr } = await desk.run('import', 'kcli');
    expect(code).toBe(2);
    expect(stdout).toMatch(/^NAME +PLATFORM +WHERE +LOGIN +SECRET +STATUS\n/);
    expect(stdout).toMatch(/hv1 +kvm +192\.168\.0\.6 +root +- +new\n/);
    expect(stdout).toMatch(/pve +proxmox +pve\.lan +root@pam +copied +new\n/);
    expect(stdout).toMatch(/cloud .*left out\n/);
    expect(stderr).toContain('pve: the password is copied into a file of its own');
    expect(stderr).toContain("cloud: drover has no platform for kcli's type gcp");
    expect(stderr).toContain('add --yes');
    expect(await config()).toBe(before);
    expect(await readdir(desk.home)).not.toContain('secrets');
  });

  it('F-484 makes endpoints of the clients of kcli, leaves its files alone, and keeps secrets for their owner', async () => {
    const { code, stdout, stderr } = await run('import', 'kcli', '--yes');
    expect(code).toBe(0);
    expect(stderr).toContain('pve is saved');
    const text = await config();
    expect(text).toContain('# mine');
    expect(text).toContain('    password: file:secrets/pve.password');
    const file = join(desk.home, 'secrets/pve.password');
    expect(await readFile(file, 'utf8')).toBe(`${SECRET}\n`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(file))).mode & 0o777).toBe(0o700);
    expect(await readFile(join(desk.home, '.kcli/config.yml'), 'utf8')).toBe(KCLI);
    expect((await readdir(join(desk.home, '.kcli'))).sort()).toEqual(['config.yml', 'secrets.yml']);
    const audit = await readFile(join(desk.home, 'state/drover/audit.jsonl'), 'utf8');
    expect(audit).toContain('endpoint-add');
    for (const one of [stdout, stderr, text, audit]) expect(one).not.toContain(SECRET);
    expect((await run('endpoint', 'info', 'pve')).stdout).toContain('host: pve.lan');
  });

  it('asks on a terminal, and writes after a yes only', async () => {
    const before = await config();
    const argv = [join(process.cwd(), 'bin/drover'), '--config', desk.config, 'import', 'kcli'] as const;
    const env = { HOME: desk.home, XDG_STATE_HOME: join(desk.home, 'state') };
    for (const answer of ['n', 'y']) {
      const pty = openPty({ argv, env });
      await pty.until('[y/N]');
      expect(await config()).toBe(before);
      pty.type(`${answer}\r`);
      expect(await pty.exit).toMatchObject({ code: answer === 'y' ? 0 : 130 });
      expect(pty.screen()).toContain(answer === 'y' ? 'pve is saved' : 'nothing was written');
      expect((await config()).includes('  pve:')).toBe(answer === 'y');
      pty.close();
    }
  });

  it('changes nothing when it is run again', async () => {
    await run('import', 'kcli', '--yes');
    const before = await config();
    const { code, stdout, stderr } = await run('import', 'kcli', '--yes');
    expect(code).toBe(0);
    expect(stdout.match(/there already/g)).toHaveLength(2);
    expect(stderr).toContain('nothing to do');
    expect(await config()).toBe(before);
  });

  it('never changes an endpoint that is there: another machine gets another name, another login is refused', async () => {
    await run('import', 'kcli', '--yes');
    await put('.kcli/config.yml', KCLI.replace('192.168.0.6', '192.168.0.7').replace('root@pam', 'ann@pve'));
    const rows = (await run('import', 'kcli', '--yes', '-o', 'json')).json<Row[]>();
    expect(rows).toMatchObject([
      { name: 'hv1-kcli', status: 'new', written: true },
      { name: 'pve', status: 'refused', why: expect.stringContaining('another user'), written: false },
      { name: 'cloud', status: 'left out' },
    ]);
    expect((await run('endpoint', 'info', 'hv1')).stdout).toContain('192.168.0.6');
  });

  it('says when the secret is another one now, and keeps the one that it has', async () => {
    await run('import', 'kcli', '--yes');
    await put('.kcli/secrets.yml', 'pve:\n password: changed\n');
    const { stdout, stderr } = await run('import', 'kcli', '--yes');
    expect(stdout).toMatch(/pve .*refused/);
    expect(stderr).toContain('has another password');
    expect(stderr).not.toContain('changed');
    expect(await readFile(join(desk.home, 'secrets/pve.password'), 'utf8')).toBe(`${SECRET}\n`);
  });

  it('takes a secret that lies there already, and closes it to others', async () => {
    await put('secrets/pve.password', `${SECRET}\n`);
    const file = join(desk.home, 'secrets/pve.password');
    await chmod(file, 0o644);
    expect((await run('import', 'kcli', '--yes')).stderr).toContain('pve is saved');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('writes over no file that is in the way of a secret', async () => {
    await put('secrets/pve.password', 'of another user\n');
    const { stdout, stderr } = await run('import', 'kcli', '--yes');
    expect(stdout).toMatch(/pve .*refused/);
    expect(stderr).toContain('another secret is in the way');
    expect(await readFile(join(desk.home, 'secrets/pve.password'), 'utf8')).toBe('of another user\n');
  });

  it('gives programs the plan, and writes for them with --yes only', async () => {
    const before = await config();
    const shown = await run('import', 'kcli', '-o', 'json');
    expect(shown.code).toBe(0);
    expect(shown.json<Row[]>()[1]).toMatchObject({
      name: 'pve',
      platform: 'proxmox',
      secrets: { password: 'copied' },
      values: { host: 'pve.lan', user: 'root@pam', login: 'password', password: 'file:secrets/pve.password' },
      written: false,
    });
    expect((await run('import', 'kcli', '--yes', '--dry-run')).stderr).toContain('nothing was written');
    expect(await config()).toBe(before);
    expect(await readdir(desk.home)).not.toContain('secrets');
  });

  it('leaves no secret behind when the endpoint could not be written', async () => {
    const { code, stderr } = await run('import', 'kcli', '--yes', '--read-only', '--only', 'pve');
    expect(code).toBe(3);
    expect(stderr).toContain('read-only');
    expect(await readdir(join(desk.home, 'secrets'))).toEqual([]);
  });

  it('picks with --only, and says what there is for a name that is not', async () => {
    await run('import', 'kcli', '--yes', '--only', 'hv1');
    expect(await config()).not.toContain('pve');
    const { code, stderr } = await run('import', 'kcli', '--only', 'pev');
    expect(code).toBe(2);
    expect(stderr).toContain('there is nothing called "pev" (did you mean pve?)');
  });

  it('names the places where it looked when there is nothing', async () => {
    const { code, stderr } = await run('import', 'pvetui');
    expect(code).toBe(1);
    expect(stderr).toContain(`found nothing of pvetui: looked for ${desk.home}/.config/pvetui/config.yml`);
    expect((await run('import', 'govc')).stderr).toContain('$GOVC_URL');
    const unknown = await run('import', 'kclli');
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('did you mean kcli?')]);
  });

  it('says where a file is broken, without what stands there', async () => {
    await put('.kcli/config.yml', `pve:\n host: a\n  password: ${SECRET}\n`);
    const { code, stderr } = await run('import', 'kcli');
    expect(code).toBe(2);
    expect(stderr).toMatch(/\.kcli\/config\.yml:\d+:\d+: /);
    expect(stderr).not.toContain(SECRET);
  });

  it('reads nothing that is no file', async () => {
    const { code, stderr } = await runWith({ env: { KCLI_CONFIG: desk.home } }, 'import', 'kcli');
    expect([code, stderr]).toEqual([2, `${desk.home} is not a regular file\n`]);
  });

  it('says so when an endpoint of another name is the same one', async () => {
    await put('.kcli/config.yml', 'here: {}\n');
    expect((await run('import', 'kcli')).stderr).toContain('here: the endpoint old is there already');
  });

  it('completes the tools', async () => {
    const stdout = new PassThrough();
    await runComplete(['zsh', 'import', 'p'], { HOME: desk.home }, createPrinter(stdout));
    expect(String(stdout.read())).toMatch(/^words\npvetui\tThe profiles of/);
  });

  it('shows nothing of a hostile file raw, and writes nothing that can not be seen', async () => {
    const evil = '"\\e]0;title\\a\\e[31mred\\u202e"';
    await put('.kcli/config.yml', `? ${evil}\n:\n host: h1\nb:\n host: ${evil}\nc:\n host: "h\\u202e2"\n`);
    const { stdout, stderr } = await run('import', 'kcli', '--yes');
    for (const one of [stdout, stderr]) expect(one).not.toMatch(/[\x1b\x07\u202e]/u);
    expect(stdout).toMatch(/^b .*left out$/m);
    expect(stdout).toMatch(/^c .*left out$/m);
    expect(stderr).toContain("Host holds characters that can't be seen");
    expect(await config()).not.toMatch(/[\x1b\x07\u202e]/u);
    expect((await run('import', 'kcli', '-o', 'json')).stdout).not.toMatch(/[\x1b\x07\u202e]/u);
  });

  it('makes an endpoint that logs in with the secret that was copied', async () => {
    const server = await startFakeProxmox(systemClock);
    const { user, password } = ACCOUNTS.root;
    await put(
      '.config/pvetui/config.yml',
      JSON.stringify({ profiles: { lab: { addr: server.origin, user: user.split('@')[0], password } } }),
    );
    await run('import', 'pvetui', '--yes');
    const { code, stderr } = await run('endpoint', 'test', 'lab');
    await server.close();
    expect([code, stderr]).toEqual([0, expect.stringContaining(`ok      the login works: ${user}`)]);
  });

  it('copies no secret where a cloud or a profile can be named', async () => {
    await put('.aws/config', '[profile prod]\nregion = eu-west-1\nlogin_session = work\n');
    await put('.config/openstack/clouds.yaml', `clouds:\n  lab:\n    auth:\n      password: ${SECRET}\n`);
    await run('import', 'aws', '--yes');
    await run('import', 'openstack', '--yes');
    const text = await config();
    expect(text).toContain('  prod-eu-west-1:\n    platform: aws\n    profile: prod\n    region: eu-west-1\n');
    expect(text).toContain('  lab:\n    platform: openstack\n    cloud: lab\n');
    expect(await readdir(desk.home)).not.toContain('secrets');
    expect((await run('import', 'aws', '--yes')).stderr).toContain('nothing to do');
  });

  it('shows no password that stands in the address of a cloud or of an AWS profile', async () => {
    const address = `https://root:${SECRET}/x@cloud.lan`;
    await put('.config/openstack/clouds.yaml', `clouds:\n  c:\n    auth:\n      auth_url: ${address}\n`);
    await put('.aws/config', `[profile p]\nregion = r\nlogin_session = a\nendpoint_url = ${address}\n`);
    for (const tool of ['openstack', 'aws']) {
      const { stdout, stderr } = await run('import', tool, '-o', 'json');
      expect(stdout).toContain('a password stands in its address');
      expect(stdout + stderr).not.toContain(SECRET);
    }
  });

  it('takes a cloud of the same name in another file for another cloud', async () => {
    await put('work/clouds.yaml', 'clouds:\n  lab:\n    auth:\n      auth_url: https://one\n');
    await runWith(
      { env: { OS_CLIENT_CONFIG_FILE: join(desk.home, 'work/clouds.yaml') } },
      'import',
      'openstack',
      '--yes',
    );
    await put('.config/openstack/clouds.yaml', 'clouds:\n  lab:\n    auth:\n      auth_url: https://two\n');
    const rows = (await run('import', 'openstack', '-o', 'json')).json<Row[]>();
    expect(rows).toMatchObject([{ name: 'lab-openstack', status: 'new' }]);
  });

  it('leaves out an address that holds a password, and does not show it', async () => {
    await put('.config/pvetui/config.yml', `addr: https://root:${SECRET}@pve1:8006\nuser: root\npassword: x\n`);
    const { stdout, stderr } = await run('import', 'pvetui', '--yes');
    expect(stdout).toContain('left out');
    expect(stderr).toContain('a password stands in its address');
    expect(stdout + stderr).not.toContain(SECRET);
    const odd = await runWith({ env: { GOVC_URL: `root:${SECRET}@${SECRET}@vc1` } }, 'import', 'govc');
    expect(odd.stdout).toMatch(/^vc1 +vsphere +vc1 +root +copied +new$/m);
    expect(odd.stdout + odd.stderr).not.toContain(SECRET);
  });

  it('never prints the secrets of any tool', async () => {
    await put('.config/pvetui/config.yml', `profiles:\n  a:\n    addr: h\n    user: u\n    password: ${SECRET}\n`);
    await put('.aws/credentials', `[default]\naws_access_key_id = A\naws_secret_access_key = ${SECRET}\n`);
    await put('.config/openstack/clouds.yaml', `clouds:\n  c:\n    auth:\n      password: ${SECRET}\n`);
    const env = {
      GOVC_URL: `root:${SECRET}@vc1`,
      AWS_REGION: 'eu-west-1',
      OS_AUTH_URL: 'https://k',
      OS_PASSWORD: SECRET,
    };
    for (const tool of ['kcli', 'pvetui', 'govc', 'openstack', 'aws']) {
      for (const more of [[], ['-o', 'json'], ['-o', 'yaml'], ['-o', 'csv'], ['--yes']]) {
        const { code, stdout, stderr } = await runWith({ env }, 'import', tool, ...more);
        expect([tool, more, [0, 2].includes(code ?? -1)]).toEqual([tool, more, true]);
        expect(stdout).not.toBe('');
        expect(stdout + stderr).not.toContain(SECRET);
      }
    }
    expect(await config()).not.toContain(SECRET);
    const { stderr } = await run('endpoint', 'list');
    expect(stderr).not.toContain('plain text');
  });
});
