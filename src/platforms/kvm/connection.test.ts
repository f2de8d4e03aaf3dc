import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../clock.ts';
import { endpointName, nodeId } from '../../ids.ts';
import { gib } from '../../units.ts';
import type { Connection, Context, Feed, Settings, WireLine } from '../contract.ts';
import { noCloudNouns } from '../lib/cloud-nouns.ts';
import { NAME_OPERATIONS, PART_OPERATIONS } from '../testkit.ts';
import { NO_FILES } from './files/files.ts';
import { platform } from './index.ts';
import { procedures } from './rpc/protocol.ts';
import { type ListeningHost, listen } from './testkit/listening-host.ts';
import { SILENCE } from './testkit/played-daemon.ts';
import { type PlayedHost, playHost } from './testkit/played-host.ts';
import { libvirtNo } from './testkit/scripted-client.ts';
import { idOf } from './testkit/watched-host.ts';

const hosts: ListeningHost[] = [];
const connections: Connection[] = [];
afterEach(async () => {
  for (const connection of connections.splice(0)) await connection.close();
  for (const host of hosts.splice(0)) await host.close();
});

async function listening(host: PlayedHost): Promise<ListeningHost> {
  const at = await listen(host);
  hosts.push(at);
  return at;
}
const ENDPOINT = endpointName('a');
const endpoint = (values: Settings) => ({ name: ENDPOINT, platform: 'kvm', values }) as const;
function context(wire: WireLine[] = []): Context {
  return {
    signal: new AbortController().signal,
    clock: systemClock,
    wire: (line: WireLine) => void wire.push(line),
    ask: {},
  };
}
async function connected(host: PlayedHost, values: Settings = {}, wire: WireLine[] = []): Promise<Connection> {
  const { socket } = await listening(host);
  const connection = await platform.connect(endpoint({ transport: 'unix', socket, ...values }), context(wire));
  connections.push(connection);
  return connection;
}
/** Of capabilities.xml. */
const NODE = nodeId(ENDPOINT, '0d10e12a-0000-4000-8000-000000000001');

const NO_SECOND_HOST = 'drover moves VMs of QEMU and KVM alone';
/** Of drivers other than that of QEMU. */
const NO_MIGRATION = {
  'vm.planMigrate': NO_SECOND_HOST,
  'vm.migrate': NO_SECOND_HOST,
  'node.planReceive': NO_SECOND_HOST,
  'node.receive': NO_SECOND_HOST,
};

/** What no host has. */
const NEVER = {
  ...noCloudNouns('libvirt'),
  'console.output': 'libvirt keeps nothing of what a guest has written: open its console',
  flavor: 'libvirt has no flavors: a VM has what it is given',
};

