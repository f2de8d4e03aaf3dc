import { FleetError } from '../../../errors.ts';
import type { Catalog } from '../catalog.ts';

/** Throws op.conflict for a name that a guest has: the server takes a second one, and nothing here could tell them apart. */
export function refuseTakenGuest(endpoint: string, { resources }: Pick<Catalog, 'resources'>, name: string): void {
  const there = [...resources.guests.values()].find((guest) => guest.name === name);
  if (!there) return;
  throw new FleetError('op.conflict', `${endpoint} has a guest ${name} already (${there.vmid} on ${there.node})`, {
    fix: 'choose another name',
  });
}
