/**
 * The `applications:` section of the configuration: where the applications in VMs are reached, by the ids of the VMs.
 *
 *     applications:
 *       host1/4dea22b3-1d52-d8f3-2516-782e98ab3fa0: { port: 8080, path: /shop, uuid: 4dea22b3-… }
 */
import type { Vm } from '../../platforms/contract.ts';
import { type ApplicationDetails, DETAILS, detailsIn, rightDetailsIn } from '../appliances/application.ts';
import { type Located, type LocatedMap, locate, plainOf } from './located.ts';
import type { Complain } from './read-endpoints.ts';
import { isNodeReference } from './read-pools.ts';

export const APPLICATIONS = 'applications';
/** Of the machine that they were said of: another may get its id. */
export const MACHINE = 'uuid';

/** What the user has said of this very VM; undefined where nothing was, or nothing that can be used. */
export function ownDetails(file: LocatedMap, { id, uuid }: Pick<Vm, 'id' | 'uuid'>): ApplicationDetails | undefined {
  const found = locate(file, [APPLICATIONS, id]);
  if (found?.kind !== 'map') return undefined;
  const machine = plainOf(locate(found, [MACHINE]));
  if (machine !== null && machine !== uuid) return undefined;
  // What is wrong in it was said with the file; the rest counts.
  const details = rightDetailsIn((key) => plainOf(locate(found, [key])));
  return Object.keys(details).length === 0 ? undefined : details;
}

/** Reports what is wrong in the section; the rest of it counts. */
export function checkApplications(file: LocatedMap, complain: Complain): void {
  const section = locate(file, [APPLICATIONS]);
  if (!section || section.kind === 'nothing') return;
  if (section.kind !== 'map')
    return void complain(section.at, `${APPLICATIONS} must be ids of VMs with details below them`);
  for (const [id, { at, value }] of section.entries) {
    const wrong = entryComplaint(id, value);
    if (wrong !== undefined) complain(at, `${APPLICATIONS}: ${JSON.stringify(id)}: ${wrong}`, { severity: 'warning' });
  }
}

function entryComplaint(id: string, value: Located): string | undefined {
  if (!isNodeReference(id) || !id.includes('/')) return 'details are of endpoint/id';
  if (value.kind !== 'map') return 'details are keys with values';
  const strange = [...value.entries.keys()].find((key) => key !== MACHINE && !DETAILS.some((known) => known === key));
  if (strange !== undefined) return `unknown key ${JSON.stringify(strange)}: there are ${DETAILS.join(', ')}`;
  const details = detailsIn((key) => plainOf(locate(value, [key])));
  return typeof details === 'string' ? details : undefined;
}
