/** The contract against moto, which nobody here wrote, with a proxy before it that makes it behave like AWS. */

import { expect } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { endpointName, vmId } from '../../../src/ids.ts';
import { KEYS, ROLE } from '../../../src/platforms/aws/testkit/access.ts';
import { http } from '../../../src/platforms/aws/testkit/http-facts.ts';
import { testkit as fake } from '../../../src/platforms/aws/testkit.ts';
import type { Endpoint, OperationName } from '../../../src/platforms/contract.ts';
import type { PlatformTestkit, TestServer } from '../../../src/platforms/testkit.ts';
import { gib } from '../../../src/units.ts';
import { until } from '../until.ts';
import { startCloud } from './cloud.ts';
import { putFigures } from './figures.ts';
import { furnish } from './furniture.ts';
import { openMachineRoom } from './machine-room.ts';
import { isInstalled } from './moto.ts';
import { REGION } from './region.ts';
import { siteFrom } from './site.ts';

const ENDPOINT = endpointName('aws-moto');
const HOLD_MS = 1_200;
const PAGE = 5;
const MORE_THAN_A_PAGE = 6;
const NEXT = /<nextToken>.*?<\/nextToken>/;

/** Made by moto anew at each start. */
const subnets: string[] = [];
const cards: [string, string] = ['', ''];
const { elsewhere = [], modes: _modes, ...facts } = fake.facts;
/** moto replaces no root volumes. */
const NOT_HERE: readonly OperationName[] = ['vm.planRebuild', 'vm.rebuild'];

export const motoTestkit: PlatformTestkit = {
  ...fake,
  lab: 'aws',
  facts: {
    ...facts,
    operations: [...facts.operations, ...elsewhere].filter((name) => !NOT_HERE.includes(name)),
    elsewhere: NOT_HERE,
    volumesOfImages: false,
    makesVms: {
      spec: {
        image: 'ami-785db401',
        type: '',
        memory: gib(1),
        vcpus: 2,
        plan: 'suite',
        metadata: { owner: 'suite' },
        disk: [
          { size: gib(30), storage: 'gp3' },
          { size: gib(12), storage: 'gp3' },
        ],
        keys: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJNPQvPqPdNWgSimulatedKeyOfATest suite',
      },
      disks: [gib(30), gib(12)],
      networks: subnets,
      missing: {
        image: { image: 'no-such-image-*' },
        network: { nic: [{ network: 'no-such-subnet' }] },
        storage: { disk: [{ size: gib(30), storage: 'no-such-type' }] },
      },
      clones: false,
      takeMs: 15_000,
    },
    parts: {
      takeMs: 5_000,
      networks: cards,
      ownMacs: false,
      diskSize: gib(1),
      volumes: true,
      storages: ['gp3', 'gp2'],
      movesInPlace: true,
    },
    listed: {
      ...facts.listed,
      flavor: { ...facts.listed?.flavor, price: { currency: 'USD', spotHour: 0.00001 } },
      volume: { storage: 'gp2', users: ['contract-stopped'] },
      network: { name: 'default', type: 'vpc', mode: 'isolated', active: true },
      image: { name: 'contract-image', status: 'available' },
      subnet: { network: 'default', zone: 'eu-central-1a', public: true },
      securitygroup: { name: 'default', network: 'default' },
      keypair: { name: 'contract-key' },
      address: { user: undefined, ip: expect.any(String) },
      bucket: { name: 'contract-bucket', public: false },
      zone: { name: 'contract.example', private: false },
      dns: { name: 'www.contract.example', zone: 'contract.example', type: 'A', data: '192.0.2.1', ttl: 60 },
      balancer: { name: 'contract-balancer', type: 'network', ports: [80], internal: false },
    },
    makes: {
      volume: { name: 'suite-volume', storage: 'gp3', size: gib(2), format: 'raw' },
      network: { name: 'suite-vpc', mode: 'routed', cidr: '10.77.0.0/16', dhcp: true, device: '', domain: '' },
      subnet: {
        name: 'suite-subnet',
        network: 'default',
        cidr: '172.31.200.0/24',
        zone: 'eu-central-1b',
        gateway: '',
        dhcp: true,
        nameServers: [],
      },
      securitygroup: { name: 'suite-group', description: 'made by the suite', network: 'default' },
      keypair: {
        name: 'suite-key',
        publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBxhPMDQ5HkYU2WGrFXqS3w7kzG0T6nGqz4hOMVdAbCd suite',
      },
      bucket: { name: 'suite-bucket-of-drover', public: false },
      zone: { name: 'suite.example', description: 'made by the suite', network: '', email: '' },
      dns: { name: 'entry.contract.example', zone: 'contract.example', type: 'A', data: '192.0.2.7' },
      balancer: {
        name: 'suite-balancer',
        ports: [80, 443],
        vms: ['contract-running'],
        checkPath: '/health',
        internal: true,
        subnet: '',
        domain: '',
      },
    },
    listedTakesMs: 5_000,
    volumeSnapshots: { takeMs: 5_000, whole: 'completed', volumes: ['suite-kept', 'suite-kept-again'] },
    clouds: {
      subnet: { changes: { public: false } },
      securityrule: true,
      address: { name: 'suite-address', network: '' },
      file: true,
      zone: true,
    },
  },
  http: { ...http, repeatPage: namingTheFirst() },
  available: async () =>
    isInstalled(siteFrom(process.env)) ? undefined : 'moto is not installed yet: npm run lab -- up aws',
  start,
};

