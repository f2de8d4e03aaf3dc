import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCommand } from '../../src/cli/commands.ts';
import type { Format } from '../../src/cli/output.ts';
import type { App } from '../../src/compose.ts';
import { FleetError } from '../../src/errors.ts';
import { endpointName, snapshotId, vmId } from '../../src/ids.ts';
import type { Connection, History, NodeInfo, Settings, VmInfo } from '../../src/platforms/contract.ts';
import { gib } from '../../src/units.ts';
import { appAt, commandContext } from './command-context.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
let app: App;
beforeEach(async () => {
  desk = await openDesk(simulated({ demo: { vms: 12 } }));
  app = await appAt(desk, desk.clock);
});
afterEach(async () => {
  await app.close();
  await desk.clear();
});

/** What a command prints, and says, of a host that gives these answers. */
async function told(
  line: string,
  answers: (real: Connection) => Partial<Connection>,
  format: Format = 'table',
  services: Partial<App> = {},
  values: Settings = {},
) {
  const [noun, verb, ...words] = line.split(' ');
  const found = findCommand(noun, verb);
  if (!found || !('command' in found)) throw new Error(`there is no command ${line}`);
  const printed: string[] = [];
  const connection: App['sessions']['connection'] = (name) => {
    const real = app.sessions.connection(name);
    return real && { ...real, ...answers(real) };
  };
  const context = commandContext({
    app: { ...app, sessions: { ...app.sessions, connection }, ...services },
    format,
    printer: { print: async (text) => void printed.push(text), unread: false },
  });
  const code = await found.command.run(context, { words, values, repeated: {} });
  return { code, text: printed.join('\n'), said: context.said };
}

const vmAnswers = (info: VmInfo) => (real: Connection) => ({ vm: { ...real.vm, info: async () => info } });
const VM = vmId(endpointName('host1'), 'web1');
const DAY = Date.UTC(2026, 1, 3, 4, 5, 6);

const RICH: VmInfo = {
  state: 'running',
  created: DAY,
  started: DAY + 1_000,
  description: 'what it is for',
  maxCpus: 16,
  maxMemory: gib(64),
  row: { cpus: 8, memory: gib(4), ips: ['10.1.1.1', 'fd00::1'], autostart: false, plan: 'wiki', profile: 'small' },
  nics: [
    { device: 'eth0', mac: '52:54:00:00:00:01', net: 'lan', vlan: 12, type: 'virtio', ips: ['10.1.1.1', 'fd00::1'] },
    { device: 'eth1', mac: '52:54:00:00:00:02', net: 'dmz', type: undefined },
  ],
  disks: [
    {
      device: 'vda',
      path: '/srv/a',
      size: gib(20),
      type: 'disk',
      format: 'raw',
      bus: 'virtio',
      storage: 'thin',
      readOnly: true,
      shareable: true,
    },
    {
      device: 'cd',
      path: '',
      size: undefined,
      type: 'cdrom',
      format: undefined,
      bus: undefined,
      storage: undefined,
      readOnly: false,
      shareable: undefined,
    },
  ],
  snapshots: [
    {
      id: snapshotId(VM, 's1'),
      name: 'before',
      parent: undefined,
      created: DAY,
      current: false,
      memory: true,
      external: false,
      description: 'first',
    },
    {
      id: snapshotId(VM, 's2'),
      name: 'after',
      parent: snapshotId(VM, 's1'),
      created: undefined,
      current: true,
      memory: false,
      external: undefined,
      description: undefined,
    },
  ],
  more: [['Firmware', 'UEFI']],
};

