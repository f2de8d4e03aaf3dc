/** New servers, against what the services say of them when they are asked past drover. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { nativeOf, type VolumeId, type VolumeSnapshotId } from '../../../src/ids.ts';
import type { Connection, Settings, VolumeOps, VolumeSnapshotOps } from '../../../src/platforms/contract.ts';
import { gib } from '../../../src/units.ts';
import { openDesk } from '../../cli/run-drover.ts';
import { refusal } from '../../contract/refusal.ts';
import { pythonWith } from '../../differential/python.ts';
import { logIn, type Session } from './cloud-api.ts';
import { cloudOf, connectTo, patient } from './openstack-watching.ts';
import { loginOf } from './people.ts';
import { siteFrom } from './site.ts';

const site = siteFrom(process.env);
const { name: LAB } = cloudOf(site, 'fleet');
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJNPQvPqPdN+8f0GQ0mRZ1dXc3VQm4m3WZb3eWn0Q5pM desk';
const SLOW_MS = 300_000;

let members: Session;
let connection: Connection;
const made: string[] = [];

beforeAll(async () => {
  members = await logIn(site, loginOf('drover'));
  connection = await connectTo(cloudOf(site, 'fleet'), []);
});
afterEach(async () => {
  for (const id of made.splice(0)) await members.ask('compute', `/servers/${id}`, { method: 'DELETE' });
});
afterAll(() => connection.close());

async function create(spec: Settings): Promise<string> {
  const { id } = (await connection.vm.create?.(LAB, { image: 'debian-12', ...spec }, patient())) ?? { id: '' };
  made.push(nativeOf(id as never));
  return nativeOf(id as never);
}

/** What the client of the OpenStack project says. */
async function openstack<Answer>(...args: readonly string[]): Promise<Answer> {
  const python = await pythonWith(join(import.meta.dirname, 'requirements.txt'));
  const env = { PATH: process.env['PATH'], OS_CLIENT_CONFIG_FILE: site.files.cloudsYaml, OS_CLOUD: 'fleet' };
  const client = ['-m', 'openstackclient.shell', ...args, '-f', 'json'];
  const { stdout } = await promisify(execFile)(python, client, { env });
  return JSON.parse(stdout) as Answer;
}

type Row = Readonly<Record<string, unknown>>;
const listed = async (path: string, key: string): Promise<readonly Row[]> =>
  (await members.ask<Readonly<Record<string, readonly Row[]>>>('network', path))[key] ?? [];

it(
  'F-291 F-345 a server boots from a volume of its image, has an empty one beside it, and leads outside',
  async () => {
    const disk = [{ size: 2 * 1024 ** 3, storage: 'fast' }, { size: 1024 ** 3 }];
    const spec = {
      name: 'made-whole',
      flavor: 'nano',
      disk,
      nic: [{ network: 'lan' }],
      floating: 'outside',
      keys: KEY,
    };
    const more = {
      plan: 'shop',
      profile: 'web',
      tags: 'a,b',
      description: 'front',
      zone: 'rack-2',
      'config-drive': true,
      metadata: { tier: 'front', 'cost: of': '7' },
    };
    const own = { plan: 'shop', profile: 'web', image: 'debian-12', user: 'debian' };
    const id = await create({ ...spec, ...more });
    const { server } = await members.ask<{ server: Row }>('compute', `/servers/${id}`);
    expect(server).toMatchObject({
      status: 'ACTIVE',
      description: 'front',
      tags: ['a', 'b'],
      'OS-EXT-AZ:availability_zone': 'rack-2',
      config_drive: 'True',
      metadata: { ...own, tier: 'front', 'cost: of': '7' },
    });
    const pairs = { tier: 'back', 'on call': 'kim' };
    await connection.vm.configure?.(`${LAB}/${id}` as never, 'config', { metadata: pairs }, {}, patient());
    expect(await members.ask('compute', `/servers/${id}/metadata`)).toEqual({ metadata: { ...own, ...pairs } });
    const { disks } = await connection.vm.info(`${LAB}/${id}` as never, patient());
    expect(disks.map(({ size }) => size)).toEqual([2 * 1024 ** 3, 1024 ** 3]);
    const [port] = await listed(`/v2.0/ports?device_id=${id}`, 'ports');
    const floating = await listed(`/v2.0/floatingips?port_id=${port?.['id']}`, 'floatingips');
    expect(floating).toHaveLength(1);
    await members.ask('network', `/v2.0/floatingips/${floating[0]?.['id']}`, { method: 'DELETE' });
  },
  SLOW_MS,
);

