/** VMs that go from host to host, with shared and with copied disks; virsh and the guests themselves say where they are. */
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { standingErrors } from '../../../src/platforms/contract.ts';
import { run } from '../command.ts';
import { host1, host2, makeNetwork, removeNetwork, site, untilLoginPrompt, virsh } from './hosts.ts';
import { connectPair, HOSTS, idOn, type Pair, SPEC, volumesIn, whereIs } from './migrating.ts';
import { makeMovable, removeMovable, SHARED_POOL, shareStorage } from './movable-guests.ts';
import { inHost } from './namespaces.ts';

const NAME = 'mover';
let pair: Pair;
beforeAll(async () => {
  await shareStorage(HOSTS);
  await removeMovable(HOSTS, NAME);
  pair = await connectPair(host1, host2);
});
afterAll(() => pair.close());
afterEach(() => removeMovable(HOSTS, NAME));

const SHARED = { shared: true, running: true, cache: 'none' } as const;
const OWN = { shared: false, running: true } as const;

describe('a VM that runs', () => {
  it('F-054 F-143 F-146 goes to another host, with what is measured of it, and starts with its new host', async () => {
    await makeMovable(host1, NAME, SHARED);
    await virsh(host1, 'autostart', NAME);
    await untilLoginPrompt(host1, NAME);
    const told: string[] = [];
    const moved = await pair.migrate(await idOn(host1, NAME), {
      ...SPEC,
      progress: ({ doing }) => void told.push(doing.replace(/, round \d+$/, '')),
    });
    expect(moved.id).toMatch(/^move-host2\//);
    expect(moved.downtimeMs).toBeGreaterThan(0);
    expect(moved.bytes).toBeGreaterThan(2 ** 20);
    expect(await whereIs(NAME)).toEqual(['host2: running']);
    expect(await virsh(host2, 'dominfo', NAME)).toMatch(/Persistent:\s+yes\n.*Autostart:\s+enable/s);
    expect([...new Set(told)]).toEqual(['copying memory', 'switching over']);
  });

  it('goes with a copy of its disk, which is deleted where it was', async () => {
    await makeMovable(host1, NAME, OWN);
    const id = await idOn(host1, NAME);
    const plan = await pair.plan(id, { ...SPEC, copyDisks: true });
    expect([plan.live, plan.copies.map(({ path, to }) => [path, to])]).toEqual([
      true,
      [[`/var/lib/libvirt/images/${NAME}.qcow2`, `/var/lib/libvirt/images/${NAME}.qcow2`]],
    ]);
    await pair.migrate(id, { ...SPEC, copyDisks: true });
    expect(await whereIs(NAME)).toEqual(['host2: running']);
    expect(await volumesIn(host1, 'default')).not.toContain(`${NAME}.qcow2`);
    expect(await volumesIn(host2, 'default')).toContain(`${NAME}.qcow2`);
  });

  it('goes to another storage with its disk, and what was copied stays where that was wanted', async () => {
    await makeMovable(host1, NAME, OWN);
    const spec = { ...SPEC, copyDisks: true, storage: SHARED_POOL, removeCopied: false };
    const { warnings } = await pair.migrate(await idOn(host1, NAME), spec);
    expect(await whereIs(NAME)).toEqual(['host2: running']);
    expect(warnings.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/mover\.qcow2 stays on host1 .*virsh vol-delete --pool default mover\.qcow2$/),
    ]);
    for (const flag of [[], ['--inactive']])
      expect(await virsh(host2, 'dumpxml', NAME, ...flag)).toContain(`/shared/${NAME}.qcow2`);
  });

  it('that is paused arrives paused', async () => {
    await makeMovable(host1, NAME, SHARED);
    await virsh(host1, 'suspend', NAME);
    await pair.migrate(await idOn(host1, NAME), SPEC);
    expect(await whereIs(NAME)).toEqual(['host2: paused']);
  });

  it('is moved cold: it stands still for the whole of the move', async () => {
    await makeMovable(host1, NAME, SHARED);
    const { downtimeMs } = await pair.migrate(await idOn(host1, NAME), { ...SPEC, live: false });
    expect(downtimeMs).toBeGreaterThan(0);
    expect(await whereIs(NAME)).toEqual(['host2: running']);
  });

  it('stays when the move is given up half-way, and the target has nothing of it', async () => {
    await makeMovable(host1, NAME, OWN);
    const given = new AbortController();
    const progress = () => given.abort(new Error('given up'));
    const slow = { ...SPEC, copyDisks: true, limit: (2 ** 20) as never, progress };
    await expect(pair.migrate(await idOn(host1, NAME), slow, given.signal)).rejects.toMatchObject({
      code: 'op.cancelled',
      message: `${NAME} was not moved, it is on host1 as before`,
    });
    expect(await whereIs(NAME)).toEqual(['host1: running']);
    expect(await volumesIn(host2, 'default')).not.toContain(`${NAME}.qcow2`);
  });
});

