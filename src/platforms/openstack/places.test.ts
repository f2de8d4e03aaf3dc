import { describe, expect, it } from 'vitest';
import { FleetError } from '../../errors.ts';
import { endpointName, nodeId } from '../../ids.ts';
import { gib, mib } from '../../units.ts';
import type { Api, ReadOptions } from './api.ts';
import { findService, onlyRegion } from './catalog.ts';
import type { Cloud } from './cloud.ts';
import { agreeOn, isAtLeast } from './microversion.ts';
import { readNodeInfo } from './node/node-info.ts';
import { nodeOf, poolOf, readPlaces } from './places.ts';
import { readServer } from './servers.ts';

const LAB = endpointName('lab');
const { signal } = new AbortController();
const cloudOf = (minor = 93, more: object = {}): Cloud =>
  ({
    endpoint: LAB,
    version: [2, minor],
    project: { id: 'p-1', name: 'demo' },
    region: 'RegionOne',
    name: 'demo in RegionOne',
    address: { allProjects: false },
    ...more,
  }) as unknown as Cloud;

/** Answers by path; what it has no answer for is forbidden. */
function apiOf(answers: Readonly<Record<string, (options: ReadOptions) => object>>) {
  const asked: string[] = [];
  const get = async (path: string, options: ReadOptions) => {
    asked.push([path, options.subject, options.version, options.query?.['marker']].filter(Boolean).join(' '));
    const answer = answers[path];
    if (!answer) throw new FleetError('auth.forbidden', `not ${path}`);
    return answer(options);
  };
  return { api: { get } as unknown as Api, asked };
}

const HOST = {
  hypervisor_hostname: 'c1',
  hypervisor_type: 'QEMU',
  hypervisor_version: 7002022,
  host_ip: '192.0.2.1',
  state: 'up',
  status: 'enabled',
  vcpus: 16,
  vcpus_used: 3,
  memory_mb: 65_536,
  memory_mb_used: 1_536,
  local_gb: 100,
  local_gb_used: 30,
  running_vms: 4,
  service: { host: 'c1.example.org', disabled_reason: 'a new disk' },
  cpu_info: { vendor: 'Intel', model: 'Nehalem', arch: 'x86_64' },
};
const zone = (zoneName: string | undefined, available?: unknown) => ({ zoneName, zoneState: { available } });

