import { FleetError, sentence } from '../errors.ts';
import type { CommandContext } from './command.ts';
import type { Connected } from './connect.ts';
import type { Row } from './output.ts';

/**
 * Endpoints that did not answer, as rows at the end of a list for programs: a program that reads only stdout must see that
 * something is missing. They have every key of the others, null but for `endpoint`, `platform`, `error` and `code`.
 */
export function failureRows({ failed }: Connected, { app }: CommandContext, example: Row | undefined): readonly Row[] {
  const blank = Object.fromEntries(Object.keys(example ?? {}).map((key) => [key, undefined]));
  return [...failed].map(([endpoint, error]) => ({
    ...blank,
    endpoint,
    platform: app.config().endpoints.get(endpoint)?.platform,
    error: sentence(error),
    code: error instanceof FleetError ? error.code : 'bug',
  }));
}
