/**
 * One account, read and changed by drover, by boto3 and by kcli: what each says of it row by row, also after the acts of another. The
 * account is moto behind the lab's proxy. Instance types are left out: moto takes half a minute for all of them.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { endpointName, nativeOf } from '../../../src/ids.ts';
import { platform } from '../../../src/platforms/aws/index.ts';
import { KEYS } from '../../../src/platforms/aws/testkit/access.ts';
import type { Connection } from '../../../src/platforms/contract.ts';
import { gib, mib } from '../../../src/units.ts';
import { type Cloud, startCloud } from '../../labs/aws/cloud.ts';
import { furnish } from '../../labs/aws/furniture.ts';
import { openMachineRoom } from '../../labs/aws/machine-room.ts';
import { provideMoto } from '../../labs/aws/moto.ts';
import { REGION } from '../../labs/aws/region.ts';
import { siteFrom } from '../../labs/aws/site.ts';
import { askPython, pythonWith } from '../python.ts';
import { MADE, makeOneOfEach } from './one-of-each.ts';
import { type OurAccount, ourAccount, type Row, type Rows } from './our-rows.ts';

const KCLI = 'kcli==99.0.202610251748';
/** Packages are fetched once. */
const INSTALLS_WITHIN_MS = 900_000;
const IMAGE = 'ami-785db401';
const AWS = endpointName('aws');
/** Launched together. */
const CROWD = 4;
const { signal } = new AbortController();
const own = (name: string) => join(import.meta.dirname, name);

let python: string;
let cloud: Cloud;
let connection: Connection;
let account: OurAccount;

beforeAll(async () => {
  const site = siteFrom(process.env);
  await provideMoto(site, () => {});
  python = await pythonWith(own('requirements.txt'), [KCLI]);
  cloud = await startCloud(site, { holdMs: 0, page: 5 });
  const room = openMachineRoom(cloud.back);
  const [web = ''] = await room.launch('web', 1);
  await room.launch('crowd', CROWD);
  await room.power((await room.launch('off', 1))[0] ?? '', 'stopped');
  await room.terminate(await room.launch('gone', 1));
  room.close();
  await furnish(cloud.back, web, []);
  const login = { 'access-key-id': KEYS.accessKeyId, 'secret-access-key': KEYS.secretAccessKey };
  const values = { region: REGION, 'endpoint-url': cloud.origin, ...login };
  connection = await platform.connect(
    { name: AWS, platform: 'aws', values },
    { signal, clock: systemClock, wire: () => {}, ask: {} },
  );
  account = ourAccount(connection, AWS);
}, INSTALLS_WITHIN_MS);
afterAll(async () => {
  await connection?.close();
  await cloud?.close();
  expect(cloud?.complaints).toEqual([]);
});

/** A function of ask-clients.py, and what it is called with. */
type Question = readonly [verb: string, ...args: readonly unknown[]];

const ask = async <Answers extends readonly unknown[]>(...questions: readonly Question[]): Promise<Answers> => {
  const login = { url: cloud.origin, region: REGION, key: KEYS.accessKeyId, secret: KEYS.secretAccessKey };
  return askPython(python, own('ask-clients.py'), { ...login, image: IMAGE, ask: questions });
};

/** In an order of their own: neither side promises one. */
const sorted = (rows: Rows) =>
  Object.fromEntries(
    Object.entries(rows).map(([kind, all]) => [kind, all.map((row) => JSON.stringify(row)).toSorted()]),
  );

describe('beside boto3', () => {
  let before: Rows;

  it('F-346 shows the same instances, volumes, snapshots, images, networks, groups, keys, addresses, files and entries', async () => {
    [before] = await ask<[Rows]>(['rows']);
    for (const [kind, rows] of Object.entries(before)) expect([kind, rows.length > 0]).toEqual([kind, true]);
    expect(sorted(await account.rows())).toEqual(sorted(before));
  });

  it('shows what boto3 makes of each kind, and no longer what it takes away', async () => {
    const [made, theirs] = await ask<[object, Rows]>(['make'], ['rows']);
    const ours = await account.rows();
    expect(sorted(ours)).toEqual(sorted(theirs));
    for (const [kind, rows] of Object.entries(ours))
      expect([kind, rows.length > (before[kind]?.length ?? 0)]).toEqual([kind, true]);
    await ask(['take_away', made]);
    expect(sorted(await account.rows())).toEqual(sorted(before));
  });

  it('makes, changes and deletes of each kind what boto3 sees', async () => {
    const { takeAway } = await makeOneOfEach(connection, account, { endpoint: AWS, image: IMAGE });
    const [theirs] = await ask<[Rows]>(['rows']);
    expect(sorted(theirs)).toEqual(sorted(await account.rows()));
    const text = JSON.stringify(theirs);
    for (const one of MADE) expect(text).toContain(one);
    await takeAway();
    const [after] = await ask<[Rows]>(['rows']);
    expect(sorted(after)).toEqual(sorted(before));
  });
});

interface KcliVm {
  readonly name: string;
  readonly instanceid: string;
  readonly status: string;
  readonly az: string;
  readonly numcpus: number;
  readonly memory: number;
  readonly flavor: string;
  readonly plan: string;
  readonly ip?: string;
  readonly nets: readonly { readonly mac: string; readonly net: string }[];
  readonly disks?: readonly {
    readonly device: string;
    readonly size: number;
    readonly type: string;
    readonly path: string;
  }[];
}

