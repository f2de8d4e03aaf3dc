import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { refusal } from '../../../test/contract/refusal.ts';
import { systemClock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import { endpointName } from '../../ids.ts';
import type { Connection, Settings } from '../contract.ts';
import { connect } from './connection.ts';
import { createLists } from './lists.ts';
import { type FakeCloud, startFakeCloud } from './testkit/fake-cloud.ts';
import { ACCOUNTS, type Account, PROJECT } from './testkit/keystone.ts';
import { LAB, quietNova } from './testkit/quiet-nova.ts';

const { signal } = new AbortController();

/** A cloud whose services give these answers, by the end of the path; a function is told the query. */
type Answers = Readonly<Record<string, object | ((query: Readonly<Record<string, unknown>>) => object)>>;

function listsOf(answers: Answers, more: object = {}) {
  const services = quietNova(createTestClock(), more);
  for (const [path, answer] of Object.entries(answers)) {
    services.answer(new RegExp(`^${path}$`), (_path, { query = {} }) => {
      const given = typeof answer === 'function' ? answer(query) : answer;
      if (given instanceof Error) throw given;
      return given;
    });
  }
  const { api, cloud } = services;
  const { groups } = createLists(cloud, { nova: api, glance: api, cinder: api, neutron: api });
  const list = async (kind: keyof typeof groups) => (await groups[kind]?.list?.(LAB, signal)) ?? [];
  return { list, asked: services.asked };
}

const refused = new FleetError('auth.forbidden', 'subnets are not for you');

describe('networks', () => {
  const subnet = (network_id: string, cidr: string, enable_dhcp?: unknown) => ({
    id: cidr,
    network_id,
    cidr,
    enable_dhcp,
  });

  it('are told with the addresses of their subnets, and hand addresses out where one of these does', async () => {
    const { list, asked } = listsOf({
      '/networks': {
        networks: [
          { id: 'a', name: 'lan', status: 'ACTIVE', admin_state_up: true, subnets: ['1', '2'], dns_domain: 'lan.' },
          { id: 'b', name: 'off', status: 'ACTIVE', admin_state_up: false, subnets: ['3'], mtu: 0 },
          { id: 'c', name: '', status: 'DOWN', admin_state_up: true, subnets: [] },
          { id: 'd', name: ' ', status: 'ERROR', subnets: ['hidden'], updated_at: '2026-01-01T00:00:00Z' },
        ],
      },
      '/subnets': {
        subnets: [subnet('a', '10.0.0.0/24', false), subnet('a', 'fd00::/64', true), subnet('b', '10.1.0.0/24', false)],
      },
    });
    const networks = await list('network');
    expect(networks.map(({ trouble }) => trouble !== undefined)).toEqual([false, false, false, true]);
    expect(networks).toMatchObject([
      { id: 'lab/a', name: 'lan', active: true, cidrs: ['10.0.0.0/24', 'fd00::/64'], dhcp: true, domain: 'lan.' },
      { id: 'lab/b', active: false, cidrs: ['10.1.0.0/24'], dhcp: false, mtu: undefined },
      { id: 'lab/c', name: 'c', active: false, cidrs: [], dhcp: false },
      {
        id: 'lab/d',
        name: 'd',
        dhcp: undefined,
        trouble: { message: 'Neutron says that it is in error', since: Date.UTC(2026, 0, 1) },
      },
    ]);
    expect(asked()).toEqual(['0 /networks limit=250', '0 /subnets limit=250']);
  });

  it('say what they are made of to an administrator, and the tag of a VLAN only', async () => {
    const made = (type: string, tag: unknown) => ({
      id: type,
      'provider:network_type': type,
      'provider:segmentation_id': tag,
    });
    const { list } = listsOf({
      '/networks': { networks: [made('vlan', 117), made('vxlan', 4711), made('flat', null), { id: 'n' }] },
      '/subnets': { subnets: [] },
    });
    expect((await list('network')).map((one) => ('vlan' in one ? [one.type, one.vlan, one.mode] : []))).toEqual([
      ['vlan', 117, undefined],
      ['vxlan', undefined, undefined],
      ['flat', undefined, undefined],
      ['network', undefined, undefined],
    ]);
  });

  it('are there without their subnets when these may not be read, and say so', async () => {
    const networks = { networks: [{ id: 'a', name: 'lan', status: 'ACTIVE', subnets: ['1'] }] };
    const { list } = listsOf({ '/networks': networks, '/subnets': refused });
    expect(await list('network')).toMatchObject([
      {
        name: 'lan',
        active: true,
        cidrs: [],
        dhcp: undefined,
        trouble: { message: "its subnets can't be read: subnets are not for you" },
      },
    ]);
    const none = listsOf({ '/networks': refused, '/subnets': { subnets: [] } });
    expect(await refusal(none.list('network'))).toBe(refused);
  });

  it.each([
    [false, ['own', 'shared', 'outside', 'of no project']],
    [true, ['own', 'foreign', 'shared', 'outside', 'of no project']],
  ])('of other projects are told when all projects are wanted: %s', async (allProjects, names) => {
    const network = (name: string, more: object) => ({ id: name, name, subnets: [], ...more });
    const { list } = listsOf(
      {
        '/networks': {
          networks: [
            network('own', { project_id: 'p' }),
            network('foreign', { tenant_id: 'q' }),
            network('shared', { project_id: 'q', shared: true }),
            network('outside', { project_id: 'q', 'router:external': true }),
            network('of no project', {}),
          ],
        },
        '/subnets': { subnets: [] },
      },
      { address: { allProjects } },
    );
    expect((await list('network')).map(({ name }) => name)).toEqual(names);
  });
});

describe('images', () => {
  it('are disks or ISO files, with what their makers said of them', async () => {
    const { list } = listsOf({
      '/images': {
        images: [
          {
            id: 'a',
            name: 'installer',
            disk_format: 'iso',
            size: 700,
            status: 'active',
            visibility: 'shared',
            owner: 'q',
            os_distro: 'debian',
            hw_architecture: 'aarch64',
            architecture: 'x86_64',
            created_at: '2026-01-01T00:00:00Z',
          },
          { id: 'b', name: null, disk_format: null, size: null, status: 'queued', visibility: 'private', owner: 'p' },
          { id: 'c', name: 'broken', status: 'killed', size: -5, os_version: '9' },
          { id: 'd', name: 'of others', visibility: 'private', owner: 'q' },
        ],
      },
    });
    expect(await list('image')).toMatchObject([
      {
        id: 'lab/a',
        type: 'iso',
        format: 'iso',
        size: 700,
        os: 'debian',
        arch: 'aarch64',
        status: 'active',
        visibility: 'shared',
        created: Date.UTC(2026, 0, 1),
      },
      { name: 'b', type: 'disk', format: undefined, size: undefined, os: undefined, status: 'queued' },
      { name: 'broken', size: undefined, os: '9', trouble: { message: expect.stringContaining('upload failed') } },
    ]);
  });

  it('that the cloud tells without an id stay in the list, and say so', async () => {
    const { list } = listsOf({ '/images': { images: [{ id: 'a', name: 'good' }, { name: 'lost' }, 7] } });
    const images = await list('image');
    expect(images.map(({ name, trouble }) => [name, trouble?.message])).toEqual([
      ['good', undefined],
      ['lost', 'the cloud told it without an id'],
      ['without id, number 2', 'the cloud told it without an id'],
    ]);
    expect(new Set(images.map(({ id }) => id)).size).toBe(3);
  });

  it('come page by page, each once, as far as Glance names a next page', async () => {
    const pages: Readonly<Record<string, object>> = {
      undefined: { images: [{ id: 'a' }, { id: 'b' }], next: '/v2/images?limit=2&marker=b' },
      b: { images: [{ id: 'b' }, { id: 'c' }], next: '/v2/images?limit=2&marker=c' },
      c: { images: [] },
    };
    const { list, asked } = listsOf({ '/images': ({ marker }) => pages[String(marker)] ?? {} });
    expect((await list('image')).map(({ id }) => id)).toEqual(['lab/a', 'lab/b', 'lab/c']);
    expect(asked()).toHaveLength(3);
    const broken = listsOf({ '/images': { images: 'none' } });
    expect((await refusal(broken.list('image'))).message).toContain('the server sent no list');
  });
});

describe('flavors', () => {
  it('have vCPUs, memory, and a disk unless the image says how large it is', async () => {
    const { list, asked } = listsOf({
      '/flavors/detail': {
        flavors: [
          { id: '1', name: 'small', vcpus: 2, ram: 512, disk: 8, description: 'for the web' },
          { id: 'a/b#c', name: 'diskless', vcpus: 1, ram: 256, disk: 0, description: null },
        ],
      },
    });
    expect(await list('flavor')).toMatchObject([
      { id: 'lab/1', cpus: 2, memory: 512 * 1024 ** 2, disk: 8 * 1024 ** 3, description: 'for the web' },
      { id: 'lab/a/b%23c', name: 'diskless', disk: undefined, description: undefined },
    ]);
    expect(asked()).toEqual(['0 /flavors/detail limit=250']);
  });

  it('of which Nova says nothing sensible are in the list with unknown figures, and say so', async () => {
    const flavors = [
      { id: '1', vcpus: 1, ram: 1e300, disk: 1e300 },
      { id: '2', ram: 512, disk: -1 },
    ];
    const { list } = listsOf({ '/flavors/detail': { flavors } });
    const message = 'Nova does not tell how many vCPUs and how much memory it has';
    expect(await list('flavor')).toMatchObject([
      { name: '1', cpus: 1, memory: Number.NaN, disk: undefined, trouble: { message } },
      { name: '2', cpus: Number.NaN, memory: 512 * 1024 ** 2, disk: undefined, trouble: { message } },
    ]);
  });
});

describe('volumes', () => {
  const volume = (id: string, more: object = {}) => ({ id, name: id, size: 1, volume_type: 'fast', ...more });
  const attached = (...servers: readonly (string | null)[]) => ({
    attachments: servers.map((server_id) => ({ server_id })),
  });

  it('name the servers that they are attached to, whom Nova is asked for once', async () => {
    const { list, asked } = listsOf({
      '/volumes/detail': {
        volumes: [
          volume('free', { attachments: [], size: 20 }),
          volume('used', attached('s1', 's2')),
          volume('of a host', attached(null)),
          volume('elsewhere', attached('s1', 'unknown')),
        ],
      },
      '/servers': { servers: [{ id: 's1', name: 'web1' }, { id: 's2', name: 'web2' }, { id: 's3' }] },
    });
    expect(await list('volume')).toMatchObject([
      { id: 'lab/free', size: 20 * 1024 ** 3, storage: 'fast', type: 'fast', users: [] },
      { name: 'used', users: ['web1', 'web2'] },
      { name: 'of a host', users: [] },
      { name: 'elsewhere', users: undefined },
    ]);
    expect(asked()).toEqual(['0 /volumes/detail limit=250', '0 /servers limit=1000']);
  });

  it('are there also when Nova does not name the servers, who is not asked for volumes of no server', async () => {
    const detail = { volumes: [volume('free'), volume('used', attached('s1'))] };
    const silent = listsOf({ '/volumes/detail': detail, '/servers': refused });
    expect(await silent.list('volume')).toMatchObject([{ users: [] }, { users: undefined }]);
    const idle = listsOf({ '/volumes/detail': { volumes: [volume('free')] }, '/servers': refused });
    await idle.list('volume');
    expect(idle.asked(/servers/)).toEqual([]);
  });

  it('say what Cinder says is wrong with them, and have no size where it tells an absurd one', async () => {
    const { list } = listsOf({
      '/volumes/detail': {
        volumes: [
          volume('a', { status: 'error_extending', updated_at: '2026-01-01T00:00:00.000000' }),
          volume('b', { status: 'in-use', size: -1 }),
          volume('c', { size: 1e300, name: '' }),
        ],
      },
    });
    const volumes = await list('volume');
    expect(volumes.map(({ trouble }) => trouble !== undefined)).toEqual([true, false, false]);
    expect(volumes).toMatchObject([
      { trouble: { message: 'Cinder says of it: error_extending', since: Date.UTC(2026, 0, 1) } },
      { name: 'b', size: undefined },
      { name: 'c', size: undefined },
    ]);
  });

  it('are in storages that are listed, also where their type is hidden or they have none', async () => {
    const { list } = listsOf({
      '/volumes/detail': {
        volumes: [volume('a'), volume('b', { volume_type: 'hidden' }), volume('c', { volume_type: null })],
      },
      '/types': { volume_types: [{ id: 't1', name: 'fast' }] },
    });
    expect((await list('storage')).map(({ id, name }) => [id, name])).toEqual([
      ['lab/t1', 'fast'],
      ['lab/name/hidden', 'hidden'],
      ['lab/name/default', 'default'],
    ]);
    const names = (await list('storage')).map(({ name }) => name);
    for (const one of await list('volume')) expect(names).toContain('storage' in one ? one.storage : '');
    const types = { volume_types: [{ id: 't1', name: 'fast' }] };
    expect(await listsOf({ '/volumes/detail': refused, '/types': types }).list('storage')).toMatchObject([
      { name: 'fast', type: 'volume type', active: true, size: undefined, used: undefined },
    ]);
  });

  it('of all projects, and private types and flavors, are asked for when all projects are wanted', async () => {
    const { list, asked } = listsOf(
      {
        '/volumes/detail': { volumes: [volume('a', attached('s'))] },
        '/servers': { servers: [] },
        '/types': { volume_types: [] },
        '/flavors/detail': { flavors: [] },
      },
      { address: { allProjects: true } },
    );
    await list('volume');
    await list('storage');
    await list('flavor');
    expect(asked()).toEqual([
      '0 /volumes/detail all_tenants=True limit=250',
      '0 /servers limit=1000 all_tenants=True',
      '0 /types is_public=None limit=250',
      '0 /volumes/detail all_tenants=True limit=250',
      '0 /flavors/detail is_public=None limit=250',
    ]);
  });
});

describe('a cloud', () => {
  async function withCloud(work: (cloud: FakeCloud, open: Open) => Promise<void>): Promise<void> {
    const cloud = await startFakeCloud(systemClock);
    const opened: Connection[] = [];
    try {
      await work(cloud, async ({ username, password }, more = {}) => {
        const values = { 'auth-url': `${cloud.origin}/identity`, username, password, project: PROJECT.name, ...more };
        const endpoint = { name: endpointName('lab'), platform: 'openstack', values };
        const connection = await connect(endpoint, { signal, clock: systemClock, wire: () => {}, ask: {} });
        opened.push(connection);
        return connection;
      });
      expect(cloud.complaints).toEqual([]);
    } finally {
      for (const connection of opened) await connection.close();
      await cloud.close();
    }
  }
  type Open = (account: Account, more?: Settings) => Promise<Connection>;

  it('without Neutron, Glance or Cinder says so, and has its flavors', async () => {
    await withCloud(async (cloud, open) => {
      cloud.keystone.others.clear();
      const { network, image, volume, storage, flavor, whyNot } = await open(ACCOUNTS.member);
      expect([network, image, volume, storage]).toEqual([undefined, undefined, undefined, undefined]);
      expect([whyNot.network, whyNot.image, whyNot.volume, whyNot.storage]).toEqual(
        ['Neutron', 'Glance', 'Cinder', 'Cinder'].map(
          (name) => `the catalog of this cloud names no ${name} that can be reached`,
        ),
      );
      expect((await flavor?.list?.(LAB, signal))?.map(({ name }) => name)).toEqual(['m1.small', 'm1.volume']);
    });
  });

  it.each(['/network', '/network/', '/network/v2.0', '/network/v2.0/'])(
    'that has Neutron at %s is asked for version 2.0 of it',
    async (path) => {
      await withCloud(async (cloud, open) => {
        cloud.keystone.others.set('network', path);
        const { network } = await open(ACCOUNTS.member);
        expect(await network?.list?.(LAB, signal)).toMatchObject([
          { name: 'lan', type: 'network', vlan: undefined },
          { name: 'outside' },
        ]);
      });
    },
  );

  it('with small pages is read to its end, of every service', async () => {
    await withCloud(async (cloud, open) => {
      cloud.nova.pageSize = 1;
      for (let number = 1; number <= 3; number++) {
        const id = `9d0e1f2a-0000-4000-8000-00000000000${number}`;
        cloud.world.volumes.set(id, number);
        cloud.world.images.set(id, { name: `image-${number}` });
        cloud.world.add({ name: `web${number}`, volumes: [{ id, device: '/dev/vdb', deleteOnTermination: false }] });
      }
      const { network, image, volume, storage, flavor } = await open(ACCOUNTS.admin);
      expect(await network?.list?.(LAB, signal)).toMatchObject([
        { cidrs: ['10.0.0.0/24', 'fd00:1::/64'] },
        { cidrs: ['203.0.113.0/24'] },
      ]);
      expect(await image?.list?.(LAB, signal)).toHaveLength(5);
      expect(await storage?.list?.(LAB, signal)).toHaveLength(2);
      expect(await flavor?.list?.(LAB, signal)).toHaveLength(2);
      expect((await volume?.list?.(LAB, signal))?.map(({ users }) => users)).toEqual([['web1'], ['web2'], ['web3']]);
    });
  });
});
