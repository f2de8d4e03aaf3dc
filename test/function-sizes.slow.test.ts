/** No function of the product is longer than one can keep in mind: a closure that acts as a class grows until it is split. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseAst } from 'vitest/node';

/** Lines from the first of its head to its last, comments and blank ones too, with all functions inside. */
const LONGEST = 150;

/** Longer ones, each with its reason. One that has become shorter is taken out. */
const EXCEPTIONS: readonly string[] = [
  // Agreed: every step works on the same segments, and a look must stay cheap with 100,000 rows.
  'state/query/tree.ts createTree',
  // Agreed: the one writer of the fleet; what lands together is decided in one place.
  'state/fleet/store.ts createStore',
];

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value;

const FUNCTIONS = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'];

/** Names of the functions that are longer than `lines`; one without a name of its own has that of what it is given to. */
function longFunctions(source: string, lang: 'ts' | 'tsx', lines: number): readonly string[] {
  const found: string[] = [];
  const nameOf = (node: Node): string | undefined => {
    const name = node['id'] ?? node['key'];
    return isNode(name) ? source.slice(name.start, name.end).replace(/:.*/s, '') : undefined;
  };
  const visit = (value: unknown, around: string): void => {
    if (Array.isArray(value)) for (const child of value) visit(child, around);
    if (!isNode(value)) return;
    const name = nameOf(value) ?? around;
    const length = source.slice(value.start, value.end).split('\n').length;
    if (FUNCTIONS.includes(value.type) && length > lines) found.push(name);
    for (const child of Object.values(value)) visit(child, name);
  };
  visit(parseAst(source, { lang }), '(file)');
  return found;
}

const SOURCE = new URL('../src/', import.meta.url);
/** Testkits are test servers: no product. */
const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path) && !/\/testkit[/.-]/.test(path));

it('has no function that is too long, but for those that are listed', () => {
  const long = files.flatMap((file) =>
    longFunctions(readFileSync(new URL(file, SOURCE), 'utf8'), file.endsWith('x') ? 'tsx' : 'ts', LONGEST).map(
      (name) => `${file} ${name}`,
    ),
  );
  expect(long.toSorted()).toEqual(EXCEPTIONS.toSorted());
});

it.each([
  ['function long() {\n\n}', ['long']],
  ['const long = () => {\n\n};', ['long']],
  ['const api = { long() {\n// why\n} };', ['long']],
  ['class A { long() {\n\n} }', ['long']],
  ['export default () => {\n\n};', ['(file)']],
  ['const long = memo(() => {\n\n});', ['long']],
  ['function long() {\n  const inner = () => {\n\n  };\n}', ['long', 'inner']],
  ['function short() {\n}', []],
  ['const data = [\n\n\n];', []],
])('counts the lines of %j', (source, names) => {
  expect(longFunctions(source, 'ts', 2)).toEqual(names);
});
