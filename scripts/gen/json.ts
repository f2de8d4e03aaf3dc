import { commands } from '../../src/cli/commands.ts';
import { ownCommands } from '../../src/cli/own-commands.ts';
import { plainText, printedBy, printedObjects } from '../../src/cli/schema/printed.ts';
import { result } from '../../src/cli/schema/result.ts';
import type { Schema } from '../../src/cli/schema/schema.ts';
import { unitsText } from '../../src/cli/topics/output.ts';
import type { Generated } from './generated.ts';

/** The page on machine output: every noun with its keys, and which command prints which. */
export const generated: Generated = {
  path: 'docs/json.md',
  make: async () => `# JSON, YAML and CSV

Written by \`npm run gen\` from \`src/cli/schema\`; a test runs every command and checks what it prints against the same schema.
\`-o json\` and \`-o jsoncompact\` print JSON, \`-o yaml\` the same in YAML, \`-o csv\` a line for each row, \`-o name\` only ids.

${unitsText.map((text) => `- ${text}`).join('\n')}

## What each command prints

${table(['Command', 'Prints'], commandRows())}
Text only, whatever \`-o\` says: ${plainText.map(code).join(', ')}.

${printedObjects.map(chapter).join('\n')}
## result

${result.description}

${(result.anyOf ?? [])
  .filter(({ properties }) => properties)
  .map(chapterOfResult)
  .join('\n')}`,
};

function commandRows(): readonly (readonly string[])[] {
  const names = [...commands.map(({ noun, verb }) => `${noun} ${verb}`), ...ownCommands.map(({ word }) => word)];
  return names.flatMap((name) => {
    const printed = printedBy(name);
    if (!printed) return [];
    const others = (printed.others ?? []).map(
      ({ when, schema }) => `with \`${when}\` ${spelled(schema)}, only these keys`,
    );
    return [[code(`drover ${name}`), [spelled(printed.schema), ...others].join('; ')]];
  });
}

/** `list of vm or missing`. */
function spelled(schema: Schema): string {
  if (schema.title !== undefined) return link(schema.title);
  if (schema.type === 'array' && schema.items) return `list of ${spelled(schema.items)}`;
  return (schema.anyOf ?? []).map(spelled).join(' or ');
}

const link = (title: string): string => `[${title}](#${title.replaceAll(' ', '-')})`;

const chapter = (schema: Schema): string =>
  [`## ${schema.title}`, '', schema.description ?? '', '', keys(schema), ...nested(schema)].join('\n');

const chapterOfResult = (schema: Schema): string => `${schema.description}\n\n${keys(schema)}`;

const keys = ({ properties = {}, required = [] }: Schema): string =>
  table(
    ['Key', 'Type', 'What it is'],
    Object.entries(properties).map(([key, value]) => [
      code(key),
      typeOf(value),
      `${value.description ?? ''}${required.includes(key) ? '' : '; may be missing'}`,
    ]),
  );

/** The objects inside lists, below the object that has them. */
const nested = ({ properties = {} }: Schema): readonly string[] =>
  Object.entries(properties).flatMap(([key, { items }]) =>
    items?.properties ? [`Each of \`${key}\`:\n\n${keys(items)}`] : [],
  );

function typeOf({ type, enum: words, items }: Schema): string {
  const types = typeof type === 'string' ? [type] : (type ?? []);
  return types
    .map((one) => {
      if (one === 'string' && words) return words.flatMap((word) => (word === null ? [] : code(word))).join(', ');
      return one === 'array' ? `list of ${items?.type === 'object' ? 'objects' : 'strings'}` : one;
    })
    .join(' or ');
}

const code = (text: string): string => `\`${text}\``;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`)
    .join('');
