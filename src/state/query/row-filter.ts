/** Filter and order of rows of a listed kind, for tables on the screen and lists on the command line. */
import { parseBytes } from '../../units.ts';
import type { KindKey, KindRow } from '../kind-spec.ts';

/**
 * Each word must stand in one of the columns, `key:word` in that one; `size>10G` compares a size or a count; `!` before a word
 * turns it round.
 */
export function passes(row: KindRow, filter: string, columns: readonly KindKey[]): boolean {
  return filter
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '!')
    .every((typed) => {
      const isNot = typed.startsWith('!');
      return isHit(row, isNot ? typed.slice(1) : typed, columns) !== isNot;
    });
}

function isHit(row: KindRow, word: string, columns: readonly KindKey[]): boolean {
  const [, by = '', sign, rest = ''] = /^([A-Za-z]+)(:|[<>]=?)(.*)$/.exec(word) ?? [];
  const key = columns.find(({ id }) => id === by.toLowerCase());
  if (sign === ':' && by in row) return spelled(row[by]).includes(rest.toLowerCase());
  if (sign !== undefined && sign !== ':' && key && isNumber(key)) {
    const limit = key.type === 'size' ? parseBytes(rest) : Number(rest);
    if (limit !== undefined && !Number.isNaN(limit)) return compares(row[by.toLowerCase()], sign, limit);
  }
  return columns.some(
    ({ id, type }) => (type === 'text' || type === 'texts') && spelled(row[id]).includes(word.toLowerCase()),
  );
}

const isNumber = ({ type }: KindKey): boolean => type === 'size' || type === 'count' || type === 'amount';

/** What is not known is neither more nor less. */
function compares(value: KindRow[string], sign: string, limit: number): boolean {
  if (typeof value !== 'number') return false;
  if (value === limit) return sign.endsWith('=');
  return sign.startsWith('<') ? value < limit : value > limit;
}

const spelled = (value: KindRow[string]): string =>
  (value === true
    ? 'yes'
    : value === false
      ? 'no'
      : Array.isArray(value)
        ? value.join(' ')
        : String(value ?? '')
  ).toLowerCase();

/** What is not known comes last, whichever way the others are turned. */
export function compareValues(a: KindRow[string], b: KindRow[string], descending: boolean): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const turn = descending ? -1 : 1;
  if (typeof a === 'number' && typeof b === 'number') return turn * (a - b);
  return turn * spelled(a).localeCompare(spelled(b), 'en', { numeric: true });
}
