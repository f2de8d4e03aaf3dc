/** drover and kcli on the same host: each sees what the other has made and changed, and neither leaves anything of the other's. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection, Settings } from '../../../src/platforms/contract.ts';
import { mib } from '../../../src/units.ts';
import { DROVER } from '../../cli/run-drover.ts';
import { host1, makeGuests, removeGuests, site, virsh } from './hosts.ts';
import { type Kcli, openKcli } from './kcli.ts';
import { compared, type DroverVm, type Judge, type KcliVm, LISTED, OURS_ALONE, OURS_READ, ROWS } from './kcli-rows.ts';
import { idOfGuest, sshEndpoint } from './kvm-testkit.ts';
import { connectTo, patient } from './kvm-watching.ts';
import { inHost } from './namespaces.ts';

const host = host1;
const endpoint = sshEndpoint(host);
const IMAGES = '/var/lib/libvirt/images';
/** Made by kcli, by drover, cloned and renamed by drover, and by virsh without a word of kcli. */
const [THEIRS, OURS, CLONE, RENAMED, BARE] = ['kcli-theirs', 'kcli-ours', 'kcli-clone', 'kcli-renamed', 'kcli-bare'];
const IMAGE = 'busybox.qcow2';

let kcli: Kcli;
let connection: Connection;
let home = '';

/** The built program. Rejects with what it says when it fails. */
async function drover(...args: readonly string[]): Promise<string> {
  const env = { HOME: home, PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', DROVER_CONFIG: site.files.config };
  const { stdout } = await promisify(execFile)(DROVER, [...args], { env, timeout: 180_000 });
  return stdout;
}
const droverJson = async <T>(...args: readonly string[]): Promise<T> => JSON.parse(await drover(...args, '-o', 'json'));

/** kcli asks libvirt for KVM, which guests of the lab do without. */
const makeTheirs = (name: string, ...params: readonly string[]): Promise<string> => {
  const all = [`image=${IMAGE}`, 'virttype=qemu', 'memory=64', 'numcpus=1', 'nets=[default]', 'start=false', ...params];
  return kcli.run('create', 'vm', ...all.flatMap((param) => ['-P', param]), name);
};
const makeOurs = (name: string, more: Settings = {}) =>
  connection.vm.create?.(
    endpoint.name,
    { name, image: IMAGE, virtualization: 'qemu', memory: mib(64), vcpus: 1, start: false, ...more },
    patient(),
  );

async function judge(vm: string): Promise<Judge> {
  const words = async (...args: readonly string[]) =>
    (await virsh(host, ...args)).split('\n').flatMap((line) => (line.trim() ? [line.trim().split(/\s+/)] : []));
  const nics = (await words('domiflist', vm)).map(
    ([, plug = '', , model = ''], at) => [`eth${at}`, { plug, model }] as const,
  );
  return { nics: Object.fromEntries(nics) };
}

const files = async (): Promise<readonly string[]> => (await inHost(host, 'ls', IMAGES)).split('\n');

/** Whatever one of the two lists on the host. */
async function listed() {
  const names = async (noun: string) =>
    (await droverJson<readonly { readonly id: string }[]>(noun, 'list', '-C', host.name)).map(({ id }) => id);
  return {
    drover: { vms: await names('vm'), volumes: await names('volume'), images: await names('image') },
    kcli: {
      vms: (await kcli.json<readonly KcliVm[]>('list', 'vm')).map(({ name }) => name),
      disks: Object.keys(await kcli.json<object>('list', 'disk')).toSorted(),
      isos: await kcli.json('list', 'iso'),
      images: await kcli.json('list', 'image'),
    },
    files: await files(),
  };
}

async function tidy(): Promise<void> {
  for (const vm of [THEIRS, OURS, CLONE, RENAMED]) {
    await virsh(host, 'destroy', vm).catch(() => undefined);
    await virsh(host, 'undefine', vm, '--managed-save', '--snapshots-metadata').catch(() => undefined);
    for (const file of ['_0.img', '_1.img', '_0.qcow2', '_1.qcow2', '.ISO'])
      await virsh(host, 'vol-delete', '--pool', 'default', `${vm}${file}`).catch(() => undefined);
  }
  await removeGuests(host, BARE);
}
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'drover-beside-kcli-'));
  connection = await connectTo(endpoint);
  kcli = await openKcli(site, host);
  await tidy();
  await makeGuests(host, BARE);
  await makeTheirs(
    THEIRS,
    ...['plan=shop', 'owner=ann', 'domain=shop.test', 'disks=[1,{"size":1,"interface":"scsi"}]'],
  );
  await makeOurs(OURS, {
    ...{ plan: 'shop', profile: 'small', owner: 'bob', autostart: true, iso: 'tools.iso' },
    disk: [{ size: mib(1536) }, { size: mib(8), bus: 'scsi' }],
    nic: [
      { network: 'default', model: 'e1000e' },
      { network: 'default', model: 'virtio' },
    ],
    domain: 'shop.test',
    metadata: {
      kube: 'k1',
      kubetype: 'k3s',
      redfish_iso: 'http://a/b.iso?a=1&b=2',
      userport: '9',
    },
    keys: `ssh-ed25519 ${'A'.repeat(68)} me@here`,
  });
  await virsh(host, 'snapshot-create-as', THEIRS, 'monday');
  await virsh(host, 'snapshot-create-as', THEIRS, 'tuesday');
});
afterAll(async () => {
  await tidy();
  await kcli?.close();
  await connection?.close();
  await rm(home, { recursive: true, force: true });
});

