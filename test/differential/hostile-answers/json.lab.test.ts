import { expect, it } from 'vitest';
import { JsonError, readJson } from '../../../src/platforms/transport/json.ts';
import { type Chances, createChances } from '../random.ts';
import { damaged } from './damaged.ts';
import { createStops, LONGEST_STOP_MS } from './stops.ts';

const SMALL = 5_000;
const LARGE = 250;
const HURTS = [
  '[',
  ']',
  '{',
  '}',
  '"',
  ',',
  ':',
  '\\',
  '\u0000',
  '1e999',
  '-',
  '__proto__',
  '\\ud800',
  'null',
  '\ufeff',
  '[[',
  '{"a":',
];

function value(random: Chances, depth = 0): unknown {
  switch (random.number(depth > 5 ? 5 : 8)) {
    case 0:
      return random.number(2) === 0;
    case 1:
      return null;
    case 2:
      return random.number(1_000_000) / 7;
    case 3:
      return `x${'ü",[{\\\n'.slice(0, random.number(8))}${random.number(99)}`;
    case 4:
      return '';
    case 5:
      return Array.from({ length: random.number(6) }, () => value(random, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: random.number(6) }, () => [
          random.pick(['a', 'b', '__proto__', 'data', '']),
          value(random, depth + 1),
        ]),
      );
  }
}

/** A value whose pieces are larger than what is parsed in one go. */
function large(random: Chances): unknown {
  const row = value(random, 2);
  const rows = Array.from({ length: 1_000 + random.number(3_000) }, (_, i) => [i, row]);
  return random.pick<() => unknown>([
    () => rows,
    () => ({ data: rows }),
    () => ({ a: row, data: rows, b: [rows, row, rows.slice(9)] }),
    () => Object.fromEntries(rows.map(([key, one]) => [`k${key}`, one])),
  ])();
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

it('JSON is read as JSON.parse reads it, and damaged JSON is refused as it refuses it', async () => {
  const random = createChances(1);
  const stops = createStops();
  let refused = 0;
  for (let i = 0; i < SMALL + LARGE; i++) {
    const whole = JSON.stringify(i < SMALL ? value(random) : large(random));
    const text = random.number(5) === 0 ? whole : damaged(whole, random, HURTS);
    // Lone halves of surrogates do not survive the way through bytes, for either of them.
    const bytes = Buffer.from(text);
    const right = parsed(bytes.toString('utf8'));
    const got = await stops
      .watch(text.slice(0, 60), () => readJson(bytes))
      .then(
        (read) => ({ value: read }),
        (error: unknown) => {
          expect(error).toBeInstanceOf(JsonError);
          return undefined;
        },
      );
    if (!got) refused++;
    if (got || !right) expect(got, text.slice(0, 300)).toEqual(right);
    // What JSON.parse takes and this does not is beyond a limit of depth.
    else expect(/[[{]{50}|(?:\{"a":){50}/.test(text) || text.split(/[[{]/).length > 64, text.slice(0, 300)).toBe(true);
  }
  process.stdout.write(`JSON: ${stops.summary()}, ${refused} refused\n`);
  expect(refused).toBeGreaterThan(1_000);
  expect(stops.longestMs).toBeLessThan(LONGEST_STOP_MS);
});

const SIZE = 8 * 1024 ** 2;
const many = (text: string) => text.repeat(Math.floor(SIZE / text.length));

it.each([
  [
    'a list of guests',
    `{"data":[${many('{"vmid":100,"name":"web-100","status":"running","cpu":0.0123,"maxmem":4294967296},')}0]}`,
  ],
  ['an abyss', many('[')],
  ['an abyss of objects', many('{"a":')],
  ['empty lists', `[${many('[],')}0]`],
  ['numbers', `[${many('1,')}0]`],
  ['long numbers', `[${many('1.2345678901234567e300,')}0]`],
  ['one number', `[${many('1')}]`],
  ['one text', `"${many('x')}"`],
  ['escapes', `"${many('\\u0041')}"`],
  ['keys', `{${Array.from({ length: SIZE / 14 }, (_, i) => `"k${i}":0`).join()}}`],
  ['the same key', `{${many('"a":0,')}"a":1}`],
  ['shapes', `[${Array.from({ length: SIZE / 40 }, (_, i) => `{"a${i}":1,"b${i}":2}`).join()}]`],
  ['prototypes', `[${many('{"__proto__":{}},')}0]`],
  ['half a text', `"${many('\\\\')}`],
  ['blanks', `[${many(' ')}]`],
])('8 MiB of %s stop nothing', async (what, text) => {
  const stops = createStops();
  const bytes = Buffer.from(text);
  const began = performance.now();
  await stops.watch(what, () => readJson(bytes)).catch((error: unknown) => expect(error).toBeInstanceOf(JsonError));
  process.stdout.write(`JSON, 8 MiB of ${what}: ${(performance.now() - began).toFixed(0)} ms, ${stops.summary()}\n`);
  expect(stops.longestMs).toBeLessThan(LONGEST_STOP_MS);
});
