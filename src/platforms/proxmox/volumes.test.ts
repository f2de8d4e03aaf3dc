/** What is in the storages, as volumes and as images: odd answers, storages that can't be read, who uses what. */
import { describe, expect, it } from 'vitest';
import { FleetError } from '../../errors.ts';
import { listImages } from './images.ts';
import { type Answers, scriptedLists } from './testkit/scripted-api.ts';
import { listVolumes } from './volumes.ts';

const { signal } = new AbortController();
const BASE = [
  { type: 'node', node: 'pve1', status: 'online' },
  { type: 'node', node: 'pve2', status: 'online' },
  { type: 'qemu', vmid: 100, node: 'pve1', name: 'web1', status: 'running' },
  { type: 'lxc', vmid: 101, node: 'pve1', name: 'ct1', status: 'running' },
  { type: 'qemu', vmid: 900, node: 'pve1', name: 'golden', template: 1 },
];
const on = (node: string, storage: string, content: string, more: object = {}) => ({
  type: 'storage',
  node,
  storage,
  plugintype: 'dir',
  shared: 0,
  content,
  status: 'available',
  ...more,
});
const LOCAL = [on('pve1', 'local', 'images,rootdir,iso'), on('pve2', 'local', 'images,rootdir,iso')];
const at = (node: string, storage: string) => `GET /nodes/${node}/storage/${storage}/content`;

function open(resources: readonly object[], answers: Answers, rights?: Readonly<Record<string, readonly string[]>>) {
  const { context, asked } = scriptedLists({ 'GET /cluster/resources': [...BASE, ...resources], ...answers }, rights);
  const plainly = asked.map.bind(asked, (request: string) => request.split(' {')[0]);
  return { asked: plainly, volumes: () => listVolumes(context, signal), images: () => listImages(context, signal) };
}

describe('the volumes of a cluster', () => {
  it('are those of every storage, the same id on two nodes told apart, in an order that stays', async () => {
    const disk = { volid: 'local:100/vm-100-disk-0.qcow2', content: 'images', format: 'qcow2', size: 1000, vmid: 100 };
    const { volumes, asked } = open(LOCAL, {
      [at('pve2', 'local')]: [disk],
      [at('pve1', 'local')]: [
        {
          volid: 'local:101/vm-101-disk-0.subvol',
          content: 'rootdir',
          format: 'subvol',
          size: '500',
          used: 7,
          vmid: '101',
        },
        { ...disk, used: 400, ctime: 5 },
        { volid: 'local:iso/a.iso', content: 'iso', format: 'iso', size: 1 },
      ],
    });
    const web1 = {
      name: 'vm-100-disk-0.qcow2',
      storage: 'local',
      type: 'images',
      format: 'qcow2',
      size: 1000,
      users: ['web1'],
    };
    expect(await volumes()).toEqual([
      { ...web1, id: 'pve/pve1/local:100/vm-100-disk-0.qcow2', used: 400, path: 'local:100/vm-100-disk-0.qcow2' },
      {
        id: 'pve/pve1/local:101/vm-101-disk-0.subvol',
        name: 'vm-101-disk-0.subvol',
        storage: 'local',
        type: 'rootdir',
        format: 'subvol',
        size: 500,
        used: 7,
        path: 'local:101/vm-101-disk-0.subvol',
        users: ['ct1'],
      },
      {
        id: 'pve/pve1/local:iso/a.iso',
        name: 'a.iso',
        storage: 'local',
        type: 'iso',
        format: 'iso',
        size: 1,
        used: undefined,
        path: 'local:iso/a.iso',
        users: undefined,
      },
      { ...web1, id: 'pve/pve2/local:100/vm-100-disk-0.qcow2', used: undefined, path: 'local:100/vm-100-disk-0.qcow2' },
    ]);
    expect(asked()).toEqual(['GET /cluster/resources', at('pve1', 'local'), at('pve2', 'local')]);
  });

  it('of a shared storage are asked once, through another node when the first does not answer', async () => {
    const nas = [on('pve1', 'nas', 'images', { shared: 1 }), on('pve2', 'nas', 'images', { shared: 1 })];
    const answers = {
      [at('pve1', 'nas')]: new FleetError('host.unreachable', 'away', { retry: true }),
      [at('pve2', 'nas')]: [{ volid: 'nas:base-900-disk-0/vm-100-disk-1', content: 'images', vmid: 100 }],
    };
    const { volumes, asked } = open(nas, answers);
    expect(await volumes()).toMatchObject([{ id: 'pve/nas:base-900-disk-0/vm-100-disk-1', name: 'vm-100-disk-1' }]);
    expect(asked()).toEqual(['GET /cluster/resources', at('pve1', 'nas'), at('pve2', 'nas')]);
    const well = open(nas, { ...answers, [at('pve1', 'nas')]: [] });
    expect([await well.volumes(), well.asked()]).toEqual([[], ['GET /cluster/resources', at('pve1', 'nas')]]);
  });

  it.each<[string, object, readonly string[] | undefined, Readonly<Record<string, readonly string[]>>?]>([
    ['the guest whose number it has', { content: 'images', vmid: 100 }, ['web1']],
    ['a template', { content: 'images', vmid: 900 }, ['golden']],
    ['none, when there is no such guest', { content: 'images', vmid: 555 }, []],
    [
      'not known, where this login may not see that guest',
      { content: 'images', vmid: 555 },
      undefined,
      { '/vms/100': ['VM.Audit'] },
    ],
    ['not known without a number', { content: 'images' }, undefined],
    ['none, of a backup', { content: 'backup', vmid: 100 }, []],
    ['not known, of a snippet', { content: 'snippets', vmid: 100 }, undefined],
  ])('have users: %s', async (_what, row, users, rights) => {
    const answers = { [at('pve1', 's')]: [{ volid: 's:x', ...row }] };
    expect(await open([on('pve1', 's', 'images')], answers, rights).volumes()).toMatchObject([{ users }]);
  });

  it('that are protected say so', async () => {
    const rows = [
      { volid: 's:backup/a.vma', content: 'backup', protected: 1 },
      { volid: 's:backup/b.vma', content: 'backup' },
    ];
    const [kept, free] = await open([on('pve1', 's', 'backup')], { [at('pve1', 's')]: rows }).volumes();
    expect(kept).toMatchObject({
      name: 'a.vma',
      type: 'backup',
      disabled: { 'volume.delete': expect.stringContaining('protected') },
    });
    expect(free).not.toHaveProperty('disabled');
  });

  it('are those of storages that can hold some', async () => {
    const { volumes, asked } = open(
      [on('pve1', 'none', 'none'), on('pve1', 'off', 'images', { status: 'unknown' }), on('pve1', 'odd', '')],
      { [at('pve1', 'odd')]: [] },
    );
    expect(await volumes()).toEqual([]);
    expect(asked()).toEqual(['GET /cluster/resources', at('pve1', 'odd')]);
  });
});

