/** What is listed beside servers, against what the services say when they are asked past drover. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Connection, Settings, WireLine } from '../../../src/platforms/contract.ts';
import { logIn, type ServiceType, type Session } from './cloud-api.ts';
import { cloudOf, connectTo, patient } from './openstack-watching.ts';
import { loginOf, type Person } from './people.ts';
import { FLAVORS, VOLUME_TYPES } from './servers.ts';
import { siteFrom } from './site.ts';

const site = siteFrom(process.env);
const LAB = cloudOf(site, 'fleet').name;
const open: Connection[] = [];
let wire: WireLine[];
const connected = async (cloud: string, more: Settings = {}): Promise<Connection> => {
  wire = [];
  const connection = await connectTo(cloudOf(site, cloud, more), wire);
  open.push(connection);
  return connection;
};
afterEach(async () => {
  for (const connection of open.splice(0)) await connection.close();
});

type Rows = readonly Readonly<Record<string, unknown>>[];
let members: Session;
beforeAll(async () => {
  members = await logIn(site, loginOf('drover'));
});

/** What a service says, row by row. */
async function told(service: ServiceType, path: string, key: string, who: Session = members): Promise<Rows> {
  const body = await who.ask<Readonly<Record<string, Rows>>>(service, path);
  return body[key] ?? [];
}
const nameOf = ({ name }: { readonly name?: unknown }): string => String(name);
const sorted = <One extends { readonly name: string }>(all: readonly One[] | undefined): readonly One[] =>
  (all ?? []).toSorted((a, b) => a.name.localeCompare(b.name));

describe('networks', () => {
  it.each<[string, Person]>([
    ['fleet', 'drover'],
    ['fleet-admin', 'captain'],
  ])('as %s are those of the project, and the one that leads outside', async (cloud, who) => {
    const session = await logIn(site, loginOf(who));
    const rows = (await told('network', '/v2.0/networks', 'networks', session)).filter(
      (row) => row['project_id'] === session.projectId || row['shared'] === true,
    );
    const subnets = await told('network', '/v2.0/subnets', 'subnets', session);
    const networks = sorted(await (await connected(cloud)).network?.list?.(LAB, patient()));
    const expected = rows
      .toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)))
      .map((row) => ({
        id: `lab/${row['id']}`,
        name: row['name'],
        type: row['provider:network_type'] ?? 'network',
        active: row['status'] === 'ACTIVE',
        cidrs: subnets.filter((subnet) => subnet['network_id'] === row['id']).map((subnet) => subnet['cidr']),
        dhcp: row['name'] === 'lan',
        mtu: row['mtu'],
      }));
    expect(networks).toMatchObject(expected);
    expect(networks.map(nameOf)).toEqual(['lan', 'outside']);
    expect(wire.filter(({ text }) => text.includes('/v2.0/'))).toHaveLength(2);
  });

  it('of all projects are told to an administrator who shows all projects', async () => {
    const connection = await connected('fleet-admin', { 'all-projects': true });
    const networks = sorted(await connection.network?.list?.(LAB, patient()));
    expect(networks.map(nameOf)).toEqual(['lan', 'lan', 'outside']);
  });
});

it('images are told as Glance has them, also one that is not there yet', async () => {
  const json = { name: 'empty', disk_format: 'raw', container_format: 'bare' };
  const { id: empty } = await members.ask<{ id: string }>('image', '/v2/images', { method: 'POST', json });
  const rows = await told('image', '/v2/images?limit=100', 'images');
  const images = await (await connected('fleet')).image?.list?.(LAB, patient());
  expect((images ?? []).map(({ id }) => id).toSorted()).toEqual(rows.map((row) => `lab/${row['id']}`).toSorted());
  for (const row of rows) {
    expect(images?.find(({ id }) => id === `lab/${row['id']}`)).toMatchObject({
      name: row['name'],
      format: row['disk_format'] ?? undefined,
      size: row['size'] ?? undefined,
      status: row['status'],
      visibility: row['visibility'],
      created: Date.parse(String(row['created_at'])),
    });
  }
  expect(images?.find(({ name }) => name === 'empty')).toMatchObject({ status: 'queued', size: undefined });
  await members.ask('image', `/v2/images/${empty}`, { method: 'DELETE' });
});

it('flavors are those that the cloud was made with', async () => {
  const flavors = sorted(await (await connected('fleet')).flavor?.list?.(LAB, patient()));
  expect(flavors).toMatchObject(
    Object.entries(FLAVORS)
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([name, { vcpus, ram, disk }]) => ({
        name,
        cpus: vcpus,
        memory: ram * 1024 ** 2,
        disk: disk * 1024 ** 3,
        description: undefined,
      })),
  );
});

it('volumes and their types are those of Cinder, with the server that has one', async () => {
  const { volume, storage } = await connected('fleet');
  const rows = await told('volumev3', `/${members.projectId}/volumes/detail`, 'volumes');
  const volumes = (await volume?.list?.(LAB, patient())) ?? [];
  expect(volumes.map(({ id }) => id).toSorted()).toEqual(rows.map((row) => `lab/${row['id']}`).toSorted());
  expect(volumes.find(({ name }) => name === 'data-20')).toMatchObject({
    storage: 'fast',
    size: 20 * 1024 ** 3,
    users: ['web2'],
  });
  const types = (await storage?.list?.(LAB, patient())) ?? [];
  expect(types.map(nameOf)).toEqual(expect.arrayContaining([...VOLUME_TYPES]));
});