describe('vm info', () => {
  it('F-324 has a line for everything that the host knows, with units', async () => {
    const { code, text } = await told('vm info demo/vm-1', vmAnswers(RICH));
    expect(code).toBe(0);
    expect(text.replace(/^uuid: .*\n/m, '').split('\n')).toEqual([
      'name: gateway',
      'id: demo/vm-1',
      'creationdate: 2026-02-03T04:05:06.000Z',
      'host: fra-01',
      'pool: Frankfurt',
      'endpoint: demo',
      'status: running (powered on)',
      'running since: 2026-02-03T04:05:07.000Z',
      'description: what it is for',
      'autostart: no',
      'image: debian-12',
      'plan: wiki',
      'profile: small',
      'tags: prod gateway',
      'numcpus: 8',
      'max cpus: 16',
      'memory: 4GiB',
      'max memory: 64GiB',
      'net interface: eth0 mac: 52:54:00:00:00:01 net: lan vlan: 12 type: virtio ips: 10.1.1.1 fd00::1',
      'net interface: eth1 mac: 52:54:00:00:00:02 net: dmz',
      'ip: 10.1.1.1',
      'ips: 10.1.1.1 fd00::1',
      'diskname: vda disksize: 20GiB type: disk diskformat: raw bus: virtio storage: thin path: /srv/a readonly: yes shareable: yes',
      'diskname: cd disksize: - type: cdrom',
      'snapshot: before current: no created: 2026-02-03T04:05:06.000Z memory: yes',
      'snapshot: after current: yes parent: before memory: no',
      'Firmware: UEFI',
    ]);
  });

  it('has the same for programs', async () => {
    const { text } = await told('vm info demo/vm-1', vmAnswers(RICH), 'json');
    expect(JSON.parse(text)).toMatchObject({
      created: '2026-02-03T04:05:06.000Z',
      started: '2026-02-03T04:05:07.000Z',
      description: 'what it is for',
      cpus: 8,
      maxCpus: 16,
      maxMemory: gib(64),
      disks: [{ ...RICH.disks[0] }, { device: 'cd', size: null, shareable: null }],
      nics: [{ vlan: 12 }, { vlan: null, type: null, ips: [] }],
      snapshots: [
        { id: `${VM}#s1`, parent: null, created: '2026-02-03T04:05:06.000Z', external: false, description: 'first' },
        { id: `${VM}#s2`, parent: `${VM}#s1`, created: null, memory: false },
      ],
      more: [{ label: 'Firmware', value: 'UEFI' }],
    });
  });

  it('F-198 F-480 counts disks and cards, and sums what the disks can hold, null where one of them is not known', async () => {
    const numbers = async (disks: VmInfo['disks']) => {
      const { text } = await told('vm info demo/vm-1', vmAnswers({ ...RICH, disks }), 'json');
      const { diskCount, nicCount, storage, sharedStorage, localStorage } = JSON.parse(text);
      return [diskCount, nicCount, storage, sharedStorage, localStorage];
    };
    expect(await numbers(RICH.disks)).toEqual([1, 2, gib(20), null, null]);
    const [first] = RICH.disks;
    const unknown = first ? [first, { ...first, size: undefined }] : [];
    expect(await numbers(unknown)).toEqual([2, 2, null, null, null]);
    // a list that is not reported says nothing; one with a drive alone says that there is no disk
    expect(await numbers([])).toEqual([null, 2, null, null, null]);
    expect(await numbers(RICH.disks.slice(1))).toEqual([0, 2, 0, null, null]);
  });

  const MORE: VmInfo['more'] = [
    ['Kernel', '/vmlinuz', 'Boot'],
    ['Firmware', 'UEFI'],
    ['BIOS UUID', '42'],
    ['IOMMU', 'intel', 'Hardware'],
    ['ticket', '7'],
  ];
  const inCategory = async (category: string, format: Format = 'table', values: Settings = {}) =>
    (await told('vm info demo/vm-1', vmAnswers({ ...RICH, more: MORE }), format, {}, { category, ...values })).text;

  it('F-199 F-200 shows one category alone, to people and to programs', async () => {
    expect(await inCategory('boot')).toBe('Kernel: /vmlinuz\nFirmware: UEFI');
    expect(await inCategory('Hardware')).toBe('IOMMU: intel');
    expect(await inCategory('compute')).toBe('numcpus: 8\nmax cpus: 16\nmemory: 4GiB\nmax memory: 64GiB');
    expect(JSON.parse(await inCategory('compute', 'json'))).toEqual({
      ...{ id: 'demo/vm-1', name: 'gateway', cpus: 8, memory: gib(4) },
      ...{ maxCpus: 16, maxMemory: gib(64), more: [] },
    });
    expect(JSON.parse(await inCategory('boot', 'json'))).toMatchObject({
      more: [{ label: 'Kernel', value: '/vmlinuz', section: 'Boot' }, { label: 'Firmware' }],
    });
  });

  it('F-200 shows all categories, each with its lines, and names them where there is no such one', async () => {
    const lines = (await inCategory('all')).split('\n');
    expect(new Set(lines.map((line) => line.split(': ')[0]))).toEqual(
      new Set('General Identity Place Compute Disks Networks Snapshots Boot Hardware'.split(' ')),
    );
    expect(lines).toEqual(
      expect.arrayContaining(['General: ticket: 7', 'Identity: BIOS UUID: 42', 'Place: host: fra-01']),
    );
    await expect(inCategory('bot')).rejects.toMatchObject({
      code: 'usage',
      message: '--category: there is none called "bot" (did you mean boot?)',
      fix: 'one of general, identity, place, compute, disks, networks, snapshots, guest, boot, display, hardware, all',
    });
    await expect(inCategory('boot', 'table', { fields: 'name' })).rejects.toThrow('--fields and --category');
  });

  it('has nothing to say of a category in which a VM has nothing, and goes on with the next VM', async () => {
    const bare: VmInfo = { ...RICH, more: [], snapshots: [] };
    const answers = ({ vm }: Connection) => ({
      vm: { ...vm, info: async (id: string) => (id.endsWith('vm-1') ? bare : { ...RICH, more: MORE }) },
    });
    const of = (category: string, format: Format = 'table') =>
      told('vm info demo/vm-1 demo/vm-2', answers, format, {}, { category });
    expect(JSON.parse((await of('snapshots', 'json')).text)).toMatchObject([
      { id: 'demo/vm-1', snapshots: [] },
      { id: 'demo/vm-2', snapshots: [{ name: 'before' }, { name: 'after' }] },
    ]);
    const { code, text, said } = await of('hardware');
    expect([code, text, said]).toEqual([0, 'IOMMU: intel', ['demo/vm-1 has nothing about hardware']]);
  });

  it('leaves out what a VM has not, and what its limits are where it has all of them', async () => {
    const plain = { ...RICH, started: undefined, maxCpus: 8, maxMemory: gib(4), nics: [], disks: [], snapshots: [] };
    const row = { ...RICH.row, ips: ['10.1.1.1'], autostart: undefined, plan: undefined, profile: undefined };
    const { started: _started, ...info } = plain;
    const { text } = await told('vm info demo/vm-1', vmAnswers({ ...info, row, created: undefined, more: [] }));
    expect(text.split('\n').map((line) => line.split(':')[0])).toEqual(
      'name,id,uuid,host,pool,endpoint,status,description,image,tags,numcpus,memory,ip'.split(','),
    );
  });

  it('of several VMs has an empty line between them, and ids for -o name', async () => {
    const { text } = await told('vm info demo/vm-1 demo/vm-2', vmAnswers(RICH));
    expect(text).toMatch(/^name: gateway\n[\s\S]*\nFirmware: UEFI\n\nname: billing-web1\n/);
    expect((await told('vm info demo/vm-1 demo/vm-2', vmAnswers(RICH), 'name')).text).toBe('demo/vm-1\ndemo/vm-2');
    expect((await told('vm info demo/vm-1', vmAnswers(RICH), 'name')).text).toBe('demo/vm-1');
  });
});

