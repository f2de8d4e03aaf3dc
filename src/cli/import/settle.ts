import { type EndpointName, endpointName, endpointNameFor } from '../../ids.ts';
import type { EndpointField, Manifest, Settings } from '../../platforms/contract.ts';
import { allFieldsOf } from '../../state/config/common-fields.ts';
import type { Config } from '../../state/config/model.ts';
import { complaint, missing } from '../../state/fields.ts';
import { clean } from '../../terminal/width.ts';
import { differing, isSamePlace, PLACE } from './agreement.ts';
import { nameProblem } from './names.ts';
import type { Found, Plan } from './plan.ts';
import type { SecretFiles } from './secret-files.ts';

/** What becomes of something that was found. */
export interface Settled {
  readonly status: 'new' | 'there already' | 'refused' | 'left out';
  /** The endpoint's name; of what is left out, the name that the tool has for it. */
  readonly name: string;
  /** Why it is not new: a sentence without a full stop. */
  readonly why?: string;
  readonly plan?: Plan;
  /** An endpoint of another name that agrees with it. */
  readonly twin?: string;
  /** What is written into the configuration: secrets are references. */
  readonly values: Settings;
}

export interface Ground {
  readonly tool: string;
  readonly manifests: readonly Manifest[];
  readonly config: Config;
  readonly files: SecretFiles;
}

/** Checks what was found against the platforms' fields and the endpoints that there are, and gives it its name. */
export async function settle(found: readonly Found[], ground: Ground): Promise<readonly Settled[]> {
  const taken = new Set<string>();
  const settled: Settled[] = [];
  for (const one of found) {
    const result: Settled = 'why' in one ? { status: 'left out', ...one, values: {} } : await place(one, taken, ground);
    if (result.status === 'new' || result.status === 'there already') taken.add(result.name);
    settled.push(result);
  }
  return settled;
}

async function place(plan: Plan, taken: ReadonlySet<string>, ground: Ground): Promise<Settled> {
  const own = ground.manifests.find(({ id }) => id === plan.platform)?.endpoint;
  const wrong = own ? complaintAbout(plan, own) : `drover has no platform ${plan.platform} yet`;
  if (!own || wrong !== undefined) return { status: 'left out', name: plan.name, why: wrong ?? '', values: {} };
  const fields = allFieldsOf(own);
  for (const name of namesFor(plan, ground.tool, taken.size + ground.config.endpoints.size)) {
    if (taken.has(name)) continue;
    const values = withReferences(plan, name, ground.files);
    const existing = [...ground.config.endpoints.values()].find((one) => one.name === name);
    if (!existing) {
      const blocked = await otherSecret(plan, name, ground.files);
      if (blocked !== undefined) return { status: 'refused', name, why: blocked, plan, values };
      const twin = await twinOf(plan, fields, ground);
      return { status: 'new', name, plan, values, ...(twin === undefined ? {} : { twin }) };
    }
    const others = await differing(plan, existing, fields, ground.files);
    if (others.length === 0) return { status: 'there already', name, plan, values };
    if (isSamePlace(plan, existing)) {
      const why = `the endpoint ${name} is there already and has another ${others.join(', ')}: drover endpoint edit ${name}`;
      return { status: 'refused', name, why, plan, values };
    }
  }
  return {
    status: 'refused',
    name: plan.name,
    why: 'every name for it is taken by another endpoint',
    plan,
    values: {},
  };
}

const NAME_MAX = 63;

/** Its own name where that can be one, then with the tool's name behind it: a name that is taken is never overwritten. */
function* namesFor({ name }: Plan, tool: string, taken: number): Generator<EndpointName> {
  yield endpointNameFor(name);
  // One more than all the others that there are: the last of them is free.
  for (let count = 1; count <= taken + 1; count++) {
    const ending = count === 1 ? `-${tool}` : `-${tool}-${count}`;
    yield endpointName(endpointNameFor(name, NAME_MAX - ending.length) + ending);
  }
}

/** `https://root:secret@host` and `root:secret@host`: an address is shown everywhere. */
const holdsPassword = (address: string): boolean =>
  /^[^@?]*:[^@?]*@/.test(address.replace(/^[a-z][a-z0-9+.-]*:\/\//i, ''));

/** What the platform's fields say to the values; and nothing may be written that can't be seen when it is shown. */
function complaintAbout({ values, secrets, where }: Plan, own: readonly EndpointField[]): string | undefined {
  const fields = allFieldsOf(own);
  const addresses = [where, ...PLACE.map((key) => String(values[key] ?? ''))];
  if (addresses.some(holdsPassword)) return 'a password stands in its address';
  const unusable = nameProblem(values);
  if (unusable !== undefined) return unusable;
  for (const [key, value] of Object.entries({ ...values, ...secrets })) {
    const field = fields.find((known) => known.key === key);
    if (!field) return `the platform has no field ${key}`;
    const wrong = complaint(field, value);
    if (wrong !== undefined) return wrong;
    if (typeof value === 'string' && !(key in secrets) && clean(value) !== value)
      return `${field.label} holds characters that can't be seen`;
  }
  const [first] = missing(own, { ...values, ...secrets });
  return first && `${first.label} is missing`;
}

const withReferences = ({ values, secrets }: Plan, name: string, files: SecretFiles): Settings => ({
  ...values,
  ...Object.fromEntries(Object.keys(secrets).map((field) => [field, files.reference(name, field)])),
});

async function otherSecret({ secrets }: Plan, name: string, files: SecretFiles): Promise<string | undefined> {
  for (const [field, secret] of Object.entries(secrets)) {
    const left = await files.read(name, field);
    if (left !== undefined && left !== secret)
      return `another secret is in the way: remove ${files.reference(name, field).slice('file:'.length)} beside the configuration`;
  }
  return undefined;
}

async function twinOf(
  plan: Plan,
  fields: readonly EndpointField[],
  { config, files }: Ground,
): Promise<string | undefined> {
  for (const existing of config.endpoints.values()) {
    if ((await differing(plan, existing, fields, files)).length === 0) return existing.name;
  }
  return undefined;
}
