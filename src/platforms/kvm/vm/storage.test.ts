import { describe, expect, it } from 'vitest';
import { FleetError } from '../../../errors.ts';
import type { HostFiles, Look } from '../host/host-files.ts';
import { procedures } from '../rpc/protocol.ts';
import { createScriptedClient, libvirtNo } from '../testkit/scripted-client.ts';
import { readStorage, type Storage, type StoredVolume } from './storage.ts';
import { trustedFiles } from './trusted-files.ts';

const { signal } = new AbortController();
const pool = (name: string) => ({ name, uuid: Buffer.alloc(16, name.length) });
const late = () => {
  throw new FleetError('op.timeout', 'no answer within 6 s', { retry: true });
};
const volumeXml = (path: string) => `<volume><target><path>${path}</path></target></volume>`;

/** An active pool /d with a.raw, another kind of pool with lv, and an inactive one with the folder /off. */
function setUp() {
  const { client, answer, came } = createScriptedClient();
  answer(procedures.listPools, ({ flags }) => ({
    pools: flags === 2 ? [pool('default'), pool('lvm')] : [pool('off')],
    count: 0,
  }));
  answer(procedures.poolXml, ({ pool: { name } }) =>
    name === 'lvm'
      ? "<pool type='logical'/>"
      : `<pool type='dir'><target><path>/${name === 'off' ? 'off' : 'd'}</path></target></pool>`,
  );
  answer(procedures.refreshPool, () => undefined);
  answer(procedures.listVolumes, ({ pool: { name } }) => {
    const volume = name === 'lvm' ? { name: 'lv', key: '/dev/vg/lv' } : { name: 'a.raw', key: '/d/a.raw' };
    return { volumes: [{ pool: name, ...volume }], count: 1 };
  });
  answer(procedures.volumeXml, ({ volume: { key } }) => volumeXml(key));
  return { answer, came, read: () => readStorage({ client, signal }) };
}

describe('the storage of a host', () => {
  it('has the volumes of its active pools, and the folders of all', async () => {
    const { read, came } = setUp();
    const { volumes, pathOf, isMissing } = await read();
    expect([...volumes].map(([path, { label, isFile }]) => [path, label, isFile])).toEqual([
      ['/d/a.raw', 'a.raw in pool default', true],
      ['/dev/vg/lv', 'lv in pool lvm', false],
    ]);
    expect([pathOf('default', 'a.raw'), pathOf('lvm', 'lv'), pathOf('lvm', 'x'), pathOf('off', 'x')]).toEqual([
      '/d/a.raw',
      '/dev/vg/lv',
      undefined,
      '/off/x',
    ]);
    expect(['/d/a.raw', '/d/b.raw', '/d/sub/b.raw', '/off/x', '/e/x'].map(isMissing)).toEqual([
      false,
      true,
      false,
      false,
      false,
    ]);
    expect(came.filter((name) => name === 'STORAGE_POOL_REFRESH')).toHaveLength(2);
  });

  it.each(['/d/b\n', '/d/\u007f', '/d//b', '/d/./b', '/d/.', '/d/..'])(
    'never calls %j missing: it may be there by another name',
    async (path) => expect((await setUp().read()).isMissing(path)).toBe(false),
  );

  it.each<[string, (answer: ReturnType<typeof setUp>['answer']) => void]>([
    ['could not be read again', (answer) => answer(procedures.refreshPool, () => late())],
    [
      'is refused',
      (answer) =>
        answer(procedures.refreshPool, () => {
          throw libvirtNo(38);
        }),
    ],
    ['lists nothing', (answer) => answer(procedures.listVolumes, () => late())],
    ['has a volume that is not told', (answer) => answer(procedures.volumeXml, () => late())],
    ['has a volume whose document is broken', (answer) => answer(procedures.volumeXml, () => '<volume>')],
    [
      'has no document',
      (answer) =>
        answer(procedures.poolXml, () => {
          throw libvirtNo(49);
        }),
    ],
  ])('calls nothing missing of a pool that %s', async (_what, spoil) => {
    const { read, answer } = setUp();
    spoil(answer);
    expect((await read()).isMissing('/d/b.raw')).toBe(false);
  });

  it.each([[procedures.poolXml], [procedures.refreshPool], [procedures.listVolumes], [procedures.volumeXml]] as const)(
    'is not read when the link is lost meanwhile',
    async (procedure) => {
      const { read, answer } = setUp();
      const lost = new FleetError('host.unreachable', 'the link is down');
      answer(procedure as never, () => {
        throw lost;
      });
      await expect(read()).rejects.toBe(lost);
      const bug = new TypeError('a bug');
      answer(procedure as never, () => {
        throw bug;
      });
      await expect(read()).rejects.toBe(bug);
    },
  );
});

describe("a login's view of the files", () => {
  const storage = (...changed: readonly (number | undefined)[]) =>
    ({
      volumes: new Map(
        changed.map((at, i) => [`/d/${i}`, { isFile: true, changed: at } as unknown as StoredVolume] as const),
      ),
    }) as unknown as Storage;
  async function isTrusted(of: Storage, looks: readonly Look[], here = 'laptop'): Promise<boolean> {
    const { client, answer } = createScriptedClient();
    answer(procedures.hostname, () => 'db1.example.org');
    const login = {
      look: async (paths: readonly string[]) => new Map(paths.map((path, i) => [path, looks[i]])),
      hostname: async () => here,
    } as unknown as HostFiles;
    return (await trustedFiles(login, { client, signal } as never, of)) === login;
  }
  const there = (changed: number): Look => ({ is: 'there', id: '1', isFile: true, changed });

  it.each<[string, Storage, readonly Look[], string, boolean]>([
    ['volumes are what it sees', storage(5), [there(5)], 'laptop', true],
    ['one is, and another is being written to', storage(5, 5), [there(5), there(6)], 'laptop', true],
    ['one is older than the daemon says', storage(5, 5), [there(5), there(4)], 'db1', false],
    ['one is not there', storage(5, 5), [there(5), { is: 'missing' }], 'db1', false],
    ['one can not be looked at', storage(5), [{ is: 'unknown', why: 'x' }], 'db1', false],
    ['all are being written to, on this host', storage(5), [there(6)], 'db1.lan', true],
    ['all are being written to, on another one', storage(5), [there(6)], 'laptop', false],
    ['no times are told, on this host', storage(undefined), [there(0)], 'laptop', true],
    ['there is nothing to compare, on this host', storage(), [], 'db1', true],
    ['there is nothing to compare, on another one', storage(), [], 'db2', false],
    ['the login does not say which host it is', storage(), [], '', false],
  ])('counts when %s', async (_what, of, looks, here, trusted) => {
    expect(await isTrusted(of, looks, here)).toBe(trusted);
  });

  it('is compared by thirty-two files, and by nothing that is no file', async () => {
    const asked: string[] = [];
    const { client, answer } = createScriptedClient();
    answer(procedures.hostname, () => 'db1');
    const volumes = new Map(
      Array.from({ length: 40 }, (_, i) => [`/d/${i}`, { isFile: i > 0, changed: 1 } as unknown as StoredVolume]),
    );
    const login = {
      look: async (paths: readonly string[]) => {
        asked.push(...paths);
        return new Map(paths.map((path) => [path, there(1)]));
      },
      hostname: async () => '',
    } as unknown as HostFiles;
    expect(await trustedFiles(login, { client, signal } as never, { volumes } as unknown as Storage)).toBe(login);
    expect([asked.length, asked[0]]).toEqual([32, '/d/1']);
  });
});
