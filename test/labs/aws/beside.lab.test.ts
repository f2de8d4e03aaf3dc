/** The same account read by drover and by boto3, row by row; and how many requests that takes of a thousand instances. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CreateSnapshotCommand, DescribeVolumesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { endpointName, type Id, nativeOfListed, vmId } from '../../../src/ids.ts';
import { platform } from '../../../src/platforms/aws/index.ts';
import { KEYS } from '../../../src/platforms/aws/testkit/access.ts';
import type { Connection, ListedKind, ObjectOf, Vm } from '../../../src/platforms/contract.ts';
import { gib, mib } from '../../../src/units.ts';
import { patient } from '../../contract/bench.ts';
import { watchConnection } from '../../contract/watching.ts';
import { type Cloud, startCloud } from './cloud.ts';
import { furnish } from './furniture.ts';
import { openMachineRoom } from './machine-room.ts';
import { REGION } from './region.ts';
import { siteFrom } from './site.ts';

const NAME = endpointName('lab');
const VMS = 1_000;
const MORE_THAN_A_PAGE = 205;
const site = siteFrom(process.env);
let cloud: Cloud;
let connection: Connection;

beforeAll(async () => {
  cloud = await startCloud(site, 0);
  const room = openMachineRoom(cloud.back);
  // One reservation: moto counts those for a page, AWS its instances. Names as attackers give them are left out: Python's
  // reader of XML takes none of an answer with an escape in it, so that neither boto3 nor kcli lists anything then.
  await room.launch('crowd', VMS);
  for (let made = 0; made < MORE_THAN_A_PAGE; made++) await room.launch(`single-${made}`, 1);
  await room.terminate(await room.launch('gone', 2));
  const [disk = ''] = await room.launch('furnished', 1);
  room.close();
  await furnish(cloud.back, disk, []);
  const ec2 = new EC2Client({ region: REGION, endpoint: cloud.back, credentials: KEYS, maxAttempts: 1 });
  const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({}));
  await ec2.send(new CreateSnapshotCommand({ VolumeId: Volumes[0]?.VolumeId }));
  ec2.destroy();
  connection = await platform.connect(
    {
      name: NAME,
      platform: 'aws',
      values: {
        region: REGION,
        'endpoint-url': cloud.origin,
        'access-key-id': KEYS.accessKeyId,
        'secret-access-key': KEYS.secretAccessKey,
      },
    },
    { signal: patient(), clock: systemClock, wire: () => {}, ask: {} },
  );
});
afterAll(async () => {
  await connection.close();
  await cloud.close();
  expect(cloud.complaints).toEqual([]);
});

type Rows = Readonly<Record<string, readonly (readonly unknown[])[]>>;

async function byBoto3(): Promise<Rows> {
  const script = fileURLToPath(new URL('beside.py', import.meta.url));
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    AWS_DEFAULT_REGION: REGION,
  };
  const options = { env, maxBuffer: 2 ** 26 };
  const { stdout } = await promisify(execFile)(join(site.venv, 'bin/python'), [script, cloud.back], options);
  return JSON.parse(stdout);
}

const native = ({ id }: { readonly id: Id }) => nativeOfListed(id);
/** What is compared of each kind, in the words of `beside.py`. */
const ROWS: { readonly [K in ListedKind]?: (one: ObjectOf<K>) => readonly unknown[] } = {
  volume: (one) => [native(one), (one.size ?? 0) / gib(1), one.users],
  volumesnapshot: (one) => [native(one), (one.size ?? 0) / gib(1), one.status],
  image: (one) => [native(one), one.name],
  network: (one) => [native(one), one.cidrs[0]],
  subnet: (one) => [native(one), one.cidr, one.zone],
  securitygroup: (one) => [native(one), one.name],
  keypair: (one) => [one.name],
  address: (one) => [one.ip],
  bucket: (one) => [one.name],
  zone: (one) => [one.name],
  balancer: (one) => [one.name],
  flavor: (one) => [one.name, one.cpus, one.memory / mib(1)],
};
const sorted = (rows: readonly (readonly unknown[])[]) => rows.map((row) => JSON.stringify(row)).sort();

type List = (of: Id, signal: AbortSignal) => Promise<readonly ObjectOf<ListedKind>[]>;
const listOf = (kind: ListedKind) => connection[kind]?.list as unknown as List;

async function rowsOfVms(): Promise<readonly Vm[]> {
  const watched = watchConnection(connection, 60_000);
  await watched.until('the whole list', () => watched.feeds.find(({ kind }) => kind === 'complete'));
  await watched.stop();
  return [...watched.vms.values()];
}

it('F-346 reads the same instances, volumes, snapshots, images, networks and all else as boto3', async () => {
  const theirs = await byBoto3();
  const vms = await rowsOfVms();
  const ours = vms.map(({ uuid, name, node }) => [uuid, name, node?.split('/').at(-1)]);
  expect(ours).toHaveLength(VMS + MORE_THAN_A_PAGE + 1);
  expect(sorted(ours)).toEqual(sorted(theirs['vm'] ?? []));
  for (const [kind, row] of Object.entries(ROWS)) {
    const all = await listOf(kind as ListedKind)(NAME, patient());
    expect(all.length, kind).toBeGreaterThan(0);
    expect(sorted(all.map(row as (one: object) => readonly unknown[])), kind).toEqual(sorted(theirs[kind] ?? []));
  }
});

it('asks for a thousand instances and what they have in as many requests as docs/contract-lessons.md says', async () => {
  const count = async (work: () => Promise<unknown> | undefined) => {
    const before = cloud.seen.length;
    await work();
    return cloud.seen.length - before;
  };
  const found: Record<string, number> = {};
  for (const kind of Object.keys(ROWS) as ListedKind[])
    if (kind !== 'flavor') found[kind] = await count(() => listOf(kind)(NAME, patient()));
  const [{ id } = { id: vmId(NAME, '') }] = await rowsOfVms();
  found['details'] = await count(() => connection.vm.info(id, patient()));
  found['settings'] = await count(() => connection.vm.settings?.(id, 'config', patient()));
  found['deletion'] = await count(() => connection.vm.planDelete?.(id, patient()));
  expect(found).toEqual({
    // 500 of them in a request, and the names of 200 of those that have them
    volume: 3 + 7,
    volumesnapshot: 1 + 3,
    image: 1,
    network: 2,
    subnet: 4,
    securitygroup: 2,
    keypair: 1,
    address: 1,
    bucket: 2,
    zone: 2,
    balancer: 5,
    details: 2,
    settings: 2,
    deletion: 2,
  });
});
