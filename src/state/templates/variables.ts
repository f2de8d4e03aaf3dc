/** Variables of templates: `$NAME` and `${NAME}` in what new VMs are made of. */
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { FleetError } from '../../errors.ts';
import type { EndpointName } from '../../ids.ts';
import type { PoolConfig } from '../config/model.ts';
import type { Written } from '../fields.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { nodesOf, userPoolsAbove } from '../fleet/pool-of.ts';
import type { Preset } from '../presets/preset.ts';
import { spellTemplate, type Template } from './template.ts';

export type Variables = Readonly<Record<string, string>>;

/** What is known only when a VM is made. */
export interface Made {
  readonly vm: string;
  /** Name of the endpoint. */
  readonly server: string;
  /** What was found out of the node: its default bridge. */
  readonly found: Variables;
  /** Of the pools that it will be in, see variablesOfPools. */
  readonly ofPools: Variables;
  /** What the user gives; counts most. */
  readonly given: Variables;
}

/** The bridge that NICs are plugged into where nothing else is said; found out of the node. */
export const DEFAULT_BRIDGE = 'DEFAULT_BRIDGE';

const PLACE = /\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})/g;

/** A unicast address that is administered locally where Xen's are: 00:16:3e and three random bytes, the first below 0x80. */
function newMac(): string {
  const bytes = randomBytes(3);
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return ['00', '16', '3e', ...[...bytes].map((byte) => byte.toString(16).padStart(2, '0'))].join(':');
}

/** Names that are not known stay as they are: `$HOME` in a command is for the guest. */
const filled = (text: string, variables: Variables): string =>
  text.replace(PLACE, (whole, plain?: string, braced?: string) => {
    const name = plain ?? braced ?? '';
    if (name === 'AUTOGEN_MAC') return newMac();
    return Object.hasOwn(variables, name) ? (variables[name] ?? whole) : whole;
  });

function filledIn(value: Written, variables: Variables): Written {
  if (typeof value === 'string') return filled(value, variables);
  if (value === null) return value;
  if (Array.isArray(value)) return value.map((one: Written) => filledIn(one, variables));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filledIn(one, variables)]));
}

/** Those of a pool, on top of those of the pools around it. */
export function variablesOfPool(inner: PoolConfig | undefined, pools: ReadonlyMap<string, PoolConfig>): Variables {
  const path: PoolConfig[] = [];
  for (let pool = inner; pool && !path.includes(pool); pool = pool.in === undefined ? undefined : pools.get(pool.in))
    path.unshift(pool);
  return Object.assign({}, ...path.map(({ variables }) => variables));
}

/**
 * Those of the pools that a VM of this endpoint will be in on whichever of its nodes, the inner ones on top; with `pool`, on whichever
 * of its nodes in that one. Empty where there is no such pool.
 */
export function variablesOfPools(fleet: Fleet, endpoint: EndpointName, pool?: string): Variables {
  const nodes = nodesOf(fleet, endpoint, pool).map(({ id }) => id);
  const [first = [], ...others] = (nodes.length === 0 ? [undefined] : nodes).map((node) => [
    ...userPoolsAbove(fleet, node, endpoint),
  ]);
  const shared = first.filter((pool) => others.every((path) => path.includes(pool)));
  return Object.assign({}, ...shared.toReversed().map(({ variables }) => variables));
}

/**
 * What this template says of a VM on this platform, with its variables filled in. Of a variable counts first what the user
 * gives, then the pool's value, then what was found out of the node, then the template's; those of the pool that the template has
 * not are there too. Throws usage for a variable of the template that has no value anywhere, and for one that is given and is not
 * there.
 */
export function filledTemplate(template: Template, platform: string, made: Made): Preset {
  const says = sayingOn(template, platform);
  refuseUnused(template, platform, made.given);
  const variables = variablesFor(template, made);
  const empty = emptyIn(says, template, variables);
  if (empty.length > 0) {
    throw new FleetError('usage', `${spellTemplate(template)} needs a value for ${empty.join(' and ')}`, {
      fix: `give it: --var ${empty[0]}=VALUE, or set it for the pool: drover pool set POOL ${empty[0]}=VALUE`,
    });
  }
  return new Map([...says].map(([key, said]) => [key, { ...said, value: filledIn(said.value, variables) }]));
}

