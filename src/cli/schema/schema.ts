/** The parts of JSON Schema (2020-12) that describe what drover prints; docs/json.md is made from it, and tests check against it. */
export interface Schema {
  readonly title?: string;
  /** What it is, with its unit; without a full stop. */
  readonly description?: string;
  readonly type?: TypeName | readonly TypeName[];
  readonly enum?: readonly (string | null)[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly anyOf?: readonly Schema[];
}

type TypeName = 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object' | 'null';

/** Instants are ISO 8601 in UTC. */
const ISO = '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$';

export const text = (description: string): Schema => ({ type: 'string', description });
export const flag = (description: string): Schema => ({ type: 'boolean', description });
export const count = (description: string): Schema => ({ type: 'integer', minimum: 0, description });
export const amount = (description: string): Schema => ({ type: 'number', minimum: 0, description });
export const size = (description: string): Schema => ({
  type: 'integer',
  minimum: 0,
  description: `${description}, in bytes`,
});
export const instant = (description: string): Schema => ({ type: 'string', pattern: ISO, description });
export const word = (words: readonly string[], description: string): Schema => ({
  type: 'string',
  enum: words,
  description,
});
export const list = (items: Schema, description: string): Schema => ({ type: 'array', items, description });

/** May be null: not known, or not there. */
export const maybe = (schema: Schema): Schema => ({
  ...schema,
  type: [schema.type as TypeName, 'null'],
  ...(schema.enum ? { enum: [...schema.enum, null] } : {}),
});

/** Every key is always there, and no other. */
export const object = (title: string, description: string, properties: Readonly<Record<string, Schema>>): Schema => ({
  title,
  description,
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

/** Keys that are chosen when it is asked for, or that depend on the platform; each with a value of this kind. */
export const map = (values: Schema, description: string): Schema => ({
  type: 'object',
  additionalProperties: values,
  description,
});
