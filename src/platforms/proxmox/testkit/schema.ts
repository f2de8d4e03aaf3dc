/**
 * Proxmox' published description of its API, where it lies beside the checkout: every request of the tests is held against
 * it. It is documentation of Proxmox and no part of this repository.
 */
import { existsSync, readFileSync } from 'node:fs';

interface Parameter {
  readonly type?: string;
  /** A name, or the keys of a text like `virtio=AA:BB:…,bridge=vmbr0`. */
  readonly format?: string | Readonly<Record<string, Parameter>>;
  /** Of a key in such a text: it may be left out with its `=`. */
  readonly default_key?: number;
  /** Of such a key: it is another name for this one. */
  readonly alias?: string;
  readonly keyAlias?: string;
  readonly enum?: readonly string[];
  readonly optional?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly default?: unknown;
}

/** What an answer is made of. */
interface Shape {
  readonly type?: string;
  readonly optional?: number;
  readonly enum?: readonly string[];
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
}

interface Method {
  readonly parameters?: { readonly properties?: Readonly<Record<string, Parameter>> };
  readonly returns?: Shape;
}

interface Branch {
  readonly path: string;
  readonly info?: Readonly<Record<string, Method>>;
  readonly children?: readonly Branch[];
}

const FILE = new URL('../../../../../shared/data/proxmox-ve-api.json', import.meta.url);

export interface Schema {
  /** What the published API has against this request; undefined when nothing. `path` is below /api2/json. */
  complaint(method: string, path: string, values: Readonly<Record<string, string>>): string | undefined;
  /** What it has against this answer. */
  wrongAnswer(method: string, path: string, data: unknown): string | undefined;
}

interface Known {
  readonly branch: Branch;
  readonly segments: readonly string[];
}
/** By how many segments a path has: read once for all servers of a process. */
let known: ReadonlyMap<number, readonly Known[]> | undefined;

function readBranches(): ReadonlyMap<number, readonly Known[]> {
  const tree: readonly Branch[] = JSON.parse(readFileSync(FILE, 'utf8'));
  const all = [...flatten(tree)].map((branch) => ({ branch, segments: branch.path.split('/') }));
  return Map.groupBy(all, ({ segments }) => segments.length);
}

export function readSchema(): Schema | undefined {
  if (!existsSync(FILE)) return undefined;
  known ??= readBranches();
  const branches = known;
  const branchOf = (asked: readonly string[]) =>
    [...(branches.get(asked.length) ?? [])]
      .filter(({ segments }) => fits(segments, asked))
      // A fixed word is meant before a placeholder.
      .sort((a, b) => placeholders(a.segments) - placeholders(b.segments))[0];
  const partsOf = (path: string) => path.split('/').map(decodeURIComponent);
  return {
    wrongAnswer(method, path, data) {
      const shape = branchOf(partsOf(path))?.branch.info?.[method]?.returns;
      return shape && unlike(shape, data, 'data');
    },
    complaint(method, path, values) {
      const asked = partsOf(path);
      const found = branchOf(asked);
      const info = found?.branch.info?.[method];
      if (!found || !info) return `there is no ${method} ${path}`;
      const inPath = Object.fromEntries(
        found.segments.flatMap((segment, i) => {
          const name = /^\{(.+)\}$/.exec(segment)?.[1];
          return name === undefined ? [] : [[name, asked[i] ?? '']];
        }),
      );
      return wrong(info.parameters?.properties ?? {}, { ...inPath, ...values });
    },
  };
}

function* flatten(branches: readonly Branch[]): Generator<Branch> {
  for (const branch of branches) {
    yield branch;
    yield* flatten(branch.children ?? []);
  }
}

const fits = (segments: readonly string[], asked: readonly string[]): boolean =>
  segments.length === asked.length && segments.every((segment, i) => segment.startsWith('{') || segment === asked[i]);

const placeholders = (segments: readonly string[]): number => segments.filter((one) => one.startsWith('{')).length;

function wrong(
  known: Readonly<Record<string, Parameter>>,
  values: Readonly<Record<string, string>>,
): string | undefined {
  for (const [name, value] of Object.entries(values)) {
    const parameter = known[name] ?? known[name.replace(/\d+$/, '[n]')];
    if (!parameter) return `${name}: property is not defined in schema`;
    const why = misfit(parameter, value);
    if (why !== undefined) return `${name}: ${why}`;
  }
  for (const [name, { optional }] of Object.entries(known)) {
    if (!optional && values[name] === undefined) return `${name}: property is missing and it is not optional`;
  }
  return undefined;
}

