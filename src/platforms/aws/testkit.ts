/** EC2, STS and CloudWatch on loopback, pretended as far as drover asks them; the lab has moto, which is not ours. */
import { endpointName, type VmId, vmId } from '../../ids.ts';
import { gib } from '../../units.ts';
import type { Endpoint, OperationName } from '../contract.ts';
import type { PlatformTestkit, TestServer } from '../testkit.ts';
import { quickClock } from '../testkit-clock.ts';
import { KEYS, REGION, ROLE } from './testkit/access.ts';
import { IMAGE_NAME } from './testkit/describe.ts';
import { http } from './testkit/http-facts.ts';
import { startFakeAws } from './testkit/server.ts';
import type { WorldInstance } from './testkit/world.ts';

const ENDPOINT = endpointName('aws-test');
const SPOT = { currency: 'USD', spotHour: 0.004 };
/** Three seconds of the region take one. */
const clock = quickClock(3);

/** What only the lab's server is asked for, which knows all services of AWS. */
export const IN_LAB: readonly OperationName[] = [
  'vm.create',
  'vm.export',
  'disk.create',
  'disk.detach',
  'disk.planDelete',
  'disk.delete',
  'disk.resize',
  'disk.move',
  'nic.create',
  'nic.delete',
  'volume.list',
  'volume.create',
  'volume.planDelete',
  'volume.delete',
  'volume.resize',
  'volumesnapshot.list',
  'volumesnapshot.create',
  'volumesnapshot.restore',
  'volumesnapshot.planDelete',
  'volumesnapshot.delete',
  'network.list',
  'network.create',
  'network.planDelete',
  'network.delete',
  'dns.list',
  'dns.create',
  'dns.planDelete',
  'dns.delete',
  'image.list',
  'image.update',
  'image.planDelete',
  'image.delete',
  'subnet.list',
  'subnet.create',
  'subnet.update',
  'subnet.planDelete',
  'subnet.delete',
  'securitygroup.list',
  'securitygroup.create',
  'securitygroup.planDelete',
  'securitygroup.delete',
  'securityrule.list',
  'securityrule.create',
  'securityrule.delete',
  'keypair.list',
  'keypair.create',
  'keypair.planDelete',
  'keypair.delete',
  'address.list',
  'address.create',
  'address.associate',
  'address.disassociate',
  'address.planDelete',
  'address.delete',
  'bucket.list',
  'bucket.create',
  'bucket.update',
  'bucket.planDelete',
  'bucket.delete',
  'file.list',
  'file.upload',
  'file.download',
  'file.link',
  'file.planDelete',
  'file.delete',
  'zone.list',
  'zone.create',
  'zone.planDelete',
  'zone.delete',
  'balancer.list',
  'balancer.create',
  'balancer.planDelete',
  'balancer.delete',
];

export const testkit: PlatformTestkit = {
  lab: undefined,
  facts: {
    operations: [
      'vm.info',
      'vm.history',
      'disk.list',
      'nic.list',
      'vm.start',
      'vm.stop',
      'vm.restart',
      'vm.resume',
      'vm.suspend',
      'vm.planDelete',
      'vm.delete',
      'vm.settings',
      'vm.configure',
      'vm.planRebuild',
      'vm.rebuild',
      'console.output',
      'console.serial',
      'node.info',
      'flavor.list',
    ],
    elsewhere: IN_LAB,
    login: true,
    keepsDisks: true,
    pushesEvents: false,
    startTakesMs: 3_000,
    stopTakesMs: 3_000,
    guestsAnswer: true,
    listed: { flavor: { name: 't3.micro', cpus: 2, memory: gib(1), disk: undefined, arch: 'x86_64', price: SPOT } },
    modes: { takeMs: 10_000, rescueImage: IMAGE_NAME },
    samples: ['cpu', 'disk', 'net'],
    changes: {
      config: {
        name: 'renamed by the suite',
        type: 't3.large',
        plan: 'suite',
        metadata: { owner: 'suite', empty: '' },
        'termination-protection': true,
      },
      running: {
        name: 'renamed live',
        plan: '',
        profile: 'large',
        metadata: { site: 'south' },
        'termination-protection': true,
      },
    },
    prompt: undefined,
  },
  http,
  available: async () => undefined,
  start,
};

async function start(): Promise<TestServer> {
  const server = await startFakeAws(clock);
  const { world } = server;
  const kcli = { plan: 'shop', profile: 'small' };
  const stopped = world.add({ tags: { Name: 'contract-stopped' } });
  const running = world.add({ tags: { Name: 'contract-running', ...kcli }, state: 'running', hibernates: true });
  world.add({ tags: { Name: 'contract-terminated' }, state: 'terminated' });
  let doomed = 0;

  const idOf = ({ id }: WorldInstance): VmId => vmId(ENDPOINT, id);
  const endpoint: Endpoint = {
    name: ENDPOINT,
    platform: 'aws',
    values: {
      region: REGION,
      'access-key-id': KEYS.accessKeyId,
      'secret-access-key': KEYS.secretAccessKey,
      'role-arn': ROLE,
      'endpoint-url': server.origin,
      metrics: true,
      'metrics-every': '1s',
    },
  };
  const bring = (instance: WorldInstance, state: 'running' | 'stopped'): VmId => {
    instance.state = state;
    instance.next = undefined;
    instance.reason = undefined;
    return idOf(instance);
  };

  return {
    endpoint,
    wrongLogin: { ...endpoint, values: { ...endpoint.values, 'access-key-id': 'AKIAWRONG' } },
    clock,
    stoppedVm: async () => bring(stopped, 'stopped'),
    runningVm: async () => bring(running, 'running'),
    doomedVm: async () => idOf(world.add({ tags: { Name: `contract-doomed-${++doomed}` }, heirlooms: true })),
    async hasDisk(path) {
      world.settle();
      return world.volumes.has(path) || world.addresses.has(path);
    },
    cutLink: () => server.cut(),
    restoreLink: () => server.restore(),
    async close() {
      await server.close();
      if (server.complaints.length > 0) throw new Error(`not in the API of EC2:\n${server.complaints.join('\n')}`);
    },
  };
}