describe('beside kcli', () => {
  const kcli = (method: string, ...args: readonly unknown[]): Question => ['kcli', method, ...args];
  const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1);

  it('lists all instances where kcli lists the first of each launch, with the same figures', async () => {
    const asked = cloud.seen.length;
    const [all] = await ask<[readonly KcliVm[]]>(kcli('list'));
    const requests = cloud.seen.length - asked;
    const theirs = all.filter(({ status }) => status !== 'terminated').toSorted(byName);
    // one; for each instance itself, its image, its type, its subnet; and its volume, which those that are terminated have no more
    expect(requests).toBe(1 + 4 * all.length + theirs.length);
    const vms = await account.vms();
    expect(vms.filter(({ name }) => name === 'crowd')).toHaveLength(CROWD);
    const ours = vms.filter(({ uuid }) => theirs.some(({ instanceid }) => instanceid === uuid)).toSorted(byName);
    expect(
      ours.map(({ name, uuid, rawState, node, cpus, memory, plan = '', ips }) => ({
        ...{ name, instanceid: uuid, status: rawState, az: node && nativeOf(node), numcpus: cpus },
        ...{ memory: memory / mib(1), plan, ip: ips[0] },
      })),
    ).toEqual(
      theirs.map(({ name, instanceid, status, az, numcpus, memory, plan, ip }) => ({
        ...{ name, instanceid, status, az, numcpus, memory, plan, ip },
      })),
    );
    for (const [at, { id }] of ours.entries()) {
      const { nics, disks } = await connection.vm.info(id, signal);
      const told = theirs[at];
      expect(nics.map(({ mac, net }) => ({ mac, net }))).toEqual(told?.nets.map(({ mac, net }) => ({ mac, net })));
      const sizes = disks.map(({ device, size, storage, path }) => [device, (size ?? 0) / gib(1), storage, path]);
      expect(sizes).toEqual(told?.disks?.map(({ device, size, type, path }) => [device, size, type, path]));
    }
  });

  it('lists the same networks, subnets, groups of the usual network, buckets, files, zones and entries', async () => {
    type Network = Readonly<Record<string, { readonly cidr: string; readonly domain: string; readonly id: string }>>;
    const [networks, subnets, groups, buckets, files, zones, entries] = await ask<
      [Network, Network, string[], string[], string[], string[], string[][]]
    >(
      ...[kcli('list_networks'), kcli('list_subnets'), kcli('list_security_groups'), kcli('list_buckets')],
      ...[kcli('list_bucketfiles', 'contract-bucket'), kcli('list_dns_zones'), kcli('list_dns', 'contract.example')],
    );
    const rows = await account.rows();
    const told = (kind: string, row: (one: Row) => unknown) => (rows[kind] ?? []).map(row).toSorted();
    expect(told('network', ([id, , cidr]) => `${id} ${cidr}`)).toEqual(
      Object.values(networks)
        .map(({ domain, cidr }) => `${domain} ${cidr}`)
        .toSorted(),
    );
    expect(told('subnet', ([id, , , cidr]) => `${id} ${cidr}`)).toEqual(
      Object.values(subnets)
        .map(({ id, cidr }) => `${id} ${cidr}`)
        .toSorted(),
    );
    const usual = (rows['securitygroup'] ?? []).filter(([, , network]) => network === 'default');
    expect(usual.map(([, name]) => name)).toEqual(groups);
    expect(told('bucket', ([name]) => name)).toEqual(buckets);
    expect(told('file', ([, name]) => name)).toEqual(files);
    // kcli keeps the dot
    expect(told('zone', ([name]) => `${name}.`)).toEqual(zones);
    const addresses = (rows['dns'] ?? []).filter(([, , type]) => type === 'A');
    expect(addresses.map(([zone, name, ...rest]) => [String(name).replace(`.${zone}`, ''), ...rest])).toEqual(
      entries.filter(([, type]) => type === 'A'),
    );
  });

  it('F-346 F-364 F-365 sees what kcli changes, and kcli sees what drover does', async () => {
    const id = await account.vm('web');
    await ask(
      ...[
        kcli('stop', 'web'),
        kcli('update_flavor', 'web', 't3.large'),
        kcli('update_metadata', 'web', 'plan', 'mail'),
      ],
      ...[kcli('create_bucket', 'kcli-bucket'), kcli('create_security_group', 'kcli-group', { ports: [443] })],
      ...[kcli('export', 'web', 'kcli-image'), kcli('create_network', 'kcli-vpc', '10.99.0.0/16')],
    );
    const rows = JSON.stringify(await account.rows());
    for (const one of [
      ...['"web","stopped","eu-central-1a","t3.large","mail"', '["kcli-bucket"]', '"kcli-group","default"'],
      ...['"in","tcp","443","0.0.0.0/0"', '"kcli-image"', '"kcli-vpc","10.99.0.0/16"'],
    ])
      expect(rows).toContain(one);
    await connection.vm.configure?.(id, 'config', { plan: 'news', type: 't3.medium' }, {}, signal);
    await connection.vm.start(id, signal);
    const [web] = await ask<[KcliVm]>(kcli('info', 'web'));
    expect(web).toMatchObject({ plan: 'news', flavor: 't3.medium', status: 'running', memory: 4096 });
  });

  it('restarts what kcli only says that it has restarted, and refuses snapshots of instances that kcli only says that it has taken', async () => {
    const asked = cloud.seen.length;
    const answers = await ask<{ readonly result: string }[]>(
      kcli('restart', 'web'),
      kcli('create_snapshot', 'web', 'x'),
    );
    expect(answers.map(({ result }) => result)).toEqual(['success', 'success']);
    // to start what runs does nothing
    expect(cloud.seen.slice(asked)).toEqual(['DescribeInstances', 'StartInstances']);
    await connection.vm.restart?.(await account.vm('web'), 'graceful', signal);
    expect(cloud.seen).toContain('RebootInstances');
    expect(connection.whyNot['snapshot']).toMatch(/snapshots of volumes/);
  });
});
