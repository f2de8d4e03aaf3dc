import type { KindKey } from '../../state/kind-spec.ts';
import { exportRows } from '../../state/query/export-rows.ts';
import { clean } from '../../terminal/width.ts';
import { createCopying } from '../fleet/copy.ts';
import { exportTo } from '../lists/export-to.ts';
import type { Stage, View } from '../stage.ts';
import type { TableRow } from './table-rows.ts';

export interface TakeOutOptions {
  readonly keys: readonly KindKey[];
  /** `3 snapshots`. */
  readonly countOf: (count: number) => string;
  /** `snapshots`, for the name of a file. */
  readonly many: string;
  /** What is marked, else what the cursor is on. */
  readonly chosen: () => readonly TableRow[];
  /** What is marked, else all that is shown. */
  readonly listed: () => readonly TableRow[];
}

/** What leaves a table: names or JSON to the clipboard, rows to a file. */
export function takeOutCommands(stage: Stage, options: TakeOutOptions): View['handlers'] {
  const { keys, countOf, many, chosen, listed } = options;
  const { message } = stage;
  const { send, json } = createCopying(stage);
  const ids = keys.map(({ id }) => id);
  const asObject = ({ row }: TableRow) => Object.fromEntries(ids.map((id) => [id, row[id]]));
  const copy = (one: string, many: string, textOf: (rows: readonly TableRow[]) => string) => () => {
    const rows = chosen();
    const [first] = rows;
    if (!first) return message.say('there is no row to copy', 'warning');
    send(
      textOf(rows),
      rows.length === 1 ? `${one} of ${clean(first.row.name)} was` : `${many} of ${countOf(rows.length)} were`,
    );
  };

  return {
    'view.copy': copy('the name', 'the names', (rows) => rows.map(({ row }) => clean(row.name)).join('\n')),
    'view.copy-json': copy('the JSON', 'the values', (rows) =>
      json(rows.length === 1 && rows[0] ? asObject(rows[0]) : rows.map(asObject)),
    ),
    'view.export'() {
      const rows = listed();
      if (rows.length === 0) return message.say('there is nothing to export', 'warning');
      void exportTo(stage, {
        count: rows.length,
        countOf,
        columns: ids,
        start: `${many}.csv`,
        write: (path, replace) =>
          exportRows({ path, replace, clean, keys: ids, rows: rows.map(({ row }) => ids.map((id) => row[id])) }),
      }).catch(message.fail);
    },
  };
}
