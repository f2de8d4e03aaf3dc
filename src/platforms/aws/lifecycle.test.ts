/** What each switch sends for an instance, as it is; where it is there already, nothing is sent. */
import type { Instance, InstanceStateName } from '@aws-sdk/client-ec2';
import { expect, it } from 'vitest';
import type { Accepted } from '../contract.ts';
import { createLifecycle } from './lifecycle.ts';
import { changesIn, ID, scriptedInstance, WEB1 } from './testkit/scripted-calls.ts';

const { signal } = new AbortController();
type Power = ReturnType<typeof createLifecycle>;
const SWITCHES = {
  start: ({ start }: Power) => start(WEB1, signal),
  stop: ({ stop }: Power) => stop(WEB1, 'graceful', signal),
  'stop by force': ({ stop }: Power) => stop(WEB1, 'force', signal),
  restart: ({ restart }: Power) => restart(WEB1, 'graceful', signal),
  reset: ({ restart }: Power) => restart(WEB1, 'force', signal),
  suspend: ({ suspend }: Power) => suspend(WEB1, signal),
  resume: ({ resume }: Power) => resume(WEB1, signal),
} as const;
type Switch = keyof typeof SWITCHES;

const is = (Name: InstanceStateName, more: Instance = {}): Instance => ({ State: { Name }, ...more });
const HIBERNATED = is('stopped', { StateReason: { Code: 'Client.UserInitiatedHibernate' } });
const ABLE: Instance = { HibernationOptions: { Configured: true } };
const GROUP: Instance = {
  Tags: [
    { Key: 'Name', Value: 'web1' },
    { Key: 'aws:autoscaling:groupName', Value: 'shop' },
  ],
};
const REPLACED = {
  feature: 'vm.stop',
  detail: 'the Auto Scaling group shop takes web1 for broken and replaces it',
};

function press(verb: Switch, instance: Instance) {
  const scripted = scriptedInstance(instance);
  return { scripted, done: SWITCHES[verb](createLifecycle(scripted.calls)) };
}

it.each<[Switch, Instance, string, object, Accepted]>([
  ['start', is('stopped'), 'StartInstances', {}, { warnings: [], takesUpToMs: 120_000 }],
  ['start', HIBERNATED, 'StartInstances', {}, { warnings: [], takesUpToMs: 120_000 }],
  ['stop', is('running'), 'StopInstances', {}, { warnings: [], takesUpToMs: 300_000 }],
  ['stop', is('running', GROUP), 'StopInstances', {}, { warnings: [REPLACED], takesUpToMs: 300_000 }],
  [
    'stop by force',
    is('stopping'),
    'StopInstances',
    { Force: true, SkipOsShutdown: true },
    { warnings: [], takesUpToMs: 120_000 },
  ],
  ['restart', is('running'), 'RebootInstances', {}, { warnings: [] }],
  [
    'reset',
    is('running'),
    'RebootInstances',
    {},
    {
      warnings: [
        {
          feature: 'vm.restart',
          detail:
            'EC2 has no reset: the guest is asked to reboot, and its power is cut if it has not done so in a few minutes',
        },
      ],
    },
  ],
  ['suspend', is('running', ABLE), 'StopInstances', { Hibernate: true }, { warnings: [] }],
  ['suspend', is('running', { ...ABLE, ...GROUP }), 'StopInstances', { Hibernate: true }, { warnings: [REPLACED] }],
  ['resume', HIBERNATED, 'StartInstances', {}, { warnings: [], takesUpToMs: 120_000 }],
])('to %s what is so: %j', async (verb, instance, name, input, accepted) => {
  const { scripted, done } = press(verb, instance);
  expect(await done).toEqual(accepted);
  expect(changesIn(scripted)).toEqual([[name, { InstanceIds: [ID], ...input }]]);
  expect(scripted.touched).toEqual([ID]);
});

it.each<[Switch, Instance, string, string]>([
  ['start', is('running'), 'vm.start', 'web1 was running already'],
  ['stop', is('stopped'), 'vm.stop', 'web1 was off already'],
  ['stop by force', HIBERNATED, 'vm.stop', 'web1 was off already'],
  ['suspend', HIBERNATED, 'vm.suspend', 'web1 was hibernated already'],
  ['resume', is('running'), 'vm.resume', 'web1 was running already'],
])('to %s is nothing when it is so already: %j', async (verb, instance, feature, detail) => {
  const { scripted, done } = press(verb, instance);
  expect(await done).toEqual({ warnings: [{ feature, detail }] });
  expect(changesIn(scripted)).toEqual([]);
  expect(scripted.touched).toEqual([]);
});

const STORE = 'its root disk is an instance store, which is lost when it stops: it can only be terminated';
it.each<[Switch, Instance, string, string, string | undefined]>([
  ['stop', is('running', { RootDeviceType: 'instance-store' }), 'op.unsupported', `web1: ${STORE}`, undefined],
  ['restart', is('stopped'), 'op.conflict', 'web1 is stopped', 'start it instead'],
  ['reset', is('pending'), 'op.conflict', 'web1 is pending', 'start it instead'],
  [
    'suspend',
    is('running'),
    'op.unsupported',
    'web1: it was not launched with hibernation enabled, and that can not be changed later',
    undefined,
  ],
  ['suspend', is('stopped', ABLE), 'op.conflict', 'web1 is stopped', 'start it first'],
  ['resume', is('stopped'), 'op.conflict', 'web1 is not hibernated', 'start it instead'],
])('to %s is refused: %j', async (verb, instance, code, message, fix) => {
  const { scripted, done } = press(verb, instance);
  await expect(done).rejects.toMatchObject({ code, message, fix });
  expect(changesIn(scripted)).toEqual([]);
});
