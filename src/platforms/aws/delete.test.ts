import type { Instance } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { createDelete } from './delete.ts';
import { type Answers, changesIn, ID, instancesAnswer, scriptedInstance, WEB1 } from './testkit/scripted-calls.ts';

const { signal } = new AbortController();
const STOPPED: Instance = { State: { Name: 'stopped' } };
const volume = (DeviceName: string, VolumeId: string, DeleteOnTermination: boolean) => ({
  DeviceName,
  Ebs: { VolumeId, DeleteOnTermination },
});
const ROOT = volume('/dev/xvda', 'vol-root', true);
const DATA = volume('/dev/sdf', 'vol-data', false);
const GROUP: Instance = { Tags: [{ Key: 'aws:autoscaling:groupName', Value: 'shop' }] };
const TAKES = { takesUpToMs: 300_000 };

function remove(instance: Instance, keepDisks: boolean, answers: Answers = {}) {
  const scripted = scriptedInstance({ ...STOPPED, ...instance }, answers);
  return { scripted, done: createDelete(scripted.calls).delete(WEB1, { keepDisks, snapshots: false }, signal) };
}
/** What is told of it when it is looked at once more. */
const then = (...looks: readonly object[]): Answers => {
  let count = 0;
  const look = () => looks[Math.min(count++, looks.length - 1)];
  return { DescribeInstances: look };
};
const seen = (...BlockDeviceMappings: readonly object[]) =>
  instancesAnswer({ InstanceId: ID, ...STOPPED, BlockDeviceMappings: [...BlockDeviceMappings] });

describe('deleting an instance', () => {
  it('terminates it, and lets go what is marked to go', async () => {
    const { scripted, done } = remove({ BlockDeviceMappings: [ROOT, DATA] }, false);
    expect(await done).toEqual({ warnings: [], ...TAKES });
    expect(changesIn(scripted)).toEqual([['TerminateInstances', { InstanceIds: [ID] }]]);
  });

  it('says that its group makes another one', async () => {
    const detail = `the Auto Scaling group shop makes another one in place of ${ID}`;
    expect(await remove(GROUP, false).done).toEqual({ warnings: [{ feature: 'vm.delete', detail }], ...TAKES });
  });

  it('takes the marks away before, where the volumes are to stay', async () => {
    const { scripted, done } = remove(
      {},
      true,
      then(seen(ROOT, DATA, { DeviceName: 'x' }, { Ebs: { VolumeId: 'y' } }), seen({ ...ROOT, Ebs: {} }, DATA)),
    );
    const detail = `vol-root, vol-data of ${ID} stay and go on to cost money`;
    expect(await done).toEqual({ warnings: [{ feature: 'disks', detail }], ...TAKES });
    expect(changesIn(scripted)).toEqual([
      [
        'ModifyInstanceAttribute',
        {
          InstanceId: ID,
          BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { DeleteOnTermination: false } }],
        },
      ],
      ['TerminateInstances', { InstanceIds: [ID] }],
    ]);
  });

  it('takes no mark away where there is none', async () => {
    const { scripted, done } = remove({ ...GROUP, BlockDeviceMappings: [DATA] }, true);
    expect((await done).warnings).toEqual([
      { feature: 'vm.delete', detail: expect.stringContaining('shop') },
      { feature: 'disks', detail: `vol-data of ${ID} stays and goes on to cost money` },
    ]);
    expect(changesIn(scripted)).toHaveLength(1);
    expect((await remove({}, true).done).warnings).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['marked still', seen(ROOT, volume('/dev/sdg', 'vol-g', true)), 'vol-root, vol-g'],
    ['not to be seen', {}, 'its volumes'],
    ['not to be seen in its reservation', { Reservations: [{}] }, 'its volumes'],
  ])('stops where its volumes are %s', async (_what, second, which) => {
    const { scripted, done } = remove({}, true, then(seen(ROOT), second));
    await expect(done).rejects.toMatchObject({
      code: 'op.conflict',
      message: `${ID} was not terminated: ${which} would have gone with it still`,
      fix: 'try it again in a moment',
    });
    expect(changesIn(scripted).map(([name]) => name)).toEqual(['ModifyInstanceAttribute']);
  });

  it.each<[string, Instance, boolean, Answers, object]>([
    [
      'one that runs',
      { State: { Name: 'running' } },
      false,
      {},
      { code: 'op.conflict', message: 'web1 is running', fix: 'stop it first' },
    ],
    [
      'one that shuts down',
      { State: { Name: 'stopping' } },
      false,
      {},
      {
        code: 'op.conflict',
        message: 'web1 is not off yet: its guest is shutting down',
        fix: 'wait until it is, or stop it by force',
      },
    ],
    [
      'one whose disk is a part of its host',
      { RootDeviceType: 'instance-store' },
      true,
      {},
      {
        code: 'op.unsupported',
        message: 'web1: its root disk is an instance store, which is a part of its host: it can not be kept',
      },
    ],
    [
      'one that is protected',
      {},
      false,
      { DescribeInstanceAttribute: { DisableApiTermination: { Value: true } } },
      {
        code: 'op.refused',
        message: 'web1 is protected against termination (DisableApiTermination)',
        fix: 'switch termination-protection off in its settings',
      },
    ],
  ])('is refused: %s', async (_what, instance, keepDisks, answers, refusal) => {
    const { scripted, done } = remove(instance, keepDisks, answers);
    await expect(done).rejects.toMatchObject(refusal);
    expect(changesIn(scripted)).toEqual([]);
  });

  it('is done for one that is being terminated, and for one whose store goes with it', async () => {
    const { scripted, done } = remove({ RootDeviceType: 'instance-store' }, false);
    await done;
    expect(changesIn(scripted)).toHaveLength(1);
    const going = remove({ State: { Name: 'shutting-down' } }, false);
    await going.done;
    expect(changesIn(going.scripted)).toHaveLength(1);
  });
});

