import { FleetError, sentence } from '../errors.ts';
import { didYouMean } from '../nearest.ts';
import { escapeActive, hasActive } from '../state/files/escape-active.ts';
import { csvLine } from '../state/query/csv.ts';
import { clean } from '../terminal/width.ts';
import { type TableColumn, tableLines } from './table.ts';

export const FORMATS = ['table', 'json', 'jsoncompact', 'yaml', 'name', 'csv'] as const;
export type Format = (typeof FORMATS)[number];
/** A table with every column there is, where a list has more than it shows. */
export const WIDE = 'wide';

/** What `-o` says. Throws `usage`. */
export function formatOf(word: string): Format {
  const format = word === WIDE ? 'table' : FORMATS.find((known) => known === word);
  if (format) return format;
  throw new FleetError(
    'usage',
    `unknown output ${JSON.stringify(word)}${didYouMean(word, [...FORMATS, WIDE])}: one of ${[...FORMATS, WIDE].join(', ')}`,
  );
}

type Value = string | number | boolean | null | undefined | readonly Value[] | { readonly [key: string]: Value };
/** One object of a list, as programs get it: the same keys in every row, undefined printed as null. */
export type Row = Readonly<Record<string, Value>>;

/** A column of the table: made from a row for people, in their units. */
export interface Column<R extends Row> extends TableColumn {
  readonly show: (row: R) => string;
}

/** A list in each of the formats; `name` is what `-o name` prints of a row. */
export interface Listing<R extends Row> {
  readonly rows: readonly R[];
  readonly columns: readonly Column<R>[];
  readonly name: (row: R) => string;
  /** What could not be listed, for programs; for people it is on stderr. */
  readonly missing?: readonly Row[];
}

/** One object; `lines` are what people read, in this order. */
export interface Details {
  readonly value: Row;
  readonly name: string;
  readonly lines: readonly (readonly [label: string, text: string])[];
}

/** JSON that is safe to show raw, with null for what is unknown, so that every row has every key. */
const json = (value: unknown, indent?: number): string =>
  escapeActive(JSON.stringify(value, (_key, one) => (one === undefined ? null : one), indent));

async function yamlOf(value: unknown): Promise<string> {
  const { Document, isScalar, visit } = await import('yaml');
  const document = new Document(JSON.parse(json(value)));
  visit(document, {
    // Only double quotes know escapes.
    Scalar(_key, node) {
      if (isScalar<unknown>(node) && typeof node.value === 'string' && hasActive(node.value))
        node.type = 'QUOTE_DOUBLE';
    },
  });
  return escapeActive(document.toString({ lineWidth: 0 })).trimEnd();
}

/** The titles, then the rows, with the line ends of this system. */
const csv = (keys: readonly string[], rows: readonly Row[]): string =>
  joined([
    csvLine(keys, clean),
    ...rows.map((row) =>
      csvLine(
        keys.map((key) => row[key]),
        clean,
      ),
    ),
  ]);

const joined = (lines: readonly string[]): string => lines.join('\n');

/** The text of a list, without a final line break. `room`: see tableLines. */
export async function renderList<R extends Row>(
  { rows, columns, name, missing = [] }: Listing<R>,
  format: Format,
  room: number | undefined,
): Promise<string> {
  switch (format) {
    case 'json':
      return json([...rows, ...missing], 2);
    case 'jsoncompact':
      return json([...rows, ...missing]);
    case 'yaml':
      return yamlOf([...rows, ...missing]);
    case 'name':
      return joined(rows.map((row) => clean(name(row))));
    case 'csv':
      return csv([...new Set(rows.flatMap((row) => Object.keys(row)))], rows);
    case 'table':
      return joined(
        tableLines(
          columns,
          rows.map((row) => columns.map(({ show }) => show(row))),
          room,
        ),
      );
  }
}

/** The text of one object, without a final line break: `label: text` lines for people. */
export async function renderDetails({ value, name, lines }: Details, format: Format): Promise<string> {
  switch (format) {
    case 'json':
      return json(value, 2);
    case 'jsoncompact':
      return json(value);
    case 'yaml':
      return yamlOf(value);
    case 'name':
      return clean(name);
    case 'csv':
      return csv(Object.keys(value), [value]);
    case 'table':
      return joined(lines.map(([label, text]) => `${clean(label)}: ${clean(text)}`));
  }
}

/** What a mutator prints for programs, in kcli's shape. `name` says which of several objects a result is of. */
export type Result =
  | { readonly result: 'success'; readonly name?: string }
  | { readonly result: 'failure'; readonly reason: string; readonly code: string; readonly name?: string };

/** Without an error: success. A bug has the code `bug` and its message. */
export function resultOf(error?: unknown, name?: string): Result {
  const named = name === undefined ? {} : { name };
  if (error === undefined) return { result: 'success', ...named };
  return {
    result: 'failure',
    reason: sentence(error),
    code: error instanceof FleetError ? error.code : 'bug',
    ...named,
  };
}
