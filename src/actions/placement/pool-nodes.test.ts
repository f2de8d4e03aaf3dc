import { expect, it } from 'vitest';
import { endpointName, nodeId } from '../../ids.ts';
import type { Field, Node } from '../../platforms/contract.ts';
import { refuseOutside } from './pool-nodes.ts';

const CLOUD = endpointName('cloud');
const nodes = ['n1', 'n2'].map((name) => ({ id: nodeId(CLOUD, name), name }) as Node);
const fields = (...keys: readonly string[]) => keys.map((key) => ({ key }) as Field);
const refusal =
  (keys: readonly string[], node: string | undefined, ...inside: readonly string[]) =>
  () =>
    refuseOutside(
      { endpoint: CLOUD, fields: fields(...keys), all: [{ name: 'new', ...(node !== undefined && { node }) }] },
      nodes,
      ({ name }) => inside.includes(name),
      'rack',
    );

it('F-018 where the platform takes the node by itself, all nodes of the endpoint must be in the pool', () => {
  expect(refusal(['memory'], undefined, 'n1')).toThrow('takes a node by itself, and n2 is not in the pool');
  expect(refusal(['memory'], undefined, 'n1', 'n2')).not.toThrow();
});

it('F-018 a node that is said must be in the pool', () => {
  expect(refusal(['node'], 'n2', 'n1')).toThrow('node n2 is not in pool rack');
  expect(refusal(['node'], 'n1', 'n1')).not.toThrow();
  expect(refusal(['node'], '', 'n1')).not.toThrow();
  expect(refusal(['node'], undefined, 'n1')).not.toThrow();
});