describe('a storage that can not be read', () => {
  const MORE = [on('pve1', 'broken', 'images,iso'), on('pve1', 'good', 'images,iso')];
  const GOOD = [
    { volid: 'good:vm-100-disk-0', content: 'images' },
    { volid: 'good:iso/a.iso', content: 'iso' },
  ];

  it.each<[string, unknown, string]>([
    [
      'refused',
      new FleetError('auth.forbidden', 'broken on pve1: this login lacks a right'),
      'not read: broken on pve1: this login lacks a right',
    ],
    ['failed', new FleetError('op.failed', 'broken on pve1: mount error'), 'not read: broken on pve1: mount error'],
    ['silent', new FleetError('host.unreachable', 'no answer within 8 s'), 'not read: no answer within 8 s'],
    ['no list', { an: 'object' }, 'not read: broken: the server sent no list'],
  ])('is a row that says so, and costs no other: %s', async (_what, answer, message) => {
    const answers = { [at('pve1', 'broken')]: answer, [at('pve1', 'good')]: GOOD };
    const trouble = { message, since: expect.any(Number) };
    const row = { id: 'pve/pve1/broken:', storage: 'broken', trouble };
    const { volumes, images } = open(MORE, answers);
    expect(await volumes()).toMatchObject([
      { ...row, name: '(volumes of pve1/broken)', users: undefined, disabled: { 'volume.delete': expect.any(String) } },
      { name: 'a.iso' },
      { name: 'vm-100-disk-0' },
    ]);
    expect(await images()).toMatchObject([
      { ...row, name: '(images of pve1/broken)', disabled: { 'image.delete': expect.any(String) } },
      { name: 'a.iso' },
      { name: 'golden', type: 'template' },
    ]);
  });

  it('says how many of its entries have no id, and lists the rest, each once', async () => {
    const rows = [null, 'text', {}, { volid: '' }, { volid: 'other:vm-1' }, { volid: 'good:' }, ...GOOD, ...GOOD];
    const { volumes } = open([on('pve1', 'good', 'images')], { [at('pve1', 'good')]: rows });
    expect((await volumes()).map(({ id, name, trouble }) => [id, name, trouble?.message])).toEqual([
      ['pve/pve1/good:', '(volumes of pve1/good)', 'not read: entries without an id: 6'],
      ['pve/pve1/good:iso/a.iso', 'a.iso', undefined],
      ['pve/pve1/good:vm-100-disk-0', 'vm-100-disk-0', undefined],
    ]);
  });

  it('is there too when its node is offline: nothing is asked of that', async () => {
    const away = { type: 'node', node: 'pve2', status: 'offline' };
    const shared = { shared: 1 };
    const { volumes, asked } = open(
      [away, ...LOCAL, on('pve1', 'nas', 'images', shared), on('pve2', 'nas', 'images', shared)],
      { [at('pve1', 'local')]: [], [at('pve1', 'nas')]: [] },
    );
    expect((await volumes()).map(({ id, trouble }) => [id, trouble?.message])).toEqual([
      ['pve/pve2/local:', 'not read: its node pve2 is offline'],
    ]);
    expect(asked()).toEqual(['GET /cluster/resources', at('pve1', 'local'), at('pve1', 'nas')]);
  });

  it('is never a way to another place of the API', async () => {
    const { volumes, asked } = open(
      [on('pve1', '..', 'images'), on('pve1', '\ud800', 'images'), on('pve1', 'a/b', 'images')],
      {
        [at('pve1', 'a%2Fb')]: [],
      },
    );
    expect(
      (await volumes()).map(({ storage, trouble }) => [storage, /no name of Proxmox/.test(trouble?.message ?? '')]),
    ).toEqual([
      ['..', true],
      ['\ud800', true],
    ]);
    expect(asked()).toEqual(['GET /cluster/resources', at('pve1', 'a%2Fb')]);
  });
});

