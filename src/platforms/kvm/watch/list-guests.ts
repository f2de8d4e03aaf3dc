import { breathe } from '../../transport/breathe.ts';
import { uuidText } from '../link/uuid.ts';
import type { RpcClient } from '../rpc/client.ts';
import { LIST, STATS } from '../rpc/flags.ts';
import { type Domain, procedures } from '../rpc/protocol.ts';
import { readDomainStats } from '../rpc/stats.ts';

export interface ListedGuest {
  readonly domain: Domain;
  readonly state: number;
  readonly reason: number;
  /** Its memory lies on the host's disk. */
  readonly saved: boolean;
}

/** In the same state, for the same reason, in the same run. */
export const isAlike = (a: ListedGuest, b: ListedGuest): boolean =>
  a.state === b.state && a.reason === b.reason && a.domain.id === b.domain.id;

/** Between two looks at the event loop; a list of ten thousand must not be felt in the hand. */
const AT_ONCE = 500;

/**
 * Every domain of the host with its state, by uuid, in three calls whatever their number: running ones and the others,
 * since a daemon puts 16,384 into one reply at most.
 */
export async function listGuests(poll: RpcClient, signal: AbortSignal): Promise<ReadonlyMap<string, ListedGuest>> {
  const ask = (filter: number) =>
    poll.call(procedures.domainStats, { domains: [], groups: STATS.state, flags: filter }, { signal });
  const guests = new Map<string, ListedGuest>();
  let count = 0;
  const [active, inactive, { domains }] = await Promise.all([
    ask(LIST.active),
    ask(LIST.inactive),
    poll.call(procedures.listDomains, { needResults: true, flags: LIST.managedSave }, { signal }),
  ]);
  const saved = new Set(domains.map(({ uuid }) => uuidText(uuid)));
  for (const body of [active, inactive]) {
    for (const { name, uuid, id, state, reason } of readDomainStats(body)) {
      const key = uuidText(uuid);
      guests.set(key, { domain: { name, uuid, id }, state, reason, saved: saved.has(key) });
      if (++count % AT_ONCE === 0) await breathe();
    }
  }
  return guests;
}
