import { expect, it } from 'vitest';
import { endpointName } from '../ids.ts';
import type { NodeRow, PoolRow, VmRow } from '../state/fleet/object-rows.ts';
import { columnsIn } from '../state/kinds.ts';
import { nodeSpec, poolSpec } from '../state/watched-specs.ts';
import { gib } from '../units.ts';
import { type ImportRow, columns as importColumns } from './import/show.ts';
import { columnsFor } from './key-columns.ts';
import { type Column, type Row, renderList } from './output.ts';
import { usualVmColumns } from './rows.ts';

const long = (sign: string) => sign.repeat(30);

/** The longest texts have no room in a table of this width; as far as this they are cut, and no further. */
async function isNarrow<R extends Row>(columns: readonly Column<R>[], row: object, lines: readonly string[]) {
  const room = Math.max(...lines.map((line) => line.length));
  const text = await renderList({ rows: [row as R], columns, name: () => '' }, 'table', room);
  expect(text.split('\n')).toEqual(lines);
}

it('texts of VMs are cut, as far as they can still be told apart; states and numbers are not', async () => {
  const row: Partial<VmRow> = {
    name: long('n'),
    state: 'running',
    node: 'node',
    pool: 'pool',
    cpus: 2,
    memory: gib(4),
    ips: [long('i')],
    image: long('m'),
    plan: 'plan',
    profile: undefined,
  };
  await isNarrow<VmRow>(usualVmColumns, row, [
    'NAME          STATE    NODE  POOL  CPUS  MEMORY  IPS              IMAGE     PLAN  PROFILE',
    `${'n'.repeat(11)}…  running  node  pool     2    4.0G  ${'i'.repeat(14)}…  ${'m'.repeat(7)}…  plan  -`,
  ]);
});

it('texts of nodes are', async () => {
  const row: Partial<NodeRow> = {
    name: long('n'),
    state: 'up',
    endpoint: endpointName('host1'),
    pool: undefined,
    cpus: 8,
    memory: undefined,
    vms: 3,
    running: 0,
    version: long('v'),
  };
  await isNarrow(columnsFor(columnsIn(nodeSpec.keys)), row, [
    'NAME          STATE  ENDPOINT  POOL  CPUS  MEMORY  VMS  RUNNING  VERSION',
    `${'n'.repeat(11)}…  up     host1     -        8       -    3        0  ${'v'.repeat(11)}…`,
  ]);
});

it('texts of pools are', async () => {
  const row: Partial<PoolRow> = {
    name: long('n'),
    kind: 'user',
    parent: undefined,
    nodes: [long('a'), long('b')],
    vms: 3,
    running: 0,
  };
  await isNarrow(columnsFor(columnsIn(poolSpec.keys)), row, [
    'NAME          KIND  IN  NODES         VMS  RUNNING',
    `${'n'.repeat(11)}…  user  -   ${'a'.repeat(11)}…    3        0`,
  ]);
});

it('texts of what is imported are', async () => {
  const row: Partial<ImportRow> = {
    name: 'name',
    platform: 'kvm',
    where: long('w'),
    login: long('l'),
    secrets: { password: `env:${long('s')}` },
    status: 'new',
  };
  await isNarrow<ImportRow>(importColumns, row, [
    'NAME  PLATFORM  WHERE           LOGIN       SECRET      STATUS',
    `name  kvm       ${'w'.repeat(13)}…  ${'l'.repeat(9)}…  env:${'s'.repeat(5)}…  new`,
  ]);
});
