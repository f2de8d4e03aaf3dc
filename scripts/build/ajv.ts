/**
 * Takes the place of the package `ajv` in the bundle, where only conf uses it, for one file with three values. Ajv writes
 * a program for each schema and one for the schema of schemas: 70 ms and 14 MB at each start. This looks at the values.
 * It knows the words that our schema has and refuses all others; ajv.slow.test.ts compares the two.
 */
interface Schema {
  readonly type: 'object' | 'array' | 'string' | 'boolean';
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly maxItems?: number;
  readonly maxLength?: number;
}

const WORDS = ['type', 'properties', 'items', 'maxItems', 'maxLength'];
const TYPES = ['object', 'array', 'string', 'boolean'];

interface Problem {
  /** `/folded/3` */
  readonly instancePath: string;
  readonly message: string;
}

export interface Validate {
  (value: unknown): boolean;
  /** Of the last call. */
  errors: readonly Problem[];
}

export class Ajv2020 {
  compile(schema: Schema): Validate {
    refuseOthers(schema);
    const validate: Validate = Object.assign(
      (value: unknown) => {
        validate.errors = [...problems(schema, value, '')];
        return validate.errors.length === 0;
      },
      { errors: [] },
    );
    return validate;
  }
}

/** The package `ajv-formats`: our schema has none. */
export default { default() {} };

function refuseOthers(schema: Schema): void {
  const other =
    Object.keys(schema).find((word) => !WORDS.includes(word)) ??
    (TYPES.includes(schema.type) ? undefined : schema.type);
  if (other !== undefined) throw new Error(`scripts/build/ajv.ts does not know ${other}`);
  for (const part of Object.values(schema.properties ?? {})) refuseOthers(part);
  if (schema.items) refuseOthers(schema.items);
}

function* problems(schema: Schema, value: unknown, instancePath: string): Generator<Problem> {
  const type = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
  if (type !== schema.type) yield { instancePath, message: `must be ${schema.type}` };
  else if (typeof value === 'string') {
    if ([...value].length > (schema.maxLength ?? Number.POSITIVE_INFINITY))
      yield { instancePath, message: `must NOT have more than ${schema.maxLength} characters` };
  } else if (Array.isArray(value)) {
    if (value.length > (schema.maxItems ?? Number.POSITIVE_INFINITY))
      yield { instancePath, message: `must NOT have more than ${schema.maxItems} items` };
    if (schema.items)
      for (const [at, item] of value.entries()) yield* problems(schema.items, item, `${instancePath}/${at}`);
  } else {
    for (const [key, part] of Object.entries(schema.properties ?? {})) {
      const own = (value as Readonly<Record<string, unknown>>)[key];
      if (own !== undefined) yield* problems(part, own, `${instancePath}/${key}`);
    }
  }
}
