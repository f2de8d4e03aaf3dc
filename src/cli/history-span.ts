import { FleetError } from '../errors.ts';
import {
  HISTORY_RANGES,
  type History,
  type HistoryRange,
  type HistoryRow,
  RANGE_MS,
  type Settings,
} from '../platforms/contract.ts';
import type { Flag } from './flags.ts';

/** Which part of the past is wanted. */
export interface HistorySpan {
  /** What is asked of a platform: the shortest that has all of it. */
  readonly range: HistoryRange;
  /** Epoch, ms: steps that begin before or after these are left out. */
  readonly from: number;
  readonly to: number;
  /** For people: `in the last hour`. */
  readonly spelled: string;
}

export const SPAN_FLAGS: readonly Flag[] = [
  {
    key: 'range',
    label: 'Range',
    help: 'How far back; the further, the longer are its steps.',
    kind: 'choice',
    options: HISTORY_RANGES,
    default: 'hour',
  },
  {
    key: 'from',
    label: 'From',
    help: 'In place of a range: from then on. A date, a time in UTC, or how long ago.',
    kind: 'text',
    examples: ['2026-11-29T08:00', '36h'],
  },
  {
    key: 'to',
    label: 'To',
    help: 'Up to then, in the same words; now otherwise.',
    kind: 'text',
    examples: ['2026-11-29T12:00', '2h'],
  },
];

/** Throws usage for what is no time, or no time of the past that anything is kept of. `now`: epoch, ms. */
export function spanOf(values: Settings, now: number): HistorySpan {
  const from = values['from'] === undefined ? undefined : instantOf('--from', String(values['from']), now);
  const to = values['to'] === undefined ? now : instantOf('--to', String(values['to']), now);
  if (from === undefined) {
    const range = HISTORY_RANGES.find((one) => one === values['range']) ?? 'hour';
    if (to < now - RANGE_MS[range]) throw new FleetError('usage', `--to is before the last ${range}; say --from too`);
    return { range, from: Number.NEGATIVE_INFINITY, to, spelled: `in the last ${range}` };
  }
  if (values['range'] !== undefined) throw new FleetError('usage', 'say --range or --from, not both');
  if (from >= to) throw new FleetError('usage', '--from must be before --to');
  const range = HISTORY_RANGES.find((one) => now - from <= RANGE_MS[one]);
  if (range === undefined) throw new FleetError('usage', '--from is more than a year ago: nothing is kept of that');
  return { range, from, to, spelled: 'in that time' };
}

/** The steps of a history that begin in this span. */
export const rowsWithin = ({ rows }: History, { from, to }: HistorySpan): readonly HistoryRow[] =>
  rows.filter(({ at }) => at >= from && at <= to);

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const AGO = /^(\d{1,4})([mhdw])$/;
/** A date, or with a time of day; in UTC, as what is printed is, unless it says where. */
const WHEN = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/i;

function instantOf(flag: string, text: string, now: number): number {
  const [, amount, unit = ''] = AGO.exec(text) ?? [];
  if (amount !== undefined) return now - Number(amount) * (UNITS[unit] ?? Number.NaN);
  const when = WHEN.exec(text);
  const hasZone = when?.[1] !== undefined || text.length === '2026-11-29'.length;
  const at = when ? Date.parse(hasZone ? text : `${text}Z`) : Number.NaN;
  if (Number.isNaN(at)) {
    throw new FleetError(
      'usage',
      `${flag}: ${JSON.stringify(text)} is no time such as 2026-11-29, 2026-11-29T08:00 or 36h`,
    );
  }
  return at;
}
