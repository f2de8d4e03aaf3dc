import type { Connection, Settings } from '../contract.ts';

/**
 * A new VM gets the secrets that its settings refer to (`env:NAME`). Stands inside of what writes requests down, which has the
 * references, and outside of the last check, since a lookup may take a while.
 */
export function resolveSecrets(
  connection: Connection,
  resolve: (spec: Settings, signal: AbortSignal) => Promise<Settings>,
): Connection {
  const { create } = connection.vm;
  if (!create) return connection;
  const vm = {
    ...connection.vm,
    create: async (...[of, spec, signal]: Parameters<typeof create>) => create(of, await resolve(spec, signal), signal),
  };
  return { ...connection, vm };
}