describe('where servers run', () => {
  it('is read page by page for administrators, in the last version that tells metrics', async () => {
    const { api, asked } = apiOf({
      '/os-hypervisors/detail': ({ query }) =>
        query?.['marker'] === undefined
          ? { hypervisors: [HOST], hypervisors_links: [{ rel: 'next', href: '/x?marker=m1' }] }
          : { hypervisors: [{ state: 'down', status: 'enabled' }] },
    });
    const { kind, nodes } = await readPlaces(api, cloudOf(), signal);
    expect([kind, [...nodes.values()]]).toEqual([
      'hypervisors',
      [
        {
          id: 'lab/host/c1',
          name: 'c1',
          pool: 'lab/project/p-1',
          state: 'up',
          address: '192.0.2.1',
          cpus: 16,
          memory: gib(64),
          version: 'QEMU 7.2.22',
        },
        {
          id: 'lab/host/unknown',
          name: 'unknown',
          pool: 'lab/project/p-1',
          state: 'down',
          address: undefined,
          cpus: 0,
          memory: 0,
          version: '',
        },
      ],
    ]);
    expect(asked).toEqual([
      '/os-hypervisors/detail demo in RegionOne 2.87',
      '/os-hypervisors/detail demo in RegionOne 2.87 m1',
    ]);
  });

  it.each([
    [88, '2.87'],
    [87, '2.87'],
    [60, '2.60'],
  ])('is asked by 2.%i in %s', async (minor, version) => {
    const { api, asked } = apiOf({ '/os-hypervisors/detail': () => ({ hypervisors: [] }) });
    await readPlaces(api, cloudOf(minor), signal, true);
    expect(asked).toEqual([`/os-hypervisors/detail demo in RegionOne ${version}`]);
  });

  it.each([
    ['up', 'enabled', 'up'],
    ['up', 'disabled', 'maintenance'],
    ['down', 'disabled', 'down'],
    ['sideways', 'enabled', 'unknown'],
  ])('may be %s and %s: %s', async (state, status, ours) => {
    const { api } = apiOf({ '/os-hypervisors/detail': () => ({ hypervisors: [{ ...HOST, state, status }] }) });
    expect([...(await readPlaces(api, cloudOf(), signal)).nodes.values()]).toMatchObject([{ state: ours }]);
  });

  it('is the zones for everybody else, who are asked for at once when that is known', async () => {
    const zones = [zone('nova', true), zone('far', false), zone(undefined)];
    const { api, asked } = apiOf({ '/os-availability-zone': () => ({ availabilityZoneInfo: zones }) });
    const { kind, nodes } = await readPlaces(api, cloudOf(), signal);
    expect(kind).toBe('zones');
    expect([...nodes.values()]).toMatchObject([
      {
        id: 'lab/zone/nova',
        name: 'nova',
        pool: 'lab/project/p-1',
        state: 'up',
        address: undefined,
        cpus: Number.NaN,
        memory: Number.NaN,
        version: 'availability zone',
      },
      { name: 'far', state: 'down' },
      { name: 'unknown', state: 'unknown' },
    ]);
    await readPlaces(api, cloudOf(), signal, false);
    expect(asked.map((one) => one.split(' ')[0])).toEqual([
      '/os-hypervisors/detail',
      '/os-availability-zone',
      '/os-availability-zone',
    ]);
  });

  it('is not known when the question fails for another reason', async () => {
    const { api } = apiOf({
      '/os-hypervisors/detail': () => {
        throw new FleetError('host.unreachable', 'away');
      },
      '/os-availability-zone': () => ({}),
    });
    await expect(readPlaces(api, cloudOf(), signal)).rejects.toMatchObject({ code: 'host.unreachable' });
  });

  it('is a node only where that node is seen', () => {
    const server = readServer({
      id: 's',
      'OS-EXT-SRV-ATTR:hypervisor_hostname': 'c1',
      'OS-EXT-AZ:availability_zone': 'nova',
    });
    const nodes = (...ids: readonly string[]) => new Map(ids.map((id) => [nodeId(LAB, id), {} as never]));
    expect(nodeOf(LAB, server, { kind: 'hypervisors', nodes: nodes('host/c1') })).toBe('lab/host/c1');
    expect(nodeOf(LAB, server, { kind: 'hypervisors', nodes: nodes('zone/nova') })).toBeUndefined();
    expect(nodeOf(LAB, server, { kind: 'zones', nodes: nodes('zone/nova') })).toBe('lab/zone/nova');
    expect(nodeOf(LAB, readServer({ id: 's' }), { kind: 'zones', nodes: nodes('zone/nova') })).toBeUndefined();
  });

  it('hangs under the project, or under the region when all projects are shown', () => {
    const all = { address: { allProjects: true } };
    expect(poolOf(cloudOf())).toEqual({ id: 'lab/project/p-1', name: 'demo in RegionOne', parent: undefined });
    expect(poolOf(cloudOf(93, all))).toMatchObject({ id: 'lab/project/*', name: 'all projects in RegionOne' });
    expect(poolOf(cloudOf(93, { ...all, region: undefined })).name).toBe('all projects in lab');
  });
});

