import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageId, networkId, nodeId, storageId } from '../../../src/ids.ts';
import type { Connection, Endpoint, WireLine } from '../../../src/platforms/contract.ts';
import { http } from '../../../src/platforms/vsphere/testkit/http-facts.ts';
import { startPaging } from './paging.ts';
import { addressOf } from './server.ts';
import { siteFrom } from './site.ts';
import { bigVcenter, connectTo, openSmallVcenter, patient } from './vcenter.ts';

const DATASTORES = 150;
const PORT_GROUPS = 120;
const ON_A_PAGE = 50;
const CENTERS = 2;

const listsOf = (connection: Connection, { name }: Endpoint) => ({
  storages: async () => (await connection.storage?.list?.(name, patient())) ?? [],
  networks: async () => (await connection.network?.list?.(name, patient())) ?? [],
  images: async () => (await connection.image?.list?.(name, patient())) ?? [],
});

interface Ref {
  readonly type: string;
  readonly value: string;
}
/** What an object is in the simulator itself, as far as it is compared. */
interface Own {
  readonly self: Ref;
  readonly name: string;
  readonly summary: {
    readonly type: string;
    readonly capacity: number;
    readonly freeSpace: number;
    readonly url: string;
    readonly accessible: boolean;
    readonly maintenanceMode: string;
    readonly multipleHostAccess: boolean;
    readonly config: Readonly<Record<'template' | 'guestFullName' | 'vmPathName' | 'instanceUuid', string>>;
    readonly storage: { readonly committed: number };
  };
  readonly config: {
    readonly distributedVirtualSwitch: Ref;
    readonly defaultPortConfig: { readonly vlan: { readonly vlanId: number | object } };
    readonly network: {
      readonly portgroup: readonly {
        readonly spec: Readonly<Record<'name' | 'vswitchName' | 'vlanId', string | number>>;
      }[];
    };
  };
  readonly host: readonly (Ref & { readonly key: Ref })[] | null;
}

/** All objects of a type, past drover and past the property collector (estate.go). */
async function own(type: string): Promise<readonly Own[]> {
  const site = siteFrom(process.env);
  const ca = await readFile(site.files.ca);
  const url = new URL(`/lab/objects?type=${type}`, addressOf(site));
  const text = await new Promise<string>((resolve, reject) => {
    const asked = request(url, { ca }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      answer.once('end', () => resolve(body));
    });
    asked.once('error', reject).end();
  });
  return JSON.parse(text);
}

const byId = <One extends { readonly id: string }>(all: readonly One[]) =>
  all.toSorted((a, b) => (a.id < b.id ? -1 : 1));

