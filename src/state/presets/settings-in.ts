/** What kcli's words and the names of fields say, as the settings of a new VM. */
import { FleetError } from '../../errors.ts';
import { type Field, isPairs, isRows, type Settings } from '../../platforms/contract.ts';
import { readWritten, type Written, withDefaults } from '../fields.ts';
import { isWord, saidOf } from './kcli-words.ts';
import type { Preset, Said } from './preset.ts';

/** One setting as it was written, with what an error calls it. */
export interface WrittenSetting {
  readonly key: string;
  readonly where: string;
  readonly written: Written;
}

/** kcli's word for the storage of all disks that name none: `inPool`. */
export const POOL = 'pool';

/**
 * What kcli's words say, by the keys of these fields, but for the pool; what none of them is becomes metadata where there is such a
 * field, as kcli does it. Throws usage for a secret that would.
 */
export function settingsIn(said: Preset, fields: readonly Field[]): readonly WrittenSetting[] {
  const values = new Map<string, Said>();
  const metadata: Record<string, Written> = {};
  const isKnown = (key: string) => fields.some((field) => field.key === key);
  const keep = (key: string, { value, where }: Said) => {
    if (!isKnown(METADATA)) throw unknownParameter(where, fields);
    if (isSecretWord(key)) throw secretInMetadata(where);
    metadata[key] = value;
  };
  for (const [key, one] of said) {
    if (key === POOL && isKnown('disk')) continue;
    if (key === METADATA) for (const [pair, value] of pairsOf(one, fields)) keep(pair, { ...one, value });
    else if (key === POOL) throw unknownParameter(one.where, fields);
    else if (!isWord(key) && !isKnown(key)) keep(key, one);
    else {
      for (const [to, value] of Object.entries(saidOf(key, one))) {
        if (!isKnown(to)) throw unknownParameter(one.where, fields);
        values.set(to, { value, where: one.where });
      }
    }
  }
  const kept = Object.keys(metadata);
  if (kept.length > 0) values.set(METADATA, { value: metadata, where: kept.join(', ') });
  return [...values].map(([key, { value, where }]) => ({ key, where, written: value }));
}

/** The pairs of metadata that are given as such. */
function pairsOf({ value, where }: Said, fields: readonly Field[]): readonly (readonly [string, Written])[] {
  const field = fields.find(({ key }) => key === METADATA);
  if (!field) throw unknownParameter(where, fields);
  const read = readWritten(field, value);
  if ('wrong' in read) throw new FleetError('usage', `${where}: ${read.wrong}`);
  return isPairs(read.value) ? Object.entries(read.value) : [];
}

const METADATA = 'metadata';

/** What kcli and its profiles call secrets, whether a platform here has such a field or not. */
export const isSecretWord = (key: string): boolean => /password|token|secret/i.test(key);

const secretInMetadata = (where: string): FleetError =>
  new FleetError('usage', `${where}: there is no such parameter here, and metadata is no place for a secret`, {
    fix: 'every user who sees the VM can read its metadata; take it out, or let --user-data set it in the guest',
  });

/** For a word that none of these fields is meant by. */
export const unknownParameter = (where: string, fields: readonly Field[]): FleetError =>
  new FleetError('usage', `${where}: there is no such parameter here`, {
    fix: `there are ${fields.map((field) => field.key).join(', ')}`,
  });

/** These settings of a new VM with its disks in this storage, but for those that name one. Throws usage where disks name none. */
export function inPool(settings: Settings, { value, where }: Said, fields: readonly Field[]): Settings {
  const field = fields.find(({ key }) => key === 'disk');
  if (field?.kind !== 'list' || !field.item.some(({ key }) => key === 'storage')) throw unknownParameter(where, fields);
  const { disk = withDefaults(field, [{}]) } = settings;
  if (!isRows(disk)) return settings;
  return { ...settings, disk: disk.map((row) => (row['storage'] ? row : { ...row, storage: String(value) })) };
}
