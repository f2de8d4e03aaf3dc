import type { Login } from './cloud-api.ts';

export const PASSWORD = 'drover-lab';
export const REGION = 'RegionOne';
/** Of the application credential that drover has made for itself. */
export const APPLICATION = { name: 'drover-on-a-desk', secret: 'drover-lab-application' } as const;

/** `fleet` has the thirty servers, `annex` a few that only who asks for all projects sees beside them. */
export const PROJECTS = ['fleet', 'annex'] as const;
export type Project = (typeof PROJECTS)[number];

/** name -> role in the project `fleet`. `drover` is a member of `annex` too. */
export const PEOPLE = { drover: 'member', captain: 'admin', visitor: 'reader' } as const;
export type Person = keyof typeof PEOPLE;

export const loginOf = (user: Person, project: Project = 'fleet'): Login => ({ user, password: PASSWORD, project });

/** Who made the cloud. */
export const ROOT: Login = { user: 'admin', password: PASSWORD, project: 'admin' };

/** The user that the services are to each other. */
export const SERVICES: Login = { user: 'services', password: PASSWORD, project: 'service' };
