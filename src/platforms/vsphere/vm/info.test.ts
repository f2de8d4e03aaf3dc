import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { nodeId } from '../../../ids.ts';
import { gib, mib } from '../../../units.ts';
import type { Connection } from '../../contract.ts';
import { connect } from '../connection.ts';
import { fixture } from '../testkit/fixture.ts';
import { returned } from '../testkit/scripted-vcenter.ts';
import { faulted, type SmallVcenter, startSmallVcenter } from '../testkit/small-vcenter.ts';

const { signal } = new AbortController();
const WEB = 'VirtualMachine:vm-143';

let vcenter: SmallVcenter;
let connection: Connection;
const open = async () => {
  connection = await connect(vcenter.endpoint, { signal, clock: createTestClock(), wire: () => {}, ask: {} });
};

beforeEach(async () => {
  vcenter = await startSmallVcenter();
  await open();
});
afterEach(async () => {
  await connection.close();
  await vcenter.close();
});

/** Answers that it is of this version of the API. */
const version = async (api: string) => {
  const said = fixture('service-content.xml').toString('utf8');
  const body = said.replace('<apiVersion>6.5<', `<apiVersion>${api}<`);
  vcenter.answer('RetrieveServiceContent', () => ({ status: 200, body }));
  await connection.close();
  await open();
};

const info = () => connection.vm.info(vcenter.id, signal);
const nic = (key: number, kind: string, mac: string, backing: string) =>
  `<VirtualDevice xmlns:i="x" i:type="${kind}"><key>${key}</key><backing>${backing}</backing><macAddress>${mac}</macAddress></VirtualDevice>`;
const portgroup = (key: string) => `<port><portgroupKey>${key}</portgroupKey></port>`;
const guestNic = (key: number, network: string, ...ips: readonly string[]) =>
  `<GuestNicInfo><network>${network}</network>${ips.map((ip) => `<ipAddress>${ip}</ipAddress>`).join('')}<deviceConfigId>${key}</deviceConfigId></GuestNicInfo>`;
const disk = (kind: string, backing: string, path: string, more = '') =>
  `<VirtualDevice xmlns:i="x" i:type="${kind}"><key>9</key><deviceInfo><label>Disk ${path}</label></deviceInfo><controllerKey>1</controllerKey><backing i:type="${backing}"><fileName>${path}</fileName></backing>${more}</VirtualDevice>`;

