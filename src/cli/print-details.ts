import type { CommandContext } from './command.ts';
import { type Details, renderDetails, renderList } from './output.ts';

/** One object is printed as one, several as a list; for people each with a blank line behind it. */
export async function printDetails(
  all: readonly Details[],
  { format, printer }: Pick<CommandContext, 'format' | 'printer'>,
): Promise<void> {
  const [first] = all;
  if (first && all.length === 1) await printer.print(await renderDetails(first, format));
  else if (format === 'table') {
    for (const details of all) await printer.print(`${await renderDetails(details, format)}\n`);
  } else {
    const names = new Map(all.map(({ value, name }) => [value, name]));
    const rows = all.map(({ value }) => value);
    const name = (row: (typeof rows)[number]) => names.get(row) ?? '';
    await printer.print(await renderList({ rows, columns: [], name }, format, undefined));
  }
}
