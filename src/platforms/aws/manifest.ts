import type { EndpointField, Manifest, SettingsField } from '../contract.ts';
import { CHANGES_AT_START, CHANGES_NOW, caField } from '../lib/fields.ts';
import { MAKE_FIELDS } from './make/fields.ts';

const ENDPOINT: readonly EndpointField[] = [
  {
    key: 'profile',
    place: true,
    label: 'Profile',
    help: 'Profile of ~/.aws/config that logs in: keys, SSO, role, process.\nWhen it is empty, the usual chain counts: environment, default profile, role of the machine.',
    kind: 'text',
    env: 'AWS_PROFILE',
    examples: ['production'],
  },
  {
    key: 'region',
    place: true,
    label: 'Region',
    help: 'The region whose instances are shown.\nTaken from the profile when it is empty; an endpoint is one account in one region.',
    kind: 'text',
    pattern: { source: '^[a-z0-9]+(-[a-z0-9]+)*$', complaint: 'a region looks like eu-central-1' },
    env: 'AWS_REGION',
    examples: ['eu-central-1'],
  },
  {
    key: 'access-key-id',
    label: 'Access key',
    help: 'Id of an access key, instead of a profile.',
    kind: 'text',
    examples: ['AKIAIOSFODNN7EXAMPLE'],
  },
  {
    key: 'secret-access-key',
    label: 'Secret key',
    help: 'The secret of the access key.',
    kind: 'text',
    sensitive: true,
  },
  {
    key: 'session-token',
    label: 'Session token',
    help: 'Belongs to an access key that is temporary.',
    kind: 'text',
    sensitive: true,
    advanced: true,
  },
  {
    key: 'role-arn',
    label: 'Role',
    help: 'ARN of a role to assume with that login.',
    kind: 'text',
    pattern: { source: '^arn:[^:\\s]+:iam::[^\\s]+$', complaint: 'a role is arn:aws:iam::ACCOUNT:role/NAME' },
    examples: ['arn:aws:iam::123456789012:role/operator'],
  },
  {
    key: 'mfa-serial',
    label: 'MFA device',
    help: 'ARN or serial number of the device whose code the role demands.\nThe code is asked for when the endpoint is connected.',
    kind: 'text',
    advanced: true,
    examples: ['arn:aws:iam::123456789012:mfa/ada'],
  },
  {
    key: 'endpoint-url',
    place: true,
    label: 'Service URL',
    help: 'Where EC2, CloudWatch and STS answer, for clouds that are compatible.',
    kind: 'text',
    env: 'AWS_ENDPOINT_URL',
    advanced: true,
    examples: ['https://ec2.cloud.example.org'],
  },
  caField('server.', { env: 'AWS_CA_BUNDLE', advanced: true }),
  {
    key: 'metrics',
    label: 'Metrics',
    help: 'Whether CloudWatch is asked for metrics, which costs money.\nAbout 0.01 USD per 1,000 metrics, five for each running instance: 100 instances every 5 minutes are 1.44 USD a day, every minute 7.20. Amazon sends the bill.',
    kind: 'flag',
    default: false,
  },
  {
    key: 'metrics-every',
    label: 'Metrics every',
    help: 'How often CloudWatch is asked.\nIt has new metrics every 5 minutes, with detailed monitoring every minute; Amazon is never asked more often than that. A bare number counts seconds.',
    kind: 'text',
    default: '5m',
    pattern: { source: '^\\d+(?:\\.\\d+)? ?[sm]?$', complaint: 'Metrics every must be a time like 5m or 60s' },
    when: { key: 'metrics', is: ['true'] },
    advanced: true,
    examples: ['5m', '60s'],
  },
];

const SETTINGS: readonly SettingsField[] = [
  {
    key: 'name',
    label: 'Name',
    help: 'The tag Name, which is all the name that an instance has.',
    kind: 'text',
    ...CHANGES_NOW,
  },
  {
    key: 'type',
    label: 'Instance type',
    help: 'Decides vCPUs and memory, and can be changed while the instance is stopped.\nOf a new one, left empty, the smallest with its vCPUs and memory.',
    kind: 'text',
    pattern: { source: '^([a-z0-9-]+\\.[a-z0-9-]+)?$', complaint: 'an instance type looks like t3.micro' },
    in: { ...CHANGES_AT_START.in, provision: 'write' },
    takesEffect: 'restart',
    examples: ['t3.micro'],
  },
  {
    key: 'termination-protection',
    label: 'Termination protection',
    help: 'Refuses to terminate the instance until this is off.',
    kind: 'flag',
    ...CHANGES_NOW,
    in: { ...CHANGES_NOW.in, provision: 'write' },
  },
];

export const manifest: Manifest = {
  id: 'aws',
  title: 'Amazon EC2',
  summary: "Instances of an AWS account in one region, over EC2's own API, with the logins that the AWS tools know.",
  tier: 'preview',
  endpoint: ENDPOINT,
  settings: [...MAKE_FIELDS, ...SETTINGS],
  everyMs: 30_000,
  // The instances of a large account are many pages, and calls are throttled.
  silentMs: 60_000,
  needs: ['@aws-sdk/client-ec2', '@aws-sdk/client-cloudwatch', '@aws-sdk/credential-providers'],
};
