/** What lists don't tell comes behind the rows: names of images, and why a server is in error. */
import { type Clock, wait } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import type { Change } from '../contract.ts';
import { asRow } from '../lib/json.ts';
import type { Api } from './api.ts';
import type { Images } from './image/images.ts';
import { inSteps } from './in-steps.ts';
import type { Roster } from './roster.ts';
import { readServer, type Server } from './servers.ts';

export interface DetailsOptions {
  readonly api: Api;
  readonly images: Images;
  readonly clock: Clock;
  readonly roster: Roster;
  readonly everyMs: () => number;
  readonly emit: (changes: readonly Change[]) => void;
  readonly onComplete: () => void;
  readonly signal: AbortSignal;
}

const SHORTEST_PAUSE_MS = 200;
const FAULTS_AT_ONCE = 8;

/** Goes on until the signal aborts: there may be new servers at every tick. */
export async function readDetails(options: DetailsOptions): Promise<never> {
  const { api, images, clock, roster, everyMs, emit, onComplete, signal } = options;
  const faults = createMissingFaults(api);
  for (let first = true; ; first = false) {
    if (!first) await wait(clock, Math.max(SHORTEST_PAUSE_MS, everyMs()), signal);
    const ids = Array.from(roster.entries.values(), ({ server }) => server.imageId);
    if (await images.learn(ids, signal)) {
      await inSteps(roster.entries.keys(), (some) => emit(roster.redraw(some)));
    }
    const askedAt = clock.ticks();
    emit(roster.learn(await faults.read(roster, signal), askedAt));
    if (first) onComplete();
  }
}

interface MissingFaults {
  /** Asks some of those that lack a word themselves, each once for what it is now. */
  read(roster: Roster, signal: AbortSignal): Promise<readonly Server[]>;
}

/** Lists have no fault of servers that never got a host: nova keeps these in a cell of their own. */
function createMissingFaults(api: Api): MissingFaults {
  const asked = new Map<string, number | undefined>();
  const isMissing = ({ id, status, fault, updatedAt, partial }: Server): boolean =>
    status === 'ERROR' && !fault && !partial && !(asked.has(id) && asked.get(id) === updatedAt);

  async function ask({ id, name, updatedAt }: Server, signal: AbortSignal): Promise<Server | undefined> {
    asked.set(id, updatedAt);
    try {
      const body = await api.get(`/servers/${encodeURIComponent(id)}`, { signal, subject: name });
      return readServer(asRow(body['server'], name));
    } catch (error) {
      if (error instanceof FleetError && !signal.aborted) return undefined;
      throw error;
    }
  }
  return {
    async read({ entries }, signal) {
      for (const id of asked.keys()) if (!entries.has(id)) asked.delete(id);
      const missing = Array.from(entries.values(), ({ server }) => server).filter(isMissing);
      const read = await Promise.all(missing.slice(0, FAULTS_AT_ONCE).map((server) => ask(server, signal)));
      return read.filter((server) => server !== undefined);
    },
  };
}
