import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { shellAction } from '../../src/actions/node.ts';
import { permitted } from '../../src/actions/permitted.ts';
import { consoleAction, consoleLogAction, editAction, vmActions } from '../../src/actions/vm.ts';
import { type App, compose } from '../../src/compose.ts';
import type { FleetError } from '../../src/errors.ts';
import {
  addressId,
  backupId,
  balancerId,
  bucketId,
  diskId,
  dnsId,
  endpointName,
  fileId,
  type Id,
  imageId,
  keyPairId,
  leaseId,
  type NodeId,
  networkId,
  nicId,
  routerId,
  securityGroupId,
  securityRuleId,
  snapshotId,
  storageId,
  subnetId,
  volumeId,
  volumeSnapshotId,
  zoneId,
} from '../../src/ids.ts';
import {
  type Connection,
  type ObjectKind,
  type Operation,
  type OperationName,
  operations,
  type Vm,
  whyAbsent,
} from '../../src/platforms/contract.ts';
// Loaded before the clock runs: the time that this takes is not the test clock's.
import '../../src/platforms/fake/index.ts';
import { findOperation, operationNames } from '../../src/platforms/wrap/operations.ts';
import { createTestClock, type TestClock } from '../clock.ts';
import { invocations, invoke } from '../contract/invocations.ts';

let home: string;
let app: App;
afterEach(async () => {
  await app.close();
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
});

const demo = endpointName('demo');

interface Opened {
  readonly clock: TestClock;
  readonly connection: Connection;
  readonly vm: Vm;
  readonly ids: Readonly<Record<ObjectKind, Id>>;
}

async function open(config: object, readOnly: boolean): Promise<Opened> {
  home = await mkdtemp(join(tmpdir(), 'drover-test-'));
  const file = join(home, 'config.yaml');
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  const clock = createTestClock();
  app = compose({
    config: file,
    readOnly,
    dryRun: false,
    env: { HOME: home },
    clock,
    interest: () => [],
    remember: false,
    warn: () => {},
  });
  await app.load();
  app.open();
  let isReady = false;
  void app.sessions.ready(demo).finally(() => {
    isReady = true;
  });
  while (!isReady) await clock.pass(10);
  await clock.pass(2_000);
  const connection = app.sessions.connection(demo);
  const vm = [...app.store.fleet.vms.values()].find(({ state, node }) => state === 'running' && node !== undefined);
  if (!connection || !vm?.node) throw new Error('the simulated endpoint did not answer');
  // Simulated snapshots are computed from the place of their VM: the first one that has any.
  const lists = [...app.store.fleet.vms.keys()].map((id) =>
    connection.snapshot?.list?.(id, new AbortController().signal),
  );
  for (let passed = 0; passed < 20; passed++) await clock.pass(100);
  const [snapshot] = (await Promise.all(lists)).flatMap((list) => list ?? []);
  const ids: Readonly<Record<ObjectKind, Id>> = {
    vm: vm.id,
    node: vm.node,
    pool: demo,
    endpoint: demo,
    snapshot: snapshot?.id ?? snapshotId(vm.id, 'none'),
    disk: diskId(vm.id, 'vda'),
    nic: nicId(vm.id, '52:54:00:00:00:01'),
    storage: storageId(demo, 'vms'),
    volumesnapshot: volumeSnapshotId(demo, 'before-retiring'),
    volume: volumeId(demo, '/srv/vms/retired-web.qcow2'),
    network: networkId(demo, 'lab'),
    lease: leaseId(demo, 'lab/192.168.150.20'),
    dns: dnsId(demo, 'lab/A/gateway/192.168.150.1'),
    image: imageId(demo, 'debian-12'),
    flavor: demo,
    backup: backupId(demo, 'vms/nightly-db'),
    subnet: subnetId(demo, 'lan-a'),
    address: addressId(demo, '203.0.113.11'),
    bucket: bucketId(demo, 'backups'),
    file: fileId(bucketId(demo, 'site'), 'index.html'),
    zone: zoneId(demo, 'lab'),
    balancer: balancerId(demo, 'shop'),
    router: routerId(demo, 'gate'),
    keypair: keyPairId(demo, 'admins'),
    securitygroup: securityGroupId(demo, 'lan/web'),
    securityrule: securityRuleId(securityGroupId(demo, 'lan/web'), 'in tcp 80 from 0.0.0.0/0'),
  };
  return { clock, connection, vm, ids };
}

/** What the simulated fleet says that it lacks is no way past a rule. */
const namesOfKinds = ({ connection }: Opened, fits: (kind: Operation['kind']) => boolean): readonly OperationName[] =>
  operationNames.filter((name) => fits(operations[name].kind) && whyAbsent(connection, name) === undefined);
const endpoint = { platform: 'fake', vms: 60, 'events-every': 0, 'reuses-ids': true };
const cases = [
  ['the run', {}, true, 'this run is read-only'],
  ['the endpoint', { endpoints: { demo: { ...endpoint, 'read-only': true } } }, false, 'demo is read-only'],
  ['a pool', { pools: { Prod: { nodes: ['demo'], 'read-only': true } } }, false, 'the pool Prod is read-only'],
  [
    'a pool around it',
    { pools: { All: { 'read-only': true }, Prod: { in: 'All', nodes: ['demo'] } } },
    false,
    'the pool All is read-only',
  ],
] as const;

describe.each(cases)('where %s is read-only', (_what, config, readOnly, why) => {
  const opened = () => open({ endpoints: { demo: endpoint }, ...config }, readOnly);
  const call = ({ connection, ids }: Opened, name: (typeof operationNames)[number]) =>
    invoke(name, connection, ids[invocations[name].on], new AbortController().signal);

  it('no operation that changes something or can be typed into reaches the platform', async () => {
    const here = await opened();
    const refusing = namesOfKinds(here, (kind) => kind !== 'reads');
    expect(refusing).toContain('console.serial');
    expect(refusing).toContain('node.shell');
    for (const name of refusing) {
      expect(findOperation(here.connection, name), name).toBeDefined();
      await expect(call(here, name), name).rejects.toMatchObject({ code: 'op.refused', message: why });
    }
    expect(app.wireLog().filter(({ text }) => refusing.some((name) => text.startsWith(name)))).toEqual([]);
  });

  it('what only reads is let through, console output among it', async () => {
    const here = await opened();
    const reading = namesOfKinds(here, (kind) => kind === 'reads');
    expect(reading).toContain('console.output');
    for (const name of reading) {
      // A VM that comes from no platform is asked about, and refused by the simulated fleet itself.
      const asked = call(here, name);
      if (!asked) throw new Error(`${name} is not there`);
      const answer = asked.catch((error: FleetError) =>
        error.code === 'op.unsupported' ? 'asked' : Promise.reject(error),
      );
      for (let passed = 0; passed < 20; passed++) await here.clock.pass(100);
      await expect(answer, name).resolves.toBeDefined();
    }
  });

  it('each action says so before it asks anything', async () => {
    const { vm, ids } = await opened();
    for (const action of [...vmActions, consoleAction, editAction]) {
      expect(() => permitted(action, 'vm', vm.id, app), action.id).toThrow(why);
    }
    expect(() => permitted(shellAction, 'node', ids.node as NodeId, app)).toThrow(why);
    expect(() => permitted(consoleLogAction, 'vm', vm.id, app)).not.toThrow();
  });
});
