import { describe, expect, it } from 'vitest';
import { endpointName, snapshotId, vmId } from '../../../ids.ts';
import { readXml } from '../../transport/xml.ts';
import { readSnapshots } from './snapshots.ts';

const VM = vmId(endpointName('vc'), 'vm-1');

interface Tree {
  readonly ref: string;
  readonly at?: string;
  readonly state?: string;
  readonly more?: string;
  readonly children?: readonly Tree[];
}
const spell = (tag: string, { ref, at = '', state = '', more = '', children = [] }: Tree): string =>
  `<${tag}><snapshot type="VirtualMachineSnapshot">${ref}</snapshot><name>${ref}</name><createTime>${at}</createTime><state>${state}</state>${more}${children.map((one) => spell('childSnapshotList', one)).join('')}</${tag}>`;
const read = async (trees: readonly Tree[], current = '', layout = '') =>
  readSnapshots(
    VM,
    new Map([
      [
        'snapshot',
        await readXml(
          `<val><currentSnapshot>${current}</currentSnapshot>${trees.map((one) => spell('rootSnapshotList', one)).join('')}</val>`,
        ),
      ],
      ['layoutEx.snapshot', await readXml(`<val>${layout}</val>`)],
    ]),
  );
const layout = (key: string, memoryKey: string) =>
  `<VirtualMachineFileLayoutExSnapshotLayout><key type="VirtualMachineSnapshot">${key}</key><dataKey>4</dataKey><memoryKey>${memoryKey}</memoryKey></VirtualMachineFileLayoutExSnapshotLayout>`;

describe('the snapshots of a VM', () => {
  it('have the time, the place and the words of the tree', async () => {
    const [first, second] = await read(
      [
        {
          ref: 's-1',
          at: '2026-01-01T00:00:00.5Z',
          state: 'poweredOff',
          more: '<description>a &lt;b&gt;</description>',
          children: [{ ref: 's-2' }],
        },
      ],
      's-2',
    );
    const id = snapshotId(VM, 's-1');
    const plain = { external: true, current: false, description: undefined, parent: undefined };
    const created = Date.UTC(2026, 0, 1) + 500;
    expect(first).toEqual({ ...plain, id, name: 's-1', created, memory: false, description: 'a <b>' });
    expect(second).toEqual({
      ...plain,
      id: snapshotId(VM, 's-2'),
      name: 's-2',
      parent: id,
      created: undefined,
      memory: undefined,
      current: true,
    });
  });

  it('are none where there are none, and none is current where the server names none', async () => {
    expect(readSnapshots(VM, new Map())).toEqual([]);
    expect(await read([{ ref: '' }])).toMatchObject([{ current: false }]);
  });

  it('hold the memory where their files do: the power state alone does not say that', async () => {
    const states = ['poweredOn', 'poweredOn', 'poweredOn', 'poweredOff', 'suspended', 'poweredOn'];
    const trees = states.map((state, i) => ({ ref: `s-${i}`, state }));
    const files =
      layout('s-0', '12') + layout('s-1', '-1') + layout('s-3', '5') + layout('s-4', '0') + layout('s-5', '');
    const all = await read(trees, '', files);
    expect(all.map(({ memory }) => memory)).toEqual([true, false, undefined, false, true, undefined]);
  });

  it('are listed by their age, wherever they hang, and never before their parent', async () => {
    const all = await read([
      { ref: 'a', at: '2026-01-05T00:00:00Z', children: [{ ref: 'a1', at: '2026-01-01T00:00:00Z' }] },
      {
        ref: 'b',
        at: '2026-01-02T00:00:00Z',
        children: [
          { ref: 'b1', at: '2026-01-07T00:00:00Z', children: [{ ref: 'b3' }] },
          { ref: 'b2', at: '2026-01-03T00:00:00Z' },
        ],
      },
    ]);
    expect(all.map(({ name }) => name)).toEqual(['b', 'b2', 'a', 'a1', 'b1', 'b3']);
  });
});
