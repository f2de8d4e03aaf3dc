import { describe, expect, it } from 'vitest';
import { fleetLayout } from './fleet-layout.ts';
import type { Split } from './split.ts';

interface Given {
  readonly details?: boolean;
  readonly focused?: boolean;
  readonly split?: Split;
  readonly treeRows?: number;
  readonly detailRows?: number;
}
const layout = (columns: number, rows: number, given: Given = {}) => {
  const { details = true, focused = false, split = {}, treeRows = 100, detailRows = 5 } = given;
  const { tree, details: pane } = fleetLayout(
    { columns, rows },
    { details, focused, split, treeRows, detailRows: () => detailRows },
  );
  return `${tree.columns}x${tree.rows}${pane ? ` ${pane.side} ${pane.columns}x${pane.rows}` : ''}`;
};

describe('the panes', () => {
  it.each<[number, number, Given, string]>([
    [80, 21, {}, '80x13 below 80x8'],
    [80, 16, {}, '80x8 below 80x8'],
    [80, 15, {}, '80x15'],
    [80, 15, { focused: true }, '80x7 below 80x8'],
    [80, 21, { details: false }, '80x21'],
    [80, 21, { details: false, focused: true }, '80x13 below 80x8'],
    [80, 29, {}, '80x21 below 80x8'],
    [80, 30, {}, '80x19 below 80x11'],
    // Rows that the tree leaves blank go to the details, as far as they need them.
    [80, 21, { treeRows: 8, detailRows: 12 }, '80x9 below 80x12'],
    [80, 21, { treeRows: 8, detailRows: 20 }, '80x8 below 80x13'],
    [80, 21, { treeRows: 8, detailRows: 3 }, '80x13 below 80x8'],
    [80, 21, { treeRows: 13, detailRows: 20 }, '80x13 below 80x8'],
    [80, 21, { treeRows: 12, detailRows: 20 }, '80x12 below 80x9'],
    [80, 21, { focused: true, detailRows: 40 }, '80x5 below 80x16'],
    [80, 6, { focused: true, detailRows: 40 }, '80x0 below 80x6'],
    // What was chosen by dragging.
    [80, 21, { split: { below: 10 } }, '80x11 below 80x10'],
    [80, 21, { split: { below: 1 } }, '80x19 below 80x2'],
    [80, 21, { split: { below: 30 } }, '80x5 below 80x16'],
    // Beside each other.
    [159, 50, {}, '159x39 below 159x11'],
    [160, 50, {}, '100x50 right 59x50'],
    [200, 50, {}, '125x50 right 74x50'],
    [300, 50, {}, '209x50 right 90x50'],
    [160, 50, { split: { right: 80 } }, '79x50 right 80x50'],
    [160, 50, { split: { right: 10 } }, '119x50 right 40x50'],
    [160, 50, { split: { right: 150 } }, '39x50 right 120x50'],
  ])('of %i columns and %i rows with %o are %s', (columns, rows, given, text) => {
    expect(layout(columns, rows, given)).toBe(text);
  });
});
