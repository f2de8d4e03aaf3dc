import { afterAll, beforeAll, expect, it } from 'vitest';
import type { VmId } from '../../../src/ids.ts';
import type { Connection } from '../../../src/platforms/contract.ts';
import { bigVcenter, connectTo, patient, shut, type Watched, watch } from './vcenter.ts';

const EVERY_MS = 5_000;
/** On a machine with other work to do; the simulator's own news take a minute for as many. */
const SEEN_WITHIN_MS = 25_000;
const VMS = 20;

let watched: Watched;
let other: Connection;
let ids: readonly VmId[];

beforeAll(async () => {
  watched = await watch(bigVcenter(), EVERY_MS);
  other = await connectTo(bigVcenter());
  ids = [...watched.vms.values()]
    .filter(({ state }) => state === 'running')
    .slice(0, VMS)
    .map(({ id }) => id);
});
afterAll(async () => {
  for (const id of ids) await other.vm.start(id, patient());
  await other.close();
  await shut(watched);
});

it('what another client switches off is shown while the server is late with its news, on the same session', async () => {
  await Promise.all(ids.map((id) => other.vm.stop(id, 'force', patient())));
  const off = () => ids.every((id) => watched.vms.get(id)?.state === 'stopped') || undefined;
  await watched.until('all of them off', off, SEEN_WITHIN_MS);
  expect(ids).toHaveLength(VMS);
  expect(watched.feeds.filter(({ kind }) => kind === 'inventory')).toHaveLength(1);
  expect(watched.wire.filter(({ text }) => text.includes('Login'))).toHaveLength(1);
});
