import { describe, expect, it } from 'vitest';
import { BASE, domain, file, type Host, said, snapshotOf, volume } from '../testkit/host-of-words.ts';

const own = { 'base.qcow2': [BASE] } as const;
const folders = { default: '/d' };
const GOES = { goes: [BASE], stays: [], unknown: [] };
const stays = (why: string) => ({ goes: [], stays: [`${BASE} (${why})`], unknown: [] });
const unknown = (why: string) => ({ goes: [], stays: [], unknown: [`${BASE}: ${why}`] });

describe('the fate of disks', () => {
  it('F-058 lets a disk go that no other guest uses', async () => {
    const others = { web2: { saved: domain(file('/d/web2.qcow2'), file('/dev/sdb', 'raw')) } };
    const pools = { default: { ...own, 'web2.qcow2': ['/d/web2.qcow2'] } } as const;
    expect(await said({ pools, folders, others })).toEqual(GOES);
  });

  it('finds a disk that the guest itself names by its pool', async () => {
    expect(await said({ pools: { default: own } }, domain(volume('default', 'base.qcow2')))).toEqual(GOES);
    expect(await said({ pools: {} }, domain(volume('gone', 'base.qcow2')))).toEqual({
      goes: [],
      stays: ['gone/base.qcow2 (in no storage pool that can be read)'],
      unknown: [],
    });
  });

  it('keeps what a linked clone is layered on, with the VM that it was made of gone', async () => {
    const clone = (backing?: string) =>
      ({ default: { ...own, 'web2_0.qcow2': ['/d/web2_0.qcow2', backing] } }) as Host['pools'];
    const others = { web2: { saved: domain(file('/d/web2_0.qcow2')) } };
    for (const format of ['qcow2', 'raw']) {
      const original = domain(file(BASE, format));
      expect(await said({ pools: clone(BASE), folders, others }, original)).toEqual(
        stays('/d/web2_0.qcow2 is layered on it, used by web2'),
      );
      expect(await said({ pools: clone(), folders, others }, original)).toEqual(GOES);
    }
  });

  it.each([
    ['read-only', '<readonly/>', 'disk'],
    ['shareable', '<shareable/>', 'disk'],
    ['cdrom', '', 'cdrom'],
    ['floppy', '', 'floppy'],
    ['lun', '', 'lun'],
  ])('never deletes a disk that is not the guest’s own: %s', async (why, element, device) => {
    const disk = file(BASE, 'qcow2', element).replace("device='disk'", `device='${device}'`);
    for (const login of [undefined, { files: { [BASE]: 'own' } }]) {
      expect(await said({ pools: { default: own }, folders, ...(login && { login }) }, domain(disk))).toEqual(
        stays(why),
      );
    }
  });

  it('lets the seed of a guest go that kcli or drover made, and no other medium', async () => {
    const cd = (path: string) => file(path, 'raw', '<readonly/>').replace("device='disk'", "device='cdrom'");
    const kcli =
      "<metadata><kvirt:info xmlns:kvirt='kvirt'><kvirt:creationdate>01-02-2020 03:04</kvirt:creationdate></kvirt:info></metadata>";
    const made = (...paths: string[]) => domain(...paths.map(cd)).replace('<devices>', `${kcli}<devices>`);
    const pools = { default: { 'doomed.ISO': ['/d/doomed.ISO'], 'debian.iso': ['/d/debian.iso'] } } as const;
    expect(await said({ pools, folders }, made('/d/doomed.ISO', '/d/debian.iso'))).toEqual({
      goes: ['/d/doomed.ISO'],
      stays: ['/d/debian.iso (read-only)'],
      unknown: [],
    });
    const kept = { goes: [], stays: ['/d/doomed.ISO (read-only)'], unknown: [] };
    expect(await said({ pools, folders }, domain(cd('/d/doomed.ISO')))).toEqual(kept);
    const noted = made('/d/doomed.ISO').replace(/<(kvirt:creationdate)>.*<.\1>/, '<kvirt:plan>shop</kvirt:plan>');
    expect(await said({ pools, folders }, noted)).toEqual(kept);
    expect(await said({ pools: {}, folders }, made('/d/doomed.ISO'))).toEqual(kept);
    const others = { web2: { saved: domain(cd('/d/doomed.ISO')) } };
    expect(await said({ pools, folders, others }, made('/d/doomed.ISO'))).toEqual({
      goes: [],
      stays: ['/d/doomed.ISO (also used by web2)'],
      unknown: [],
    });
  });

  it('lets the Ignition config of a guest go that drover made with it, and no other', async () => {
    const kcli =
      "<metadata><kvirt:info xmlns:kvirt='kvirt'><kvirt:creationdate>01-02-2020 03:04</kvirt:creationdate></kvirt:info></metadata>";
    const made = (path: string, more = kcli) => {
      const entries = ['opt/com.coreos/config', 'opt/x'].map((name) => `<entry name='${name}' file='${path}'/>`);
      return domain().replace('<devices>', `${more}<sysinfo type='fwcfg'>${entries.join('')}</sysinfo><devices>`);
    };
    const pools = { default: { 'doomed.ign': ['/d/doomed.ign'], 'x.ign': ['/d/x.ign'] } } as const;
    const nothing = { goes: [], stays: [], unknown: [] };
    expect(await said({ pools, folders }, made('/d/doomed.ign'))).toEqual({ ...nothing, goes: ['/d/doomed.ign'] });
    expect(await said({ pools, folders }, made('/d/x.ign'))).toEqual(nothing);
    expect(await said({ pools, folders }, made('/d/doomed.ign', ''))).toEqual(nothing);
    expect(await said({ pools: {}, folders }, made('/d/doomed.ign'))).toEqual(nothing);
    const others = { web2: { saved: made('/d/doomed.ign', '') } };
    expect(await said({ pools, folders, others }, made('/d/doomed.ign'))).toEqual({
      ...{ ...nothing, stays: ['/d/doomed.ign (also used by web2)'] },
    });
  });

  it('keeps a disk that another guest names by path, in its saved or its running configuration', async () => {
    for (const web2 of [{ saved: domain(file(BASE)) }, { saved: domain(), live: domain(file(BASE)) }]) {
      expect(await said({ pools: { default: own }, others: { web2 } })).toEqual(stays('also used by web2'));
    }
  });

  it('keeps a disk whose path another guest spells in another way', async () => {
    for (const path of ['/d//base.qcow2', '/d/./base.qcow2', '//d/.//base.qcow2']) {
      const others = { web2: { saved: domain(file(path, 'raw')) } };
      expect(await said({ pools: { default: own }, folders, others })).toEqual(stays('also used by web2'));
    }
    const others = { web2: { saved: domain(file('/d/sub/../base.qcow2', 'raw')) } };
    expect((await said({ pools: { default: own }, folders, others })).goes).toEqual([]);
    expect(await said({ pools: { default: own }, folders }, domain(file('/d//base.qcow2')))).toEqual(GOES);
  });

  it('keeps a disk that a snapshot or the saved memory of another guest names', async () => {
    const withSnapshot = { saved: domain(), snapshots: { monday: snapshotOf(file(BASE, 'raw')) } };
    expect(await said({ pools: { default: own }, others: { web2: withSnapshot } })).toEqual(
      stays('also needed by the snapshot monday of web2'),
    );
    const suspended = { saved: domain(), memory: domain(file(BASE, 'raw')) };
    expect(await said({ pools: { default: own }, others: { web2: suspended } })).toEqual(
      stays('also needed by the saved memory of web2'),
    );
  });

  it.each([
    ["<qemu:commandline><qemu:arg value='file=/d/base.qcow2,if=virtio'/></qemu:commandline>"],
    ["<qemu:commandline><qemu:arg value='json:{&quot;filename&quot;:&quot;/d/base.qcow2&quot;}'/></qemu:commandline>"],
    ['<os><kernel>/d/base.qcow2</kernel></os>'],
    ["<devices><filesystem type='mount'><source dir='/d'/><target dir='data'/></filesystem></devices>"],
  ])('keeps a disk that another guest names in other words: %s', async (words) => {
    const others = { web2: { saved: `<domain>${words}</domain>` } };
    const { goes, stays: kept } = await said({ pools: { default: own }, folders, others });
    expect(goes).toEqual([]);
    expect(kept).toEqual([expect.stringContaining('used by web2')]);
  });

  it('keeps a disk that another guest names by a pool, also by another pool over the same folder', async () => {
    for (const pool of ['default', 'same']) {
      expect(
        await said({
          pools: { default: own, same: own },
          others: { web2: { saved: domain(volume(pool, 'base.qcow2')) } },
        }),
      ).toEqual(stays('also used by web2'));
    }
  });

  it('keeps a disk that a volume of another pool is layered on', async () => {
    const pools = { default: own, fast: { 'web2.qcow2': ['/f/web2.qcow2', BASE] } } as const;
    expect(await said({ pools })).toEqual(stays('web2.qcow2 in pool fast is layered on it'));
  });

  it('looks at the pools again before it decides, so that new files count', async () => {
    const pools = { default: { ...own, 'web2.qcow2': ['/d/web2.qcow2', BASE] } } as const;
    expect(await said({ pools, folders, unlisted: ['/d/web2.qcow2'] })).toEqual(
      stays('web2.qcow2 in pool default is layered on it'),
    );
    expect(await said({ pools: { default: own }, folders, unlisted: [BASE] })).toEqual(GOES);
  });

  it('is not held up by an inactive pool, nor by a volume that can’t be read and that no guest uses', async () => {
    const pools = { default: own, fast: { 'x.qcow2': ['/f/x.qcow2', 'unreadable'] } } as const;
    expect(await said({ pools, folders, inactive: ['backup'] })).toEqual(GOES);
  });

  it.each<[string, Host, string]>([
    [
      'a volume that another guest uses can’t be read',
      {
        pools: { default: own, fast: { 'x.qcow2': ['/f/x.qcow2', 'unreadable'] } },
        others: { web2: { saved: domain(file('/f/x.qcow2')) } },
      },
      '/f/x.qcow2, used by web2, is in no active storage pool and may be the same file',
    ],
    [
      'another guest has a disk outside of all pools',
      { pools: { default: own }, others: { web2: { saved: domain(file('/root/web2.qcow2')) } } },
      '/root/web2.qcow2, used by web2, is in no active storage pool and may be the same file',
    ],
    [
      'another guest names a volume that no pool has',
      { pools: { default: own }, others: { web2: { saved: domain(volume('lost', 'a')) } } },
      'lost/a, used by web2, is in no storage pool that can be read and may be layered on it',
    ],
    [
      'a layer in between is outside of all pools',
      { pools: { default: { ...own, 'top.qcow2': ['/d/top.qcow2', '/root/middle.qcow2'] } } },
      "/root/middle.qcow2, below top.qcow2 in pool default, can't be read and may be layered on it",
    ],
    [
      'the definition of another guest is broken XML',
      { pools: { default: own }, others: { web2: { saved: '<domain><devices><disk>' }, web3: { saved: domain() } } },
      "the definition of web2 can't be read (it broke off half-way): it may use any of them",
    ],
    [
      'a snapshot of another guest is broken XML',
      { pools: { default: own }, others: { web2: { saved: domain(), snapshots: { monday: '<domainsnapshot>' } } } },
      "the snapshot monday of web2 can't be read (it broke off half-way): it may use any of them",
    ],
    [
      'another guest’s disk has the same times and sizes',
      {
        pools: { default: { ...own, 'alias.raw': ['/d/alias.raw'] } },
        others: { web2: { saved: domain(file('/d/alias.raw', 'raw')) } },
        changed: { [BASE]: '1700000000.5', '/d/alias.raw': '1700000000.5' },
      },
      '/d/alias.raw, used by web2, has the same times and sizes and may be the same file',
    ],
  ])('can’t decide, where only the daemon is reached, when %s', async (_what, host, reason) => {
    expect(await said(host)).toEqual(unknown(reason));
  });

  it('believes the layers that a running guest shows, wherever they are', async () => {
    const layers = "<backingStore type='file'><source file='/root/base'/><backingStore/></backingStore>";
    const web2 = { saved: domain(file('/f/web2.qcow2')), live: domain(file('/f/web2.qcow2', 'qcow2', layers)) };
    const pools = { default: own, fast: { 'web2.qcow2': ['/f/web2.qcow2', 'unreadable'] } } as const;
    const login = { files: { [BASE]: 'own', '/f/web2.qcow2': 'other', '/root/base': 'third' } };
    expect(await said({ pools, folders, login, others: { web2 } })).toEqual(GOES);
    const onOurs = { ...web2, live: web2.live.replace('/root/base', BASE) };
    expect(await said({ pools, folders, login, others: { web2: onOurs } })).toEqual(stays('also used by web2'));
  });
});