describe('what there is to know of a vSphere VM', () => {
  it('is asked in one question, and told with its addresses, cards, disks and snapshots', async () => {
    vcenter.set(WEB, {
      'config.annotation': 'the shop',
      'config.files.vmPathName': '[ds1] web1/web1.vmx',
      'config.firmware': 'efi',
      'config.guestFullName': 'Debian 12',
      'config.hardware.device': `<VirtualDevice xmlns:i="x" i:type="VirtualAHCIController"><key>1</key></VirtualDevice>${[
        disk('VirtualDisk', 'VirtualDiskFlatVer2BackingInfo', '[ds1] a', '<capacityInKB>1024</capacityInKB>'),
        disk('VirtualDisk', 'VirtualDiskRawDiskMappingVer1BackingInfo', '[ds1] r'),
        disk('VirtualCdrom', 'VirtualCdromIsoBackingInfo', '[iso] d.iso'),
        nic(41, 'VirtualVmxnet3', '00:50:56:00:00:01', '<deviceName>VM Network</deviceName>'),
        nic(42, 'VirtualE1000', '00:50:56:00:00:02', portgroup('dvportgroup-1')),
        nic(43, 'VirtualE1000', '00:50:56:00:00:03', portgroup('dvportgroup-2')),
        nic(44, 'VirtualE1000', '00:50:56:00:00:04', portgroup('dvportgroup-3')),
      ].join('')}`,
      'config.hardware.memoryMB': '2048',
      'config.hardware.numCPU': '2',
      'config.uuid': '4206-bb',
      'config.version': 'vmx-19',
      'guest.hostName': 'shop.example.org',
      'guest.net': guestNic(41, '', '10.0.0.7', 'fe80::1') + guestNic(42, 'Front', '10.0.1.7'),
      'guest.toolsRunningStatus': 'guestToolsRunning',
      snapshot: '<rootSnapshotList><snapshot>s-1</snapshot><name>before</name></rootSnapshotList>',
      'summary.storage.committed': String(1536 * 1024),
    });
    vcenter.set('DistributedVirtualPortgroup:dvportgroup-2', { name: 'Back' });
    vcenter.set('DistributedVirtualPortgroup:dvportgroup-3', { name: 'Side' });
    const before = vcenter.asked.length;
    const found = await info();
    expect(vcenter.asked.slice(before).map(({ method, target }) => [method, target])).toEqual([
      ['RetrievePropertiesEx', 'propertyCollector'],
      ['RetrievePropertiesEx', 'propertyCollector'],
    ]);
    expect(found).toMatchObject({
      state: 'running',
      created: undefined,
      started: Date.UTC(2026, 0, 1, 10),
      row: { ips: ['10.0.0.7', 'fe80::1', '10.0.1.7'] },
      nics: [
        { device: '41', mac: '00:50:56:00:00:01', net: 'VM Network', type: 'vmxnet3' },
        { device: '42', mac: '00:50:56:00:00:02', net: 'Front', type: 'e1000' },
        { device: '43', mac: '00:50:56:00:00:03', net: 'Back', type: 'e1000' },
        { device: '44', mac: '00:50:56:00:00:04', net: 'Side', type: 'e1000' },
      ],
      snapshots: [{ id: `${vcenter.id}#s-1`, name: 'before' }],
      description: 'the shop',
    });
    const one = { bus: 'ahci', readOnly: false, shareable: undefined, size: undefined, type: 'disk' };
    expect(found.disks).toEqual([
      { ...one, device: 'Disk [ds1] a', path: '[ds1] a', size: mib(1), format: 'vmdk', storage: 'thick' },
      { ...one, device: 'Disk [ds1] r', path: '[ds1] r', format: undefined, storage: 'rdm' },
      {
        ...one,
        device: 'Disk [iso] d.iso',
        path: '[iso] d.iso',
        type: 'cdrom',
        format: 'raw',
        storage: undefined,
        readOnly: true,
      },
    ]);
    expect(found.more).toEqual([
      ['Guest OS', 'Debian 12'],
      ['Host name in the guest', 'shop.example.org'],
      ['VMware Tools', 'guestToolsRunning'],
      ['Hardware', 'vmx-19'],
      ['Firmware', 'efi'],
      ['Files', '[ds1] web1/web1.vmx'],
      ['On disk', '2 MiB'],
      ['BIOS UUID', '4206-bb'],
      ['Reference', 'vm-143'],
    ]);
  });

  it('is little where little is reported, and nothing is asked for twice', async () => {
    vcenter.set(WEB, {
      'config.hardware.device': nic(41, 'VirtualE1000', '00:50:56:00:00:01', '<deviceName>LAN</deviceName>'),
      'guest.ipAddress': undefined,
      'runtime.powerState': 'poweredOff',
      'summary.storage.committed': undefined,
    });
    const before = vcenter.asked.length;
    expect(await info()).toEqual({
      state: 'stopped',
      created: undefined,
      row: { ips: [] },
      nics: [{ device: '41', mac: '00:50:56:00:00:01', net: 'LAN', type: 'e1000' }],
      disks: [],
      snapshots: [],
      description: undefined,
      more: [['Reference', 'vm-143']],
    });
    expect(vcenter.asked.length - before).toBe(1);
  });

  it('keeps the key of a network whose name may not be seen', async () => {
    vcenter.set(WEB, { 'config.hardware.device': nic(41, 'VirtualE1000', '', portgroup('dvportgroup-7')) });
    expect((await info()).nics).toMatchObject([{ net: 'dvportgroup-7' }]);
  });

  it('is not running when its host does not answer for it', async () => {
    vcenter.set(WEB, { 'runtime.connectionState': 'disconnected' });
    const found = await info();
    expect(found.state).toBe('unknown');
    expect(found).not.toHaveProperty('started');
  });

  it.each([
    ['6.5', undefined],
    ['6.7', Date.UTC(2025, 5, 1)],
    ['7.0', Date.UTC(2025, 5, 1)],
    ['8.0.2.0', Date.UTC(2025, 5, 1)],
    ['5.9', undefined],
  ])('has the time of its making from %s on', async (api, created) => {
    await version(api);
    vcenter.set(WEB, { 'config.createDate': '2025-06-01T00:00:00Z' });
    expect((await info()).created).toBe(created);
  });
});

