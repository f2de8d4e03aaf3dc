/** Parameters of the query protocol: `Filter.1.Value.2=x` is a list in a list. */
export interface Form {
  readonly action: string;
  text(name: string): string | undefined;
  /** `InstanceId.1`, `InstanceId.2`, … */
  list(name: string): readonly string[];
  /** Numbers of the entries: `Filter.1`, `Filter.2` → 1, 2. */
  entries(name: string): readonly number[];
  filters(): readonly { readonly name: string; readonly values: readonly string[] }[];
  /** Parameters that no pattern allows: the real service ignores them, a test must not. */
  strangers(allowed: readonly RegExp[]): readonly string[];
}

const ALWAYS: readonly RegExp[] = [/^Action$/, /^Version$/];

export function readForm(body: string): Form {
  const values = new Map(new URLSearchParams(body));
  const entries = (name: string): readonly number[] => {
    const pattern = new RegExp(`^${name.replaceAll('.', '\\.')}\\.(\\d+)(?:\\.|$)`);
    const numbers = [...values.keys()].flatMap((key) => pattern.exec(key)?.[1] ?? []);
    return [...new Set(numbers)].map(Number).sort((a, b) => a - b);
  };
  const list = (name: string) => entries(name).map((index) => values.get(`${name}.${index}`) ?? '');
  return {
    action: values.get('Action') ?? '',
    text: (name) => values.get(name),
    list,
    entries,
    filters: () =>
      entries('Filter').map((index) => ({
        name: values.get(`Filter.${index}.Name`) ?? '',
        values: list(`Filter.${index}.Value`),
      })),
    strangers: (allowed) =>
      [...values.keys()].filter((key) => ![...ALWAYS, ...allowed].some((pattern) => pattern.test(key))),
  };
}
