import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { host1, isUp, openStage } from '../../../test/screens/light-stage.tsx';
import { look } from '../../../test/screens/painted.ts';
import { aNode, aVm, cpuBlock } from '../../../test/state/objects.ts';
import { width } from '../../terminal/width.ts';
import { gib } from '../../units.ts';
import { busiestNodes, busiestNodesOf, comparedHistories, comparedVms } from './compared-charts.ts';

const web = aVm('web', { memory: gib(2) });
const db = aVm('db', { memory: gib(4) });
const nodes = ['n1', 'n2', 'n3'].map((name) => aNode(name));

/** Now web is at 20 %, db at 60 %, n2 is the busiest node, and of n3 nothing is known. */
function open() {
  const { store } = openStage({ nodes, vms: [web, db] });
  store.setEndpoint(isUp());
  const at = store.fleet.landedAt;
  const block = {
    ...cpuBlock([web, db], 0),
    at,
    cpu: Float32Array.of(0.2, 0.6),
    memory: Float64Array.of(gib(1), gib(1)),
  };
  store.push(host1, { kind: 'samples', block });
  const samples = nodes.slice(0, 2).map(({ id }, i) => ({ node: id, at, cpu: 0.3 * (i + 1), memory: gib(1) }));
  store.push(host1, { kind: 'node-samples', samples });
  store.flush();
  return store.fleet;
}

const plain = (lines: readonly string[]) => lines.map(stripVTControlCharacters);
const words = (line = '') => line.trim().split(/ {2,}/);

describe('machines that are compared', () => {
  it('F-121 F-122 have a line each on one scale, with what they are now, in the mean and at most', () => {
    const lines = plain(comparedVms([web, db], open(), 80, look));
    expect(lines.map((line) => width(line))).toEqual(lines.map(() => 80));
    expect(words(lines[0])).toEqual(['CPU, last hour', 'NOW', 'MEAN', 'MOST']);
    expect([words(lines[1]).slice(-3), words(lines[2]).slice(-3)]).toEqual([
      ['20%', '20%', '20%'],
      ['60%', '60%', '60%'],
    ]);
    expect(lines.slice(3, 6).map((line) => words(line).at(-1))).toEqual(['MOST', '50%', '25%']);
    const bar = (line = '') => line.slice(17, 80 - 24).trim();
    expect(bar(lines[1]) < bar(lines[2])).toBe(true);
    expect(words(lines[7])).toEqual(['web', '-', '-', '-']);
  });

  it('F-121 are drawn of a longer range, blank where nothing was kept', () => {
    const fleet = open();
    const row = { at: fleet.landedAt, cpu: 0.5, memory: gib(1), diskRead: 0, diskWrite: 0, netRx: 1024, netTx: 1024 };
    const kept = new Map([[web.id, { stepMs: 900_000, rows: [{ ...row, at: row.at - 900_000, cpu: 0.1 }, row] }]]);
    const lines = plain(comparedHistories([web, db], kept, 'day', fleet, 80, look));
    expect(words(lines[0])[0]).toBe('CPU, last day');
    expect([words(lines[1]).slice(-3), words(lines[2])]).toEqual([
      ['50%', '30%', '50%'],
      ['db', '-', '-', '-'],
    ]);
    expect(words(lines.at(-2)).at(-1)).toBe('2.0K/s');
  });

  it('F-122 are the busiest nodes of a pool, the busiest first, now and in the past', () => {
    const fleet = open();
    const ids = nodes.map(({ id }) => id);
    const names = (lines: readonly string[]) => plain(lines).map((line) => words(line)[0]?.split(' ')[0]);
    expect(names(busiestNodes(ids, fleet, 80, look))).toEqual(['Busiest', 'n2', 'n1']);
    expect(busiestNodes(ids.slice(0, 1), fleet, 80, look)).toEqual([]);
    const row = { memory: 0, diskRead: 0, diskWrite: 0, netRx: 0, netTx: 0 };
    const kept = new Map(
      ids.map((id, i) => [id, { stepMs: 900_000, rows: [{ ...row, at: fleet.landedAt, cpu: 0.9 - i / 10 }] }]),
    );
    expect(names(busiestNodesOf(kept, 'day', fleet, 80, look))).toEqual(['Busiest', 'n1', 'n2', 'n3']);
  });
});