describe('what goes with an instance', () => {
  const losses = (instance: Instance, answers: Answers = {}) => {
    const scripted = scriptedInstance({ ...STOPPED, ...instance }, answers);
    return { scripted, lost: createDelete(scripted.calls).planDelete(WEB1, signal) };
  };

  it('is reported beforehand, with what stays and goes on to cost', async () => {
    const { scripted, lost } = losses(
      {
        BlockDeviceMappings: [ROOT, DATA],
        NetworkInterfaces: [
          { NetworkInterfaceId: 'eni-1', Attachment: { DeleteOnTermination: false } },
          { NetworkInterfaceId: 'eni-2', Attachment: { DeleteOnTermination: true } },
          { Attachment: { DeleteOnTermination: false } },
          { NetworkInterfaceId: 'eni-3' },
        ],
      },
      {
        DescribeAddresses: {
          Addresses: [{ AllocationId: 'eipalloc-1', PublicIp: '198.51.100.7' }, { PublicIp: '198.51.100.8' }],
        },
      },
    );
    expect(await lost).toEqual({
      goes: ['vol-root'],
      stays: [
        'vol-data (marked to be kept)',
        'eipalloc-1 (Elastic IP 198.51.100.7: costs until it is released)',
        '198.51.100.8 (Elastic IP 198.51.100.8: costs until it is released)',
        'eni-1 (network interface, marked to be kept)',
      ],
      snapshots: [],
    });
    const Filters = [{ Name: 'instance-id', Values: [ID] }];
    expect(scripted.asked).toContainEqual(['DescribeAddresses', { Filters }]);
  });

  it('counts what it had in memory, and a disk that is a part of its host', async () => {
    const hibernated: Instance = { StateReason: { Code: 'Client.UserInitiatedHibernate' } };
    expect(await losses(hibernated).lost).toMatchObject({ savedMemory: true });
    const { lost } = losses({ RootDeviceType: 'instance-store' });
    expect(await lost).toEqual({
      goes: [],
      stays: [],
      snapshots: [],
      keepDisksRefused: expect.stringMatching(/instance store/),
    });
  });
});