const both = async (vm: string): Promise<readonly [KcliVm, DroverVm]> => [
  (await kcli.info(vm)) as KcliVm,
  await droverJson<DroverVm>('vm', 'info', '-C', host.name, vm),
];

/** Every row of the table, and that it has a row for all that the two say. */
async function expectAgreement(vm: string): Promise<readonly [KcliVm, DroverVm]> {
  const [theirs, ours] = await both(vm);
  expect(Object.keys(theirs).filter((key) => !Object.hasOwn(ROWS, key))).toEqual([]);
  expect(Object.keys(ours).filter((key) => ![...OURS_ALONE, ...OURS_READ].includes(key))).toEqual([]);
  const values = compared(Object.keys(ROWS), theirs, ours, await judge(vm));
  expect(values.drover).toEqual(values.kcli);
  return [theirs, ours];
}

describe('what kcli and drover say', () => {
  it.each([
    ['that kcli made', THEIRS],
    ['that drover made', OURS],
    ['that neither made', BARE],
    ['that runs, with an address and a medium', 'web1'],
    ['with a name that is no word', 'büro ☕ 1'],
    ['with a snapshot', 'db1'],
  ])('F-244 F-358 of a VM %s is the same, key by key', async (_which, vm) => void (await expectAgreement(vm)));

  it('F-359 of a VM to which kcli wrote an address is that one', async () => {
    await kcli.run('update', 'vm', THEIRS, '-P', 'ip=10.9.8.7');
    const [theirs, ours] = await expectAgreement(THEIRS);
    expect([theirs['ip'], ours.ips]).toEqual(['10.9.8.7', ['10.9.8.7']]);
  });

  it('F-286 of the user of an image is the same, where the image tells', async () => {
    for (const image of ['debian-13-generic.qcow2', 'focal-server-cloudimg-amd64.img', 'centos9stream', 'rhcos-4.18']) {
      await kcli.run('update', 'vm', THEIRS, '-P', `image=${image}`);
      const [theirs] = await expectAgreement(THEIRS);
      expect(theirs['user']).not.toBe('root');
    }
    await kcli.run('update', 'vm', THEIRS, '-P', `image=${IMAGE}`);
  });

  it('F-247 of the state of a VM is the same, but for its saved memory', async () => {
    const seen: unknown[] = [];
    for (const verb of ['start', 'suspend', 'resume', 'managedsave', 'managedsave-remove']) {
      await virsh(host, verb, OURS);
      const [theirs, ours] = await expectAgreement(OURS);
      seen.push(`${theirs['status']} ${ours.state}`);
    }
    expect(seen).toEqual(['up running', 'paused paused', 'up running', 'down suspended', 'down stopped']);
  });

  it('F-242 F-355 of all VMs in a list is the same', async () => {
    const theirs = await kcli.json<readonly KcliVm[]>('list', 'vm');
    const ours = await droverJson<readonly DroverVm[]>('vm', 'list', '-C', host.name);
    expect(ours.map(({ name }) => name).toSorted()).toEqual(theirs.map(({ name }) => name).toSorted());
    for (const one of theirs) {
      const other = ours.find(({ name }) => name === one.name) as DroverVm;
      const values = compared(LISTED, one, other, { nics: {} });
      expect(values.drover).toEqual(values.kcli);
    }
  });
});