describe('a VM that is off', () => {
  it('goes with its disk, byte by byte, and is defined on one host alone', async () => {
    await makeMovable(host1, NAME, { shared: false, running: false });
    await virsh(host1, 'autostart', NAME);
    const before = await readFile(`${host1.dir}/lib/images/${NAME}.qcow2`);
    const moved = await pair.migrate(await idOn(host1, NAME), { ...SPEC, copyDisks: true });
    expect(moved.warnings).toEqual([]);
    expect(await whereIs(NAME)).toEqual(['host2: shut off']);
    expect((await readFile(`${host2.dir}/lib/images/${NAME}.qcow2`)).equals(before)).toBe(true);
    expect(await virsh(host2, 'dominfo', NAME)).toMatch(/Autostart:\s+enable/);
    await virsh(host2, 'start', NAME);
  });

  it('goes as one file when its disk is a layer on another image', async () => {
    await makeMovable(host1, NAME, { shared: false, running: false });
    const [top, base] = [`${host1.dir}/lib/images/${NAME}.qcow2`, `${host1.dir}/lib/images/${NAME}-base.qcow2`];
    try {
      await run(['qemu-img', 'create', '-q', '-f', 'qcow2', base, '32M']);
      await run(['qemu-io', '-c', 'write -P 0x42 0 64k', base]);
      const below = ['-b', `/var/lib/libvirt/images/${NAME}-base.qcow2`, '-F', 'qcow2'];
      await inHost(host1, 'qemu-img', 'create', '-q', '-f', 'qcow2', ...below, `/var/lib/libvirt/images/${NAME}.qcow2`);
      await virsh(host1, 'pool-refresh', 'default');
      const id = await idOn(host1, NAME);
      const { checks } = await pair.plan(id, { ...SPEC, copyDisks: true });
      expect(checks.find(({ name }) => name === 'disks')).toMatchObject({
        level: 'ok',
        text: '1 copied, 32M, 1 made one file of its layers or of another format first',
      });
      await pair.migrate(id, { ...SPEC, copyDisks: true });
      expect(await whereIs(NAME)).toEqual(['host2: shut off']);
      const copy = `${host2.dir}/lib/images/${NAME}.qcow2`;
      expect(JSON.parse(await run(['qemu-img', 'info', '--output=json', copy]))).not.toHaveProperty('backing-filename');
      expect(await run(['qemu-io', '-c', 'read -P 0x42 0 64k', copy])).not.toMatch(/failed/i);
      expect((await volumesIn(host1, 'default')).filter((name) => name.startsWith(NAME))).toEqual([
        `${NAME}-base.qcow2`,
      ]);
    } finally {
      await rm(base, { force: true });
      await rm(top, { force: true });
    }
  });

  it('goes where its disk is shared without that being copied', async () => {
    await makeMovable(host1, NAME, { ...SHARED, running: false });
    await pair.migrate(await idOn(host1, NAME), { ...SPEC, copyDisks: true });
    expect(await whereIs(NAME)).toEqual(['host2: shut off']);
    expect(await volumesIn(host2, SHARED_POOL)).toContain(`${NAME}.qcow2`);
  });
});

