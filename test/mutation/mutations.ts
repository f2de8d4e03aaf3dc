import { parseAst } from 'vitest/node';

/** One change of a source: what is replaced, from `start` to `end` in UTF-16 units. */
export interface Mutation {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly what: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const SWAPPED: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '&&': '||',
  '||': '&&',
  '+=': '-=',
  '-=': '+=',
  '++': '--',
  '--': '++',
};
const METHODS: ReadonlyMap<string, string> = new Map(
  Object.entries({ min: 'max', max: 'min', some: 'every', every: 'some' }),
);
/** Words that a program tells things apart by: states, codes, names of fields. */
const CODE = /^[a-zA-Z]+([.\-_:][a-zA-Z]+)*$/;
/** Wrapped around an expression that stays one. */
const EXPRESSIONS = ['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression', 'TSInstantiationExpression'];
const LEFT_OUT = ['ImportDeclaration', 'ExportAllDeclaration', 'ImportExpression'];

/** Every change that this tool knows, of a TypeScript source; types and imports are left alone. */
export function mutationsOf(source: string, lang: 'ts' | 'tsx'): readonly Mutation[] {
  const found: Mutation[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (!isNode(value) || isLeftOut(value)) return;
    for (const mutation of changesOf(value, source)) found.push(mutation);
    for (const [key, child] of Object.entries(value)) if (key !== 'typeAnnotation') visit(child);
  };
  visit(parseAst(source, { lang }));
  return found;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value;

const isLeftOut = ({ type }: Node): boolean =>
  LEFT_OUT.includes(type) || (type.startsWith('TS') && !EXPRESSIONS.includes(type));

function* changesOf(node: Node, source: string): Generator<Mutation> {
  const textOf = ({ start, end }: Node) => source.slice(start, end);
  const replaced = (at: Node, text: string, what: string): Mutation => ({ start: at.start, end: at.end, text, what });
  const { type } = node;
  if (['IfStatement', 'ConditionalExpression', 'WhileStatement'].includes(type)) {
    const test = node['test'] as Node;
    yield replaced(test, `!(${textOf(test)})`, 'condition negated');
  }
  if (['BinaryExpression', 'LogicalExpression', 'AssignmentExpression'].includes(type)) {
    const [left, right] = [node['left'] as Node, node['right'] as Node];
    const operator = node['operator'] as string;
    const other = SWAPPED[operator];
    const at = source.indexOf(operator, left.end);
    if (other !== undefined && at >= 0 && at < right.start) {
      yield { start: at, end: at + operator.length, text: other, what: `${operator} is ${other}` };
    }
    if (operator === '??') yield replaced(node, textOf(right), 'only what stands behind ??');
  }
  if (type === 'UpdateExpression') {
    const operator = node['operator'] as string;
    yield replaced(node, textOf(node).replace(operator, SWAPPED[operator] ?? ''), `${operator} the other way`);
  }
  if (type === 'UnaryExpression' && node['operator'] === '!') {
    yield replaced(node, textOf(node['argument'] as Node), '! removed');
  }
  if (type === 'Literal') yield* literal(node, textOf(node));
  if (type === 'ExpressionStatement' && isCall(node['expression'] as Node)) yield replaced(node, ';', 'call removed');
  if (type === 'MemberExpression' && node['computed'] !== true) {
    const property = node['property'] as Node;
    const other = METHODS.get(textOf(property));
    if (other !== undefined) yield replaced(property, other, `${textOf(property)} is ${other}`);
  }
  if (type === 'BlockStatement' || type === 'FunctionBody') return;
  const body = node['body'];
  if (/Function/.test(type) && isNode(body) && textOf(body).startsWith('{') && textOf(body).length > 2) {
    yield { start: body.start + 1, end: body.start + 1, text: ' return undefined as never; ', what: 'returns at once' };
  }
}

function* literal(node: Node, text: string): Generator<Mutation> {
  const { start, end } = node;
  const value = node['value'];
  if (typeof value === 'boolean') yield { start, end, text: String(!value), what: 'boolean flipped' };
  if (typeof value === 'number') yield { start, end, text: String(value + 1), what: 'number and one' };
  if (typeof value === 'string' && CODE.test(value)) {
    const quote = text[0] ?? "'";
    yield { start, end, text: `${quote}${value}x${quote}`, what: 'word changed' };
  }
}

const isCall = (node: Node): boolean =>
  node.type === 'CallExpression' ||
  (['AwaitExpression', 'UnaryExpression', 'ChainExpression'].includes(node.type) &&
    isCall((node['argument'] ?? node['expression']) as Node));
