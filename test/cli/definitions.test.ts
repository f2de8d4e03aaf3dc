/** Storages and networks that are defined for a pool, on the command line. */
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Desk, openDesk } from './run-drover.ts';

const endpoint = (more = '') => `{ platform: fake, vms: 6, latency: 0, events-every: 0${more} }`;
const START = `endpoints:
  one: ${endpoint()}
  two: ${endpoint()}
pools:
  P:
    nodes: [one, two]
  Q: {}
`;

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(START);
});
afterEach(() => desk.clear());

const definition = (...args: readonly string[]) => desk.run('definition', ...args);
const nfs = () =>
  definition(
    'add-storage',
    'P',
    'nfs',
    '--type',
    'netfs',
    '--host',
    'nas',
    '--source',
    '/export',
    '--path',
    '/srv/nfs',
  );
/** What the simulated servers have of themselves, and VMs use. */
const lab = () => definition('add-network', 'P', 'lab', '--cidr', '192.168.150.0/24', '--dual-cidr', 'fd00:150::/64');
/** A VM of this endpoint gets a NIC in it. */
async function useLab(name: string): Promise<void> {
  const [vm] = (await desk.run('vm', 'list', '-C', name, '--filter', 'state:running', '-o', 'json')).json<
    { id: string }[]
  >();
  await desk.run('nic', 'create', vm?.id ?? '', 'lab');
}
const storages = async (name: string) =>
  (await desk.run('storage', 'list', '-o', 'json'))
    .json<{ name: string; endpoint: string }[]>()
    .flatMap((one) => (one.name === name ? [one.endpoint] : []));
const written = () => readFile(desk.config, 'utf8');

it('F-020 F-176 F-178 defines a storage for a pool, shows where it is missing, makes it there and shows it in sync', async () => {
  const { code, stderr } = await nfs();
  expect([code, stderr]).toEqual([0, 'the storage nfs is defined for pool P; drover definition apply P makes it\n']);
  expect(await written()).toContain('nfs: { type: netfs, path: /srv/nfs, host: nas, source: /export }');
  expect((await definition('list')).stdout).toMatch(/^P +nfs +storage +netfs +2 missing +-$/m);
  const applied = await definition('apply', 'P');
  expect([applied.code, applied.stderr.split('\n')]).toEqual([
    0,
    ['one has the storage nfs', 'two has the storage nfs', ''],
  ]);
  const info = (await definition('info', 'P', 'nfs', '-o', 'json')).json();
  expect(info).toMatchObject({
    kind: 'storage',
    values: { type: 'netfs', host: 'nas', source: '/export', path: '/srv/nfs' },
    nodes: [
      { node: 'one', state: 'in sync', used: 0, users: null },
      { node: 'two', state: 'in sync' },
    ],
  });
  expect((await definition('apply', 'P', 'nfs', '-C', 'one')).stderr).toBe('one has the storage nfs already\n');
});

it('F-178 F-180 F-424 says how a node differs, and leaves what is another one there', async () => {
  await nfs();
  await desk.run(
    'storage',
    'create',
    'nfs',
    '--type',
    'netfs',
    '--host',
    'old',
    '--source',
    '/export',
    '--path',
    '/srv/nfs',
    '-C',
    'two',
  );
  const { code, stderr } = await definition('apply', 'P');
  expect(code).toBe(1);
  expect(stderr).toContain('two has another storage nfs: host is old, not nas');
  expect(stderr).toContain(
    'nfs is on one and not on two; drover definition detach P nfs takes it off those that have it',
  );
  const { stderr: taken } = await definition('detach', 'P', 'nfs', '--yes');
  expect(taken).toContain('storage nfs on two stays, since it is another one: host is old, not nas');
  expect(await storages('nfs')).toEqual(['two']);
  await definition('edit', 'P', 'nfs', 'host=old', 'description=of two');
  expect((await definition('list', 'P')).stdout).toMatch(/1 in sync, 1 missing +of two/);
});