describe('vm status', () => {
  it.each<[string, Format, string]>([
    ['demo/vm-1', 'table', 'running'],
    ['demo/vm-1', 'name', 'demo/vm-1'],
    [
      'demo/vm-1',
      'csv',
      'id,uuid,name,endpoint,state,rawState,error,staleSince\ndemo/vm-1,UUID,gateway,demo,running,powered on,,',
    ],
    ['demo/vm-1 demo/vm-2', 'table', 'NAME          STATE\ngateway       running\nbilling-web1  stopped'],
    ['demo/vm-1 demo/vm-2', 'name', 'demo/vm-1\ndemo/vm-2'],
  ])('F-246 of %s as %s', async (names, format, text) => {
    const { code, text: printed } = await told(`vm status ${names}`, () => ({}), format);
    expect([code, printed.replace(/[\da-f]{8}-[\da-f-]{27}/, 'UUID')]).toEqual([0, text]);
  });
});

const nodeAnswers = (info: NodeInfo) => (real: Connection) => ({ node: { ...real.node, info: async () => info } });

describe('node info', () => {
  it('has the facts for programs and the lines for people', async () => {
    const facts = {
      os: 'Debian',
      kernel: '6.1',
      architecture: 'x86_64',
      cpuModel: 'Xeon',
      sockets: 2,
      cores: 8,
      threads: 16,
      mhz: 2_400,
      memoryUsed: gib(3),
      started: DAY,
      addresses: [{ device: 'eno1', address: '10.0.0.7/24' }],
      networks: ['br0'],
      storage: [{ name: '/srv', kind: 'filesystem' as const, size: gib(10), free: gib(1) }],
    };
    const answers = nodeAnswers({ facts, lines: [['CPU', 'Model', 'Xeon']] });
    expect((await told('node info fra-01', answers)).text).toBe('name: fra-01\nid: demo/fra-01\nCPU: Model: Xeon');
    expect(JSON.parse((await told('node info demo', answers, 'json')).text)).toMatchObject({
      ...facts,
      id: 'demo/fra-01',
      started: '2026-02-03T04:05:06.000Z',
      more: [{ section: 'CPU', label: 'Model', value: 'Xeon' }],
    });
    expect((await told('node info demo/fra-01', answers, 'name')).text).toBe('demo/fra-01');
  });

  it('has null and no entries for what the host does not say', async () => {
    const { text } = await told('node info fra-01', nodeAnswers({ facts: {}, lines: [] }), 'json');
    expect(JSON.parse(text)).toMatchObject({ kernel: null, started: null, addresses: [], networks: [], storage: [] });
  });

  it('says why there is none', async () => {
    const without = (whyNot: object) => (real: Connection) => {
      const { info: _info, ...node } = real.node ?? {};
      return { node, whyNot };
    };
    await expect(told('node info fra-01', without({ 'node.info': 'zones have no facts' }))).rejects.toMatchObject({
      code: 'op.unsupported',
      message: 'zones have no facts',
    });
    await expect(told('node info fra-01', without({}))).rejects.toThrow('this platform says nothing about its nodes');
  });
});

