/** Networks, storages, volumes, images and flavors of endpoints on the command line. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(simulated({ one: { vms: 40, latency: 0 }, two: { vms: 20, latency: 0 } }));
});
afterEach(() => desk.clear());

interface Row {
  readonly id: string;
  readonly name: string;
  readonly endpoint: string;
}
const rowsOf = async (...words: readonly string[]) => (await desk.run(...words, '-o', 'json')).json<Row[]>();

describe('what an endpoint has', () => {
  it('F-325 F-383 F-426 is listed for all endpoints, for one, and as far as it matches', async () => {
    const all = await rowsOf('network', 'list');
    expect(all.map(({ id }) => id).filter((id) => id.endsWith('/lan'))).toEqual(['one/lan', 'two/lan']);
    expect((await rowsOf('network', 'list', '-C', 'two')).every(({ endpoint }) => endpoint === 'two')).toBe(true);
    expect((await rowsOf('networks', 'list', '--filter', 'mode:nat', '-C', 'one')).map(({ name }) => name)).toEqual([
      'lab',
    ]);
    expect((await rowsOf('storage', 'list', '--filter', 'free>1T', '-C', 'two')).map(({ name }) => name)).toEqual([
      'vms',
      'scratch-fra-01',
      'scratch-fra-02',
    ]);
    const table = await desk.run('flavor', 'list', '-C', 'one');
    expect(table.stdout.split('\n')[3]).toMatch(/^large +8 +32G +10G +x86_64 +one/);
  });

  it('takes no names in a list, and says where they go', async () => {
    const { code, stderr } = await desk.run('network', 'list', 'lan');
    expect([code, stderr]).toEqual([2, expect.stringContaining('drover network info NAME shows one')]);
  });

  it('F-272 F-273 F-384 is shown by a name that one endpoint has, or by its id; a name of two is ambiguous', async () => {
    const { code, stderr } = await desk.run('network', 'info', 'lan');
    expect([code, stderr]).toEqual([2, expect.stringContaining('2 networks are called lan: one/lan, two/lan')]);
    expect((await desk.run('network', 'info', 'lan', '-C', 'two')).stdout).toMatch(/^id: two\/lan$/m);
    expect((await desk.run('network', 'info', 'one/lan', '-o', 'json')).json<Row>()).toMatchObject({ id: 'one/lan' });
    const none = await desk.run('network', 'info', 'lam', '-C', 'one');
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('did you mean lan?')]);
  });

  it('F-259 F-264 F-390 says where a storage is, and by its exit code whether it or a disk is there', async () => {
    expect((await desk.run('storage', 'info', 'vms', '-C', 'one')).stdout).toMatch(/^path: \/srv\/vms$/m);
    expect((await desk.run('volume', 'info', 'retired-web.qcow2', '-C', 'one')).code).toBe(0);
    const none = await desk.run('storage', 'info', 'vmz', '-C', 'one');
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('did you mean vms?')]);
    expect((await desk.run('volume', 'info', 'nothing.qcow2', '-C', 'one')).code).toBe(1);
  });

  it('F-343 F-344 is there or not by its exit code, a network and a disk in its storage', async () => {
    const codeOf = async (...words: readonly string[]) => (await desk.run(...words, '-C', 'one')).code;
    expect([await codeOf('network', 'info', 'lan'), await codeOf('network', 'info', 'lam')]).toEqual([0, 1]);
    const disks = (await rowsOf('volume', 'list', '--filter', 'storage:vms name:retired-web.qcow2', '-C', 'one'))
      .length;
    expect([disks, await codeOf('volume', 'info', 'nothing.qcow2')]).toEqual([1, 1]);
  });

  it('F-257 F-377 F-387 makes a storage, and deletes it alone or with what is in it', async () => {
    const made = await desk.run('storage', 'create', 'extra', '--path', '/srv/extra', '-C', 'one');
    expect([made.code, made.stderr]).toEqual([0, 'one has the storage extra\n']);
    await desk.run('volume', 'create', 'a.qcow2', '--storage', 'extra', '--size', '1GiB', '-C', 'one');
    const alone = await desk.run('storage', 'delete', 'one/extra', '--yes', '--dry-run');
    expect(alone.stderr).toMatch(/lost: the definition of extra\n.*stays: \/srv\/extra\/a\.qcow2/s);
    const whole = await desk.run('storage', 'delete', 'one/extra', '--volumes', '--yes');
    expect([whole.code, whole.stderr]).toEqual([
      0,
      expect.stringMatching(/lost: \/srv\/extra\/a\.qcow2\n.*extra of one is deleted/s),
    ]);
    expect((await rowsOf('volume', 'list', '-C', 'one')).map(({ name }) => name)).not.toContain('a.qcow2');
  });

  it('F-371 F-374 F-425 makes a disk that no VM has, and lists it with the others', async () => {
    await desk.run('volume', 'create', 'spare.qcow2', '--storage', 'vms', '--size', '3GiB', '-C', 'one');
    const disks = (await desk.run('volume', 'list', '-C', 'one', '-o', 'json')).json<
      (Row & { storage: string; path: string })[]
    >();
    expect(disks.find(({ name }) => name === 'spare.qcow2')).toMatchObject({
      storage: 'vms',
      path: '/srv/vms/spare.qcow2',
      size: 3 * 2 ** 30,
      users: [],
    });
    await desk.run('volume', 'delete', 'one//srv/vms/spare.qcow2', '--yes');
  });

  it('F-284 F-378 F-379 fetches an image once, and deletes it', async () => {
    const add = () => desk.run('image', 'add', 'tiny', '--url', 'https://images.example/tiny.qcow2', '-C', 'one');
    expect((await add()).stderr).toBe('one has the image tiny\n');
    expect(await add()).toMatchObject({ code: 1, stderr: expect.stringContaining('one has an image tiny already') });
    const gone = await desk.run('image', 'delete', 'one/tiny', '--yes');
    expect([gone.code, gone.stderr]).toEqual([0, expect.stringContaining('tiny of one is deleted')]);
  });

  it('F-380 is made on the endpoint that is named, and where only one could be meant', async () => {
    const unsaid = await desk.run('network', 'create', 'lab2', '--cidr', '10.9.0.0/24');
    expect([unsaid.code, unsaid.stderr]).toEqual([2, expect.stringContaining('Say -C NAME, one of one, two')]);
    const { code, stderr } = await desk.run('network', 'create', 'lab2', '--cidr', '10.9.0.0/24', '-C', 'two');
    expect([code, stderr]).toEqual([0, 'two has the network lab2\n']);
    expect((await rowsOf('network', 'list')).map(({ id }) => id)).toContain('two/lab2');
    const again = await desk.run('network', 'create', 'lab2', '--cidr', '10.8.0.0/24', '-C', 'two', '-o', 'json');
    expect([again.code, again.json()]).toEqual([
      1,
      { result: 'failure', reason: 'two has a network lab2 already', code: 'op.conflict' },
    ]);
    await desk.run('network', 'delete', 'two/lab2', '--yes');
  });

  it('F-306 F-400 a name in DNS leads to a VM, whose address is looked up', async () => {
    const all = await desk.run('vm', 'list', '-C', 'one', '--filter', 'state:running', '-o', 'json');
    const [vm] = all.json<{ id: string; name: string; ips: string[] }[]>();
    const point = () => desk.run('dns', 'point', String(vm?.id), 'lab', '--name', 'front');
    expect(await point()).toMatchObject({ code: 0, stderr: `${vm?.name} is answered for front\n` });
    const made = (await rowsOf('dns', 'list', '-C', 'one')).filter(({ name }) => name === 'front');
    expect(made).toMatchObject([{ zone: 'lab', type: 'A', data: vm?.ips[0] }]);
    expect(await point()).toMatchObject({ code: 1, stderr: expect.stringContaining('already') });
    await desk.run('dns', 'delete', String(made[0]?.id), '--yes');
  });

  it('is not made without what it needs', async () => {
    const { code, stderr } = await desk.run('volume', 'create', 'data1', '-C', 'one');
    expect([code, stderr]).toEqual([2, expect.stringContaining('--storage is needed')]);
  });

  it('F-381 is deleted after what goes was said, and never while a VM uses it', async () => {
    await desk.run('volume', 'create', 'data1', '--storage', 'vms', '--size', '1GiB', '-C', 'one');
    const no = await desk.runWith({ answers: ['no'] }, 'volume', 'delete', 'data1', '-C', 'one');
    expect([no.code, no.stderr]).toEqual([130, expect.stringContaining('lost: /srv/vms/data1')]);
    const yes = await desk.runWith({ answers: ['data1'] }, 'volume', 'delete', 'data1', '-C', 'one');
    expect([yes.code, yes.stderr]).toEqual([0, expect.stringContaining('data1 of one is deleted')]);
    const used = await desk.run('storage', 'delete', 'vms', '-C', 'one', '--yes');
    expect([used.code, used.stderr]).toEqual([3, expect.stringMatching(/vms is used by .* more VMs/)]);
  });

  it('changes nothing where the endpoint is read-only, or in a dry run', async () => {
    const dry = await desk.run('network', 'stop', 'one/lab', '--dry-run', '--yes');
    expect([dry.code, dry.stderr]).toEqual([0, expect.stringContaining('would send to one: network.stop one/lab')]);
    const refused = await desk.run('network', 'stop', 'one/lab', '--read-only', '--yes');
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('this run is read-only')]);
    const [lab] = await rowsOf('network', 'info', 'one/lab').then((row) => [row as unknown as { active: boolean }]);
    expect(lab?.active).toBe(true);
  });
});

it('deletes nothing by a name while an endpoint has not answered, and by its id does', async () => {
  const gone = { platform: 'kvm', host: '127.0.0.1', port: 1, transport: 'tcp' };
  const config = JSON.parse(simulated({ one: { vms: 5, latency: 0 } }));
  await desk.write(JSON.stringify({ endpoints: { ...config.endpoints, gone } }));
  const byName = await desk.run('network', 'delete', 'lab', '--yes');
  expect([byName.code, byName.stderr]).toEqual([3, expect.stringContaining('a name could mean another one there')]);
  expect((await desk.run('network', 'delete', 'one/lab', '--yes')).stderr).toContain('lab of one is deleted');
});

it('leaves out and names an endpoint that has no such list, and fails where none has', async () => {
  await desk.write(simulated({ one: { vms: 5, latency: 0 }, bare: { vms: 5, latency: 0, without: 'network.list' } }));
  const some = await desk.run('network', 'list', '-o', 'json');
  expect([some.code, some.stderr]).toEqual([0, 'left out: bare: this fleet was made without network.list\n']);
  expect(some.json<Row[]>().every(({ endpoint }) => endpoint === 'one')).toBe(true);
  const none = await desk.run('network', 'list', '-C', 'bare');
  expect([none.code, none.stdout]).toEqual([3, '']);
});
