import type { Row } from '../../state/query/tree.ts';
import { type Cursor, type RowScene, rowText } from './row-text.ts';

/**
 * Draws rows, and keeps them until something lands in the store or the scene is another one: of a frame that answers a key
 * only the rows that the cursor enters and leaves are drawn.
 */
export type DrawRow = (row: Row, cursor: Cursor, marked: boolean, scene: RowScene) => string;

export function createDrawnRows(): DrawRow {
  let drawn = new Map<string, string>();
  let scene: RowScene | undefined;
  let drawnFor = '';

  const enter = (next: RowScene) => {
    const { fleet, columns, theme, glyphs, kept, cut } = next;
    const now = `${fleet.version} ${kept} ${cut.apart} ${columns.name} ${columns.others.map(({ id, width }) => `${id} ${width}`).join()}`;
    if (now !== drawnFor || theme !== scene?.theme || glyphs !== scene.glyphs) drawn = new Map();
    drawnFor = now;
    scene = next;
  };

  return (row, cursor, marked, next) => {
    if (next !== scene) enter(next);
    const key = `${cursor} ${marked} ${row.depth} ${'open' in row && row.open} ${row.key}`;
    let text = drawn.get(key);
    if (text === undefined) {
      text = rowText(row, cursor, marked, next);
      drawn.set(key, text);
    }
    return text;
  };
}
