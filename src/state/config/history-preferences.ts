/** The `history:` section of the configuration: `off`, or `{ days: 90, size: 512MiB }`. */
import { gib, mib, parseBytes } from '../../units.ts';
import type { MetricLimits } from '../metrics/points.ts';
import { type LocatedMap, locate, plainOf } from './located.ts';
import type { Config } from './model.ts';

const USUAL: MetricLimits = { days: 365, bytes: gib(1) };
const MOST_DAYS = 3_650;
/** A smaller file has no room for the hours of a few hundred VMs. */
const LEAST_BYTES = mib(16);

/** How long metrics are kept, and how large their file may become; undefined: none are kept. What can't be understood is as usual. */
export function historyLimits({ file }: Pick<Config, 'file'>): MetricLimits | undefined {
  const value = plainOf(locate(file, ['history']));
  if (value === 'off' || value === false) return undefined;
  return { days: daysOf(file) ?? USUAL.days, bytes: sizeOf(file) ?? USUAL.bytes };
}

function daysOf(file: LocatedMap): number | undefined {
  const days = plainOf(locate(file, ['history', 'days']));
  return typeof days === 'number' && Number.isInteger(days) && days >= 1 && days <= MOST_DAYS ? days : undefined;
}

function sizeOf(file: LocatedMap): number | undefined {
  const size = parseBytes(String(plainOf(locate(file, ['history', 'size'])) ?? ''));
  return size !== undefined && size >= LEAST_BYTES ? size : undefined;
}

/** What is wrong with it: a sentence without a full stop. */
export function historyComplaint(file: LocatedMap): string | undefined {
  const section = locate(file, ['history']);
  if (!section || section.kind === 'nothing') return undefined;
  if (section.kind !== 'map') {
    const isWord = section.kind === 'scalar' && ['on', 'off', 'true', 'false'].includes(section.text);
    return isWord ? undefined : 'history must be off, or have days and size; it is kept as usual';
  }
  const strange = [...section.entries.keys()].find((key) => key !== 'days' && key !== 'size');
  if (strange !== undefined) return `history has days and size, not ${JSON.stringify(strange)}`;
  if (section.entries.has('days') && daysOf(file) === undefined)
    return `days must be a whole number from 1 to ${MOST_DAYS}; ${USUAL.days} are kept`;
  if (section.entries.has('size') && sizeOf(file) === undefined)
    return 'size must be an amount from 16MiB on, such as 512MiB; it is taken for 1GiB';
  return undefined;
}
