import { expect, it } from 'vitest';
import { BASE, domain, file, type Host, said } from '../testkit/host-of-words.ts';

const pools = { default: { 'base.qcow2': [BASE] } } as const;
const folders = { default: '/d' };
const GOES = { goes: [BASE], stays: [], unknown: [] };
const stays = (why: string) => ({ goes: [], stays: [`${BASE} (${why})`], unknown: [] });
const unknown = (why: string) => ({ goes: [], stays: [], unknown: [`${BASE}: ${why}`] });
const web2 = (...disks: string[]) => ({ web2: { saved: domain(...disks) } });
const rbd = (format: string) =>
  `<disk type='network'><driver type='${format}'/><source protocol='rbd' name='p/x'/></disk>`;
const shares = (folder: string) => web2(`<filesystem><source dir='${folder}'/></filesystem>`);

it.each<[string, Host, Awaited<ReturnType<typeof said>>]>([
  [
    'a layered image that is reached by network',
    { pools, others: web2(rbd('qcow2')) },
    unknown('rbd:p/x, used by web2, is in no storage pool that can be read and may be layered on it'),
  ],
  ['a flat image that is reached by network', { pools, others: web2(rbd('raw')) }, GOES],
  ['one of no format, which is flat', { pools, others: web2(rbd('')) }, GOES],
  ['an empty drive', { pools, others: web2("<disk device='cdrom'><driver type='qcow2'/></disk>") }, GOES],
  ['a device', { pools, folders, others: web2(file('/dev/sdb', 'raw')) }, GOES],
  [
    'a file of no format, which is flat',
    { pools, folders, others: web2(file('/root/x', '')), login: { files: { [BASE]: '1', '/root/x': '2' } } },
    GOES,
  ],
  ['a folder above it', { pools, folders, others: shares('/d') }, stays('/d, where it lies, is used by web2')],
  ['the root of the host', { pools, folders, others: shares('/') }, stays('/, where it lies, is used by web2')],
  ['another folder', { pools, folders, others: shares('/e') }, GOES],
  [
    'a folder above it by another name',
    {
      pools,
      folders,
      others: shares('/alias'),
      login: { files: { [BASE]: '1', '/d': 'folder 9', '/alias': 'folder 9' } },
    },
    stays('/alias, where it lies, is used by web2'),
  ],
  [
    'another folder, with a login',
    {
      pools,
      folders,
      others: shares('/alias'),
      login: { files: { [BASE]: '1', '/d': 'folder 9', '/alias': 'folder 8' } },
    },
    GOES,
  ],
  ['a folder that is not there', { pools, folders, others: shares('/alias'), login: { files: { [BASE]: '1' } } }, GOES],
])('decides about a disk while another guest has %s', async (_what, host, fate) => {
  expect(await said(host)).toEqual(fate);
});

it('can not decide about a disk that the login can not look at', async () => {
  const login = { files: {}, denied: [BASE], hostname: 'host1' };
  expect(await said({ pools: {}, login })).toEqual(unknown("it can't be looked at: Permission denied"));
});

it('reads the documents of forty other guests', async () => {
  const others = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`g${i}`, { saved: domain() }]));
  expect(await said({ pools, folders, others: { ...others, last: { saved: domain(file(BASE)) } } })).toEqual(
    stays('also used by last'),
  );
});
