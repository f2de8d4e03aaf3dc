import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { host1, isUp, openStage } from '../../../test/screens/light-stage.tsx';
import { look } from '../../../test/screens/painted.ts';
import { aNode, aVm, cpuBlock } from '../../../test/state/objects.ts';
import { width } from '../../terminal/width.ts';
import { gib } from '../../units.ts';
import { historyCharts, nodeCharts, vmCharts } from './chart-tab.ts';

const MINUTE = 60_000;
const web1 = aVm('web1', { memory: gib(2) });
const n1 = aNode('n1');

/** Three minutes: CPU at 25, 50 and 100 percent. */
function open() {
  const { store } = openStage({ nodes: [n1], vms: [web1] });
  store.setEndpoint(isUp());
  const now = store.fleet.landedAt;
  for (const [back, share] of [
    [2, 0.25],
    [1, 0.5],
    [0, 1],
  ] as const) {
    const at = now - back * MINUTE;
    store.push(host1, {
      kind: 'samples',
      block: {
        ...cpuBlock([web1], share),
        at,
        memory: Float64Array.of(gib(share)),
        diskRead: Float32Array.of(1024),
        diskWrite: Float32Array.of(1024 * share),
        netRx: Float32Array.of(Number.NaN),
      },
    });
    store.push(host1, { kind: 'node-samples', samples: [{ node: n1.id, at, cpu: share / 2, memory: gib(32) }] });
    store.flush();
  }
  return store.fleet;
}

const plain = (lines: readonly string[]) => lines.map(stripVTControlCharacters);

it('F-113 F-121 draws the last hour of a VM, side by side where there is room, and reads without colour', () => {
  const fleet = open();
  const lines = plain(vmCharts(web1, fleet, 140, look));
  expect(lines).toHaveLength(12);
  expect(lines.map((line) => width(line))).toEqual(lines.map(() => 140));
  expect(lines[0]).toMatch(/^CPU: now 100%, highest 100% +Memory in use: now 1.0G, highest 1.0G/);
  expect(lines[1]?.slice(0, 71)).toMatch(/^ +100% +█ *$/);
  expect(lines[4]?.slice(0, 71)).toMatch(/^ +0% +██+ *$/);
  expect(lines[6]).toMatch(/^Disks, read and written: now 2.0K\/s, highest 2.0K\/s +Networks, in and out: not known/);
  expect(plain(vmCharts(web1, fleet, 60, look))).toHaveLength(24);
});

it('F-114 draws nodes and pools as what they add up to, and says when nothing was measured', () => {
  const fleet = open();
  const lines = plain(nodeCharts([n1.id], [web1.id], fleet, 140, look));
  expect(lines[0]).toMatch(/^CPU: now 50%, highest 50% +Memory in use: now 32G/);
  expect(lines[6]).toContain('Disks, read and written: now 2.0K/s');
  expect(plain(nodeCharts([], [], fleet, 140, look))).toEqual(['Nothing was measured in the last hour.']);
});

it('F-121 draws what was kept of a day or a year, and leaves blank what was not', () => {
  const fleet = open();
  const hour = 60 * MINUTE;
  const now = Math.floor(fleet.landedAt / hour) * hour;
  const row = (back: number, cpu: number) => ({
    ...{ at: now - back * hour, cpu, memory: gib(1), diskRead: 1024, diskWrite: 1024, netRx: Number.NaN },
    netTx: Number.NaN,
  });
  const kept = { stepMs: hour, rows: [row(23, 0.5), row(22, 1), row(0, 0.25), row(30, 1)] };
  const lines = plain(historyCharts(web1, kept, 'day', fleet, 60, look));
  expect(lines[0]).toMatch(/^CPU: now 25%, highest 100%/);
  expect(lines[1]).toMatch(/^ +100% {2}█ *$/);
  expect(lines[5]).toContain('1 d ago');
  expect(lines[12]).toMatch(/^Disks, read and written: now 2.0K\/s, highest 2.0K\/s/);
  expect(lines[18]).toMatch(/^Networks, in and out: not known/);
  const nothing = plain(historyCharts(web1, { stepMs: hour, rows: [] }, 'day', fleet, 60, look));
  expect(nothing).toEqual(['Nothing was kept of the last day.']);
  const day = 24 * hour;
  const year = { stepMs: day, rows: [{ ...row(0, 0.5), at: now - 364 * day }] };
  const long = plain(historyCharts(web1, year, 'year', fleet, 60, look));
  expect(long[0]).toMatch(/^CPU: now -, highest 50%/);
  expect(long[3]).toMatch(/^ {7}█ *$/);
  expect(long[5]).toContain('1 y ago');
});
