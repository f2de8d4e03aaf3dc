/**
 * Proxmox' published description of its API, where it lies beside the checkout: every request of the tests is held against
 * it. It is documentation of Proxmox and no part of this repository.
 */
import { existsSync, readFileSync } from 'node:fs';

interface Parameter {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly optional?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}

interface Method {
  readonly parameters?: { readonly properties?: Readonly<Record<string, Parameter>> };
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
}

export function readSchema(): Schema | undefined {
  if (!existsSync(FILE)) return undefined;
  const tree: readonly Branch[] = JSON.parse(readFileSync(FILE, 'utf8'));
  const branches = [...flatten(tree)].map((branch) => ({ branch, segments: branch.path.split('/') }));
  return {
    complaint(method, path, values) {
      const asked = path.split('/').map(decodeURIComponent);
      const found = branches
        .filter(({ segments }) => fits(segments, asked))
        // A fixed word is meant before a placeholder.
        .sort((a, b) => placeholders(a.segments) - placeholders(b.segments))[0];
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
