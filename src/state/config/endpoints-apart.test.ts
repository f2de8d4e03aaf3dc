/** Several regions of one account, which are added at once. */
import { expect, it } from 'vitest';
import { endpointName } from '../../ids.ts';
import { manifest } from '../../platforms/aws/manifest.ts';
import { applyChange } from './apply.ts';
import type { ConfigChange } from './change.ts';
import { readGroups } from './groups.ts';
import { interpret } from './interpret.ts';
import { openYaml } from './yaml-file.ts';

const platforms = new Map([['aws', manifest.endpoint]]);
const add = (name: string, region: string): ConfigChange => ({
  kind: 'endpoint-add',
  name,
  platform: 'aws',
  values: { profile: 'production', region },
});

async function after(text: string, change: ConfigChange) {
  const yaml = await openYaml('config.yaml', text);
  applyChange(yaml.draft, change, platforms);
  const { tree } = await openYaml('config.yaml', yaml.print());
  const { config, problems } = interpret('config.yaml', tree, platforms);
  expect(problems).toEqual([]);
  const names = new Set<string>(config.endpoints.keys());
  return { endpoints: config.endpoints, groups: readGroups('config.yaml', config.file, names).groups };
}

it('F-313 several regions are an endpoint each with the same login, and a group by the name that was given', async () => {
  const { endpoints, groups } = await after('', add('prod', 'eu-central-1, us-east-1,eu-central-1'));
  const told = [...endpoints.values()].map(({ name, values }) => [name, values['region'], values['profile']]);
  expect(told).toEqual([
    ['prod-eu-central-1', 'eu-central-1', 'production'],
    ['prod-us-east-1', 'us-east-1', 'production'],
  ]);
  expect(groups.get('prod')?.endpoints).toEqual(['prod-eu-central-1', 'prod-us-east-1']);
});

it('one region is one endpoint and no group', async () => {
  const { endpoints, groups } = await after('', add('prod', 'eu-central-1'));
  expect([...endpoints.keys()]).toEqual(['prod']);
  expect(groups.size).toBe(0);
});

const THERE = `endpoints: { prod-us-east-1: { platform: aws, region: us-east-1 }, shop: { platform: aws, region: us-east-1 } }
groups: { all-of-it: { endpoints: [shop] } }
`;

it.each<[string, ConfigChange, string]>([
  ['one of them is there', add('prod', 'eu-central-1,us-east-1'), 'there is an endpoint prod-us-east-1 already'],
  ['an endpoint is called as the group', add('shop', 'eu-central-1,us-east-2'), 'there is an endpoint shop already'],
  ['there is such a group', add('all-of-it', 'eu-central-1,us-east-2'), 'there is a group all-of-it already'],
  [
    'an endpoint is to become several',
    { kind: 'endpoint-edit', name: endpointName('shop'), values: { region: 'us-east-1,us-east-2' } },
    'shop: Region must be one',
  ],
])('is refused where %s', async (_why, change, message) => {
  const yaml = await openYaml('config.yaml', THERE);
  expect(() => applyChange(yaml.draft, change, platforms)).toThrow(message);
});

it('several in the file are told with their place', async () => {
  const { tree } = await openYaml('config.yaml', 'endpoints: { prod: { platform: aws, region: "a-1, b-1" } }\n');
  const { problems } = interpret('config.yaml', tree, platforms);
  expect(problems.map(({ message }) => message)).toEqual([
    'prod: Region must be one: several are an endpoint each, and a group of them',
  ]);
});
