/** Readers of the settings that a new VM is asked with. */
import { FleetError } from '../../errors.ts';
import { isPairs, isRows, type Pairs, type Settings } from '../contract.ts';

export const refused = (why: string, fix?: string): FleetError =>
  new FleetError('op.refused', why, fix === undefined ? {} : { fix });

/** Throws op.refused for a word that is none of the options. */
export function oneOf<T extends string>(options: readonly T[], value: string, what: string): T {
  const option = options.find((one) => one === value);
  if (option === undefined) throw refused(`there is no ${what} ${JSON.stringify(value)}`);
  return option;
}

/** '' where nothing is said. */
export function textIn(spec: Settings, key: string): string {
  const value = spec[key];
  return typeof value === 'string' ? value : '';
}

export function numberIn(spec: Settings, key: string): number | undefined {
  const value = spec[key];
  return typeof value === 'number' ? value : undefined;
}

export function rowsIn(spec: Settings, key: string): readonly Settings[] {
  const value = spec[key];
  return value !== undefined && isRows(value) ? value : [];
}

export function pairsIn(spec: Settings, key: string): Pairs {
  const value = spec[key];
  return value !== undefined && isPairs(value) ? value : {};
}

const MAC = /^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/i;

/** Throws op.refused for what is no address that one NIC can have; '' is none yet. */
export function checkMac(mac: string): void {
  if (mac !== '' && !MAC.test(mac)) throw refused(`${JSON.stringify(mac)} is no address of a NIC`);
}

/** Each without the blanks around it; empty ones stay, but for those at the end. */
export function linesIn(spec: Settings, key: string): readonly string[] {
  const text = textIn(spec, key).trimEnd();
  return text === '' ? [] : text.split('\n').map((one) => one.trim());
}

/** Words between blanks and commas. */
export const wordsIn = (text: string): readonly string[] => text.split(/[\s,]+/).filter(Boolean);