describe('a vCenter with a thousand VMs', () => {
  const endpoint = bigVcenter();
  const wire: WireLine[] = [];
  let connection: Connection;
  let lists: ReturnType<typeof listsOf>;
  beforeAll(async () => {
    connection = await connectTo(endpoint, wire);
    lists = listsOf(connection, endpoint);
  });
  afterAll(() => connection.close());
  const requestsOf = async (list: () => Promise<unknown>) => {
    const before = wire.length;
    await list();
    return wire.length - before;
  };
  const only = (hosts: readonly Ref[]) =>
    hosts.length === 1 && hosts[0] ? nodeId(endpoint.name, hosts[0].value) : undefined;

  it('has the datastores that the simulator has, with what it knows of each', async () => {
    const expected = (await own('Datastore')).map(({ self, name, host, summary }) => ({
      id: storageId(endpoint.name, self.value),
      name,
      type: summary.type,
      node: only((host ?? []).map(({ key }) => key)),
      shared: summary.multipleHostAccess,
      active: summary.accessible && summary.maintenanceMode === 'normal',
      size: summary.accessible ? summary.capacity : undefined,
      // a thousand VMs are given more than there is, and the simulator counts on below nothing
      used: summary.accessible && summary.freeSpace >= 0 ? summary.capacity - summary.freeSpace : undefined,
      path: summary.accessible ? summary.url : undefined,
      content: [],
      ...(name === 'lost'
        ? { trouble: expect.objectContaining({ message: expect.stringMatching(/DeviceLoss$/) }) }
        : {}),
    }));
    expect(expected).toHaveLength(6);
    expect(byId(await lists.storages())).toEqual(byId(expected));
    expect(await requestsOf(lists.storages)).toBe(1);
  });

  it('has the networks that the simulator has, with their switches and VLANs', async () => {
    const [standard, groups, opaque, switches, hosts] = await Promise.all(
      ['Network', 'DistributedVirtualPortgroup', 'OpaqueNetwork', 'DistributedVirtualSwitch', 'HostSystem'].map(own),
    );
    const specs = hosts?.[0]?.config.network.portgroup.map(({ spec }) => spec) ?? [];
    const backup = { name: 'backup', vswitchName: 'vSwitch0', vlanId: 7 };
    const places = new Map([...specs, backup].map((spec) => [spec.name, spec]));
    const seen = (one: Own, more: object) => ({
      ...{ id: networkId(endpoint.name, one.self.value), name: one.name, type: one.self.type, mode: 'bridge' },
      ...{ node: only(one.host ?? []), active: one.summary.accessible, ...more },
    });
    const expected = [
      ...(standard ?? []).map((one) => {
        const { vswitchName: device, vlanId } = places.get(one.name) ?? {};
        return seen(one, { device, vlan: vlanId || undefined });
      }),
      ...(groups ?? []).map((one) => {
        const { vlanId } = one.config.defaultPortConfig.vlan;
        const { value } = one.config.distributedVirtualSwitch;
        return seen(one, {
          device: switches?.find(({ self }) => self.value === value)?.name,
          vlan: (typeof vlanId === 'number' && vlanId) || undefined,
        });
      }),
      ...(opaque ?? []).map((one) => seen(one, { device: undefined, vlan: undefined })),
    ];
    const found = byId(await lists.networks());
    expect(found).toMatchObject(byId(expected as { id: string }[]));
    expect(found.filter(({ vlan }) => vlan).map(({ name, vlan }) => `${name} ${vlan}`)).toEqual(
      expect.arrayContaining(['backup 7', 'prod-42 42']),
    );
    expect(await requestsOf(lists.networks)).toBe(2);
  });

  it('has its template as an image, and nothing else', async () => {
    const expected = (await own('VirtualMachine'))
      .filter(({ summary }) => summary.config.template)
      .map(({ self, name, summary: { config, storage } }) => ({
        id: imageId(endpoint.name, self.value),
        name,
        identity: config.instanceUuid,
        type: 'template',
        size: storage.committed,
        storage: 'LocalDS_0',
        path: config.vmPathName,
        os: config.guestFullName,
        status: 'connected',
      }));
    expect(expected.map(({ name }) => name)).toEqual(['golden-debian12']);
    expect(await lists.images()).toMatchObject(expected);
    expect(await requestsOf(lists.images)).toBe(2);
  });
});

it('a vCenter with many datastores and port groups is read page by page, to the last one', async () => {
  const size = ['-datastores', String(DATASTORES), '-portgroups', String(PORT_GROUPS)];
  const vcenter = await openSmallVcenter(...size);
  const paging = await startPaging(vcenter.vcsim, ON_A_PAGE);
  const endpoint = http.proxied(vcenter.endpoint, paging.origin);
  const connection = await connectTo(endpoint);
  try {
    const lists = listsOf(connection, endpoint);
    const storages = await lists.storages();
    expect(storages.filter(({ name }) => name.startsWith('LocalDS_'))).toHaveLength(CENTERS * DATASTORES);
    // 304 datastores
    expect(paging.calls.splice(0)).toEqual(['RetrievePropertiesEx', ...Array(6).fill('ContinueRetrievePropertiesEx')]);
    const networks = await lists.networks();
    expect(networks.filter(({ name }) => /^DC\d_DVPG/.test(name))).toHaveLength(CENTERS * PORT_GROUPS);
    expect(networks.every(({ type, device }) => type === 'OpaqueNetwork' || device !== undefined)).toBe(true);
    expect(new Set([...storages, ...networks].map(({ id }) => id)).size).toBe(storages.length + networks.length);
    expect((await lists.images()).map(({ name }) => name)).toEqual(['golden-debian12']);
  } finally {
    await connection.close();
    await paging.close();
    await vcenter.close();
  }
});