function misfit(
  { type, format, enum: options, minimum, maximum, maxLength }: Parameter,
  value: string,
): string | undefined {
  if (typeof format === 'object') return misfitOfParts(format, value);
  if (format === 'dns-name' && !DNS_NAME.test(value))
    return `invalid format - value '${value}' does not look like a valid DNS name`;
  if (format === 'pve-storage-id' && !/^[a-z][a-z0-9\-_.]*[a-z0-9]$/i.test(value))
    return `storage ID '${value}' contains illegal characters`;
  if (format === 'urlencoded' && /[^\w.%~!*'()+-]/.test(value)) return 'invalid urlencoded string';
  if (format === 'pve-tag-list' && !/^[a-z0-9_][a-z0-9_\-+.]*([;, ][a-z0-9_][a-z0-9_\-+.]*)*$/.test(value))
    return `invalid format - invalid characters in tag`;
  // PVE::JSONSchema::pve_verify_configid
  if (format === 'pve-configid' && !/^[a-z][a-z0-9_-]+$/i.test(value)) return `invalid configuration ID '${value}'`;
  if (options && !options.includes(value)) return `value '${value}' does not have a value in the enumeration`;
  if (type === 'boolean' && !['0', '1'].includes(value)) return `'${value}' is no boolean`;
  if (type === 'integer' && !/^-?\d+$/.test(value)) return `'${value}' is no integer`;
  if (minimum !== undefined && Number(value) < minimum) return `${value} is less than ${minimum}`;
  if (maximum !== undefined && Number(value) > maximum) return `${value} is more than ${maximum}`;
  if (maxLength !== undefined && value.length > maxLength) return `longer than ${maxLength}`;
  return undefined;
}

const DNS_NAME = /^([a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)(\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)*$/;

/** PVE::JSONSchema::parse_property_string. */
function misfitOfParts(format: Readonly<Record<string, Parameter>>, value: string): string | undefined {
  const seen = new Set<string>();
  for (const part of value.split(',')) {
    const at = part.indexOf('=');
    const usual = Object.keys(format).find((key) => format[key]?.default_key);
    const key = at < 0 ? usual : part.slice(0, at);
    if (key === undefined) return `invalid format - value without key, but schema does not define a default key`;
    const own = format[key];
    if (!own)
      return `invalid format - format error: ${key}: property is not defined in schema and the schema does not allow additional properties`;
    const name = own.keyAlias ?? own.alias ?? key;
    if (seen.has(name)) return `duplicate key in comma-separated list property: ${name}`;
    seen.add(name);
    const why = misfit(format[own.alias ?? key] ?? own, part.slice(at + 1));
    if (why !== undefined) return `invalid format - format error: ${key}: ${why}`;
  }
  const missing = Object.entries(format).find(
    ([key, { optional, alias, default: usual }]) =>
      !optional && alias === undefined && usual === undefined && !seen.has(key),
  );
  return missing && `invalid format - format error: ${missing[0]}: property is missing and it is not optional`;
}

/** What of an answer is not as it is described; what is there beyond that is not looked at. */
function unlike({ type, items, properties, enum: options }: Shape, value: unknown, where: string): string | undefined {
  const is = (word: boolean) => (word ? undefined : `${where} is no ${type}: ${JSON.stringify(value)?.slice(0, 80)}`);
  if (options && !options.includes(String(value))) return `${where} is none of ${options.join(', ')}`;
  switch (type) {
    case 'null':
      return is(value === null);
    case 'string':
      return is(typeof value === 'string' || typeof value === 'number');
    case 'integer':
      return is(Number.isInteger(Number(value)) && value !== null && value !== '');
    case 'number':
      return is(Number.isFinite(Number(value)) && value !== null && value !== '');
    case 'boolean':
      return is([0, 1, '0', '1', true, false].includes(value as never));
    case 'array':
      if (!Array.isArray(value)) return is(false);
      return items && value.map((one, at) => unlike(items, one, `${where}[${at}]`)).find((why) => why !== undefined);
    case 'object': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return is(false);
      const row = value as Readonly<Record<string, unknown>>;
      for (const [key, shape] of Object.entries(properties ?? {})) {
        if (row[key] === undefined && shape.optional) continue;
        if (row[key] === undefined && /\[n\]$/.test(key)) continue;
        const why = unlike(shape, row[key], `${where}.${key}`);
        if (why !== undefined) return why;
      }
      return undefined;
    }
    default:
      return undefined;
  }
}
