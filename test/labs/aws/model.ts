/** Holds requests against AWS' own description of the EC2 API: moto takes what AWS would refuse. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

interface Member {
  readonly shape: string;
  readonly locationName?: string;
  readonly queryName?: string;
}

interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, Member>>;
  readonly required?: readonly string[];
  readonly member?: Member;
  readonly enum?: readonly string[];
  readonly min?: number;
  readonly max?: number;
}

interface Model {
  readonly metadata: { readonly protocol: string };
  readonly operations: Readonly<Record<string, { readonly input?: { readonly shape: string } }>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** What is wrong with the parameters of a request, a sentence each; none for a good one. */
export type RequestCheck = (form: URLSearchParams) => readonly string[];

/** Of AWS' own making, and not in the description. */
const COMMON = new Set(['Action', 'Version']);

export function readModel(path: string): RequestCheck {
  const { metadata, operations, shapes }: Model = JSON.parse(gunzipSync(readFileSync(path)).toString('utf8'));

  /** The query protocol writes names as they are. */
  const nameOf = (entry: readonly [string, Member]): string =>
    metadata.protocol === 'query' ? (entry[1].locationName ?? entry[0]) : wireName(entry);

  function complaintOf(shape: Shape | undefined, path: readonly string[], value: string): string | undefined {
    const [step, ...rest] = path;
    if (!shape) return 'has a shape that the model lacks';
    if (shape.type === 'structure') {
      const found = Object.entries(shape.members ?? {}).find((entry) => nameOf(entry) === step);
      return found ? complaintOf(shapes[found[1].shape], rest, value) : `is unknown: ${step ?? 'a value is missing'}`;
    }
    if (shape.type === 'list' && metadata.protocol === 'query' && step === 'member') {
      return complaintOf(shape, rest, value);
    }
    if (shape.type === 'list') {
      if (!/^[1-9]\d*$/.test(step ?? '')) return `is a list and lacks a number: ${step}`;
      return complaintOf(shapes[shape.member?.shape ?? ''], rest, value);
    }
    if (step !== undefined) return `has no ${step}`;
    return scalarComplaint(shape, value);
  }

  return (form) => {
    const action = form.get('Action') ?? '';
    const operation = operations[action];
    if (!operation) return [`there is no action ${action}`];
    const input = shapes[operation.input?.shape ?? ''];
    const keys = [...form.keys()].filter((key) => !COMMON.has(key));
    const wrong = keys.flatMap((key) => {
      const complaint = complaintOf(input, key.split('.'), form.get(key) ?? '');
      return complaint === undefined ? [] : `${action}: ${key} ${complaint}`;
    });
    const missing = (input?.required ?? []).filter((name) => {
      const wire = nameOf([name, input?.members?.[name] ?? { shape: '' }]);
      return !keys.some((key) => key === wire || key.startsWith(`${wire}.`));
    });
    return [...wrong, ...missing.map((name) => `${action}: ${name} is missing`)];
  };
}

/** The ec2 protocol's rule (smithy.io, "AWS EC2 query protocol"). */
function wireName([name, { queryName, locationName }]: readonly [string, Member]): string {
  const told = queryName ?? locationName ?? name;
  return queryName ?? told.charAt(0).toUpperCase() + told.slice(1);
}

function scalarComplaint({ type, enum: words, min, max }: Shape, value: string): string | undefined {
  if (words && !words.includes(value)) return `may not be ${value}`;
  if (type === 'boolean' && value !== 'true' && value !== 'false') return `is a boolean, not ${value}`;
  if (type !== 'integer' && type !== 'long') return undefined;
  if (!/^-?\d+$/.test(value)) return `is a number, not ${value}`;
  const number = Number(value);
  return (min !== undefined && number < min) || (max !== undefined && number > max)
    ? `is out of range: ${value}`
    : undefined;
}