const elementOf = (vm: string, ...flags: readonly string[]) => virsh(host, 'metadata', vm, '--uri', 'kvirt', ...flags);

describe('what one of them writes down', () => {
  it('F-291 is seen by drover when kcli writes it, of what is saved and of what runs', async () => {
    await kcli.run(
      'update',
      'vm',
      THEIRS,
      '-P',
      'plan=lab',
      '-P',
      'profile=big',
      '-P',
      'site=north',
      '-P',
      'owner=eve',
    );
    const saved = await expectAgreement(THEIRS);
    expect(saved[1]).toMatchObject({ plan: 'lab', profile: 'big' });
    expect(saved[1].more).toContainEqual(expect.objectContaining({ label: 'Metadata', value: 'site=north' }));
    await virsh(host, 'start', THEIRS, '--paused');
    await kcli.run('update', 'vm', THEIRS, '-P', 'information=told by kcli', '-P', 'plan=live');
    const [, ours] = await expectAgreement(THEIRS);
    expect(ours).toMatchObject({ plan: 'live', description: 'told by kcli' });
    expect(ours.more).toContainEqual(expect.objectContaining({ label: 'Metadata', value: 'information=told by kcli' }));
    await virsh(host, 'destroy', THEIRS);
  });

  it('F-291 F-364 is seen by kcli when drover writes it, and what drover does not know stays', async () => {
    const foreign = '<x:note xmlns:x="urn:x" a="1"><x:b/></x:note><!-- by hand --><nested><deep>1</deep></nested>';
    const element = `<info><creationdate>01-02-2020 03:04</creationdate><plan>old</plan>${foreign}<site>south</site></info>`;
    await virsh(host, 'metadata', BARE, '--uri', 'kvirt', '--key', 'kvirt', '--set', element, '--config');
    const pairs = ['--metadata', 'site=a & <b> "c"', '--metadata', 'information=ours'];
    await drover(
      'vm',
      'edit',
      BARE,
      '--plan',
      'new',
      '--profile',
      'tiny',
      '--image',
      'debian13',
      '--owner',
      'ann',
      ...pairs,
    );
    const [theirs] = await expectAgreement(BARE);
    expect(theirs).toMatchObject({ plan: 'new', profile: 'tiny', image: 'debian13', owner: 'ann', user: 'debian' });
    const now = await elementOf(BARE, '--config');
    expect(now).toContain('<site>a &amp; &lt;b&gt; "c"</site>');
    expect(now.replaceAll(/\n\s*/g, '')).toContain(foreign.replaceAll(/\n\s*/g, ''));
    expect(now).toContain('<creationdate>01-02-2020 03:04</creationdate>');

    // One pair is set, added to as kcli does it, and taken away; the others stay.
    const one = (...flags: readonly string[]) => drover('vm', 'edit', BARE, ...flags);
    await one('--add-metadata', 'rack=a', '--append-metadata', 'site=west', '--append-metadata', 'floor=2');
    const more = await elementOf(BARE, '--config');
    for (const text of ['<rack>a</rack>', '<site>a &amp; &lt;b&gt; "c",west</site>', '<floor>2</floor>', '>ours</'])
      expect(more).toContain(text);
    await one('--remove-metadata', 'rack', '--remove-metadata', 'floor', '--owner', 'ben');
    expect(await elementOf(BARE, '--config')).not.toMatch(/rack|floor/);
    expect((await expectAgreement(BARE))[0]).toMatchObject({ plan: 'new', owner: 'ben' });

    // What is emptied and what is left out goes; the rest is as it was.
    await drover('vm', 'edit', BARE, '--plan=', '--owner=', '--metadata', 'information=ours');
    const [bare] = await expectAgreement(BARE);
    expect([bare['plan'], bare['owner'], bare['profile']]).toEqual([null, undefined, 'tiny']);
    expect(await elementOf(BARE, '--config')).not.toMatch(/<site>|<plan>|<owner>/);
  });

  it('F-291 F-295 F-368 is changed in what runs and what is saved, by a form that is not out of date', async () => {
    const { vm } = connection as Required<Connection>;
    const id = await idOfGuest(host, endpoint, OURS);
    await virsh(host, 'start', OURS, '--paused');
    const before = (await vm.settings?.(id, 'running', patient())) ?? {};
    const metadata = { ...(before['metadata'] as Record<string, string>), information: 'for the front office' };
    await vm.configure?.(id, 'running', { plan: 'front', metadata }, before, patient());
    expect(await elementOf(OURS, '--live')).toBe(await elementOf(OURS, '--config'));
    expect((await expectAgreement(OURS))[0]['plan']).toBe('front');
    expect(await elementOf(OURS, '--config')).toContain('<information>for the front office</information>');

    await kcli.run('update', 'vm', OURS, '-P', 'plan=quicker');
    await expect(vm.configure?.(id, 'running', { plan: 'late' }, { plan: 'front' }, patient())).rejects.toMatchObject({
      code: 'op.conflict',
      message: expect.stringContaining('plan is quicker now, not front'),
    });
    expect((await expectAgreement(OURS))[0]['plan']).toBe('quicker');
    await virsh(host, 'destroy', OURS);
  });

  it('F-291 comes to a VM without a word of kcli, and goes again', async () => {
    await virsh(host, 'metadata', BARE, '--uri', 'kvirt', '--remove', '--config');
    await drover('vm', 'edit', BARE, '--plan', 'first');
    await kcli.run('update', 'vm', BARE, '-P', 'site=east');
    await expectAgreement(BARE);
    await drover('vm', 'edit', BARE, '--plan=', '--metadata=');
    await expectAgreement(BARE);
    await expect(elementOf(BARE, '--config')).rejects.toThrow('metadata not found');
  });

  it('F-363 is kept by a clone, and by a VM with another name', async () => {
    await drover('vm', 'clone', OURS, CLONE);
    const kept = ['image', 'profile', 'owner', 'domain', 'kube', 'user'] as const;
    const [original] = await both(OURS);
    const [clone] = await expectAgreement(CLONE);
    for (const key of kept) expect(clone[key], key).toEqual(original[key]);
    await drover('vm', 'edit', CLONE, '--name', RENAMED);
    const [renamed] = await expectAgreement(RENAMED);
    expect({ ...renamed, name: CLONE }).toEqual(clone);
  });
});