it(
  'F-345 one that no host has room for is deleted again, with the volumes that were to be its own',
  async () => {
    // Its quota has room for such a server, and no host has.
    const annex = await logIn(site, loginOf('drover', 'annex'));
    const elsewhere = await connectTo(cloudOf(site, 'annex'), []);
    const volumes = async () => {
      const path = `/${annex.projectId}/volumes`;
      return (await annex.ask<{ volumes: readonly Row[] }>('volumev3', path)).volumes.map((row) => row['id']);
    };
    const before = await volumes();
    const spec = { name: 'never', image: 'debian-12', flavor: 'sold-out', nic: [{ network: 'lan' }] };
    const error = await refusal(elsewhere.vm.create?.(LAB, spec, patient()) ?? Promise.resolve());
    await elsewhere.close();
    expect([error.code, error.message]).toEqual([
      'op.failed',
      expect.stringMatching(/never could not be built: No valid host/),
    ]);
    const { servers } = await annex.ask<{ servers: readonly Row[] }>('compute', '/servers?name=^never$');
    expect(servers).toEqual([]);
    expect(await volumes()).toEqual(before);
  },
  SLOW_MS,
);

it(
  'F-345 one boots from a new volume that is made of a snapshot, within a server group',
  async () => {
    const volumes = connection.volume as Required<VolumeOps>;
    const snapshots = connection.volumesnapshot as Required<VolumeSnapshotOps>;
    const spec = { name: 'booted-before', storage: 'fast', size: gib(1), format: 'raw', image: 'debian-12' };
    const volume = (await volumes.create(LAB, spec, patient())).id as VolumeId;
    const before = { name: 'before', description: 'to boot from' };
    const snapshot = (await snapshots.create(volume, before, patient())).id as VolumeSnapshotId;
    const group = { name: 'apart', policy: 'soft-anti-affinity' };
    const { server_group } = await members.ask<{ server_group: Row }>('compute', '/os-server-groups', {
      method: 'POST',
      json: { server_group: group },
    });
    try {
      const more = {
        flavor: 'nano',
        image: '',
        snapshot: 'before',
        'server-group': 'apart',
        nic: [{ network: 'lan' }],
      };
      const id = await create({ name: 'of-a-snapshot', ...more });
      const { server } = await members.ask<{ server: Row }>('compute', `/servers/${id}`);
      expect(server).toMatchObject({ status: 'ACTIVE', image: '', server_groups: [server_group['id']] });
      const { disks } = await connection.vm.info(`${LAB}/${id}` as never, patient());
      expect(disks.map(({ size }) => size)).toEqual([gib(1)]);
      expect((await volumes.planDelete(volume, patient())).refused).toMatch(/has snapshots \(before\)/);
      await members.ask('compute', `/servers/${made.pop()}`, { method: 'DELETE' });
    } finally {
      await members.ask('compute', `/os-server-groups/${server_group['id']}`, { method: 'DELETE' });
      await snapshots.delete(snapshot, patient());
      await volumes.delete(volume, patient());
    }
  },
  SLOW_MS,
);

it(
  'F-165 the built-in template of a cloud image makes a server, which the client of OpenStack shows with what it was made of',
  async () => {
    const desk = await openDesk(await readFile(site.files.config, 'utf8'));
    try {
      expect((await desk.run('template', 'add', '--built-in')).code).toBe(0);
      const flags = [
        '--template',
        'linux-cloud',
        '--var',
        'IMAGE=debian-12',
        '--flavor',
        'nano',
        '--nic',
        'network=lan',
      ];
      const { code, stdout, stderr } = await desk.run('vm', 'create', 'of-template', '-C', 'fleet', ...flags);
      expect([code, stderr, stdout]).toEqual([
        0,
        expect.stringContaining('fleet has the VM of-template, which is running'),
        '',
      ]);
    } finally {
      await desk.clear();
    }
    const [server, ...others] = await openstack<readonly { ID: string }[]>('server', 'list', '--name', '^of-template$');
    if (server) made.push(server.ID);
    expect(others).toEqual([]);
    expect(await openstack<Row>('server', 'show', server?.ID ?? 'of-template')).toMatchObject({
      name: 'of-template',
      status: 'ACTIVE',
      flavor: expect.objectContaining({ original_name: 'nano' }),
      properties: expect.objectContaining({ profile: 'Common/linux-cloud@1.0', image: 'debian-12', user: 'debian' }),
      addresses: { lan: [expect.any(String)] },
    });
  },
  SLOW_MS,
);

it('what a project has left is what Nova and Cinder say', async () => {
  const left = await connection.vm.limits?.(LAB, patient());
  const { limits } = await members.ask<{ limits: { absolute: Record<string, number> } }>('compute', '/limits');
  const { maxTotalInstances = 0, totalInstancesUsed = 0, maxTotalCores = 0, totalCoresUsed = 0 } = limits.absolute;
  expect(left).toMatchObject({
    name: `${maxTotalInstances - totalInstancesUsed} of ${maxTotalInstances} servers left`,
    vcpus: `${maxTotalCores - totalCoresUsed} of ${maxTotalCores} left`,
    disk: expect.stringMatching(/^\d+ of 10 volumes, .* left$/),
  });
});