/** All variables with their values for one VM, those that are built in among them. */
export function variablesFor(template: Template, made: Made): Variables {
  const builtIn: Variables = {
    IMAGE_STORE: dirname(dirname(template.folder)),
    IMAGE_NAME: template.name,
    IMAGE_LOCATION: template.folder,
    VM_NAME: made.vm,
    SERVER_NAME: made.server,
  };
  const own: Variables = { ...template.variables, ...made.found, ...made.ofPools, ...made.given };
  const bridge = own[DEFAULT_BRIDGE];
  const known = { ...builtIn, ...(bridge !== undefined && { [DEFAULT_BRIDGE]: bridge }) };
  return {
    ...Object.fromEntries(Object.entries(own).map(([name, value]) => [name, filled(value, known)])),
    ...builtIn,
  };
}

/** What the variables of a template are before a VM is made of it. */
export interface Shown {
  /** Those of the template, and the default bridge where it is named; '' without a value. */
  readonly values: Variables;
  /** Those that are needed and have a value neither in the template, nor of the node, nor in a pool: the user must give one. */
  readonly open: readonly string[];
}

export function shownVariables(
  template: Template,
  platform: string,
  { found, ofPools }: Pick<Made, 'found' | 'ofPools'>,
): Shown {
  const all: Variables = { ...template.variables, ...found, ...ofPools };
  const open = emptyIn(sayingOn(template, platform), template, all);
  const bridge = usesBridge(template, platform) ? [DEFAULT_BRIDGE] : [];
  const names = [...Object.keys(template.variables), ...bridge];
  return { values: Object.fromEntries(names.map((name) => [name, all[name] ?? ''])), open };
}

/** Also those that stand in the value of one that is named. */
function emptyIn(says: Preset, template: Template, variables: Variables): readonly string[] {
  const named = namesIn(says);
  const all = new Set(named.flatMap((name) => [name, ...placesIn(variables[name] ?? '')]));
  return [...all].filter(
    (name) => (name === DEFAULT_BRIDGE || Object.hasOwn(template.variables, name)) && (variables[name] ?? '') === '',
  );
}

/** Whether the default bridge of a node stands in what the template says of a VM on this platform, in a variable, or may in its script. */
export const usesBridge = (template: Template, platform: string): boolean =>
  template.hasScript ||
  [...namesIn(sayingOn(template, platform)), ...placesIn(JSON.stringify(template.variables))].includes(DEFAULT_BRIDGE);

/** `vm` with what counts more on this platform; a key with nothing behind it there is taken away. */
function sayingOn({ vm, platforms }: Template, platform: string): Preset {
  const own = platforms.get(platform) ?? new Map();
  const all = new Map([...vm, ...own]);
  return new Map([...all].filter(([, { value }]) => value !== null));
}

/** A variable that is mistyped would change nothing, and say nothing. */
function refuseUnused(template: Template, platform: string, given: Variables): void {
  const known = new Set([
    ...Object.keys(template.variables),
    ...namesIn(sayingOn(template, platform)),
    ...(usesBridge(template, platform) ? [DEFAULT_BRIDGE] : []),
  ]);
  const unknown = Object.keys(given).find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw new FleetError('usage', `${spellTemplate(template)} has no variable ${JSON.stringify(unknown)}`, {
    fix: known.size === 0 ? 'it has none' : `there ${known.size === 1 ? 'is' : 'are'} ${[...known].join(', ')}`,
  });
}

const namesIn = (says: Preset): readonly string[] =>
  placesIn(JSON.stringify([...says.values()].map(({ value }) => value)));

const placesIn = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(PLACE)].map(([, plain, braced]) => plain ?? braced ?? '')),
];
