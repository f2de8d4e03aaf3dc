import { describe, expect, it } from 'vitest';
import { fateOfDisks } from './disk-fate.ts';
import { readDomainXml } from './domain-xml.ts';
import { VIR_ERR } from './rpc/errors.ts';
import { POOLS, procedures, XML } from './rpc/protocol.ts';
import { createScriptedClient, libvirtNo } from './testkit/scripted-client.ts';

interface Host {
  /** Name of the pool -> name of the volume -> its path, and what it is a layer on. */
  readonly pools: Readonly<Record<string, Readonly<Record<string, readonly [path: string, backing?: string]>>>>;
  readonly inactive?: readonly string[];
  /** Of other domains, by name; `live` when one runs. */
  readonly others?: Readonly<Record<string, { readonly saved: string; readonly live?: string }>>;
}

const DOOMED = { name: 'doomed', uuid: Buffer.alloc(16, 1), id: -1 };
const BASE = '/d/base.qcow2';
const file = (path: string, format = 'qcow2', more = '') =>
  `<disk type='file' device='disk'><driver name='qemu' type='${format}'/><source file='${path}'/>${more}<target dev='vda'/></disk>`;
const volume = (pool: string, name: string) =>
  `<disk type='volume' device='disk'><driver type='qcow2'/><source pool='${pool}' volume='${name}'/><target dev='vda'/></disk>`;
const domain = (...disks: string[]) => `<domain type='kvm'><devices>${disks.join('')}</devices></domain>`;

async function fateOn(host: Host, disks = file(BASE)) {
  const { client, answer } = createScriptedClient();
  const poolOf = (name: string) => ({ name, uuid: Buffer.alloc(16) });
  const volumeOf = (pool: string, name: string) => ({ pool, name, key: host.pools[pool]?.[name]?.[0] ?? '' });
  const volumes = Object.entries(host.pools).flatMap(([pool, names]) =>
    Object.keys(names).map((name) => volumeOf(pool, name)),
  );
  const others = Object.entries(host.others ?? {}).map(([name, { live }], i) => ({
    name,
    uuid: Buffer.alloc(16, i + 2),
    id: live === undefined ? -1 : i,
  }));
  answer(procedures.volumeByPath, ({ path }) => {
    const found = volumes.find(({ key }) => key === path);
    if (!found) throw libvirtNo(VIR_ERR.noVolume);
    return found;
  });
  answer(procedures.poolByName, ({ name }) => {
    if (!host.pools[name]) throw libvirtNo(VIR_ERR.noPool);
    return poolOf(name);
  });
  answer(procedures.volumeByName, ({ pool, name }) => volumeOf(pool.name, name));
  answer(procedures.volumePath, ({ volume: { key } }) => key);
  answer(procedures.listPools, ({ flags }) => {
    const pools = (flags === POOLS.active ? Object.keys(host.pools) : (host.inactive ?? [])).map(poolOf);
    return { pools, count: pools.length };
  });
  answer(procedures.listVolumes, ({ pool }) => ({ volumes: volumes.filter((v) => v.pool === pool.name), count: 0 }));
  answer(procedures.volumeXml, ({ volume: { pool, name, key } }) => {
    const backing = host.pools[pool]?.[name]?.[1];
    if (backing === 'unreadable') throw libvirtNo(VIR_ERR.system, 'Input/output error');
    return `<volume type='file'><name>${name}</name><target><path>${key}</path><format type='qcow2'/></target>${
      backing ? `<backingStore><path>${backing}</path><format type='qcow2'/></backingStore>` : ''
    }</volume>`;
  });
  answer(procedures.listDomains, () => ({ domains: [DOOMED, ...others], count: others.length + 1 }));
  answer(procedures.domainXml, ({ domain: { name }, flags }) => {
    const other = host.others?.[name];
    return (flags === XML.inactive ? other?.saved : other?.live) ?? domain();
  });
  const call = {
    client,
    domain: DOOMED,
    signal: new AbortController().signal,
    change: <T>(_verb: string, change: () => Promise<T>) => change(),
  };
  return fateOfDisks(call, await readDomainXml(domain(disks)));
}

const said = async (host: Host, disks?: string) => {
  const { goes, stays } = await fateOn(host, disks);
  return { goes: goes.map(({ path }) => path), stays };
};
const own = { 'base.qcow2': [BASE] } as const;