describe('what is deleted', () => {
  it('F-361 by drover leaves nothing that kcli lists: disks, seed, snapshots', async () => {
    await tidy();
    const before = await listed();
    await makeTheirs(THEIRS, 'plan=shop', 'disks=[1,1]');
    await virsh(host, 'snapshot-create-as', THEIRS, 'monday');
    expect((await files()).filter((file) => !before.files.includes(file))).toEqual(
      ['.ISO', '_0.img', '_1.img'].map((end) => `${THEIRS}${end}`),
    );
    await drover('vm', 'delete', THEIRS, '--snapshots', '--yes');
    expect(await listed()).toEqual(before);
  });

  it('F-361 by kcli leaves nothing that drover lists: disks, seed, the clone of it', async () => {
    await tidy();
    const before = await listed();
    await makeOurs(OURS, { plan: 'shop', disk: [{ size: mib(128) }, { size: mib(8) }] });
    expect((await files()).filter((file) => !before.files.includes(file))).toEqual(
      ['.ISO', '_0.qcow2', '_1.qcow2'].map((end) => `${OURS}${end}`),
    );
    await drover('vm', 'clone', OURS, CLONE);
    await kcli.run('delete', 'vm', '-y', CLONE);
    await kcli.run('delete', 'vm', '-y', OURS);
    expect(await listed()).toEqual(before);
  });
});