describe('what there is to know of an ESX host', () => {
  const read = (value = 'host-1') =>
    connection.node?.info?.(nodeId(vcenter.endpoint.name, value), signal) ?? Promise.reject(new Error('not there'));

  it('is its hardware, what is used of it, and how many VMs it has', async () => {
    vcenter.set('HostSystem:host-1', {
      'summary.hardware': Object.entries({
        vendor: 'Dell',
        model: 'R650',
        cpuModel: 'Xeon',
        numCpuPkgs: 2,
        numCpuCores: 16,
        numCpuThreads: 32,
        cpuMhz: 2294,
        memorySize: gib(64),
        numNics: 3,
      })
        .map(([name, value]) => `<${name}>${value}</${name}>`)
        .join(''),
      'summary.quickStats': '<overallCpuUsage>1123</overallCpuUsage><overallMemoryUsage>2048</overallMemoryUsage>',
      vm: { refs: [WEB, 'VirtualMachine:vm-2', 'VirtualMachine:vm-3'] },
    });
    expect(await read()).toEqual({
      facts: {
        cpuModel: 'Xeon',
        sockets: 2,
        cores: 16,
        threads: 32,
        mhz: 2294,
        memoryUsed: mib(2048),
        started: Date.UTC(2026, 0, 1),
      },
      lines: [
        ['General', 'Version', 'VMware ESXi 8.0.2'],
        ['General', 'Vendor', 'Dell'],
        ['General', 'Model', 'R650'],
        ['General', 'Booted', '2026-01-01T00:00:00Z'],
        ['CPU', 'Model', 'Xeon'],
        ['CPU', 'Packages', '2'],
        ['CPU', 'Cores', '16'],
        ['CPU', 'Threads', '32'],
        ['CPU', 'MHz per core', '2294'],
        ['CPU', 'MHz in use', '1123'],
        ['Memory', 'Total', '64G'],
        ['Memory', 'In use', '2.0G'],
        ['Network', 'Adapters', '3'],
        ['VMs', 'Registered', '3'],
      ],
    });
  });

  it('has nothing that is not told', async () => {
    vcenter.set('HostSystem:host-1', { 'runtime.bootTime': undefined, 'summary.config.product': undefined });
    expect(await read()).toEqual({
      facts: {},
      lines: [
        ['Memory', 'Total', '-'],
        ['Memory', 'In use', '-'],
        ['VMs', 'Registered', '0'],
      ],
    });
  });

  it('is refused for one that is not there', async () => {
    await expect(read('host-8')).rejects.toMatchObject({
      code: 'node.not-found',
      message: 'there is no host vc/host-8',
    });
  });
});

describe('a long answer', () => {
  const object = (name: string) =>
    `<objects><obj type="VirtualMachine">vm-143</obj><propSet><name>name</name><val>${name}</val></propSet><propSet><name>runtime.powerState</name><val>poweredOn</val></propSet></objects>`;

  it('is read page by page', async () => {
    vcenter.answer('RetrievePropertiesEx', () => `<returnval><token>t&amp;1</token></returnval>`);
    vcenter.answer('ContinueRetrievePropertiesEx', ({ body }) =>
      body.includes('<token>t&amp;1</token>')
        ? '<returnval><token>2</token></returnval>'
        : `<returnval>${object('paged')}<token></token></returnval>`,
    );
    vcenter.answer('SuspendVM_Task', () => '');
    await expect(connection.vm.suspend?.(vcenter.id, signal)).rejects.toMatchObject({
      code: 'outcome.unknown',
      message: 'paged: the answer names no task; it may have been done or not',
    });
    const asked = vcenter.asked.slice(-3).map(({ method }) => method);
    expect(asked).toEqual(['ContinueRetrievePropertiesEx', 'ContinueRetrievePropertiesEx', 'SuspendVM_Task']);
  });

  it('that never ends is given up', async () => {
    vcenter.answer('RetrievePropertiesEx', () => '<returnval><token>1</token></returnval>');
    vcenter.answer('ContinueRetrievePropertiesEx', () => '<returnval><token>1</token></returnval>');
    await expect(info()).rejects.toMatchObject({
      code: 'host.protocol',
      message: expect.stringMatching(/^the pages of 127\.0\.0\.1:\d+ never end$/),
    });
    expect(vcenter.asked.filter(({ method }) => method.startsWith('Continue'))).toHaveLength(1);
  });

  it('whose values are all refused, since the session ran out, is asked for once more with a new one', async () => {
    let asked = 0;
    vcenter.answer('RetrievePropertiesEx', () => {
      const missing = (fault: string) =>
        `<missingSet xmlns:i="i"><path>name</path><fault><fault i:type="${fault}"/></fault></missingSet>`;
      const answer = asked++ === 0 ? missing('NoPermission') + missing('NotAuthenticated') : missing('NoPermission');
      return `<returnval>${object('web1').replace('</objects>', `${answer}</objects>`)}</returnval>`;
    });
    vcenter.answer('SuspendVM_Task', () => returned('Task', ''));
    await expect(connection.vm.suspend?.(vcenter.id, signal)).rejects.toMatchObject({
      message: expect.stringMatching(/^web1: the answer names no task/),
    });
    expect(vcenter.asked.filter(({ method }) => method === 'Login')).toHaveLength(2);
  });

  it('is no answer when a fault comes', async () => {
    vcenter.answer('RetrievePropertiesEx', () => faulted('InvalidProperty', '<name>x</name>', 'no such property'));
    await expect(info()).rejects.toMatchObject({ code: 'op.refused', message: 'vc/vm-143: no such property' });
  });
});