describe('the fate of disks', () => {
  it('F-058 lets a disk go that is nobody else’s', async () => {
    const others = { web2: { saved: domain(file('/d/web2.qcow2'), file('/dev/sdb', 'raw')) } };
    const pools = { default: { ...own, 'web2.qcow2': ['/d/web2.qcow2'] } } as const;
    expect(await said({ pools, others })).toEqual({ goes: [BASE], stays: [] });
  });

  it('finds a disk that the guest itself names by its pool', async () => {
    expect(await said({ pools: { default: own } }, volume('default', 'base.qcow2'))).toEqual({
      goes: [BASE],
      stays: [],
    });
    expect(await said({ pools: {} }, volume('gone', 'base.qcow2'))).toEqual({
      goes: [],
      stays: ['gone/base.qcow2 (in no active storage pool)'],
    });
  });

  it('keeps a disk that another guest names by path, in its saved or its running configuration', async () => {
    for (const web2 of [{ saved: domain(file(BASE)) }, { saved: domain(), live: domain(file(BASE)) }]) {
      expect(await said({ pools: { default: own }, others: { web2 } })).toEqual({
        goes: [],
        stays: [`${BASE} (also used by web2)`],
      });
    }
  });

  it('keeps a disk that another guest names by a pool, also by another pool over the same folder', async () => {
    for (const pool of ['default', 'same']) {
      expect(
        await said({
          pools: { default: own, same: own },
          others: { web2: { saved: domain(volume(pool, 'base.qcow2')) } },
        }),
      ).toEqual({ goes: [], stays: [`${BASE} (also used by web2)`] });
    }
  });

  it('keeps a disk that a volume of another pool is layered on', async () => {
    const pools = { default: own, fast: { 'web2.qcow2': ['/f/web2.qcow2', BASE] } } as const;
    expect(await said({ pools })).toEqual({
      goes: [],
      stays: [`${BASE} (web2.qcow2 in pool fast is layered on it)`],
    });
  });

  it.each<[string, Host, string]>([
    [
      'a pool is inactive',
      { pools: { default: own }, inactive: ['backup'] },
      'storage pool backup is inactive: what lies there may need it',
    ],
    [
      'a volume can’t be read',
      { pools: { default: own, fast: { 'x.qcow2': ['/f/x.qcow2', 'unreadable'] } } },
      "x.qcow2 in pool fast can't be read (Input/output error) and may be layered on it",
    ],
    [
      'the definition of another guest is broken XML',
      { pools: { default: own }, others: { web2: { saved: '<domain><devices><disk>' }, web3: { saved: domain() } } },
      "the definition of web2 can't be read (it broke off half-way): it may use any of them",
    ],
    [
      'another guest has layers outside of all pools',
      { pools: { default: own }, others: { web2: { saved: domain(file('/root/web2.qcow2')) } } },
      'web2 uses /root/web2.qcow2, which is in no active storage pool and may be layered on it',
    ],
    [
      'another guest may mean the same file by another path',
      { pools: { default: own }, others: { web2: { saved: domain(file('/link/base.qcow2', 'raw')) } } },
      'web2 uses /link/base.qcow2, which is in no active storage pool and may be layered on it',
    ],
    [
      'another guest names a volume that no active pool has',
      { pools: { default: own }, others: { web2: { saved: domain(volume('lost', 'a')) } } },
      'web2 uses lost/a, which is in no active storage pool and may be layered on it',
    ],
    [
      'a layer in between is outside of all pools',
      { pools: { default: { ...own, 'top.qcow2': ['/d/top.qcow2', '/root/middle.qcow2'] } } },
      'top.qcow2 in pool default is layered on /root/middle.qcow2, which is in no active storage pool and may need it',
    ],
  ])('keeps every disk when %s, and says so', async (_what, host, reason) => {
    expect(await said(host)).toEqual({ goes: [], stays: [`${BASE} (${reason})`] });
  });

  it('believes the layers that a running guest shows, wherever they are', async () => {
    const layers = "<backingStore type='file'><source file='/root/base'/><backingStore/></backingStore>";
    const web2 = { saved: domain(file('/root/web2.qcow2')), live: domain(file('/root/web2.qcow2', 'qcow2', layers)) };
    expect(await said({ pools: { default: own }, others: { web2 } })).toEqual({ goes: [BASE], stays: [] });
    const onOurs = { ...web2, live: web2.live.replace('/root/base', BASE) };
    expect(await said({ pools: { default: own }, others: { web2: onOurs } })).toEqual({
      goes: [],
      stays: [`${BASE} (also used by web2)`],
    });
  });
});
