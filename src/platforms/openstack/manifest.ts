import { gib } from '../../units.ts';
import type { EndpointField, Manifest, SettingsField } from '../contract.ts';
import {
  CHANGES_NOW,
  caField,
  descriptionSetting,
  fingerprintField,
  insecureHttpField,
  passwordField,
} from '../lib/fields.ts';
import { newServerFields } from './make/fields.ts';

const CLOUD: readonly EndpointField[] = [
  {
    key: 'cloud',
    place: true,
    label: 'Cloud',
    help: 'Its name in clouds.yaml, where the login is kept then; without it the fields below say all.',
    kind: 'text',
    env: 'OS_CLOUD',
    examples: ['devstack'],
  },
  {
    key: 'clouds-file',
    label: 'clouds.yaml',
    help: 'Looked for in the working directory, ~/.config/openstack and /etc/openstack when it is empty.',
    kind: 'path',
    advanced: true,
    env: 'OS_CLIENT_CONFIG_FILE',
  },
  {
    key: 'auth-url',
    place: true,
    label: 'Keystone',
    help: 'Address of the identity service, with or without /v3.',
    kind: 'text',
    env: 'OS_AUTH_URL',
    examples: ['https://cloud.example.org:5000/v3'],
  },
  {
    key: 'region',
    place: true,
    label: 'Region',
    help: 'Needed where the cloud has several.',
    kind: 'text',
    env: 'OS_REGION_NAME',
    examples: ['RegionOne'],
  },
];

const LOGIN: readonly EndpointField[] = [
  { key: 'username', label: 'User', help: 'Name of the user.', kind: 'text', env: 'OS_USERNAME' },
  passwordField('Password of the user; asked for when it is empty.', { env: 'OS_PASSWORD' }),
  {
    key: 'user-domain',
    label: 'User domain',
    help: 'Domain of the user: Default when it is empty.',
    kind: 'text',
    advanced: true,
    env: 'OS_USER_DOMAIN_NAME',
  },
  { key: 'project', label: 'Project', help: 'Name of the project.', kind: 'text', env: 'OS_PROJECT_NAME' },
  {
    key: 'project-id',
    label: 'Project id',
    help: 'In place of its name, which needs the domain too.',
    kind: 'text',
    advanced: true,
    env: 'OS_PROJECT_ID',
  },
  {
    key: 'project-domain',
    label: 'Project domain',
    help: 'Domain of the project: that of the user when it is empty.',
    kind: 'text',
    advanced: true,
    env: 'OS_PROJECT_DOMAIN_NAME',
  },
  {
    key: 'application-credential-id',
    label: 'App credential',
    help: 'Id of an application credential, which knows its user and project by itself.',
    kind: 'text',
    env: 'OS_APPLICATION_CREDENTIAL_ID',
  },
  {
    key: 'application-credential-name',
    label: 'App credential name',
    help: 'In place of its id, together with the user.',
    kind: 'text',
    advanced: true,
    env: 'OS_APPLICATION_CREDENTIAL_NAME',
  },
  {
    key: 'application-credential-secret',
    label: 'App credential secret',
    help: 'What was shown once when it was made.',
    kind: 'text',
    sensitive: true,
    env: 'OS_APPLICATION_CREDENTIAL_SECRET',
  },
  {
    key: 'token',
    label: 'Token',
    help: 'A token that was made elsewhere; it ends when it ends.',
    kind: 'text',
    sensitive: true,
    advanced: true,
    env: 'OS_TOKEN',
  },
];

const WAY: readonly EndpointField[] = [
  {
    key: 'interface',
    label: 'Interface',
    help: 'Which of the addresses of a service is used.',
    kind: 'choice',
    options: ['public', 'internal', 'admin'],
    advanced: true,
    env: 'OS_INTERFACE',
  },
  {
    key: 'compute-url',
    label: 'Nova',
    help: 'Address of the compute service in place of that of the catalog, where that one leads elsewhere.',
    kind: 'text',
    advanced: true,
    examples: ['https://cloud.example.org:8774/v2.1'],
  },
  caField('cloud.', { env: 'OS_CACERT' }),
  fingerprintField(
    'SHA-256 of the one certificate that all services of the cloud show, where they have signed it themselves.',
    { advanced: true },
  ),
  insecureHttpField('http:// and ws://', 'login and consoles'),
  {
    key: 'all-projects',
    label: 'All projects',
    help: 'Show the servers of every project; for administrators of the cloud.',
    kind: 'flag',
    default: false,
    advanced: true,
  },
];

const ALWAYS = { ...CHANGES_NOW, in: { ...CHANGES_NOW.in, provision: 'write' } } as const;

const SETTINGS: readonly SettingsField[] = [
  {
    key: 'name',
    label: 'Name',
    help: 'Display name; the host name inside the guest stays as it is.',
    kind: 'text',
    required: true,
    ...ALWAYS,
  },
  {
    key: 'flavor',
    label: 'Flavor',
    help: 'What its vCPUs, memory and disks are; another one is a resize, which turns it off and waits to be confirmed.',
    kind: 'object',
    of: 'flavor',
    default: '',
    in: { 'edit-config': 'write', 'edit-running': 'read', provision: 'write' },
    takesEffect: 'restart',
  },
  {
    key: 'memory',
    label: 'Memory',
    help: 'Memory of the flavor; of a new one, at least so much, where no flavor is named.',
    kind: 'bytes',
    default: gib(1),
    in: { 'edit-config': 'read', 'edit-running': 'read', provision: 'write' },
  },
  {
    key: 'vcpus',
    label: 'vCPUs',
    help: 'Virtual CPUs of the flavor; of a new one, at least so many, where no flavor is named.',
    kind: 'count',
    default: 1,
    min: 1,
    in: { 'edit-config': 'read', 'edit-running': 'read', provision: 'write' },
  },
  descriptionSetting('Description', 'What it is for.', ALWAYS),
  {
    key: 'tags',
    label: 'Tags',
    help: 'Separated by commas.',
    kind: 'text',
    default: '',
    ...ALWAYS,
    examples: ['web,shop'],
  },
  {
    key: 'plan',
    label: 'Plan',
    help: 'Plan of kcli that it belongs to; kept in its metadata.',
    kind: 'text',
    default: '',
    ...ALWAYS,
  },
  {
    key: 'profile',
    label: 'Profile',
    help: 'Profile of kcli that it was made from; kept in its metadata.',
    kind: 'text',
    default: '',
    ...ALWAYS,
  },
  ...newServerFields,
];

export const manifest: Manifest = {
  id: 'openstack',
  title: 'OpenStack',
  summary: 'A project of an OpenStack cloud, over the APIs of Keystone and Nova; the whole cloud for administrators.',
  tier: 'preview',
  endpoint: [...CLOUD, ...LOGIN, ...WAY],
  settings: SETTINGS,
  everyMs: 5000,
};
