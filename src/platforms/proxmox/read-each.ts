/** Lists that are put together from several answers. */
import { FleetError } from '../../errors.ts';
import { segment } from './api.ts';

type Part<P, T> =
  | { readonly part: P; readonly value: T; readonly error?: undefined }
  | { readonly part: P; readonly value?: undefined; readonly error: FleetError };

/**
 * Reads each part by itself, so that one that can't be read costs no other. Rejects for what is no fault of a part: an abort, a
 * login that is refused, a certificate, and a host of which no part answers.
 */
export async function readEach<P, T>(
  parts: readonly P[],
  signal: AbortSignal,
  read: (part: P) => Promise<T>,
): Promise<readonly Part<P, T>[]> {
  const all = await Promise.all(
    parts.map(async (part): Promise<Part<P, T>> => {
      try {
        return { part, value: await read(part) };
      } catch (error) {
        if (!(error instanceof FleetError) || signal.aborted || IS_OF_ALL.test(error.code)) throw error;
        return { part, error };
      }
    }),
  );
  const [first] = all;
  if (first?.error && all.every(({ error }) => error?.code === 'host.unreachable')) throw first.error;
  return all;
}

const IS_OF_ALL = /^(?:trust\.|auth\.(?!forbidden))/;

/** A path of names out of lists. Throws op.refused for one that would lead to another place of the API. */
export function placePath(...names: readonly string[]): string {
  const odd = names.find((name) => /^\.*$/.test(name) || !name.isWellFormed());
  if (odd === undefined) return names.map((name) => `/${segment(name)}`).join('');
  throw new FleetError('op.refused', `drover does not ask for ${JSON.stringify(odd)}: it is no name of Proxmox VE`);
}
