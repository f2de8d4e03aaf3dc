import type { AvailabilityZone, Instance } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { nodeId } from '../../ids.ts';
import { readNodeInfo } from './node-info.ts';
import { CLOUD, instancesAnswer, scriptedApi } from './testkit/scripted-calls.ts';

const { signal } = new AbortController();
const zone = (ZoneName: string, more: AvailabilityZone = {}): AvailabilityZone => ({
  ZoneName,
  State: 'available',
  ...more,
});

describe('the information about a zone', () => {
  it('tells what it is, without more where nothing was terminated in it', async () => {
    const { api } = scriptedApi({
      DescribeInstances: {},
      DescribeAvailabilityZones: {
        AvailabilityZones: [
          zone('a'),
          zone('b', {
            RegionName: 'eu-test-1',
            ZoneId: 'eut1-az2',
            ZoneType: 'local-zone',
            OptInStatus: 'opted-in',
            GroupLongName: 'Europe (Test)',
            GroupName: 'eu',
            ParentZoneName: 'a',
            NetworkBorderGroup: 'eu-test-1',
            Messages: [{ Message: 'storm' }, {}],
          }),
        ],
      },
    });
    const read = (name: string) => readNodeInfo(api, nodeId(CLOUD, name), signal);
    expect(await read('b')).toEqual({
      facts: {},
      lines: [
        ['General', 'Region', 'eu-test-1'],
        ['General', 'Zone id', 'eut1-az2'],
        ['General', 'Type', 'local-zone'],
        ['General', 'State', 'available'],
        ['General', 'Opted in', 'opted-in'],
        ['General', 'Group', 'Europe (Test)'],
        ['General', 'Parent zone', 'a'],
        ['Network', 'Border group', 'eu-test-1'],
        ['Messages', 'AWS says', 'storm'],
      ],
    });
    expect((await read('a')).lines).toEqual([['General', 'State', 'available']]);
    await expect(read('z')).rejects.toMatchObject({
      code: 'node.not-found',
      message: 'there is no zone z in this region',
    });
  });

  it('tells what was terminated in it lately, which rows do not have', async () => {
    const gone = (id: string, name: string, more: Instance = {}): Instance => ({
      InstanceId: id,
      Tags: [{ Key: 'Name', Value: name }],
      State: { Name: 'terminated' },
      ...more,
    });
    const { api, asked } = scriptedApi({
      DescribeAvailabilityZones: { AvailabilityZones: [zone('a')] },
      DescribeInstances: instancesAnswer(
        gone('i-1', 'web1', { StateReason: { Code: 'Client.UserInitiatedShutdown', Message: 'User initiated' } }),
        gone('i-2', 'web2'),
      ),
    });
    const { lines } = await readNodeInfo(api, nodeId(CLOUD, 'a'), signal);
    expect(lines.slice(1)).toEqual([
      ['Terminated', 'web1', 'i-1: User initiated'],
      ['Terminated', 'web2', 'i-2'],
    ]);
    const Filters = [
      { Name: 'instance-state-name', Values: ['terminated'] },
      { Name: 'availability-zone', Values: ['a'] },
    ];
    expect(asked).toContainEqual(['DescribeInstances', { MaxResults: 200, Filters }]);
  });
});