it.each<[string, readonly unknown[]]>([
  ['the login is refused', [new FleetError('auth.rejected', 'no'), []]],
  ['a certificate is another one', [[], new FleetError('trust.tls', 'no')]],
  ['no storage answers', [new FleetError('host.unreachable', 'no'), new FleetError('host.unreachable', 'no')]],
])('the list fails when %s', async (_what, [first, second]) => {
  const { volumes } = open(LOCAL, { [at('pve1', 'local')]: first, [at('pve2', 'local')]: second });
  await expect(volumes()).rejects.toThrow('no');
});

describe('the images of a cluster', () => {
  const rows = [
    { volid: 'lib:iso/a b.iso', content: 'iso', format: 'iso', size: 10, ctime: 1_790_000_000 },
    { volid: 'lib:vztmpl/debian.tar.zst', format: 'tzst', size: -1 },
    { volid: 'lib:import/cloud.qcow2', content: 'import', format: 'qcow2', size: 30, ctime: 'then' },
    { volid: 'lib:backup/vzdump-qemu-100.vma', content: 'backup' },
    { volid: 'lib:900/base-900-disk-0.raw', content: 'images', vmid: 900 },
  ];
  const unknown = { os: undefined, arch: undefined, status: undefined, visibility: undefined, storage: 'lib' };

  it('are ISO files, templates of containers, disks to import and templates of virtual machines', async () => {
    const { images } = open([on('pve1', 'lib', 'iso,vztmpl,import', { shared: 1 })], { [at('pve1', 'lib')]: rows });
    expect(await images()).toEqual([
      {
        ...unknown,
        id: 'pve/lib:import/cloud.qcow2',
        name: 'cloud.qcow2',
        type: 'disk',
        format: 'qcow2',
        size: 30,
        path: 'lib:import/cloud.qcow2',
        created: undefined,
      },
      {
        ...unknown,
        id: 'pve/lib:iso/a b.iso',
        identity: '1790000000',
        name: 'a b.iso',
        type: 'iso',
        format: 'iso',
        size: 10,
        path: 'lib:iso/a b.iso',
        created: 1_790_000_000_000,
      },
      {
        ...unknown,
        id: 'pve/lib:vztmpl/debian.tar.zst',
        name: 'debian.tar.zst',
        type: 'container',
        format: 'tzst',
        size: undefined,
        path: 'lib:vztmpl/debian.tar.zst',
        created: undefined,
      },
      {
        ...unknown,
        id: 'pve/qemu/900',
        identity: 'golden',
        name: 'golden',
        type: 'template',
        format: undefined,
        size: undefined,
        storage: undefined,
        path: undefined,
        created: undefined,
      },
    ]);
  });

  it('are looked for in storages that take images only', async () => {
    const { images, asked } = open([on('pve1', 'disks', 'images,rootdir'), on('pve1', 'lib', 'iso')], {
      [at('pve1', 'lib')]: [],
    });
    expect((await images()).map(({ name }) => name)).toEqual(['golden']);
    expect(asked()).toEqual(['GET /cluster/resources', at('pve1', 'lib')]);
  });
});