describe('what there is to know of a node', () => {
  const of = (nova: Api) => ({ nova, cinder: undefined, neutron: undefined });
  const read = (api: Api, native: string) => readNodeInfo(of(api), cloudOf(), nodeId(LAB, native), signal);

  it('of a hypervisor is what it has, and what was given away of it', async () => {
    const service = { binary: 'nova-compute', state: 'up', status: 'disabled', disabled_reason: 'a new disk' };
    const { api } = apiOf({
      '/os-hypervisors/detail': () => ({ hypervisors: [{ hypervisor_hostname: 'c0' }, HOST] }),
      '/os-services': () => ({
        services: [
          { ...service, host: 'c1.example.org' },
          { ...service, host: 'c2' },
        ],
      }),
    });
    expect(await read(api, 'host/c1')).toEqual({
      facts: {
        architecture: 'x86_64',
        cpuModel: 'Nehalem',
        memoryUsed: mib(1_536),
        addresses: [{ device: '', address: '192.0.2.1' }],
        storage: [{ name: 'local', kind: 'pool', size: gib(100), free: gib(70) }],
      },
      lines: [
        ['General', 'Type', 'QEMU'],
        ['General', 'Version', '7.2.22'],
        ['General', 'State', 'up, enabled'],
        ['General', 'Disabled because', 'a new disk'],
        ['General', 'Address', '192.0.2.1'],
        ['General', 'Service host', 'c1.example.org'],
        ['General', 'Servers', '4'],
        ['CPU', 'Model', 'Intel Nehalem x86_64'],
        ['CPU', 'vCPUs given away', '3 of 16'],
        ['Memory', 'Given away', '1.5G of 64G'],
        ['Disk', 'Given away', '30G of 100G'],
        ['Services', 'nova-compute', 'up, disabled, a new disk'],
      ],
    });
    expect(await read(api, 'host/c0')).toEqual({
      facts: {},
      lines: [
        ['CPU', 'vCPUs given away', '- of -'],
        ['Memory', 'Given away', '- of -'],
        ['Disk', 'Given away', '- of -'],
      ],
    });
  });

  it.each([
    [{ local_gb: 100 }, undefined],
    [{ local_gb: 100, local_gb_used: 130 }, 0],
  ])('of a hypervisor with %j has so much free', async (more, free) => {
    const { api } = apiOf({
      '/os-hypervisors/detail': () => ({ hypervisors: [{ hypervisor_hostname: 'c1', ...more }] }),
    });
    expect((await read(api, 'host/c1')).facts?.storage).toEqual([
      { name: 'local', kind: 'pool', size: gib(100), free },
    ]);
  });

  it('of a zone is how much of the cloud the project may use', async () => {
    const absolute = {
      maxTotalInstances: 10,
      totalInstancesUsed: 2,
      maxTotalCores: 0,
      totalCoresUsed: 4,
      maxTotalRAMSize: -1,
      totalRAMUsed: 1024,
    };
    let limits: object = { limits: { absolute } };
    const { api } = apiOf({
      '/os-availability-zone': () => ({ availabilityZoneInfo: [zone('nova', true), zone('far', false)] }),
      '/limits': () => limits,
    });
    const general = [
      ['General', 'Region', 'RegionOne'],
      ['General', 'Project', 'demo'],
    ];
    expect(await read(api, 'zone/nova')).toEqual({
      facts: {},
      lines: [
        ['General', 'Zone', 'nova'],
        ['General', 'State', 'available'],
        ...general,
        ['Quota of demo', 'Servers', '2 of 10'],
        ['Quota of demo', 'vCPUs', '4 of 0'],
        ['Quota of demo', 'Memory', '1.0G, no limit'],
      ],
    });
    limits = { limits: { absolute: { maxTotalInstances: 10, totalCoresUsed: 5 } } };
    expect((await read(api, 'zone/far')).lines).toEqual([
      ['General', 'Zone', 'far'],
      ['General', 'State', 'not available'],
      ...general,
    ]);
  });

  it.each([
    ['host/c9', 'there is no c9 in demo in RegionOne'],
    ['zone/mars', 'there is no mars in demo in RegionOne'],
    ['rack/1', 'there is no rack/1 in demo in RegionOne'],
  ])('of %s is nothing', async (native, message) => {
    const { api } = apiOf({
      '/os-hypervisors/detail': () => ({ hypervisors: [HOST] }),
      '/os-availability-zone': () => ({ availabilityZoneInfo: [zone('nova', true)] }),
      '/limits': () => ({}),
    });
    await expect(read(api, native)).rejects.toMatchObject({ code: 'node.not-found', message });
    const given = AbortSignal.abort(new Error('given up'));
    await expect(readNodeInfo(of(api), cloudOf(), nodeId(LAB, native), given)).rejects.toThrow('given up');
  });
});

