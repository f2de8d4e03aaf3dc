import { expect, it } from 'vitest';
import { FleetError } from '../../../errors.ts';
import type { FileEntry } from '../../contract.ts';
import { type HostWords, hostOfLists } from '../testkit/scripted-host.ts';
import { refuseUsedFile } from './used-file.ts';
import { createWays } from './ways.ts';

const entry = (kind: FileEntry['kind']): FileEntry => ({
  name: '',
  kind,
  size: undefined,
  changed: undefined,
  mode: undefined,
  owner: undefined,
  group: undefined,
});

/** All that is asked for is there; `links` by what they say, undefined for what this login may not look at. */
const filesWith = (links: Readonly<Record<string, string | undefined>>) => ({
  async lookAt(path: string) {
    if (path in links && links[path] === undefined) throw new FleetError('auth.forbidden', 'this login may not');
    if (path.includes('gone')) return undefined;
    return entry(path in links ? 'link' : 'folder');
  },
  readLink: async (path: string) => links[path] ?? '',
});

/** Another file behind each path. */
const login: NonNullable<HostWords['files']> = {
  look: async (paths) => new Map(paths.map((path) => [path, { is: 'there', id: path, isFile: true, changed: 1 }])),
  links: async () => new Map(),
  backings: async () => new Map(),
  device: async () => ({ uses: [], kin: [] }),
  makeFileSystem: async () => undefined,
  remove: async () => undefined,
  firstLine: async () => undefined,
  hostname: async () => 'host1',
};

const pool = (folder: string) => `<pool type='dir'><target><path>${folder}</path></target></pool>`;
const volume = (path: string, backing = '') =>
  `<volume><target><path>${path}</path><format type='qcow2'/></target>${
    backing && `<backingStore><path>${backing}</path><format type='raw'/></backingStore>`
  }</volume>`;
const disk = (path: string) =>
  `<disk device='disk'><driver type='raw'/><source file='${path}'/><target dev='vda'/></disk>`;

const IMAGES = '/var/lib/libvirt/images';

async function said(
  words: HostWords,
  links: Readonly<Record<string, string | undefined>>,
  path: string,
  kind: FileEntry['kind'],
): Promise<string> {
  const { host, signal } = hostOfLists({ files: login, ...words });
  try {
    await refuseUsedFile(host, filesWith(links), path, kind, signal);
    return 'it may go';
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    return error.message;
  }
}

const web = { domains: { web: disk(`${IMAGES}/web.raw`) } };

it.each<[string, HostWords, Readonly<Record<string, string | undefined>>, string, FileEntry['kind'], string]>([
  ['a link above the disk', web, { [IMAGES]: '/data/images' }, IMAGES, 'link', `${IMAGES}/web.raw is used by web`],
  ['another link', web, { '/srv/images': IMAGES }, '/srv/images', 'link', 'it may go'],
  [
    'a link on the way of a link',
    web,
    { [IMAGES]: '/data/images', '/data': 'mnt/one' },
    '/data',
    'link',
    `${IMAGES}/web.raw is used by web`,
  ],
  [
    'the folder that a link leads to',
    web,
    { [`${IMAGES}/web.raw`]: '../../../../data/images/web.raw' },
    '/data/images',
    'folder',
    `${IMAGES}/web.raw is used by web`,
  ],
  ['a folder beside it', web, { [IMAGES]: '/data/images' }, '/data/image', 'folder', 'it may go'],
  [
    'the folder of a backing file',
    { pools: { p: pool('/p') }, volumes: { p: { 'a.qcow2': volume('/p/a.qcow2', '/golden/base.raw') } } },
    {},
    '/golden',
    'folder',
    '/golden/base.raw: a.qcow2 in pool p is layered on it',
  ],
  [
    'the folder of a pool with nothing in it',
    { pools: { p: pool('/srv/p') }, volumes: { p: {} } },
    {},
    '/srv/p',
    'folder',
    'the folder of pool p, /srv/p, is there',
  ],
  [
    'the folder of a pool that is off, by way of a link',
    { pools: { p: pool('/srv/p') }, inactive: ['p'] },
    { '/srv': '/data' },
    '/data/p',
    'folder',
    'the folder of pool p, /srv/p, is there',
  ],
  [
    'a link that is a volume of no VM',
    { pools: { p: pool('/p') }, volumes: { p: { 'a.qcow2': volume('/p/a.qcow2') } } },
    { '/p/a.qcow2': '/data/a.qcow2' },
    '/p/a.qcow2',
    'link',
    'it may go',
  ],
  [
    'a folder, where a disk may lead anywhere',
    web,
    { [IMAGES]: undefined },
    '/data',
    'folder',
    `whether a VM uses it is not known: ${IMAGES}/web.raw, used by web, can't be looked at (this login may not)`,
  ],
])('F-201 %s', async (_what, words, links, path, kind, why) => {
  expect(await said(words, links, path, kind)).toBe(why === 'it may go' ? why : `${path} must stay: ${why}`);
});

it('F-201 a way that goes round in a circle has an end, and so has one to what is gone', async () => {
  const wayTo = createWays(filesWith({ '/a': '/b', '/b': 'a' }));
  expect(await wayTo('/a/x')).toMatchObject({ unclear: 'too many links' });
  expect(await wayTo('/gone//x/../y')).toEqual({
    names: ['/gone', '/gone/x', '/gone/y'],
    isThere: false,
    unclear: undefined,
  });
});
