import type { EndpointField, Manifest, Settings } from '../../platforms/contract.ts';
import { allFieldsOf } from '../../state/config/common-fields.ts';
import { redacted, referenceOf } from '../../state/fields.ts';
import type { Column, Row } from '../output.ts';
import type { Plan } from './plan.ts';
import type { Settled } from './settle.ts';

/** One row of what `drover import` shows. Holds no secret. */
export type ImportRow = Row & {
  readonly name: string;
  readonly status: Settled['status'];
  readonly platform: string | undefined;
  readonly where: string | undefined;
  readonly login: string | undefined;
  /** By field: `copied`, or where it is kept. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly why: string | undefined;
  readonly notes: readonly string[];
  /** By field; secrets are references. */
  readonly values: Settings;
  /** Whether this run has written it. */
  readonly written: boolean;
};

export function rowOf(
  { name, status, why, plan, values, twin }: Settled,
  written: boolean,
  manifests: readonly Manifest[],
): ImportRow {
  const fields = allFieldsOf(manifests.find(({ id }) => id === plan?.platform)?.endpoint ?? []);
  return {
    name,
    status,
    platform: plan?.platform,
    where: plan?.where,
    login: plan?.login,
    secrets: plan ? secretsOf(fields, values, plan) : {},
    why,
    notes:
      plan && status === 'new'
        ? [...renamed(plan.name, name), ...sameAs(twin), ...secretNotes(fields, values, plan), ...plan.notes]
        : [],
    values: redacted(fields, values),
    written,
  };
}

const renamed = (before: string, name: string): readonly string[] =>
  before === name ? [] : [`it is called ${JSON.stringify(before)} there`];

const sameAs = (twin: string | undefined): readonly string[] =>
  twin === undefined ? [] : [`the endpoint ${twin} is there already and says the same`];

/** What its user has to know of each secret. */
const secretNotes = (fields: readonly EndpointField[], values: Settings, { secrets }: Plan): readonly string[] =>
  fields.flatMap(({ key, label, sensitive }) => {
    const reference = sensitive ? referenceOf(values[key] ?? '') : undefined;
    if (key in secrets) {
      return [`the ${label.toLowerCase()} is copied into a file of its own in secrets, beside the configuration`];
    }
    return reference?.from === 'env' ? [`${reference.what} has to be set whenever drover runs`] : [];
  });

const secretsOf = (fields: readonly EndpointField[], values: Settings, { secrets }: Plan) =>
  Object.fromEntries(
    fields.flatMap(({ key, sensitive }) => {
      const value = values[key];
      return sensitive && value !== undefined ? [[key, key in secrets ? 'copied' : String(value)] as const] : [];
    }),
  );

const or = (text: string | undefined): string => text || '-';

export const columns: readonly Column<ImportRow>[] = [
  { title: 'NAME', show: ({ name }) => name },
  { title: 'PLATFORM', show: ({ platform }) => or(platform) },
  { title: 'WHERE', shrinksTo: 14, show: ({ where }) => or(where) },
  { title: 'LOGIN', shrinksTo: 10, show: ({ login }) => or(login) },
  { title: 'SECRET', shrinksTo: 10, show: ({ secrets }) => or([...new Set(Object.values(secrets))].join(', ')) },
  { title: 'STATUS', show: ({ status }) => status },
];

/** What people have to know beside the table: a line for each sentence, with all the names that it is true of. */
export function remarksOn(rows: readonly ImportRow[]): readonly string[] {
  const names = new Map<string, readonly string[]>();
  for (const { name, why, notes } of rows) {
    for (const text of why === undefined ? notes : [why, ...notes]) names.set(text, [...(names.get(text) ?? []), name]);
  }
  return [...names].map(([text, ofThese]) => `${ofThese.join(', ')}: ${text}`);
}
