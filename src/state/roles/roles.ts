/** What the administrator of this machine lets the user who runs drover do, by pool and endpoint. */

/** view: nothing is changed; operate: power, consoles, moves, new snapshots and backups; administer: everything. */
export const ROLES = ['view', 'operate', 'administer'] as const;
export type Role = (typeof ROLES)[number];

/** The rules that hold for the user, in the order of the file. */
export interface Roles {
  readonly file: string;
  readonly rules: readonly RoleRule[];
  /** Where no rule fits. */
  readonly otherwise: Role;
  /** Why the file can't be used, as a sentence. Nothing may be changed then. */
  readonly trouble?: string;
}

export interface RoleRule {
  /** Names of pools and endpoints; undefined: all of them. */
  readonly pools: readonly string[] | undefined;
  readonly may: Role;
}

/** The first rule that fits counts. `places`: the names of the pools that something is in, and of its endpoint. */
export const roleAt = ({ rules, otherwise }: Roles, places: readonly string[]): Role =>
  rules.find(({ pools }) => pools === undefined || pools.some((pool) => places.includes(pool)))?.may ?? otherwise;