describe('the fate of disks, with a login on the host', () => {
  it('F-058 knows a file by whatever name another guest has for it', async () => {
    const pools = { default: own };
    const login = { files: { [BASE]: 'inode 1', '/link/a.raw': 'inode 1', '/srv/b.raw': 'inode 2' } };
    const usedAs = (path: string) => ({ web2: { saved: domain(file(path, 'raw')) } });
    expect(await said({ pools, folders, login, others: usedAs('/link/a.raw') })).toEqual(
      stays('also used by web2, as /link/a.raw'),
    );
    expect(await said({ pools, folders, login, others: usedAs('/srv/b.raw') })).toEqual(GOES);
    const snapshot = { web2: { saved: domain(), snapshots: { old: snapshotOf(file('/link/a.raw', 'raw')) } } };
    expect(await said({ pools, folders, login, others: snapshot })).toEqual(
      stays('also needed by the snapshot old of web2, as /link/a.raw'),
    );
  });

  it('reads the layers of images that are in no pool', async () => {
    const pools = { default: own };
    const others = { web2: { saved: domain(file('/root/web2.qcow2')) } };
    const files = { [BASE]: '1', '/root/web2.qcow2': '2', '/root/mid.qcow2': '3', '/alias/base': '1' };
    const backings = {
      '/root/web2.qcow2': { path: '/root/mid.qcow2', format: 'qcow2' },
      '/root/mid.qcow2': { path: '/alias/base', format: 'raw' },
    };
    expect(await said({ pools, folders, others, login: { files, backings } })).toEqual(
      stays('/root/web2.qcow2 is layered on it, used by web2, as /alias/base'),
    );
    const apart = { ...backings, '/root/mid.qcow2': undefined };
    expect(await said({ pools, folders, others, login: { files, backings: apart } })).toEqual(GOES);
  });

  it('can’t decide when an image or a name of another guest can’t be looked at', async () => {
    const pools = { default: own };
    const others = { web2: { saved: domain(file('/root/web2.qcow2')) } };
    const files = { [BASE]: '1', '/root/web2.qcow2': '2' };
    expect(await said({ pools, folders, others, login: { files } })).toEqual(
      unknown("/root/web2.qcow2, used by web2, can't be read and may be layered on it"),
    );
    expect(await said({ pools, folders, others, login: { files, denied: ['/root/web2.qcow2'] } })).toEqual(
      unknown("/root/web2.qcow2, used by web2, can't be looked at (Permission denied) and may be the same file"),
    );
  });

  it('needs nothing that another guest names and that is not there any more', async () => {
    const others = { web2: { saved: domain(file('/root/gone.qcow2')) } };
    expect(await said({ pools: { default: own }, folders, others, login: { files: { [BASE]: '1' } } })).toEqual(GOES);
  });

  it('does not believe a login that does not see the daemon’s files', async () => {
    const others = { web2: { saved: domain(file('/root/web2.qcow2', 'raw')) } };
    const inContainer = { files: { '/root/web2.qcow2': '2' } };
    const why = unknown('/root/web2.qcow2, used by web2, is in no active storage pool and may be the same file');
    expect(await said({ pools: { default: own }, folders, others, login: inContainer })).toEqual(why);
    const nothingToCompare = { files: { [BASE]: '1', '/root/web2.qcow2': '2' } };
    expect(await said({ pools: {}, others, login: { ...nothingToCompare, hostname: 'laptop' } })).toEqual(why);
    expect(await said({ pools: {}, others, login: { ...nothingToCompare, hostname: 'host1' } })).toEqual(GOES);
  });

  it('deletes a disk in no pool, and what a link leads to, which it leaves', async () => {
    const login = { files: { [BASE]: '1', '/link': '1' }, links: { '/link': BASE }, hostname: 'host1' };
    expect(await said({ pools: {}, login }, domain(file('/link', 'raw')))).toEqual({
      ...GOES,
      stays: [`/link (a link to ${BASE})`],
    });
  });

  it('says of a disk that it is not there', async () => {
    expect(await said({ pools: {}, login: { files: {}, hostname: 'host1' } })).toEqual(stays('is not there'));
    expect(await said({ pools: { default: {} }, folders })).toEqual(stays('is not there'));
  });
});
