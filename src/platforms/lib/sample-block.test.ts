import { expect, it } from 'vitest';
import { endpointName, vmId } from '../../ids.ts';
import { asShare, blockOf, columnsFor, lastBlockOf } from './sample-block.ts';

const ids = ['web1', 'web2', 'web3'].map((name) => vmId(endpointName('host1'), name));
const unknown = Number.NaN;

it('puts what was read of each VM into its row, and leaves what is missing unknown', () => {
  const whole = { cpu: 0.5, memory: 8, diskRead: 1, diskWrite: 2, netRx: 3, netTx: 4 };
  const asked: unknown[] = [];
  const block = blockOf(ids, 5, 6, (id, row) => {
    asked.push([id, row]);
    return [whole, undefined, { cpu: 7, netTx: 0 }][row];
  });
  expect(asked).toEqual([
    ['host1/web1', 0],
    ['host1/web2', 1],
    ['host1/web3', 2],
  ]);
  expect(block).toEqual({
    at: 5,
    windowMs: 6,
    ids,
    cpu: Float32Array.of(0.5, unknown, 7),
    memory: Float64Array.of(8, unknown, unknown),
    diskRead: Float32Array.of(1, unknown, unknown),
    diskWrite: Float32Array.of(2, unknown, unknown),
    netRx: Float32Array.of(3, unknown, unknown),
    netTx: Float32Array.of(4, unknown, 0),
  });
  expect(block.ids).toBe(ids);
});

it('writes over the columns that it is given, also what is unknown now', () => {
  const columns = columnsFor(3);
  const first = blockOf(ids, 5, 6, () => ({ cpu: 1, memory: 2, diskRead: 3 }), columns);
  expect(first.cpu).toBe(columns.cpu);
  expect(first.diskRead).toEqual(Float32Array.of(3, 3, 3));
  const second = blockOf(ids, 7, 6, (_, row) => (row === 1 ? { memory: 4 } : undefined), columns);
  expect(second.memory).toBe(columns.memory);
  expect([...second.cpu, ...second.memory]).toEqual([unknown, unknown, unknown, unknown, 4, unknown]);
  expect(second.diskRead).toEqual(Float32Array.of(unknown, unknown, unknown));
});

it('knows nothing more of VMs that stopped', () => {
  const { at, windowMs, ids: told, ...columns } = lastBlockOf(ids.slice(1), 5, 6);
  expect([at, windowMs, told]).toEqual([5, 6, ['host1/web2', 'host1/web3']]);
  for (const column of Object.values(columns)) expect([...column]).toEqual([unknown, unknown]);
});

it.each([
  [-1, 0],
  [0.4, 0.4],
  [1.04, 1],
  [unknown, unknown],
])('takes %d for a share of %d', (value, share) => expect(asShare(value)).toBe(share));
