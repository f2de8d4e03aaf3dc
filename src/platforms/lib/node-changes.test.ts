import { expect, it } from 'vitest';
import { endpointName, nodeId } from '../../ids.ts';
import { bytes } from '../../units.ts';
import type { Node } from '../contract.ts';
import { nodeChanges } from './node-changes.ts';

const node = (name: string, more: Partial<Node> = {}): Node => ({
  id: nodeId(endpointName('host1'), name),
  name,
  pool: undefined,
  state: 'up',
  address: undefined,
  cpus: Number.NaN,
  memory: bytes(7),
  version: '1',
  ...more,
});
const byName = (...nodes: readonly Node[]) => new Map(nodes.map((one) => [one.name, one]));

it('are the nodes that came, changed and went, and not those that are as they were', () => {
  const before = byName(node('a'), node('b'), node('c'), node('d'));
  const now = byName(node('e'), node('b', { version: '2' }), node('a'), node('d', { state: 'down' }));
  expect(nodeChanges(before, now)).toEqual([
    { kind: 'node-upsert', node: node('e') },
    { kind: 'node-upsert', node: node('b', { version: '2' }) },
    { kind: 'node-upsert', node: node('d', { state: 'down' }) },
    { kind: 'node-remove', id: 'host1/c' },
  ]);
  expect(nodeChanges(now, byName(...now.values()))).toEqual([]);
});
