import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { look } from '../../../test/screens/painted.ts';
import { gib } from '../../units.ts';
import { nodeTables } from './node-tables.ts';

it('F-485 shows bridges, mounts and devices of a node as tables, and says what is not known', () => {
  const info = {
    facts: {},
    lines: [],
    bridges: [{ name: 'virbr0', addresses: ['192.168.122.1/24'], ports: ['vnet0'], active: true }],
    mounts: [{ path: '/', device: '/dev/vda', type: 'ext4', size: gib(10), free: gib(4) }],
    devices: [],
  };
  const text = (columns: number, given = info as Parameters<typeof nodeTables>[0]) =>
    nodeTables(given, columns, look).map((line) => stripVTControlCharacters(line).trimEnd());
  expect(text(70)).toEqual([
    'Bridges (1)',
    'NAME    STATE  ADDRESSES         PORTS',
    'virbr0  up     192.168.122.1/24  vnet0',
    'Mounts (1)',
    'PATH  DEVICE    TYPE  SIZE  FREE',
    '/     /dev/vda  ext4  10G   4.0G',
    'Devices (0)',
    'None.',
  ]);
  expect(text(70, { facts: {}, lines: [] })).toContain('Not known on this platform, or by this login.');
  expect(text(20).every((line) => line.length <= 20)).toBe(true);
});