describe('the checks', () => {
  /** The names and sentences of what stands against it. */
  const against = async (spec = SPEC) => {
    const plan = await pair.plan(await idOn(host1, NAME), spec);
    return standingErrors(plan, []).map(({ name, text }) => `${name}: ${text}`);
  };
  const refused = async (spec = SPEC) => {
    const error = await pair.migrate(await idOn(host1, NAME), spec).catch((problem: unknown) => problem);
    expect(error).toMatchObject({ code: 'op.refused' });
    expect(await whereIs(NAME, [host1])).toHaveLength(1);
    return (error as Error).message;
  };

  it('F-136 F-142 find nothing against a VM that fits', async () => {
    await makeMovable(host1, NAME, SHARED);
    const { checks } = await pair.plan(await idOn(host1, NAME), SPEC);
    expect(checks.filter(({ level }) => level === 'ok').map(({ name }) => name)).toEqual([
      ...['node', 'vm', 'platform', 'identity', 'architecture', 'machine', 'cpu', 'memory', 'disks', 'cache'],
      ...['networks', 'devices', 'files', 'snapshots', 'clock', 'reach'],
    ]);
  });

  it('F-136 refuse a disk that the target has not, and one that it has another of', async () => {
    await makeMovable(host1, NAME, { ...OWN, running: false });
    expect(await against()).toEqual([
      expect.stringMatching(/^disks: host2 does not have .*mover\.qcow2: copy the disks/),
    ]);
    expect(await refused()).toMatch(/disks: host2 does not have/);
    await writeFile(`${host2.dir}/lib/images/${NAME}.qcow2`, 'another one');
    expect(await against()).toEqual([
      expect.stringMatching(/^disks: host2 has a .* too, and whether that is the same/),
    ]);
    expect(await against({ ...SPEC, copyDisks: true })).toEqual([
      `storage: default of host2 has a volume ${NAME}.qcow2 already`,
    ]);
  });

  it('refuse a name and a uuid that are taken', async () => {
    await makeMovable(host1, NAME, { ...SHARED, running: false });
    const xml = await virsh(host1, 'dumpxml', NAME);
    const file = `${host2.dir}/xml/taken.xml`;
    await writeFile(file, xml.replace(/<uuid>.*<\/uuid>/, ''));
    await virsh(host2, 'define', file);
    expect(await against()).toEqual(['identity: host2 has another VM of this name: rename one of them']);
    await virsh(host2, 'undefine', NAME);
    await writeFile(file, xml);
    await virsh(host2, 'define', file);
    expect(await refused()).toMatch(/identity: host2 has a VM mover with its uuid/);
  });

  it('refuse a network that the target has not, or that is off', async () => {
    await makeNetwork(host1, 'mig-net');
    try {
      await makeMovable(host1, NAME, {
        ...SHARED,
        with: (xml) => xml.replace("network='default'", "network='mig-net'"),
      });
      expect(await against()).toEqual(['networks: host2 has no network mig-net']);
      await makeNetwork(host2, 'mig-net');
      await virsh(host2, 'net-destroy', 'mig-net');
      expect(await refused()).toMatch(/networks: the network mig-net of host2 is off: start it/);
    } finally {
      await removeMovable(HOSTS, NAME);
      for (const host of [host1, host2]) await removeNetwork(host, 'mig-net');
    }
  });

  it('F-138 F-142 refuse too much memory, another architecture, a machine and a CPU that the target has not', async () => {
    const changed = async (from: string | RegExp, to: string) => {
      await removeMovable(HOSTS, NAME);
      await makeMovable(host1, NAME, { ...SHARED, running: false, with: (xml) => xml.replace(from, to) });
    };
    await changed(/<memory unit='MiB'>128<\/memory>/, "<memory unit='GiB'>900</memory>");
    const { checks } = await pair.plan(await idOn(host1, NAME), SPEC);
    expect(checks.find(({ name }) => name === 'memory')).toMatchObject({ level: 'warning' });
    await changed('<features>', "<cpu mode='custom' match='exact'><model>EPYC-Rome</model></cpu><features>");
    expect(await against()).toEqual([expect.stringMatching(/^cpu: host2 can't give it EPYC-Rome: .+/)]);
  });

  it('refuse snapshots, memory that is saved, and devices of the host', async () => {
    await makeMovable(host1, NAME, SHARED);
    await virsh(host1, 'snapshot-create-as', NAME, 'before');
    expect(await refused()).toMatch(/snapshots: it has 1, which would stay behind: delete them first/);
    await virsh(host1, 'snapshot-delete', NAME, 'before');
    await virsh(host1, 'managedsave', NAME);
    expect(await refused()).toMatch(/vm: its memory is saved to the disk of its host/);
    await virsh(host1, 'managedsave-remove', NAME);
    await removeMovable(HOSTS, NAME);
    const usb =
      "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1234'/><product id='0xbeef'/></source></hostdev>";
    await makeMovable(host1, NAME, {
      ...SHARED,
      running: false,
      with: (xml) => xml.replace('</devices>', `${usb}</devices>`),
    });
    expect(await against()).toEqual(['devices: it has devices of the host that stay on host1: take them off first']);
  });

  it('ask for a disk that the host caches, and let it go when that was typed over', async () => {
    await makeMovable(host1, NAME, { shared: true, running: true });
    expect(await refused()).toMatch(/cache: the host that is left caches vda \(default\)/);
    await pair.migrate(await idOn(host1, NAME), { ...SPEC, despite: ['cache'] });
    expect(await whereIs(NAME)).toEqual(['host2: running']);
  });

  it('F-140 refuse a kernel that the target has not', async () => {
    const kernel = '/var/lib/libvirt/own-kernel';
    await copyFile(`${site.files.guest}/vmlinuz`, `${host1.dir}/lib/own-kernel`);
    const withKernel = (xml: string) => xml.replace(/<kernel>.*<\/kernel>/, `<kernel>${kernel}</kernel>`);
    await makeMovable(host1, NAME, { ...SHARED, running: false, with: withKernel });
    expect(await against()).toEqual([`files: host2 has no ${kernel}`]);
    expect(await refused()).toMatch(/files: host2 has no/);
  });

  it('refuse a target that the node does not reach', async () => {
    await makeMovable(host1, NAME, SHARED);
    await inHost(host1, 'iptables', '-A', 'OUTPUT', '-d', host2.address, '-j', 'DROP');
    try {
      expect(await refused()).toMatch(/reach: host1 does not reach 10\.\d+\.\d+\.2 or host2/);
    } finally {
      await inHost(host1, 'iptables', '-D', 'OUTPUT', '-d', host2.address, '-j', 'DROP');
    }
  });
});