describe('vm history', () => {
  const kept = (rows: History['rows']) => (real: Connection) => ({
    vm: { ...real.vm, history: async () => ({ stepMs: 60_000, rows }) },
  });
  const ROW = { at: DAY, cpu: 0.5, memory: 2 ** 30, diskRead: 2048, diskWrite: Number.NaN, netRx: 10, netTx: 0 };

  it('is a table for people, and has null for what is not known for programs', async () => {
    const { code, text } = await told('vm history demo/vm-1', kept([ROW]));
    const [titles, row] = text.split('\n');
    expect([code, titles?.split(/ {2,}/), row?.split(/ {2,}/)]).toEqual([
      0,
      ['TIME (UTC)', 'CPU', 'MEMORY', 'READ', 'WRITTEN', 'IN', 'OUT'],
      ['2026-02-03 04:05', '50%', '1.0G', '2.0K/s', '-', '10B/s', '0B/s'],
    ]);
    const { text: json } = await told('vm history demo/vm-1', kept([ROW]), 'json');
    expect(JSON.parse(json)).toEqual([
      { id: 'demo/vm-1', name: 'gateway', ...ROW, at: '2026-02-03T04:05:06.000Z', seconds: 60, diskWrite: null },
    ]);
  });

  it('F-121 compares VMs, each step under its name', async () => {
    const { text } = await told('vm history demo/vm-1 demo/vm-2', kept([ROW]));
    const [titles, ...rows] = text.split('\n').map((line) => line.trim().split(/ {2,}/).slice(0, 3));
    expect(titles).toEqual(['NAME', 'TIME (UTC)', 'CPU']);
    expect(rows.map(([, at, cpu]) => [at, cpu])).toEqual(Array(2).fill(['2026-02-03 04:05', '50%']));
    expect(new Set(rows.map(([name]) => name)).size).toBe(2);
  });

  it('says that nothing was kept, or why nothing is read', async () => {
    const { code, said } = await told('vm history demo/vm-1', kept([]));
    expect([code, said]).toEqual([0, ['nothing was kept of gateway in the last hour']]);
    const without = ({ vm: { history: _history, ...vm } }: Connection) => ({ vm });
    await expect(told('vm history demo/vm-1', without)).rejects.toMatchObject({
      code: 'op.refused',
      message: expect.stringContaining('reads no metrics of the past'),
    });
  });
});

describe('node history', () => {
  const ROW = { at: DAY, cpu: 0.25, memory: 2 ** 30, diskRead: Number.NaN, diskWrite: Number.NaN };
  const rows = [{ ...ROW, netRx: Number.NaN, netTx: Number.NaN }];
  const measured: Partial<App> = {
    nodeHistory: async ([first]) => new Map(first === undefined ? [] : [[first, { stepMs: 60_000, rows }]]),
  };

  it('F-121 F-480 is what drover has measured of it, or says that this is nothing', async () => {
    const { text } = await told('node history fra-01', () => ({}), 'table', measured);
    expect(text.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['TIME (UTC)', 'CPU', 'MEMORY'],
      ['2026-02-03 04:05', '25%', '1.0G'],
    ]);
    const { said } = await told('node history fra-01', () => ({}), 'table', { nodeHistory: async () => new Map() });
    expect(said).toEqual(['nothing was kept of fra-01 in the last hour']);
  });

  it('has null for what is known of VMs alone', async () => {
    const { text } = await told('node history fra-01', () => ({}), 'json', measured);
    expect(JSON.parse(text)).toMatchObject([
      { id: 'demo/fra-01', name: 'fra-01', cpu: 0.25, diskRead: null, netTx: null },
    ]);
  });
});

