import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { endpointName, networkId, nodeId } from '../../../ids.ts';
import { type ListBench, openListBench } from '../testkit/lists.ts';
import type { Ref } from '../testkit/property-collector.ts';
import { faulted } from '../testkit/small-vcenter.ts';
import type { Properties } from '../testkit/small-world.ts';

let bench: ListBench;
beforeEach(async () => {
  bench = await openListBench(createTestClock());
});
afterEach(() => bench.close());

const VC = endpointName('vc');
const { signal } = new AbortController();
const list = async () => (await bench.connection.network?.list?.(VC, signal)) ?? [];

const HOSTS: readonly Ref[] = ['HostSystem:host-1', 'HostSystem:host-2'];
const network = (name: string, host: readonly Ref[] = HOSTS): Properties => ({
  name,
  host: { refs: host },
  'summary.accessible': 'true',
});
const vlanSpec = (kind: string, inside: string): string =>
  `<vlan xmlns:i="x" i:type="VmwareDistributedVirtualSwitch${kind}"><inherited>false</inherited>${inside}</vlan>`;
const portGroup = (name: string, vlan: string): Properties => ({
  ...network(name),
  'config.distributedVirtualSwitch': { ref: 'VmwareDistributedVirtualSwitch:dvs-1' },
  'config.defaultPortConfig': vlan,
});
/** What a host tells of its standard port groups: name -> switch and VLAN. */
const onHost = (host: Ref, groups: Readonly<Record<string, readonly [device: string, vlan: string]>>) => {
  const told = Object.entries(groups).map(
    ([name, [device, vlan]]) =>
      `<HostPortGroup><key>k</key><vswitch>key-${device}</vswitch><spec><name>${name}</name><vlanId>${vlan}</vlanId><vswitchName>${device}</vswitchName></spec></HostPortGroup>`,
  );
  bench.vcenter.set(host, { 'config.network.portgroup': told.join('') });
};

