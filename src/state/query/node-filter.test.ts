import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { aNode, aVm, inventory } from '../../../test/state/objects.ts';
import { endpointName } from '../../ids.ts';
import { gib } from '../../units.ts';
import { createStore } from '../fleet/store.ts';
import { compileNodeFilter, nodeFilterWords } from './node-filter.ts';

const host1 = endpointName('host1');

function aFleet() {
  const store = createStore(createTestClock());
  const nodes = [
    { ...aNode('kvm1'), memory: gib(64), cpus: 16 },
    { ...aNode('kvm2'), memory: gib(128), cpus: 32, state: 'down' },
    { ...aNode('pve1'), state: 'maintenance', version: 'Proxmox VE 8.2', os: 'Debian 12' },
  ] as const;
  const [storage, state] = [gib(30), 'stopped'] as const;
  const vms = [aVm('web', { node: 'kvm1', storage }), aVm('db', { node: 'kvm1', storage, state })];
  store.push(host1, inventory(nodes, vms));
  store.push(host1, { kind: 'node-samples', samples: [{ at: 0, node: nodes[0].id, cpu: 0.9, memory: gib(48) }] });
  store.flush();
  return store.fleet;
}

const found = (query: string): string => {
  const fleet = aFleet();
  const { filter, problem, unfinished } = compileNodeFilter(query, fleet);
  const wrong = problem ?? unfinished;
  if (wrong) return wrong.message;
  return [...fleet.nodes.values()]
    .filter((node) => filter?.accepts(node) !== false)
    .map(({ name }) => name)
    .join(' ');
};

describe('a filter over nodes', () => {
  it.each([
    ['', 'kvm1 kvm2 pve1'],
    ['kvm', 'kvm1 kvm2'],
    ['name:kvm* !state:down', 'kvm1'],
    ['state:maint', 'pve1'],
    ['status:offline', 'kvm2'],
    ['version:proxmox*', 'pve1'],
    ['cpu>80', 'kvm1'],
    ['cpu<=100', 'kvm1'],
    ['used>=75', 'kvm1'],
    ['mem>40G', 'kvm1'],
    ['memory>=128G', 'kvm2'],
    ['vms=2 running=1', 'kvm1'],
    ['endpoint:host1 cpus>20', 'kvm2'],
  ])('F-130 of %j finds %s', (query, names) => expect(found(query)).toBe(names));

  it.each([
    ['storage>50G', 'kvm1'],
    ['storage>60G', ''],
    ['os:debian*', 'pve1'],
    ['!os:*', 'kvm1 kvm2'],
  ])('F-130 F-438 F-482 of their system and the storage of their VMs, as %j, finds %s', (query, names) =>
    expect(found(query)).toBe(names),
  );

  it.each([
    ['state:running', 'there is no state running'],
    ['tag:web', 'there is nothing called tag to filter by'],
    ['memory>8', 'memory needs a unit: 8M, 8G; a number alone counts bytes'],
    ['cpu>', 'cpu> does not say what'],
  ])('says what is wrong with %j', (query, sentence) => expect(found(query)).toContain(sentence));

  it('knows each word that it explains', () => {
    for (const { word, compares } of nodeFilterWords) {
      const sign = compares === 'text' ? ':' : '>';
      const value = word === 'state' ? 'up' : compares === 'size' ? '1G' : '1';
      expect(compileNodeFilter(`${word}${sign}${value}`, aFleet())).toMatchObject({
        problem: undefined,
        unfinished: undefined,
      });
    }
  });

  it('waits for samples only where it looks at them', () => {
    const sampled = ['cpu>1', 'running>1', 'state:up'].map((query) => compileNodeFilter(query, aFleet()).filter);
    expect(sampled.map((filter) => [filter?.live, filter?.sampled])).toEqual([
      [true, true],
      [true, undefined],
      [true, undefined],
    ]);
  });
});