describe('a connection to libvirt', () => {
  it('knows its host: name, size, versions, pools, networks and what it can run', async () => {
    const host = playHost();
    const pool = (name: string) => ({ name, uuid: Buffer.alloc(16, name.length) });
    host.answer(procedures.listPools, () => ({ pools: [pool('default'), pool('broken')], count: 2 }));
    host.answer(procedures.listNetworks, () => ({ networks: [pool('nat'), pool('lab')], count: 2 }));
    host.answer(procedures.poolInfo, ({ pool: { name } }) => {
      if (name === 'broken') throw libvirtNo(38);
      return { state: 2, capacity: gib(100), allocation: gib(60), available: gib(40) };
    });
    const wire: WireLine[] = [];
    const at = await listening(host);
    const connection = await platform.connect(
      endpoint({ transport: 'tcp', host: '127.0.0.1', port: at.port }),
      context(wire),
    );
    connections.push(connection);
    const info = await connection.node?.info?.(NODE, new AbortController().signal);
    expect(info?.facts).toEqual({
      architecture: 'x86_64',
      cpuModel: 'Broadwell',
      sockets: 2,
      cores: 8,
      threads: 16,
      mhz: 2400,
      memoryUsed: gib(3),
      networks: ['nat', 'lab'],
      storage: [
        { name: 'default', kind: 'pool', size: gib(100), free: gib(40) },
        { name: 'broken', kind: 'pool', size: undefined, free: undefined },
      ],
    });
    expect(info?.lines).toEqual([
      ['CPU', 'CPUs', '16 (2 sockets, 4 cores, 2 threads)'],
      ['CPU', 'Model', 'Intel Broadwell'],
      ['CPU', 'Speed', '2400 MHz'],
      ['Memory', 'Total', '8.0G'],
      ['Memory', 'Available', '5.0G'],
      ['Platform', 'Version', 'QEMU 7.2.13, libvirt 9.10.2'],
      ['Platform', 'Guests', 'qemu, kvm'],
      ['Platform', 'Acceleration', 'KVM'],
      ['Storage pools', 'default', '40G free of 100G'],
      ['Storage pools', 'broken', '-'],
      ['Networks', 'Virtual', 'nat, lab'],
    ]);
    expect(wire[0]).toMatchObject({ endpoint: 'a', channel: 'poll', text: 'AUTH_LIST' });
    expect(wire.map(({ channel }) => channel)).toContain('control');
    expect(connection.whyNot).toEqual({
      ...NEVER,
      ...Object.fromEntries(
        ['shell', 'run', 'files', 'readFile', 'writeFile', 'makeFolder', 'renameFile', 'deleteFile'].map((name) => [
          `node.${name}`,
          '127.0.0.1 is reached by tcp: only an endpoint over ssh has a shell, commands and files',
        ]),
      ),
    });
    const parts = [
      ...Object.keys(connection.disk ?? {}).map((name) => `disk.${name}`),
      ...Object.keys(connection.nic ?? {}).map((name) => `nic.${name}`),
    ];
    expect(parts.sort()).toEqual(PART_OPERATIONS.toSorted());
    const names = (['lease', 'dns'] as const).flatMap((group) =>
      Object.keys(connection[group] ?? {}).map((name) => `${group}.${name}`),
    );
    expect(names.sort()).toEqual(NAME_OPERATIONS.toSorted());
    expect(connection.node).not.toHaveProperty('shell');
    expect(host.came(procedures.open)).toEqual([
      { name: 'qemu:///system', flags: 0 },
      { name: 'qemu:///system', flags: 0 },
    ]);
  });

  it('says what this machine is besides, over a unix socket, and has its shell', async () => {
    const host = playHost();
    host.answer(procedures.nodeInfo, () => ({
      model: 'armv7l',
      memoryKib: 1024,
      cpus: 1,
      mhz: 0,
      cells: 1,
      sockets: 1,
      cores: 1,
      threads: 1,
    }));
    host.answer(procedures.capabilities, () => '<capabilities><host/></capabilities>');
    host.answer(procedures.listPools, () => {
      throw libvirtNo(3);
    });
    host.answer(procedures.listNetworks, () => {
      throw libvirtNo(3);
    });
    for (const stats of [procedures.nodeCpuStats, procedures.nodeMemoryStats])
      host.answerBy(stats.name, () => {
        throw libvirtNo(3);
      });
    const connection = await connected(host, { driver: 'test:///default' });
    const node = nodeId(ENDPOINT, 'db1.example.org');
    const { signal } = new AbortController();
    const { facts, lines } = (await connection.node?.info?.(node, signal)) ?? { facts: {}, lines: [] };
    expect(facts).toMatchObject({ cpuModel: 'armv7l', sockets: 1, threads: 1, kernel: expect.any(String) });
    expect(facts).not.toHaveProperty('mhz');
    expect(facts).not.toHaveProperty('memoryUsed');
    const sections = lines.map(([section]) => section);
    expect(sections.slice(0, 4)).toEqual(['General', 'General', 'General', 'CPU']);
    expect(sections.lastIndexOf('General')).toBe(2);
    expect(lines).toContainEqual(['CPU', 'CPUs', '1 (1 socket, 1 core, 1 thread)']);
    expect(lines).toContainEqual(['CPU', 'Model', 'armv7l']);
    expect(lines).toContainEqual(['CPU', 'Speed', '-']);
    expect(lines).toContainEqual(['Platform', 'Acceleration', 'none: guests are emulated, and slow']);
    expect(lines).toContainEqual(['Networks', 'Virtual', '-']);
    expect(connection.console).toEqual({});
    expect([Object.keys(connection.disk ?? {}), Object.keys(connection.nic ?? {})]).toEqual([['list'], ['list']]);
    expect(connection.whyNot).toEqual({
      ...NEVER,
      ...NO_MIGRATION,
      'console.command': "libvirt's test driver has no consoles",
      'console.viewer': "libvirt's test driver has no consoles",
      ...NO_FILES,
      ...Object.fromEntries(
        PART_OPERATIONS.filter((name) => !name.endsWith('.list')).map((name) => [
          name,
          "libvirt's test driver changes no devices",
        ]),
      ),
      ...Object.fromEntries(
        NAME_OPERATIONS.map((name) => [name, "libvirt's test driver gives no addresses, and answers for no names"]),
      ),
      'vm.create':
        "libvirt's test driver does not say what its guests can have, and takes no seed: no VMs are made there",
      'console.serial': "libvirt's test driver has no consoles",
      'console.display': "libvirt's test driver has no consoles",
      'network.settings': "libvirt's test driver has no networks that are saved otherwise than they run",
      'network.update': "libvirt's test driver has no networks that are saved otherwise than they run",
      'disk.move': "libvirt's test driver changes no devices",
      'image.upload': "libvirt's test driver keeps no bytes of images",
      'image.download': "libvirt's test driver keeps no bytes of images",
      'image.update': "libvirt's test driver keeps no bytes of images",
      'volume.resize': "libvirt's test driver can't resize a volume",
      'volume.upload': "libvirt's test driver keeps no bytes of volumes",
      'volume.download': "libvirt's test driver keeps no bytes of volumes",
      ...Object.fromEntries(
        ['create', 'planDelete', 'delete'].map((verb) => [
          `image.${verb}`,
          "libvirt's test driver keeps no bytes of images",
        ]),
      ),
    });
    const shell = process.env['SHELL'];
    try {
      for (const [given, runs] of [
        ['/bin/fish', '/bin/fish'],
        [undefined, '/bin/sh'],
      ] as const) {
        if (given === undefined) delete process.env['SHELL'];
        else process.env['SHELL'] = given;
        expect(await connection.node?.shell?.(node, { cols: 80, rows: 24 } as never, signal)).toEqual({
          kind: 'command',
          argv: [runs],
        });
      }
    } finally {
      if (shell === undefined) delete process.env['SHELL'];
      else process.env['SHELL'] = shell;
    }
    const elsewhere = nodeId(ENDPOINT, 'another');
    await expect(connection.node?.info?.(elsewhere, signal)).rejects.toMatchObject({ code: 'node.not-found' });
    await expect(connection.node?.shell?.(elsewhere, {} as never, signal)).rejects.toMatchObject({
      code: 'node.not-found',
    });
  });

  it('tells its host to the watch, follows an operation at once, and ends quietly when it is closed', async () => {
    const host = playHost();
    const guest = host.add(1);
    const connection = await connected(host);
    host.answer(procedures.setAutostart, ({ autostart }) => {
      guest.autostart = autostart;
    });
    host.answer(procedures.domainXml, () => '<domain><memory>1</memory></domain>');
    const feeds: Feed[] = [];
    const watching = connection.watch({
      signal: new AbortController().signal,
      interest: () => [],
      everyMs: () => 60_000,
      sink: (feed) => void feeds.push(feed),
    });
    await vi.waitFor(() => expect(feeds.map(({ kind }) => kind)).toContain('complete'));
    expect(feeds[0]).toMatchObject({
      kind: 'inventory',
      inventory: {
        nodes: [
          {
            id: NODE,
            name: 'db1.example.org',
            pool: undefined,
            state: 'up',
            address: 'this machine',
            cpus: 16,
            memory: gib(8),
            version: 'QEMU 7.2.13, libvirt 9.10.2',
          },
        ],
      },
    });
    await connection.vm.configure?.(idOf(1), 'config', { autostart: true }, {}, new AbortController().signal);
    await vi.waitFor(() => expect(JSON.stringify(feeds)).toContain('"autostart":true'));
    await connection.close();
    await expect(watching).resolves.toBeUndefined();
    await vi.waitFor(() => expect(hosts[0]?.open()).toBe(0));
  });

  it('fails everything in flight when the watch finds the link lost', async () => {
    const host = playHost();
    host.add(1);
    const connection = await connected(host);
    host.answer(procedures.domainByUuid, () => SILENCE);
    const asking = connection.vm.info(idOf(1), new AbortController().signal);
    const refused = expect(asking).rejects.toMatchObject({ code: 'host.unreachable' });
    const feeds: Feed[] = [];
    const watching = connection.watch({
      signal: new AbortController().signal,
      interest: () => [],
      everyMs: () => 60_000,
      sink: (feed) => void feeds.push(feed),
    });
    await vi.waitFor(() => expect(feeds).not.toEqual([]));
    await vi.waitFor(() => expect(host.came(procedures.domainByUuid)).not.toEqual([]));
    // That of the watch, alone.
    host.links[0]?.destroy();
    await expect(watching).rejects.toMatchObject({ code: 'host.unreachable' });
    await refused;
  });

  it('leaves nothing open when the host can not be read, and says why', async () => {
    const broken = playHost();
    broken.answer(procedures.capabilities, () => '<html/>');
    await expect(connected(broken)).rejects.toMatchObject({
      code: 'host.protocol',
      message: expect.stringContaining('the capabilities of db1.example.org'),
    });
    const mute = playHost();
    mute.answer(procedures.hostname, () => {
      throw libvirtNo(38, 'no name');
    });
    await expect(connected(mute)).rejects.toMatchObject({
      code: 'op.failed',
      message: 'libvirt on this machine: no name',
    });
    const closed = playHost();
    closed.answer(procedures.open, () => {
      throw libvirtNo(38, 'no driver');
    });
    await expect(connected(closed)).rejects.toMatchObject({ message: 'libvirt on this machine: no driver' });
    await vi.waitFor(() => expect(hosts.map((host) => host.open())).toEqual([0, 0, 0]));
  });
});

