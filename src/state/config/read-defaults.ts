import { didYouMean } from '../../nearest.ts';
import type { EndpointField, Settings, SettingValue } from '../../platforms/contract.ts';
import { complaint, parse, referenceOf, shown } from '../fields.ts';
import { allFieldsOf } from './common-fields.ts';
import { type LocatedEntry, type LocatedMap, locate } from './located.ts';
import type { PlatformFields } from './model.ts';
import type { Complain } from './read-endpoints.ts';

/** What is said of new VMs stands below this key, in the words of profiles; it is read when VMs are made. */
const OF_VMS = 'vm';

/** What of the `defaults:` of this file an endpoint with these values would have. What is wrong in it is left out. */
export function defaultsFor(file: LocatedMap, fields: readonly EndpointField[], given: Settings): Settings {
  const section = locate(file, ['defaults']);
  const values: Record<string, SettingValue> = {};
  for (const [key, { value }] of section?.kind === 'map' ? section.entries : []) {
    const field = fields.find((one) => one.key === key && !isOwn(one));
    if (!field || given[key] !== undefined || value.kind !== 'scalar' || !shown(field, fields, given)) continue;
    if (complaint(field, value.text) !== undefined) continue;
    const parsed = field.sensitive && referenceOf(value.text) ? value.text : parse(field, value.text);
    if (parsed !== undefined) values[key] = parsed;
  }
  return values;
}

const isOwn = ({ place, fixed, key }: EndpointField) => place === true || fixed === true || key === 'host';

/**
 * The `defaults:` section: what holds for every endpoint that asks for it and says nothing itself. What says where an endpoint
 * points is its own, since a password goes there.
 */
export function readDefaults(
  section: LocatedEntry | undefined,
  platforms: PlatformFields,
  complain: Complain,
): ReadonlyMap<string, LocatedEntry> {
  const defaults = new Map<string, LocatedEntry>();
  if (!section || section.value.kind === 'nothing') return defaults;
  if (section.value.kind !== 'map') {
    complain(section.value.at, 'defaults must be keys of endpoints with values');
    return defaults;
  }
  const fields = [...platforms.values()].flatMap(allFieldsOf);
  const known = [OF_VMS, ...new Set(fields.filter((field) => !isOwn(field)).map(({ key }) => key))];
  for (const [key, entry] of section.value.entries) {
    if (key === OF_VMS) {
      if (entry.value.kind !== 'map' && entry.value.kind !== 'nothing')
        complain(entry.value.at, 'defaults: vm must be keys with values, as a profile has them');
    } else if (key === 'platform' || (fields.some((field) => field.key === key) && !known.includes(key))) {
      complain(entry.at, `defaults: ${key} is for each endpoint to say`);
    } else if (!known.includes(key)) {
      complain(entry.at, `defaults: unknown key ${JSON.stringify(key)}${didYouMean(key, known)}`);
    } else {
      defaults.set(key, entry);
      const isSecret = fields.some((field) => field.key === key && field.sensitive);
      if (isSecret && entry.value.kind === 'scalar' && !referenceOf(entry.value.text)) {
        complain(entry.value.at, `defaults: ${key} stands in the file as plain text`, {
          severity: 'warning',
          fix: 'keep it elsewhere and write env:NAME, file:PATH or cmd:COMMAND here',
        });
      }
    }
  }
  return defaults;
}
