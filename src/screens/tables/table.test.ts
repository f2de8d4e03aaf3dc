import { expect, it } from 'vitest';
import { openStage, settled } from '../../../test/screens/light-stage.tsx';
import { plain } from '../../../test/screens/painted.ts';
import { aVm } from '../../../test/state/objects.ts';
import { FleetError } from '../../errors.ts';
import { snapshotId, type VmId } from '../../ids.ts';
import type { Connection, Snapshot } from '../../platforms/contract.ts';
import type { Mouse } from '../../terminal/keys.ts';
import { createDetailsView } from '../details/details-view.ts';
import { createTable } from './table.ts';

const snapshotsOf = (vm: VmId, count: number): readonly Snapshot[] =>
  Array.from({ length: count }, (_, at) => ({
    id: snapshotId(vm, `s${at}`),
    name: `s${at}`,
    parent: undefined,
    created: undefined,
    current: false,
    memory: undefined,
    external: undefined,
    description: undefined,
  }));

async function open() {
  const vms = [aVm('web1'), aVm('web2')];
  const list = async (vm: VmId) => {
    if (vm === vms[0]?.id) return snapshotsOf(vm, 40);
    throw new FleetError('op.failed', 'its disk can not be read');
  };
  const info = () => new Promise(() => {});
  const connection = { vm: { info }, snapshot: { list }, node: {}, console: {}, whyNot: {} } as unknown as Connection;
  const light = openStage({ vms, connection });
  await settled();
  return { ...light, vms };
}

it('takes a click to the row that is there, below what says which lists could not be read', async () => {
  const { stage, vms } = await open();
  const table = createTable(
    stage,
    'snapshot',
    vms.map(({ id }) => id),
  );
  await settled();
  const room = { columns: 60, rows: 20 };
  const lines = table.lines(room, 'active').map((line) => plain(line));
  const row = lines.findIndex((line) => /^\s*s5\b/.test(line));
  expect(lines.join('\n')).toContain('web2: its disk can not be read');
  table.point({ kind: 'mouse', action: 'press', button: 'left', column: 3, row, read: 1 } as Mouse, room);
  table.lines(room, 'active');
  expect(table.chosen().map(({ name }) => name)).toEqual(['s5']);
  table.close();
});

it('keeps its window in the details when their height is asked between frames', async () => {
  const { stage, state, vms, clock } = await open();
  const details = createDetailsView(stage, state);
  state.pane = 'details';
  state.view.toKey(`vm ${vms[0]?.id}`);
  details.follow();
  await clock.pass(120);
  expect(details.turnTo('Snapshots')).toBe(true);
  await settled();
  const room = { columns: 60, rows: 14, side: 'below' } as const;
  /** The names in the window. */
  const seen = () => {
    details.rowsBelow(60);
    return plain(details.lines(room, true)).match(/\bs\d+\b/g) ?? [];
  };
  const step = (id: 'view.down' | 'view.up', times: number) => {
    for (let time = 0; time < times; time++) {
      details.table?.handlers[id]?.();
      seen();
    }
  };
  seen();
  step('view.down', 20);
  const before = seen();
  step('view.up', 4);
  expect(seen()).toEqual(before);
  expect(details.rowsBelow(60)).toBeGreaterThan(40);
});
