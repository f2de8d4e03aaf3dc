import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { look } from '../../../test/screens/painted.ts';
import { aNode, aVm, inventory } from '../../../test/state/objects.ts';
import { endpointName, networkId, nodeId, storageId } from '../../ids.ts';
import type { Network, Storage, VmInfo } from '../../platforms/contract.ts';
import { storageOfVms } from '../../state/fleet/storage-sums.ts';
import { createStore } from '../../state/fleet/store.ts';
import { vmSharesOf } from '../../state/fleet/vm-shares.ts';
import type { Notice } from '../../state/records/notices.ts';
import { bytes, gib, mib } from '../../units.ts';
import { type Fact, factLines } from './facts.ts';
import { summaryFacts, templateFact, vmHardwareFacts, vmShareFacts } from './summary-facts.ts';

const host1 = endpointName('host1');
const NOW = new Date(2026, 10, 30, 12).getTime();
const [n1, n2] = [nodeId(host1, 'n1'), nodeId(host1, 'n2')];

const storage = (name: string, more: Partial<Storage>): Storage => ({
  id: storageId(host1, name),
  name,
  type: 'dir',
  node: undefined,
  shared: false,
  active: true,
  size: gib(100),
  used: gib(40),
  path: undefined,
  content: [],
  ...more,
});

const network = (name: string, node = n1) =>
  ({ id: networkId(host1, name), name, node, active: true, type: 'bridge', cidrs: [] }) as unknown as Network;

function aFleet(storages: readonly Storage[] = []) {
  const store = createStore(createTestClock());
  store.push(host1, inventory([aNode('n1'), aNode('n2')], [aVm('web', { node: 'n1' }), aVm('db', { node: 'n2' })]));
  store.flush();
  if (storages.length > 0) store.setListing('storage', host1, { at: NOW, items: storages });
  return store;
}

const told = (facts: readonly Fact[]): readonly string[] =>
  facts.map((one) => {
    if ('share' in one) return `${one.label}: ${Math.round(one.share * 100)}% ${one.text}`;
    return 'value' in one ? `${one.label}: ${one.value}` : '';
  });

const notice = (subject: string, text: string, at = NOW): Notice => ({
  id: text,
  at,
  kind: 'task-failed',
  subject,
  name: '',
  text,
});