it('F-177 tries a definition on the node that was chosen, and leaves nothing there', async () => {
  await nfs();
  const { code, stderr } = await definition('test', 'P', 'nfs', '-C', 'two');
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(/^two can have the storage nfs \(.* free\); it was taken off again\n$/),
  ]);
  expect(await storages('nfs')).toEqual([]);
  await definition('edit', 'P', 'nfs', 'path=', 'source=', 'host=');
  const refused = await definition('test', 'P', 'nfs', '-C', 'two');
  expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('a storage needs a path or a source')]);
  expect((await definition('test', 'P', 'nfs')).code).toBe(2);
});

it('F-021 F-183 F-184 names who uses a network on which node, and removes it only when no VM does', async () => {
  await lab();
  await useLab('one');
  await useLab('two');
  expect((await definition('list')).stdout).toMatch(/^P +lab +network +nat +2 in sync/m);
  const refused = await definition('remove', 'P', 'lab', '--yes');
  expect(refused.code).toBe(3);
  expect(refused.stderr).toMatch(/one: lab is used by .*; two: lab is used by /);
  await definition(
    'add-network',
    'P',
    'own',
    '--mode',
    'isolated',
    '--cidr',
    '10.77.0.0/24',
    '--description',
    'for tests',
  );
  await definition('apply', 'P', 'own');
  const asked = await desk.runWith({ answers: ['n'] }, 'definition', 'remove', 'P', 'own');
  expect([asked.code, asked.stderr]).toEqual([130, expect.stringContaining('network own on one is taken off')]);
  const removed = await definition('remove', 'P', 'own', '--yes');
  expect(removed.stderr).toContain('the network own of pool P is removed');
  expect((await desk.run('network', 'list')).stdout).not.toContain('own');
  expect(await written()).not.toContain('own:');
});

it('F-016 takes off a node that moves what its old pool has, and makes what its new pool has', async () => {
  await nfs();
  await definition('add-network', 'Q', 'own', '--mode', 'isolated', '--cidr', '10.77.0.0/24');
  await definition('apply', 'P');
  const { code, stderr } = await desk.run('node', 'move', 'two', 'Q', '--yes');
  expect([code, stderr.split('\n').filter((line) => !line.startsWith('  '))]).toEqual([
    0,
    [
      'storage nfs on two is taken off',
      'network own comes to two',
      'nfs of two is deleted',
      'two has the network own',
      'two is in pool Q now',
      '',
    ],
  ]);
  expect(await storages('nfs')).toEqual(['one']);
  expect((await desk.run('pool', 'remove', 'Q', '--yes')).stderr).toContain('pool Q has definitions: own');
});

it('F-016 moves no node whose VMs use what would go, but with --keep', async () => {
  await lab();
  await useLab('two');
  const refused = await desk.run('node', 'move', 'two', 'Q', '--yes');
  expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('two: lab is used by ')]);
  expect(refused.stderr).toContain('--keep moves it with what it has');
  expect((await desk.run('node', 'move', 'two', 'Q', '--keep')).stderr).toContain('two is in pool Q now');
  expect((await desk.run('network', 'list', '-C', 'two')).stdout).toContain('lab');
});

it('refuses what can not be, before anything is written', async () => {
  await nfs();
  const before = await written();
  for (const [args, said] of [
    [['add-storage', 'P', 'a b', '--path', '/a'], 'the name of a storage must be letters'],
    [['add-network', 'X', 'a'], 'there is no pool "X"'],
    [['edit', 'P', 'nfs', 'hots=a'], 'there is no key "hots" (did you mean host?)'],
    [['edit', 'P', 'nfs', 'type=floppy'], 'storage nfs: type: '],
    [['info', 'P', 'nsf'], 'pool P has no definition "nsf" (did you mean nfs?)'],
    [['apply', 'P', '-C', 'three'], 'there is no endpoint "three"'],
    [['remove', 'P', 'nfs', '-C', 'one'], 'a definition is removed from all nodes'],
  ] as const) {
    const ran = await definition(...args);
    expect([args, ran.stderr, ran.code === 0]).toEqual([args, expect.stringContaining(said), false]);
  }
  expect(await written()).toBe(before);
});
