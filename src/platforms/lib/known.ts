/** The values that are known: none that are undefined or empty. A row has no key for what is not known of it. */
export const knownOf = <T extends object>(values: T): { readonly [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== '')) as never;
