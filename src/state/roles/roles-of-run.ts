import type { Problem } from '../config/problem.ts';
import { type RolesOptions, readRoles } from './read-roles.ts';
import type { Roles } from './roles.ts';

/** The roles of the user in this run: read when it starts. */
export interface RolesOfRun {
  read(): Promise<void>;
  /** Undefined where everything is allowed, and before they were read. */
  current(): Roles | undefined;
  /** Why nothing can be changed, where the file can't be used. */
  problems(): readonly Problem[];
}

export function rolesOfRun(options: RolesOptions | undefined): RolesOfRun {
  let roles: Roles | undefined;
  return {
    async read() {
      roles = await readRoles(options);
    },
    current: () => roles,
    problems: () =>
      roles?.trouble === undefined
        ? []
        : [{ severity: 'warning', file: roles.file, message: `${roles.trouble}; nothing can be changed` }],
  };
}
