import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import formats, { Ajv2020 } from '../../scripts/build/ajv.ts';

/** The package is conf's, not ours: it is found from there. */
const fromConf = createRequire(createRequire(import.meta.url).resolve('conf'));
const { Ajv2020: Ajv } = fromConf('ajv/dist/2020.js') as {
  Ajv2020: new (options: object) => InstanceType<typeof Ajv2020>;
};

const word = { type: 'string', maxLength: 5 } as const;
const schema = {
  type: 'object',
  properties: { selected: word, folded: { type: 'array', items: word, maxItems: 2 }, details: { type: 'boolean' } },
} as const;

it.each([
  {},
  { selected: 'web1', folded: ['a', 'b'], details: false, other: 1 },
  { selected: '仮想機械7' },
  { selected: '😀😀😀😀😀' },
  { selected: 'too long' },
  { selected: 7 },
  { selected: null },
  { folded: 'a' },
  { folded: ['a', 'b', 'c'] },
  { folded: [1, 'a'] },
  { folded: { 0: 'a' } },
  { details: 'yes' },
  [],
  null,
  'text',
])('finds in %j what Ajv finds', (value) => {
  const [own, real] = [new Ajv2020().compile(schema), new Ajv({ allErrors: true }).compile(schema)];
  expect(own(value)).toBe(real(value));
  const told = (errors: typeof own.errors | null) =>
    (errors ?? []).map(({ instancePath, message }) => [instancePath, message]);
  expect(told(own.errors)).toEqual(told(real.errors));
});

it('refuses a schema that says more than it understands', () => {
  const compile = (part: object) => () =>
    new Ajv2020().compile({ type: 'object', properties: { size: part as typeof word } });
  expect(compile({ type: 'string', pattern: '^a' })).toThrow('does not know pattern');
  expect(compile({ type: 'number' })).toThrow('does not know number');
});

it('has no formats', () => {
  expect(formats.default()).toBeUndefined();
});