describe('the busiest of some time', () => {
  const ROW = { at: DAY, cpu: 0.5, memory: 2 ** 30, diskRead: 0, diskWrite: 0, netRx: 0, netTx: 0 };
  const one = ({ vm }: Connection, fails = false) => ({
    vm: {
      ...vm,
      history: async (id: string) => {
        if (fails && id === 'demo/vm-1') throw new FleetError('op.failed', 'the disk is full');
        const last = Number(id.split('-').at(-1)) / 100;
        return { stepMs: 60_000, rows: [ROW, { ...ROW, cpu: last }, { ...ROW, cpu: Number.NaN }] };
      },
    },
  });

  it('F-122 F-129 are the VMs of the highest mean, with their busiest step', async () => {
    const { code, text } = await told('vm top', one, 'json', {}, { count: 2, range: 'day' });
    const rows = JSON.parse(text) as { id: string; cpu: number; cpuMost: number }[];
    expect([code, rows.map(({ id }) => id)]).toEqual([0, ['demo/vm-12', 'demo/vm-11']]);
    expect([rows[0]?.cpu, rows[0]?.cpuMost]).toEqual([expect.closeTo(0.31), 0.5]);
    const table = (await told('vm top', one, 'table', {}, { count: 1 })).text.split('\n');
    expect(table.map((line) => line.trim().split(/ {2,}/).slice(1, 4))).toEqual([
      ['CPU', 'MOST', 'MEMORY'],
      ['31%', '50%', '1.0G'],
    ]);
  });

  it('says of how many nothing was read, and why', async () => {
    const { code, said } = await told('vm top', (real) => one(real, true));
    expect([code, said]).toEqual([1, ['not read of 1 of 12 VMs: gateway: the disk is full']]);
  });

  it('F-122 F-129 are the nodes, as drover has measured them', async () => {
    const nodeHistory: App['nodeHistory'] = async (ids) =>
      new Map(ids.map((id) => [id, { stepMs: 60_000, rows: [ROW] }]));
    const { text } = await told('node top', () => ({}), 'table', { nodeHistory });
    expect(text.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['NAME', 'CPU', 'MOST', 'MEMORY'],
      ['fra-01', '50%', '50%', '1.0G'],
    ]);
    const none = await told('node top', () => ({}), 'table', { nodeHistory: async () => new Map() });
    expect(none.said).toEqual(['nothing was kept in the last hour']);
    await expect(told('node top', () => ({}), 'table', {}, { by: 'net' })).rejects.toThrow(
      'of nodes cpu and memory are known',
    );
  });
});

describe('vm log', () => {
  const log = (text: string, at?: number) => (real: Connection) => ({
    console: { ...real.console, output: async () => ({ text, at }) },
  });

  it('is text for people, without what a terminal would act on, and says of when it is', async () => {
    const { code, text, said } = await told('vm log demo/vm-1', log('boot\x1b[2J\nlogin: \n\n', DAY));
    expect([code, text, said]).toEqual([0, 'boot\nlogin:', ['as of 2026-02-03T04:05:06.000Z']]);
  });

  it('is as the guest wrote it for programs', async () => {
    const { text, said } = await told('vm log demo/vm-1', log('a\x1b[2J\n', DAY), 'json');
    expect(JSON.parse(text)).toEqual({
      id: 'demo/vm-1',
      name: 'gateway',
      at: '2026-02-03T04:05:06.000Z',
      text: 'a\x1b[2J\n',
    });
    expect(said).toHaveLength(1);
    const now = await told('vm log demo/vm-1', log('a'), 'json');
    expect([JSON.parse(now.text)['at'], now.said]).toEqual([null, []]);
    expect((await told('vm log demo/vm-1', log('a'), 'name')).text).toBe('demo/vm-1');
  });

  it('is refused where the platform keeps none', async () => {
    const none = (real: Connection) => {
      const { output: _output, ...console } = real.console ?? {};
      return { console };
    };
    await expect(told('vm log demo/vm-1', none)).rejects.toMatchObject({ code: expect.stringMatching(/^op\./) });
  });
});
