import { FleetError } from '../../errors.ts';
import { isEndpointName } from '../../ids.ts';
import { didYouMean } from '../../nearest.ts';
import type { EndpointField, SettingValue } from '../../platforms/contract.ts';
import { complaint, parse, spell } from '../fields.ts';
import { moveNode } from './apply-pool.ts';
import type { ConfigChange, EndpointChanges } from './change.ts';
import { allFieldsOf } from './common-fields.ts';
import type { Draft, Word } from './draft.ts';
import { endpointsToAdd, saysSeveral } from './endpoints-apart.ts';
import type { PlatformFields } from './model.ts';
import { NAME_RULE } from './read-endpoints.ts';

type EndpointChange = Extract<ConfigChange, { kind: `endpoint-${string}` }>;

const invalid = (message: string, fix?: string) =>
  new FleetError('config.invalid', message, fix === undefined ? {} : { fix });

const ONE_EACH = 'an endpoint for each of them is made by drover endpoint add, with commas between them';

/**
 * How the value stands in the file: YAML's own flags and numbers, a size with its unit, rows as they are typed. Text that was
 * typed is read first.
 */
function written(field: EndpointField, value: SettingValue): Word {
  const parsed = typeof value === 'string' ? parse(field, value) : value;
  const typed = parsed === undefined ? value : parsed;
  return field.kind === 'bytes' || typeof typed === 'object' ? spell(field, typed) : typed;
}

function writeValues(
  draft: Draft,
  name: string,
  fields: readonly EndpointField[],
  values: EndpointChanges,
  mayWriteFixed: boolean,
): void {
  for (const [key, value] of Object.entries(values)) {
    const field = fields.find((known) => known.key === key);
    if (!field) {
      throw invalid(
        `${name}: unknown key ${JSON.stringify(key)}${didYouMean(
          key,
          fields.map((one) => one.key),
        )}`,
      );
    }
    if (field.fixed && !mayWriteFixed) {
      throw invalid(
        `${name}: ${field.label} can't be changed, since ids hang on it`,
        'remove the endpoint and add it again',
      );
    }
    if (saysSeveral(field, value)) throw invalid(`${name}: ${field.label} must be one`, ONE_EACH);
    const wrong = value === undefined || value === '' ? undefined : complaint(field, value);
    if (wrong !== undefined) throw invalid(`${name}: ${wrong}`);
    const path = ['endpoints', name, key] as const;
    if (value === undefined || value === '') {
      // Where the file's defaults say something, nothing is said only by saying so.
      if (draft.has(['defaults', key])) draft.set(path, '');
      else draft.remove(path);
    } else draft.set(path, written(field, value));
  }
}

/** Several of them are a group as well, by the name that was given. */
function addEndpoints(
  draft: Draft,
  { name: given, platform, values, pool }: Extract<EndpointChange, { kind: 'endpoint-add' }>,
  fields: readonly EndpointField[],
): void {
  const all = endpointsToAdd(given, fields, values);
  for (const { name, values: own } of all) {
    if (!isEndpointName(name)) throw invalid(`${JSON.stringify(name)} can't be the name of an endpoint: ${NAME_RULE}`);
    if (draft.has(['endpoints', name])) throw invalid(`there is an endpoint ${name} already`, 'choose another name');
    draft.set(['endpoints', name, 'platform'], platform);
    writeValues(draft, name, fields, own, true);
    if (pool !== undefined) moveNode(draft, name, pool);
  }
  if (all.length === 1) return;
  if (draft.has(['endpoints', given])) throw invalid(`there is an endpoint ${given} already`, 'choose another name');
  if (draft.has(['groups', given])) throw invalid(`there is a group ${given} already`, 'choose another name');
  for (const { name } of all) draft.append(['groups', given, 'endpoints'], name);
}

/** Throws FleetError when the change can't be made to what is in the draft. */
export function applyEndpointChange(draft: Draft, change: EndpointChange, platforms: PlatformFields): void {
  const { name } = change;
  if (change.kind === 'endpoint-add') {
    const fields = platforms.get(change.platform);
    if (!fields) throw invalid(`unknown platform ${change.platform}${didYouMean(change.platform, platforms.keys())}`);
    addEndpoints(draft, change, allFieldsOf(fields));
    return;
  }
  if (!draft.has(['endpoints', name])) {
    throw new FleetError(
      'endpoint.not-found',
      `there is no endpoint ${name}${didYouMean(name, draft.keys(['endpoints']))}`,
    );
  }
  switch (change.kind) {
    case 'endpoint-edit': {
      const fields = platforms.get(draft.text(['endpoints', name, 'platform']) ?? '') ?? [];
      writeValues(draft, name, allFieldsOf(fields), change.values, false);
      return;
    }
    case 'endpoint-enable':
      // Enabled is what an endpoint is that says nothing, unless the file's defaults say otherwise.
      if (change.enabled && !draft.has(['defaults', 'enabled'])) draft.remove(['endpoints', name, 'enabled']);
      else draft.set(['endpoints', name, 'enabled'], change.enabled);
      return;
    case 'endpoint-remove':
      draft.remove(['endpoints', name]);
      for (const pool of draft.keys(['pools'])) {
        draft.removeItems(['pools', pool, 'nodes'], (node) => node === name || node.startsWith(`${name}/`));
      }
      for (const group of draft.keys(['groups'])) {
        draft.removeItems(['groups', group, 'endpoints'], (member) => member === name);
      }
  }
}
