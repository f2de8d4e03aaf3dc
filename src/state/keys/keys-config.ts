/**
 * The `keys:` section of the configuration:
 *
 *     keys:
 *       preset: vim
 *       vm.start: [s, f5]
 *       view.range: []
 *       console.detach: ctrl-]
 *       console.menu: ctrl-\
 */

import { didYouMean } from '../../nearest.ts';
import type { Located, LocatedMap } from '../config/located.ts';
import type { Position, Problem } from '../config/problem.ts';
import { controlByte, readKey } from './key-name.ts';
import { keyPresets } from './key-presets.ts';

export interface KeysConfig {
  /** By action: the keys in place of its own. What the user wrote comes before what the preset says. */
  readonly overrides: ReadonlyMap<string, readonly string[]>;
  /** The key that leaves a console, always one that is a single byte; undefined when the file does not say. */
  readonly detach: string | undefined;
  /** The key that opens the menu of one, likewise. */
  readonly menu: string | undefined;
  /** Where an action was given this key; undefined when it was not. */
  placeOf(actionId: string, key: string): Position | undefined;
  readonly problems: readonly Problem[];
}

const PRESET = 'preset';
const DETACH = 'console.detach';
const MENU = 'console.menu';
const presetNames = keyPresets.map(({ name }) => name);

type Complain = (at: Position, message: string, fix?: string) => void;

/** Never throws: what can't be taken is left out, and reported with its place. Clashes are the keymap's to find. */
export function readKeys(file: string, tree: LocatedMap, actionIds: readonly string[]): KeysConfig {
  const problems: Problem[] = [];
  const complain: Complain = (at, message, fix) => {
    problems.push({ severity: 'error', file, at, message: `keys: ${message}`, ...(fix !== undefined && { fix }) });
  };
  const overrides = new Map<string, readonly string[]>();
  const places = new Map<string, Position>();
  const give = (actionId: string, found: readonly FoundKey[]) => {
    overrides.set(
      actionId,
      found.map(({ key }) => key),
    );
    for (const { key, at } of found) places.set(`${actionId} ${key}`, at);
  };

  let detach: string | undefined;
  let menu: string | undefined;
  let preset: { readonly at: Position; readonly name: string } | undefined;
  for (const [name, { at, value }] of entriesOf(tree, complain)) {
    if (name === PRESET) {
      if (value.kind === 'scalar') preset = { at: value.at, name: value.text };
      else complain(at, `preset must be one of ${presetNames.join(', ')}`);
    } else if (name === DETACH) {
      detach = readControl(DETACH, value, at, complain);
    } else if (name === MENU) {
      menu = readControl(MENU, value, at, complain);
    } else if (!actionIds.includes(name)) {
      complain(
        at,
        `there is no action ${JSON.stringify(name)}${didYouMean(name, [...actionIds, PRESET, DETACH, MENU])}`,
      );
    } else {
      const found = readList(name, value, at, complain);
      if (found) give(name, found);
    }
  }
  if (preset) addPreset(preset, overrides, places, complain);
  return {
    overrides,
    detach,
    menu: menu === detach ? undefined : menu,
    placeOf: (actionId, key) => places.get(`${actionId} ${key}`),
    problems,
  };
}

function entriesOf(tree: LocatedMap, complain: Complain): LocatedMap['entries'] {
  const section = tree.entries.get('keys')?.value;
  if (section?.kind === 'map') return section.entries;
  if (section && section.kind !== 'nothing')
    complain(section.at, 'must be actions with keys, like "vm.start: [s, f5]"');
  return new Map();
}

interface FoundKey {
  readonly key: string;
  readonly at: Position;
}

/** Undefined where nothing is said that could be taken: the action keeps the keys that it has. */
function readList(name: string, value: Located, at: Position, complain: Complain): readonly FoundKey[] | undefined {
  if (value.kind === 'map' || value.kind === 'nothing') {
    complain(value.kind === 'map' ? value.at : at, `${name} needs a key, or a list of keys`, '[] takes its keys away');
    return undefined;
  }
  const found: FoundKey[] = [];
  const items = value.kind === 'list' ? value.items : [value];
  for (const item of items) {
    const read = readOne(name, item, complain);
    if (read !== undefined && !found.some(({ key }) => key === read)) found.push({ key: read, at: item.at });
  }
  return found.length === 0 && items.length > 0 ? undefined : found;
}

function readOne(name: string, item: Located, complain: Complain): string | undefined {
  if (item.kind !== 'scalar') {
    complain(item.at, `${name}: a key is one word`, 'put quotes around ~ and around signs that YAML takes for its own');
    return undefined;
  }
  const read = readKey(item.text);
  if ('key' in read) return read.key;
  complain(item.at, `${name}: ${read.complaint}`, /[\s,]/.test(item.text) ? 'write several as [s, f5]' : undefined);
  return undefined;
}

function readControl(name: string, value: Located, at: Position, complain: Complain): string | undefined {
  const [only, ...others] = readList(name, value, at, complain) ?? [];
  if (!only) return undefined;
  if (others.length === 0 && controlByte(only.key) !== undefined) return only.key;
  complain(value.at, `${name} must be one key with ctrl, such as ctrl-] or ctrl-t`, 'all other keys are the guest’s');
  return undefined;
}

function addPreset(
  { at, name }: { readonly at: Position; readonly name: string },
  overrides: Map<string, readonly string[]>,
  places: Map<string, Position>,
  complain: Complain,
): void {
  const preset = keyPresets.find((one) => one.name === name);
  if (!preset) {
    complain(
      at,
      `there is no preset ${JSON.stringify(name)}${didYouMean(name, presetNames)}: ${presetNames.join(', ')}`,
    );
    return;
  }
  for (const [actionId, keys] of Object.entries(preset.keys)) {
    if (overrides.has(actionId)) continue;
    overrides.set(actionId, keys);
    for (const key of keys) places.set(`${actionId} ${key}`, at);
  }
}