/** moto takes no page for one that it has not named: every page names that which the first has named. */
function namingTheFirst(): (body: string) => string {
  let token: string | undefined;
  return (body) => {
    token ??= NEXT.exec(body)?.[0];
    const end = '</DescribeInstancesResponse>';
    return body.replace(NEXT, '').replace(end, `${token}${end}`);
  };
}

async function start(): Promise<TestServer> {
  const cloud = await startCloud(siteFrom(process.env), { holdMs: HOLD_MS, page: PAGE });
  const room = openMachineRoom(cloud.back);
  const [stopped = ''] = await room.launch('contract-stopped', 1);
  const [running = ''] = await room.launch('contract-running', 1, { HibernationOptions: { Configured: true } });
  await room.terminate(await room.launch('contract-terminated', 2));
  // A reservation of many, and more reservations than a page has.
  await room.launch('crowd', 6);
  for (let made = 0; made < MORE_THAN_A_PAGE; made++) await room.launch('single', 1);
  await putFigures(cloud.back, [running]);
  await furnish(cloud.back, stopped, subnets);
  cards.fill(subnets[0] ?? '');
  let doomed = 0;

  const endpoint: Endpoint = {
    name: ENDPOINT,
    platform: 'aws',
    values: {
      region: REGION,
      'access-key-id': KEYS.accessKeyId,
      'secret-access-key': KEYS.secretAccessKey,
      'role-arn': ROLE,
      'endpoint-url': cloud.origin,
      metrics: true,
      'metrics-every': '1s',
    },
  };
  const bring = async (id: string, state: 'running' | 'stopped') => {
    await room.power(id, state);
    // What an earlier test has begun is still on its way, as far as the proxy tells.
    await until(`${id} is at rest`, 10_000, () => cloud.atRest(id));
    return vmId(ENDPOINT, id);
  };

  return {
    endpoint,
    wrongLogin: { ...endpoint, values: { ...endpoint.values, 'access-key-id': 'AKIAWRONG' } },
    clock: systemClock,
    stoppedVm: () => bring(stopped, 'stopped'),
    runningVm: () => bring(running, 'running'),
    async doomedVm() {
      const [id = ''] = await room.launch(`contract-doomed-${++doomed}`, 1);
      await room.giveHeirlooms(id);
      await room.power(id, 'stopped');
      return vmId(ENDPOINT, id);
    },
    hasDisk: (path) => room.has(path),
    cutLink: () => cloud.cut(),
    restoreLink: () => cloud.restore(),
    async close() {
      room.close();
      await cloud.close();
      if (cloud.complaints.length > 0) throw new Error(`not in the API of EC2:\n${cloud.complaints.join('\n')}`);
    },
  };
}
