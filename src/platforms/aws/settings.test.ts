import type { Instance } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { FleetError } from '../../errors.ts';
import type { Settings } from '../contract.ts';
import { createSettings } from './settings.ts';
import { type Answers, changesIn, ID, scriptedInstance, WEB1 } from './testkit/scripted-calls.ts';

const { signal } = new AbortController();
const STOPPED: Instance = { InstanceType: 't3.micro', State: { Name: 'stopped' } };
const TAGGED: Instance = {
  ...STOPPED,
  Tags: Object.entries({
    Name: 'web1',
    plan: 'shop',
    profile: 'small',
    env: 'prod',
    site: 'south',
    'aws:autoscaling:groupName': 'workers',
  }).map(([Key, Value]) => ({ Key, Value })),
};
const PROTECTED: Answers = { DescribeInstanceAttribute: { DisableApiTermination: { Value: true } } };

function open(instance: Instance = STOPPED, answers: Answers = {}) {
  const scripted = scriptedInstance(instance, answers);
  const { settings, configure } = createSettings(scripted.calls);
  return {
    scripted,
    read: () => settings(WEB1, 'config', signal),
    change: (changes: Settings, basedOn: Settings = {}) => configure(WEB1, 'config', changes, basedOn, signal),
  };
}

describe('the settings of an instance', () => {
  it('are its name, its type and its protection', async () => {
    const { scripted, read } = open(STOPPED, PROTECTED);
    expect(await read()).toEqual({
      name: 'web1',
      type: 't3.micro',
      plan: '',
      profile: '',
      metadata: {},
      'termination-protection': true,
    });
    expect(scripted.asked).toContainEqual([
      'DescribeInstanceAttribute',
      { InstanceId: ID, Attribute: 'disableApiTermination' },
    ]);
    expect(await open({ ...STOPPED, Tags: [] }).read()).toMatchObject({ name: '', 'termination-protection': false });
    const secret = { DescribeInstanceAttribute: new FleetError('auth.forbidden', 'no') };
    expect(await open(STOPPED, secret).read()).toMatchObject({ 'termination-protection': false });
  });

  it.each<[string, Settings, string, object]>([
    ['name', { name: 'db1' }, 'CreateTags', { Resources: [ID], Tags: [{ Key: 'Name', Value: 'db1' }] }],
    ['name, to none', { name: '' }, 'DeleteTags', { Resources: [ID], Tags: [{ Key: 'Name' }] }],
    ['type', { type: 't3.large' }, 'ModifyInstanceAttribute', { InstanceId: ID, InstanceType: { Value: 't3.large' } }],
    [
      'protection',
      { 'termination-protection': true },
      'ModifyInstanceAttribute',
      { InstanceId: ID, DisableApiTermination: { Value: true } },
    ],
  ])('are each changed by a request: %s', async (_what, changes, name, input) => {
    const { scripted, change } = open();
    expect(await change(changes)).toEqual({ warnings: [] });
    expect(changesIn(scripted)).toEqual([[name, input]]);
  });

  it('are the tags that kcli keeps, and all others but those of AWS as metadata', async () => {
    const { read } = open(TAGGED);
    expect(await read()).toMatchObject({ plan: 'shop', profile: 'small', metadata: { env: 'prod', site: 'south' } });
  });

  it('are tags that are put on and taken off, each in a request for all of them', async () => {
    const { scripted, change } = open(TAGGED);
    await change({ plan: '', profile: 'large', metadata: { env: 'test', owner: 'ada' } });
    expect(changesIn(scripted)).toEqual([
      ['DeleteTags', { Resources: [ID], Tags: [{ Key: 'plan' }] }],
      ['CreateTags', { Resources: [ID], Tags: [{ Key: 'profile', Value: 'large' }] }],
      [
        'CreateTags',
        {
          Resources: [ID],
          Tags: [
            { Key: 'env', Value: 'test' },
            { Key: 'owner', Value: 'ada' },
          ],
        },
      ],
      ['DeleteTags', { Resources: [ID], Tags: [{ Key: 'site' }] }],
    ]);
    const same = open(TAGGED);
    await same.change({ plan: 'shop', metadata: { site: 'south', env: 'prod' } });
    expect(changesIn(same.scripted)).toEqual([]);
  });

  it('say which tags are changed when the others are not', async () => {
    const { change } = open(TAGGED, { DeleteTags: new FleetError('auth.forbidden', 'web1: no right') });
    await expect(change({ metadata: { owner: 'ada' } })).rejects.toMatchObject({
      code: 'auth.forbidden',
      message: 'web1: the tag owner changed, but not the tag env, the tag site: web1: no right',
    });
  });

  it('take the protection away where it is on, and send nothing that is so already', async () => {
    const { scripted, change } = open(STOPPED, PROTECTED);
    await change({ name: 'web1', type: 't3.micro', 'termination-protection': false });
    expect(changesIn(scripted)).toEqual([
      ['ModifyInstanceAttribute', { InstanceId: ID, DisableApiTermination: { Value: false } }],
    ]);
  });

  it.each<[string, Instance, Settings, Settings, object]>([
    [
      'the type of what runs',
      { ...STOPPED, State: { Name: 'running' } },
      { name: 'x', type: 't3.large' },
      {},
      {
        code: 'op.conflict',
        message: 'web1 is running: its type can only be changed while it is off',
        fix: 'stop it first',
      },
    ],
    [
      'a tag of kcli as metadata',
      STOPPED,
      { name: 'x', metadata: { plan: 'shop' } },
      {},
      { code: 'op.refused', message: 'web1: the tag plan is not for metadata' },
    ],
    [
      'a tag of AWS as metadata',
      STOPPED,
      { metadata: { 'aws:autoscaling:groupName': 'x' } },
      {},
      { code: 'op.refused', message: 'web1: the tag aws:autoscaling:groupName is not for metadata' },
    ],
    [
      'what it does not have',
      STOPPED,
      { colour: 'red' },
      {},
      { code: 'usage', message: 'colour is no setting of an EC2 instance' },
    ],
    [
      'what another program has changed',
      STOPPED,
      { name: 'x' },
      { name: 'old', type: 't3.large', 'termination-protection': false },
      {
        code: 'op.conflict',
        message:
          'web1 was changed by another program meanwhile: name is web1 now, not old; type is t3.micro now, not t3.large',
        fix: 'look at the new values and make your change again',
      },
    ],
  ])('are not changed: %s', async (_what, instance, changes, basedOn, refusal) => {
    const { scripted, change } = open(instance);
    await expect(change(changes, basedOn)).rejects.toMatchObject(refusal);
    expect(changesIn(scripted)).toEqual([]);
  });

  it('name what was done before one failed', async () => {
    const no = new FleetError('op.refused', 'web1: no such type', { fix: 'take another' });
    const { change } = open(STOPPED, { ModifyInstanceAttribute: no });
    const changes = { name: 'db1', type: 't3.huge', 'termination-protection': true };
    await expect(change(changes)).rejects.toMatchObject({
      code: 'op.refused',
      message: 'web1: name changed, but not type: web1: no such type',
      fix: 'take another',
    });
    await expect(change({ type: 't3.huge' })).rejects.toBe(no);
    const plain = open(STOPPED, { ModifyInstanceAttribute: new FleetError('op.failed', 'no') });
    await expect(plain.change(changes)).rejects.toMatchObject({ fix: undefined });
    const bug = new TypeError('bug');
    await expect(open(STOPPED, { ModifyInstanceAttribute: bug }).change(changes)).rejects.toBe(bug);
  });
});