describe('the version that is spoken', () => {
  const agree = (version?: string, min_version?: string) => agreeOn({ version: { version, min_version } }, 'nova');

  it.each([
    ['2.60', '2.1', [2, 60]],
    ['2.92', undefined, [2, 92]],
    ['2.93', '2.93', [2, 93]],
    ['2.94', '2.1', [2, 93]],
    ['3.1', '2.93', [2, 93]],
  ])('with a Nova up to %s, from %s on', (most, least, version) => expect(agree(most, least)).toEqual(version));

  it.each([
    [undefined, undefined, 'host.protocol', 'nova: this is not Nova, or one without microversions'],
    ['', undefined, 'host.protocol', 'nova: this is not Nova, or one without microversions'],
    ['2.59', undefined, 'op.unsupported', 'nova: Nova speaks microversions up to 2.59 only; 2.60 (Queens) is needed'],
    ['1.99', undefined, 'op.unsupported', 'nova: Nova speaks microversions up to 1.99 only; 2.60 (Queens) is needed'],
    ['3.5', '3.0', 'op.unsupported', 'nova: Nova no longer speaks microversion 2.93'],
    ['2.99', '2.94', 'op.unsupported', 'nova: Nova no longer speaks microversion 2.93'],
  ])('does not exist with a Nova up to %s, from %s on', (most, least, code, message) => {
    expect(() => agree(most, least)).toThrow(expect.objectContaining({ code, message }));
  });

  it('is as new as another one or not', () => {
    expect(isAtLeast([2, 85], [2, 85])).toBe(true);
    expect(isAtLeast([3, 0], [2, 85])).toBe(true);
    expect(isAtLeast([1, 99], [2, 85])).toBe(false);
  });
});

describe('the catalog', () => {
  const at = (region: string | undefined, kind = 'public', url = `https://${region}.${kind}`) => ({
    region_id: region,
    interface: kind,
    url,
  });
  const services = [
    { type: 'compute', endpoints: [at('A'), at('B')] },
    { type: 'image', endpoints: [at('A')] },
    { type: 'volumev3', name: 'cinder', endpoints: [at('A')] },
    { type: 'block-storage', endpoints: [at('B')] },
    { type: 'special', endpoints: [at('B')] },
    { type: 'nowhere', endpoints: [{ interface: 'public', region: 'old' }] },
  ];
  const find = (service: 'compute' | 'image' | 'volume', region?: string, type?: string, name?: string) =>
    findService(services, { service, region, interfaces: ['public'], type, name });

  it.each([
    ['image', undefined, undefined, 'https://A.public'],
    ['volume', 'A', undefined, 'https://A.public'],
    ['volume', 'B', undefined, 'https://B.public'],
    ['compute', undefined, 'special', 'https://B.public'],
  ] as const)('has %s in %s of type %s', (service, region, type, url) => {
    expect(find(service, region, type)).toEqual({ url, region: url.slice(8, 9) });
  });

  it('has entries without a name, as of old, which pass for every name', () => {
    expect(find('volume', 'B', undefined, 'cinder').region).toBe('B');
    expect(() => find('volume', 'A', undefined, 'other')).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        message: 'the cloud has no region A with a volume service',
        fix: 'there is B; capitals count',
      }),
    );
  });

  it('says what is missing', () => {
    const catalog = (...entries: object[]) => entries.map((entry) => ({ type: 'compute', endpoints: [entry] }));
    const ask = (entries: readonly object[], region?: string) => () =>
      findService(catalog(...entries), {
        service: 'compute',
        region,
        interfaces: ['public'],
        type: undefined,
        name: undefined,
      });
    expect(ask([])).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        message: 'the cloud has no compute service for the public interface',
        fix: 'check `interface`, and that the login is for a project',
      }),
    );
    expect(ask([at('A'), at('B')])).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        message: 'the cloud has several regions',
        fix: 'say which as `region`: there is A, B',
      }),
    );
    expect(ask([{ ...at('A'), url: '' }], 'A')).toThrow('no region A with a compute service');
    expect(ask([{ interface: 'public', region: 'old', url: 'u' }], 'new')).toThrow(
      expect.objectContaining({ fix: 'there is old; capitals count' }),
    );
    expect(ask([{ interface: 'public', url: 'u' }])()).toEqual({ url: 'u', region: undefined });
  });

  it('tells the region where there is only one', () => {
    expect(onlyRegion([{ endpoints: [at('A'), at('A', 'admin')] }])).toBe('A');
    expect(onlyRegion(services)).toBeUndefined();
    expect(onlyRegion([])).toBeUndefined();
  });
});