describe('networks', () => {
  it('of a distributed switch have its name, and the VLAN of their ports, all with one request', async () => {
    bench.put('group-n1', {
      'VmwareDistributedVirtualSwitch:dvs-1': { name: 'core%2f1' },
      'DistributedVirtualPortgroup:dvportgroup-1': portGroup('prod', vlanSpec('VlanIdSpec', '<vlanId>42</vlanId>')),
    });
    const before = bench.reads().length;
    expect(await list()).toEqual([
      {
        id: networkId(VC, 'dvportgroup-1'),
        name: 'prod',
        type: 'DistributedVirtualPortgroup',
        mode: 'bridge',
        node: undefined,
        active: true,
        cidrs: [],
        dhcp: undefined,
        device: 'core/1',
        vlan: 42,
        mtu: undefined,
        domain: undefined,
      },
    ]);
    expect(bench.reads()).toHaveLength(before + 1);
  });

  it.each([
    ['of no VLAN', vlanSpec('VlanIdSpec', '<vlanId>0</vlanId>'), undefined],
    ['of a private VLAN', vlanSpec('PvlanSpec', '<pvlanId>101</pvlanId>'), 101],
    ['that is a trunk', vlanSpec('TrunkVlanSpec', '<vlanId><start>1</start><end>4094</end></vlanId>'), undefined],
    ['that is a trunk of one', vlanSpec('TrunkVlanSpec', '<vlanId>5</vlanId>'), undefined],
    ['of a switch of another make', '<blocked><value>false</value></blocked>', undefined],
    ['of a VLAN that can not be', vlanSpec('VlanIdSpec', '<vlanId>5000</vlanId>'), undefined],
    ['of a VLAN that is no number', vlanSpec('VlanIdSpec', '<vlanId>1e1</vlanId>'), undefined],
  ])('%s', async (_what, config, vlan) => {
    bench.put('group-n1', { 'DistributedVirtualPortgroup:dvportgroup-1': portGroup('prod', config) });
    // whose switch may not be seen
    expect(await list()).toMatchObject([{ name: 'prod', vlan, device: undefined }]);
  });

  it('that are standard ones have the switch and the VLAN that their hosts agree on', async () => {
    bench.put('group-n1', {
      'Network:n-1': network('a%2fb'),
      'Network:n-2': network('b'),
      'Network:n-3': network('c'),
    });
    onHost('HostSystem:host-1', { 'a/b': ['vSwitch0', '7'], b: ['vSwitch0', '7'], c: ['vSwitch0', '4095'] });
    onHost('HostSystem:host-2', { 'a/b': ['vSwitch0', '7'], b: ['vSwitch1', '8'], c: ['vSwitch0', '4095'] });
    const before = bench.reads().length;
    expect(await list()).toMatchObject([
      { name: 'a/b', device: 'vSwitch0', vlan: 7 },
      { name: 'b', device: undefined, vlan: undefined },
      { name: 'c', device: 'vSwitch0', vlan: undefined },
    ]);
    expect(bench.reads()).toHaveLength(before + 2);
  });

  it('belong to a host when it alone has them', async () => {
    bench.put('group-n1', {
      'Network:n-1': network('a', ['HostSystem:host-2']),
      'OpaqueNetwork:o-1': network('b', []),
    });
    onHost('HostSystem:host-2', {});
    expect(await list()).toMatchObject([
      { node: nodeId(VC, 'host-2'), type: 'Network' },
      { node: undefined, type: 'OpaqueNetwork' },
    ]);
  });

  it('are listed when a host of theirs went away meanwhile, and the others keep what they have', async () => {
    bench.put('group-n1', {
      'Network:n-1': network('a', ['HostSystem:host-1', 'HostSystem:gone']),
      'Network:n-2': network('b', ['HostSystem:host-1']),
    });
    onHost('HostSystem:host-1', { a: ['vSwitch0', '7'], b: ['vSwitch0', '8'] });
    expect(await list()).toMatchObject([
      { name: 'a', vlan: undefined, device: undefined },
      { name: 'b', vlan: 8, device: 'vSwitch0' },
    ]);
  });

  it('are listed when the hosts may not be asked', async () => {
    const told =
      '<propSet><name>name</name><val>a</val></propSet><propSet><name>summary.accessible</name><val>true</val></propSet>' +
      '<propSet><name>host</name><val><ManagedObjectReference>host-1</ManagedObjectReference></val></propSet>';
    bench.vcenter.answer('RetrievePropertiesEx', ({ body }) =>
      body.includes('config.network.portgroup')
        ? faulted('NoPermission', '<privilegeId>System.Read</privilegeId>')
        : `<returnval><objects><obj type="Network">n-1</obj>${told}</objects></returnval>`,
    );
    expect(await list()).toMatchObject([{ name: 'a', active: true, node: nodeId(VC, 'host-1'), vlan: undefined }]);
  });

  it('of very many hosts ask only some of them, and then know no VLAN', async () => {
    const many = Array.from({ length: 101 }, (_, at): Ref => `HostSystem:h-${at}`);
    for (const host of many) onHost(host, { a: ['vSwitch0', '7'], b: ['vSwitch0', '8'] });
    bench.put('group-n1', { 'Network:n-1': network('a', many), 'Network:n-2': network('b', many.slice(0, 100)) });
    expect(await list()).toMatchObject([
      { name: 'a', vlan: undefined },
      { name: 'b', vlan: 8 },
    ]);
  });

  it('stay in the list when nothing of them may be read', async () => {
    bench.put('group-n1', {
      'OpaqueNetwork:o-1': { name: undefined, host: undefined, 'summary.accessible': undefined },
      'OpaqueNetwork:o-2': { ...network('b'), 'summary.accessible': 'false' },
    });
    const [inaccessible, untold] = await list();
    expect(untold).toMatchObject({ name: 'o-1', active: false, trouble: { since: bench.clock.now() } });
    expect(inaccessible).toMatchObject({ name: 'b', active: false });
    expect(inaccessible).not.toHaveProperty('trouble');
  });
});