describe('testing an endpoint', () => {
  const tested = (values: Settings) => platform.test(endpoint(values), context());

  it('goes from the name of the host to /dev/kvm', async () => {
    const host = playHost();
    const at = await listening(host);
    expect(await tested({ transport: 'tcp', host: '127.0.0.1', port: at.port })).toEqual([
      { check: 'the name resolves', ok: true, detail: '127.0.0.1' },
      { check: 'the host answers', ok: true, detail: `127.0.0.1:${at.port}` },
      { check: "the daemon's socket opens", ok: true, detail: 'tcp' },
      { check: 'the daemon answers', ok: true, detail: 'qemu:///system' },
      { check: 'this user may manage libvirt', ok: true, detail: 'qemu:///system' },
      { check: 'it can run guests', ok: true, detail: 'QEMU 7.2.13, libvirt 9.10.2: qemu, kvm' },
      { check: '/dev/kvm works', ok: true, detail: 'guests run at full speed' },
    ]);
    await vi.waitFor(() => expect(at.open()).toBe(0));
  });

  it('looks at no network for a socket of this machine, and at no /dev/kvm for another driver', async () => {
    const { socket } = await listening(playHost());
    const names = async (driver: string) =>
      (await tested({ transport: 'unix', socket, driver })).map(({ check, detail }) => `${check}: ${detail}`);
    expect(await names('qemu:///session')).toEqual([
      `the daemon's socket opens: ${socket}`,
      'the daemon answers: qemu:///session',
      'this user may manage libvirt: qemu:///session',
      'it can run guests: QEMU 7.2.13, libvirt 9.10.2: qemu, kvm',
      '/dev/kvm works: guests run at full speed',
    ]);
    expect(await names('test:///default')).toHaveLength(4);
  });

  it('says that guests are emulated, or that there is no emulator', async () => {
    const emulating = playHost();
    emulating.answer(procedures.capabilities, () =>
      readCapabilities("<guest><arch name='x86_64'><domain type='qemu'/></arch></guest>"),
    );
    const { socket } = await listening(emulating);
    expect((await tested({ transport: 'unix', socket })).at(-1)).toEqual({
      check: '/dev/kvm works',
      ok: true,
      detail: 'no: guests are emulated, and slow',
      fix: 'switch virtualization on in the firmware, and see that /dev/kvm is there and writable',
    });
    for (const [arch, fix] of [
      ['<arch>x86_64</arch>', 'install QEMU for x86_64'],
      ['', 'install QEMU for the host'],
    ] as const) {
      const bare = playHost();
      bare.answer(procedures.capabilities, () => `<capabilities><host><cpu>${arch}</cpu></host></capabilities>`);
      const at = await listening(bare);
      expect((await tested({ transport: 'unix', socket: at.socket })).at(-1)).toEqual({
        check: 'it can run guests',
        ok: false,
        detail: 'QEMU 7.2.13, libvirt 9.10.2 finds no emulator',
        fix,
      });
    }
  });

  it('stops at what fails first, and says what to do', async () => {
    expect(await tested({ transport: 'tls' })).toMatchObject([
      { check: 'the endpoint is complete', ok: false, code: 'config.invalid', detail: 'a: host is missing' },
    ]);
    expect(await tested({ transport: 'unix', socket: '/nowhere/sock' })).toMatchObject([
      { check: "the daemon's socket opens", ok: false, code: 'host.unreachable' },
    ]);
    const at = await listening(playHost());
    await at.close();
    expect(await tested({ transport: 'tls', host: '127.0.0.1', port: at.port })).toMatchObject([
      { check: 'the name resolves', ok: true },
      { check: 'the host answers', ok: false, code: 'host.unreachable' },
    ]);
    const refusing = playHost();
    refusing.answer(procedures.authList, () => [2]);
    refusing.answer(procedures.authPolkit, () => {
      throw libvirtNo(45, 'authentication failed');
    });
    const closed = await listening(refusing);
    expect((await tested({ transport: 'unix', socket: closed.socket })).at(-1)).toMatchObject({
      check: 'this user may manage libvirt',
      ok: false,
      code: 'auth.forbidden',
    });
    const odd = playHost();
    odd.answer(procedures.open, () => {
      throw libvirtNo(38, 'no driver');
    });
    const silent = await listening(odd);
    expect((await tested({ transport: 'unix', socket: silent.socket })).at(-1)).toMatchObject({
      check: 'the daemon answers',
      ok: false,
      code: 'op.failed',
    });
    await vi.waitFor(() => expect([closed.open(), silent.open()]).toEqual([0, 0]));
  });

  it('warns of a link to another machine that is not protected', async () => {
    const { port } = await listening(playHost());
    // Another spelling of this machine, which is not known to be it.
    const checks = await tested({ transport: 'tcp', host: '127.1', port, insecure: true });
    expect(checks.slice(0, 3)).toEqual([
      { check: 'the name resolves', ok: true, detail: '127.0.0.1' },
      { check: 'the host answers', ok: true, detail: `127.1:${port}` },
      {
        check: 'the link is protected',
        ok: true,
        detail: 'no, as you allowed: anybody on the way can take the host over',
        fix: 'use ssh or tls',
      },
    ]);
  });
});

const readCapabilities = (guests: string) =>
  `<capabilities><host><cpu><arch>x86_64</arch></cpu></host>${guests}</capabilities>`;
