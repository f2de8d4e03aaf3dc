import { describe, expect, it } from 'vitest';
import { FleetError } from '../../errors.ts';
import { gib } from '../../units.ts';
import { isAtLeast, readCluster } from './cluster.ts';
import { readResources } from './guests.ts';
import { type Answers, PVE, scriptedApi } from './testkit/scripted-api.ts';

const { signal } = new AbortController();
const CERTIFICATES = 'GET /nodes/pve1/certificates/info';
const ROOT = {
  filename: 'pve-root-ca.pem',
  fingerprint: '7A:11:F2:03:5B:64:C8:90:17:F1:B6:52:8B:0C:22:4A:97:1F',
};
const STATUS = [
  { type: 'node', name: 'pve2', ip: '192.0.2.2' },
  { type: 'cluster', name: 'lab' },
  { type: 'node', name: 'pve1', ip: '192.0.2.1', local: 1 },
];
const RESOURCES = readResources([
  { type: 'node', node: 'pve1', status: 'online', maxcpu: 8, maxmem: gib(64) },
  { type: 'node', node: 'pve2', status: 'offline' },
  { type: 'qemu', vmid: 100, node: 'pve1' },
  { type: 'qemu', vmid: 101, node: 'pve3' },
]);

async function read(answers: Answers = {}, given = signal) {
  const { api, asked } = scriptedApi({
    'GET /version': { version: '9.1-1' },
    'GET /cluster/status': STATUS,
    [CERTIFICATES]: [{ filename: 'pve-ssl.pem', fingerprint: 'FF' }, ROOT],
    ...answers,
  });
  return { cluster: await readCluster(api, PVE, 'host:8006', given), asked };
}

describe('a cluster', () => {
  it('has a name, a version, and an identity that no other one has', async () => {
    const { cluster } = await read();
    expect(cluster).toMatchObject({
      name: 'lab',
      version: '9.1-1',
      place: { endpoint: 'pve', cluster: '7a11f2035b64c89017f1b6528b0c224a' },
      pools: [{ id: 'pve/cluster/lab', name: 'lab', parent: undefined }],
    });
  });

  it('has its nodes, and those that only its guests speak of', async () => {
    const { cluster } = await read();
    const common = { pool: 'pve/cluster/lab', version: 'Proxmox VE 9.1-1', os: 'Proxmox VE 9.1-1' };
    expect([...cluster.nodesOf(RESOURCES).values()]).toEqual([
      { ...common, id: 'pve/pve1', name: 'pve1', state: 'up', address: '192.0.2.1', cpus: 8, memory: gib(64) },
      { ...common, id: 'pve/pve2', name: 'pve2', state: 'down', address: '192.0.2.2', cpus: 0, memory: 0 },
      { ...common, id: 'pve/pve3', name: 'pve3', state: 'unknown', address: undefined, cpus: 0, memory: 0 },
    ]);
  });

  it('may be a single node, which has the name of its host and no pool', async () => {
    const { cluster } = await read({ 'GET /cluster/status': [{ type: 'node', name: 'pve1', local: 1 }] });
    expect(cluster).toMatchObject({ name: 'host:8006', pools: [] });
    expect(cluster.nodesOf(RESOURCES).get('pve1')?.pool).toBeUndefined();
  });

  it('is known by the endpoint where its own identity may not be read', async () => {
    const forbidden = new FleetError('auth.forbidden', 'no');
    for (const answers of [
      { [CERTIFICATES]: forbidden },
      { [CERTIFICATES]: [] },
      { 'GET /cluster/status': forbidden },
      { 'GET /cluster/status': [{ type: 'node', name: 'pve1' }] },
      { [CERTIFICATES]: [{ filename: 'pve-root-ca.pem' }] },
    ]) {
      expect((await read(answers)).cluster.place).toEqual({ endpoint: 'pve', cluster: 'pve' });
    }
  });

  it('is not connected when it can not be asked now', async () => {
    const cut = new FleetError('host.unreachable', 'cut', { retry: true });
    await expect(read({ [CERTIFICATES]: cut })).rejects.toThrow('cut');
    await expect(read({ 'GET /cluster/status': cut })).rejects.toThrow('cut');
    const given = AbortSignal.abort();
    await expect(read({ [CERTIFICATES]: new FleetError('auth.forbidden', 'late') }, given)).rejects.toThrow('late');
    await expect(read({ [CERTIFICATES]: new TypeError('bug') })).rejects.toThrow('bug');
  });

  it('has a version also where the server tells none', async () => {
    expect((await read({ 'GET /version': {} })).cluster.version).toBe('unknown');
  });
});

it.each([
  ['8.2', true],
  ['8.2-1', true],
  ['8.10', true],
  ['9.0', true],
  ['8.1-9', false],
  ['7.4', false],
  ['unknown', false],
])('version %s is at least 8.2: %s', (version, is) => expect(isAtLeast(version, 8, 2)).toBe(is));

it.each([
  ['0.0', true],
  ['nothing', true],
])('version %s is at least 0.0: %s', (version, is) => expect(isAtLeast(version, 0, 0)).toBe(is));
