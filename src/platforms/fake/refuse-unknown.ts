import { FleetError } from '../../errors.ts';
import type { FakeServer } from './server.ts';

/** Throws KIND.not-found. */
export function refuseUnknown(
  { collections, endpoint }: Pick<FakeServer, 'collections' | 'endpoint'>,
  kind: 'image' | 'network' | 'storage' | 'zone',
  name: string,
): void {
  if (collections[kind].all().some((one) => one.name === name)) return;
  throw new FleetError(`${kind}.not-found`, `${endpoint} has no ${kind} ${JSON.stringify(name)}`);
}
