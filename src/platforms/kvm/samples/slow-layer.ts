/**
 * The slow layer: memory as the guest sees it and disk counters, which only a guest's monitor reports. A monitor that
 * hangs never answers, and the call that asked it hangs for good. So the layer has a connection of its own with one call in
 * flight; when that gets no answer, a second connection asks the same without waiting for locks, and the guest that
 * reports nothing there is the one that hangs.
 */
import type { Clock } from '../../../clock.ts';
import { FleetError, isAbort } from '../../../errors.ts';
import { bytes } from '../../../units.ts';
import type { Daemon } from '../link/daemon.ts';
import { uuidText } from '../link/uuid.ts';
import type { RpcClient } from '../rpc/client.ts';
import { LibvirtError } from '../rpc/errors.ts';
import { STATS } from '../rpc/flags.ts';
import { type Domain, procedures } from '../rpc/protocol.ts';
import { type DomainStats, readDomainStats } from '../rpc/stats.ts';
import type { Roster } from '../watch/roster.ts';
import type { Meters } from './meters.ts';
import { createTurns } from './turns.ts';

export interface SlowLayer {
  /** One round. Rejects only with the signal's reason. */
  tick(): Promise<void>;
}

export interface SlowLayerOptions {
  readonly daemon: Daemon;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly roster: Roster;
  readonly meters: Meters;
  readonly seen: () => readonly string[];
}

const GROUPS = STATS.state + STATS.balloon + STATS.block;
/** A healthy guest's monitor answers in milliseconds, a busy host's in a second. */
const ANSWER_MS = 4_000;
const MOST_PER_TURN = 32;
/** Connections that hang in a guest each; beyond that the slow layer rests. */
const MOST_STUCK = 4;
const NOT_RESPONDING = 'not responding: its QEMU does not answer';

export function createSlowLayer({ daemon, clock, signal, roster, meters, seen }: SlowLayerOptions): SlowLayer {
  const turns = createTurns(MOST_PER_TURN);
  const stuck = new Set<RpcClient>();
  let free: RpcClient | undefined;

  async function ask(domains: readonly Domain[]): Promise<Buffer | undefined> {
    if (!free?.isOpen) {
      if (stuck.size >= MOST_STUCK) return undefined;
      free = await daemon.open('slow', signal);
    }
    const client = free;
    try {
      return await client.call(
        procedures.domainStats,
        { domains, groups: GROUPS, flags: STATS.noWait },
        { signal, deadlineMs: ANSWER_MS },
      );
    } catch (error) {
      if (isAbort(error) || !(error instanceof FleetError) || error.code !== 'op.timeout') throw error;
      stuck.add(client);
      free = undefined;
      return undefined;
    }
  }

  /** Connections whose call was answered at last can be used again; one is enough. */
  function recover(): void {
    for (const client of stuck) {
      if (client.isOpen && client.unanswered > 0) continue;
      stuck.delete(client);
      if (client.isOpen && !free) free = client;
      else client.close();
    }
  }

  function keep(stats: DomainStats, at: number): void {
    const uuid = uuidText(stats.uuid);
    meters.readSlow(uuid, at, {
      blockRead: stats.blockRead,
      blockWritten: stats.blockWritten,
      // What QEMU takes of the host is another thing: it has memory of its own, and keeps what the guest has freed.
      memory: (stats.balloonAvailable - stats.balloonUsable) * 1024,
    });
    if (stats.blockCapacity > 0)
      roster.holds(uuid, { storage: bytes(stats.blockCapacity), diskCount: stats.blockCount });
    if (stats.monitorAnswered) roster.setTrouble(uuid, undefined);
    // Drivers without monitors report nothing either: only while a call hangs does silence mean a guest that hangs.
    else if (stuck.size > 0) roster.setTrouble(uuid, NOT_RESPONDING);
  }

  return {
    async tick() {
      recover();
      const { first, rest } = turns.next(roster.running(), seen());
      const domains = [...first, ...rest].flatMap((uuid) => roster.guests.get(uuid)?.domain ?? []);
      if (domains.length === 0) return;
      try {
        // The second call goes out at once, on another connection: it shows which guest hangs.
        const body = (await ask(domains)) ?? (await ask(domains));
        if (!body) return;
        const at = clock.ticks();
        for (const stats of readDomainStats(body)) keep(stats, at);
      } catch (error) {
        signal.throwIfAborted();
        // A guest has gone meanwhile, or the daemon takes no further connection: the rows live without this layer.
        // The connection of the fast layer reports that the link is down.
        if (!(error instanceof LibvirtError || error instanceof FleetError)) throw error;
      }
    },
  };
}