describe('a summary of nodes', () => {
  it('F-019 F-114 says what share the VMs take, in one line each also in 80 columns', () => {
    const { fleet } = aFleet();
    const facts = vmShareFacts(vmSharesOf([n1, n2], fleet));
    expect(told(facts)).toEqual(['VM CPU: NaN% on 4 vCPUs', 'VM memory: 2% 2.0G given']);
    expect(factLines(facts, 39, look)).toHaveLength(2);
    expect(vmShareFacts(vmSharesOf([nodeId(host1, 'gone')], fleet))).toEqual([]);
  });

  it('F-114 F-124 F-436 adds up storage of its nodes, what is shared apart and once', () => {
    const { fleet } = aFleet([
      storage('local1', { node: n1 }),
      storage('local2', { node: n2, used: gib(60) }),
      storage('nfs', { shared: true, size: gib(1024), used: gib(256) }),
      storage('off', { node: n1, active: false, used: gib(10) }),
    ]);
    expect(told(summaryFacts([n1], fleet, [], NOW))).toEqual(['Storage: 40% 40G of 100G', 'Shared: 25% 256G of 1.0T']);
    expect(told(summaryFacts([n1, n2], fleet, [], NOW))).toEqual([
      'Storage: 50% 100G of 200G',
      'Shared: 25% 256G of 1.0T',
    ]);
  });

  it('F-114 F-127 F-128 adds up what the disks of its VMs can hold, as far as that is known', () => {
    const store = createStore(createTestClock());
    const vms = [
      ...[aVm('a', { storage: gib(10) }), aVm('b', { storage: gib(20) }), aVm('c')],
      ...[aVm('d', { node: 'n2' }), aVm('e', { node: 'n3', storage: gib(5) })],
    ];
    store.push(host1, inventory([aNode('n1'), aNode('n2'), aNode('n3')], vms));
    store.flush();
    expect(told(summaryFacts([n1, n2], store.fleet, [], NOW))).toEqual([
      'VM storage: 30G that disks of 2 of 4 VMs can hold',
    ]);
    expect(told(summaryFacts([n2], store.fleet, [], NOW))).toEqual([]);
    const n3 = nodeId(host1, 'n3');
    expect(told(summaryFacts([n3], store.fleet, [], NOW))).toEqual(['VM storage: 5.0G that their disks can hold']);
    const sums = [n1, n2, n3].map((node) => storageOfVms([node], store.fleet));
    expect(sums).toEqual([Number.NaN, Number.NaN, gib(5)]);
  });

  it('counts two directories of one file system once, and says of how many the size is not known', () => {
    const one = aFleet([storage('a', { node: n1 }), storage('b', { node: n1, used: bytes(gib(40) + mib(30)) })]);
    expect(told(summaryFacts([n1], one.fleet, [], NOW))).toEqual(['Storage: 40% 40G of 100G']);
    const two = aFleet([storage('a', { size: undefined }), storage('b', { used: undefined })]);
    expect(told(summaryFacts([n1], two.fleet, [], NOW))).toEqual(['Storage: 2, of sizes that are not known']);
    expect(told(summaryFacts([n1], aFleet().fleet, [], NOW))).toEqual([]);
  });

  it('F-123 F-124 names networks, and tells what happened to its nodes and VMs last', () => {
    const store = aFleet();
    const names = ['br0', 'br1', 'br2', 'br3', 'br4', 'br5', 'br6'];
    store.setListing('network', host1, { at: NOW, items: [...names.map((name) => network(name)), network('far', n2)] });
    const notices = [notice('host1/web', 'Start web: no memory'), notice('host1/db', 'Stop db'), notice(n1, 'gone')];
    expect(told(summaryFacts([n1], store.fleet, notices, NOW))).toEqual([
      'Networks: br0 br1 br2 br3 br4 br5 and 1 more',
      'Notices: 12:00:00 Start web: no memory and 1 more',
    ]);
    expect(told(summaryFacts([n2], store.fleet, notices, NOW))).toEqual(['Networks: far', 'Notices: 12:00:00 Stop db']);
  });
});

describe('a summary of a VM', () => {
  const disk = (device: string, name: string, size: number | undefined = gib(20)) => ({
    device,
    path: '',
    size,
    type: 'disk',
    storage: name,
  });
  const info = {
    disks: [disk('vda', 'nfs'), disk('vdb', 'local'), { ...disk('sr0', 'local'), type: 'cdrom' }],
    nics: [
      { device: 'eth0', net: 'br0' },
      { device: 'eth1', net: 'br0' },
    ],
  } as unknown as VmInfo;
  const vm = aVm('web');

  it('F-113 F-125 counts disks and cards, and adds up storage, shared and local', () => {
    const both = aFleet([storage('nfs', { shared: true }), storage('local', {})]);
    expect(told(vmHardwareFacts(vm, info, both.fleet))).toEqual([
      'Storage: 40G on 2 disks: 20G shared, 20G local',
      'Cards: 2 cards: br0',
    ]);
    expect(told(vmHardwareFacts(vm, info, aFleet().fleet))[0]).toBe('Storage: 40G on 2 disks');
  });

  it('has - for a sum of which a part is not known, and nothing of what it has not', () => {
    const unknown = { ...info, disks: [{ ...info.disks[0], size: undefined }], nics: [] } as unknown as VmInfo;
    expect(told(vmHardwareFacts(vm, unknown, aFleet().fleet))).toEqual(['Storage: - on 1 disk']);
  });

  it('F-125 says that its template has a newer version', () => {
    const library = { templates: [{ group: 'Linux', name: 'web', version: '1.10' }] };
    const fleet = { library } as unknown as Parameters<typeof templateFact>[1];
    expect(told(templateFact('Linux/web@1.9', fleet))).toEqual(['Template: 1.9; 1.10 is in the library']);
    expect([templateFact('Linux/web@1.10', fleet), templateFact('small', fleet)]).toEqual([[], []]);
  });
});
