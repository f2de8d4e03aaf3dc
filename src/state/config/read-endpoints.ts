import { type EndpointName, isEndpointName } from '../../ids.ts';
import { didYouMean, nearest } from '../../nearest.ts';
import type { EndpointField, SettingValue } from '../../platforms/contract.ts';
import { complaint, missing, parse, referenceOf, shown } from '../fields.ts';
import { lastingFilter } from '../query/lasting-filter.ts';
import { allFieldsOf } from './common-fields.ts';
import { saysSeveral } from './endpoints-apart.ts';
import { parseInterval } from './interval.ts';
import type { Located, LocatedEntry, LocatedMap } from './located.ts';
import type { EndpointConfig, PlatformFields } from './model.ts';
import type { Position, Problem } from './problem.ts';

export type Complain = (
  at: Position,
  message: string,
  more?: { readonly severity?: Problem['severity']; readonly endpoint?: string; readonly fix?: string },
) => Problem;

const quoted = (word: string): string => JSON.stringify(word);

export const NAME_RULE =
  'a name has letters, digits, dots, dashes and underscores, starts with a letter or digit, and has 63 at most';

/** One value of one field; undefined when nothing stands there, or nothing that can be taken. */
function readValue(
  field: EndpointField,
  found: Located,
  complain: (message: string) => void,
): SettingValue | undefined {
  if (found.kind === 'nothing') return undefined;
  if (found.kind !== 'scalar') {
    complain(`${field.label} must be one value, not a list or a group`);
    return undefined;
  }
  if (saysSeveral(field, found.text)) {
    complain(`${field.label} must be one: several are an endpoint each, and a group of them`);
    return undefined;
  }
  const wrong = complaint(field, found.text);
  if (wrong !== undefined) {
    complain(wrong);
    return undefined;
  }
  return field.sensitive && referenceOf(found.text) ? found.text : parse(field, found.text);
}

function readEndpoint(
  name: EndpointName,
  entries: LocatedMap['entries'],
  at: Position,
  platforms: PlatformFields,
  defaults: ReadonlyMap<string, LocatedEntry>,
  complainAt: Complain,
): EndpointConfig {
  let trouble: Problem | undefined;
  const complain = (where: Position, message: string, fix?: string) => {
    const problem = complainAt(where, `${name}: ${message}`, { endpoint: name, ...(fix !== undefined && { fix }) });
    trouble ??= problem;
  };

  const platformAt = entries.get('platform');
  const platform = platformAt?.value.kind === 'scalar' ? platformAt.value.text : '';
  const own = platforms.get(platform);
  if (platform === '') {
    const mistyped = [...entries].find(([key]) => nearest(key, ['platform']) === 'platform' && key !== 'platform');
    complain(
      platformAt?.at ?? mistyped?.[1].at ?? at,
      mistyped
        ? `unknown key ${quoted(mistyped[0])} (did you mean platform?)`
        : `platform is needed: one of ${[...platforms.keys()].join(', ')}`,
    );
  } else if (!own) {
    complain(
      platformAt?.value.at ?? at,
      `unknown platform ${quoted(platform)}${didYouMean(platform, platforms.keys())}`,
      'drover platform list shows what there is',
    );
  }

  const fields = allFieldsOf(own ?? []);
  const values: Record<string, SettingValue> = {};
  for (const [key, entry] of entries) {
    if (key === 'platform') continue;
    const field = fields.find((known) => known.key === key);
    if (field) {
      const value = readValue(field, entry.value, (message) => complain(entry.value.at, message));
      if (value !== undefined) values[key] = value;
      if (value !== undefined && field.sensitive && !referenceOf(value)) {
        complainAt(entry.value.at, `${name}: ${field.label} stands in the file as plain text`, {
          severity: 'warning',
          endpoint: name,
          fix: 'keep it elsewhere and write env:NAME, file:PATH or cmd:COMMAND here',
        });
      }
    } else if (own) {
      // The keys of an unknown platform are not known.
      const known = ['platform', ...fields.map((one) => one.key)];
      complain(entry.at, `unknown key ${quoted(key)}${didYouMean(key, known)}`);
    }
  }
  for (const [key, { value: found }] of defaults) {
    const field = fields.find((known) => known.key === key);
    if (!field || entries.has(key) || !shown(field, fields, values)) continue;
    const value = readValue(field, found, (message) => complain(found.at, `${message} (defaults)`));
    if (value !== undefined) values[key] = value;
  }
  const filter = values['filter'];
  const wrongFilter = typeof filter === 'string' && filter !== '' ? lastingFilter(filter) : undefined;
  if (typeof wrongFilter === 'string')
    complain((entries.get('filter') ?? defaults.get('filter'))?.value.at ?? at, wrongFilter);
  if (own) for (const field of missing(own, values)) complain(at, `${field.label} is needed (${field.key}:)`);

  const every = values['every'];
  const theirs: Record<string, SettingValue> = {};
  // An empty word says that it is not what the defaults say, and nothing more.
  for (const { key } of own ?? []) if (values[key] !== undefined && values[key] !== '') theirs[key] = values[key];
  return {
    name,
    platform,
    enabled: values['enabled'] !== false,
    readOnly: values['read-only'] === true,
    everyMs: typeof every === 'string' && every !== '' ? parseInterval(every) : undefined,
    filter: typeof filter === 'string' && filter !== '' ? filter : undefined,
    values: theirs,
    trouble,
  };
}

/** The `endpoints:` section. One that is wrong is kept, with its trouble; one without a usable name can't be. */
export function readEndpoints(
  section: LocatedEntry | undefined,
  platforms: PlatformFields,
  complain: Complain,
  defaults: ReadonlyMap<string, LocatedEntry> = new Map(),
): ReadonlyMap<EndpointName, EndpointConfig> {
  const endpoints = new Map<EndpointName, EndpointConfig>();
  if (!section || section.value.kind === 'nothing') return endpoints;
  if (section.value.kind !== 'map') {
    complain(section.value.at, 'endpoints must be names with settings below them');
    return endpoints;
  }
  for (const [name, { at, value }] of section.value.entries) {
    if (!isEndpointName(name)) {
      complain(at, `${quoted(name)} can't be the name of an endpoint: ${NAME_RULE}`);
    } else if (value.kind === 'scalar' || value.kind === 'list') {
      const trouble = complain(value.at, `${name}: must be settings like "platform:"`, { endpoint: name });
      endpoints.set(name, {
        name,
        platform: '',
        enabled: true,
        readOnly: false,
        everyMs: undefined,
        filter: undefined,
        values: {},
        trouble,
      });
    } else {
      const entries = value.kind === 'map' ? value.entries : new Map<string, LocatedEntry>();
      endpoints.set(name, readEndpoint(name, entries, at, platforms, defaults, complain));
    }
  }
  return endpoints;
}
