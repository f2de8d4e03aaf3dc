import { readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { errnoOf, fileTrouble } from '../files/file-trouble.ts';
import { ROLES, type Role, type RoleRule, type Roles } from './roles.ts';

/** Where an administrator says who may do what: `docs/roles.md`. */
const POLICY_FILE = '/etc/drover/policy.yaml';

export interface RolesOptions {
  readonly file?: string;
  /** Who the file must belong to; root. */
  readonly owner?: number;
  /** Simulated endpoints have none: a demo is no administrator's. */
  readonly exceptSimulated?: boolean;
  /** The user who runs drover, and the names of the groups that they are in. */
  readonly user?: { readonly name: string; readonly groups: readonly string[] };
}

/**
 * Undefined where there is no such file: everything is allowed that the login at the endpoint allows. A file that can't be used,
 * or that others than its owner could have written, allows nothing but to look. Never rejects.
 */
export async function readRoles({
  file = POLICY_FILE,
  owner = 0,
  user,
}: RolesOptions = {}): Promise<Roles | undefined> {
  const unusable = (trouble: string): Roles => ({ file, rules: [], otherwise: 'view', trouble });
  try {
    for (const [what, path] of [
      ['its folder', dirname(file)],
      ['it', file],
    ] as const) {
      const unsafe = whyUnsafe(await stat(path), owner);
      if (unsafe !== undefined) return unusable(`${what} ${unsafe}`);
    }
    const { parse } = await import('yaml');
    const text = await readFile(file, 'utf8');
    let said: unknown;
    try {
      said = parse(text);
    } catch {
      return unusable('it is no YAML');
    }
    const rules = rulesIn(said, user ?? (await thisUser()));
    return typeof rules === 'string' ? unusable(rules) : { file, ...rules };
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? undefined : unusable(fileTrouble(error));
  }
}

function whyUnsafe({ uid, mode }: { readonly uid: number; readonly mode: number }, owner: number): string | undefined {
  if (uid !== owner) return `does not belong to ${owner === 0 ? 'root' : `user ${owner}`}`;
  return (mode & 0o022) === 0 ? undefined : 'can be written by others than its owner';
}

type User = NonNullable<RolesOptions['user']>;

/** Groups by the names that /etc/group has; those of a directory service by their numbers. */
async function thisUser(): Promise<User> {
  const numbers = new Set((process.getgroups?.() ?? []).map(String));
  const lines = (await readFile('/etc/group', 'utf8').catch(() => '')).split('\n');
  const names = lines.flatMap((line) => {
    const [name, , number] = line.split(':');
    return name && number && numbers.has(number) ? [name] : [];
  });
  let name = String(process.getuid?.() ?? '');
  try {
    name = userInfo().username;
  } catch {
    // A uid without an entry in the password database, as in containers.
  }
  return { name, groups: [...names, ...numbers] };
}

/** The rules for this user, or what is wrong with the file, also in the rules of other users. */
function rulesIn(said: unknown, user: User): Pick<Roles, 'rules' | 'otherwise'> | string {
  if (!isMap(said)) return 'it must have roles, a list';
  const { roles = [], default: otherwise = 'view', ...others } = said;
  const [strange] = Object.keys(others);
  if (strange !== undefined) return `unknown key ${JSON.stringify(strange)}: there are roles and default`;
  if (!isRole(otherwise)) return `default must be one of ${ROLES.join(', ')}`;
  if (!Array.isArray(roles)) return 'roles must be a list';
  const rules: RoleRule[] = [];
  for (const [index, rule] of roles.entries()) {
    const read = ruleOf(rule, user);
    if (typeof read === 'string') return `role ${index + 1}: ${read}`;
    if (read.isTheirs) rules.push({ pools: read.pools, may: read.may });
  }
  return { rules, otherwise };
}

function ruleOf(rule: unknown, user: User): (RoleRule & { readonly isTheirs: boolean }) | string {
  if (!isMap(rule)) return 'it must have users or groups, and may';
  const { users, groups, pools, may, ...others } = rule;
  const [strange] = Object.keys(others);
  if (strange !== undefined) return `unknown key ${JSON.stringify(strange)}: there are users, groups, pools and may`;
  if (!isRole(may)) return `may must be one of ${ROLES.join(', ')}`;
  for (const [key, names] of Object.entries({ users, groups, pools }))
    if (names !== undefined && !isNames(names)) return `${key} must be a list of names`;
  // What is for all users is the default; a rule whose line of users was lost must not be for all.
  if (users === undefined && groups === undefined) return 'it must have users or groups';
  const isTheirs =
    (isNames(users) && users.map(String).includes(user.name)) ||
    (isNames(groups) && groups.some((group) => user.groups.includes(String(group))));
  return { isTheirs, pools: isNames(pools) ? pools.map(String) : undefined, may };
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isRole = (value: unknown): value is Role => ROLES.some((role) => role === value);
/** A number is a name as well: a pool that is called 2. */
const isNames = (value: unknown): value is readonly (string | number)[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string' || typeof one === 'number');
