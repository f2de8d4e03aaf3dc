/**
 * Figures server by server: nova has no list of them. So many requests a second are spent, first on what is looked at,
 * the rest of them on the others in turn.
 */
import { type Clock, wait } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import { nativeOf, type VmId } from '../../ids.ts';
import type { WatchOptions } from '../contract.ts';
import { blockOf, lastBlockOf } from '../lib/sample-block.ts';
import type { Api } from './api.ts';
import { createMeters, type Rates, readDiagnostics } from './diagnostics.ts';
import type { Roster } from './roster.ts';
import { createRotation } from './rotation.ts';

export interface SamplerOptions extends Pick<WatchOptions, 'sink' | 'signal' | 'interest' | 'everyMs'> {
  readonly api: Api;
  readonly clock: Clock;
  readonly roster: Roster;
}

/** A screen of 40 rows at every tick of 5 s. Each is a question to a compute node, past nova's database. */
const PER_SECOND = 8;
const AT_ONCE = 4;
const DEADLINE_MS = 10_000;

/** Resolves when this login may not read figures, after it was said; rejects with the signal's reason. */
export async function sampleServers(options: SamplerOptions): Promise<void> {
  const { api, clock, roster, sink, signal, interest, everyMs } = options;
  const meters = createMeters();
  const [watched, others] = [createRotation<VmId>(), createRotation<VmId>()];
  let told: ReadonlySet<VmId> = new Set();

  const read = async (id: VmId): Promise<Rates | undefined> => {
    const native = nativeOf(id);
    try {
      const path = `/servers/${native}/diagnostics`;
      const row = await api.get(path, { signal, subject: native, deadlineMs: DEADLINE_MS });
      return meters.rates(native, readDiagnostics(row), clock.ticks());
    } catch (error) {
      if (!(error instanceof FleetError) || signal.aborted || error.code === 'auth.forbidden') throw error;
      // It may just have been stopped, or its node may be away: the list will tell.
      meters.forget(native);
      return undefined;
    }
  };

  async function tellOf(ids: readonly VmId[], windowMs: number): Promise<void> {
    if (ids.length === 0) return;
    const rates: (Rates | undefined)[] = [];
    const queue = [...ids.entries()];
    const work = async () => {
      for (let next = queue.shift(); next; next = queue.shift()) rates[next[0]] = await read(next[1]);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    sink({ kind: 'samples', block: blockOf(ids, clock.now(), windowMs, (_, row) => rates[row]) });
  }

  async function round(): Promise<void> {
    const running = Array.from(roster.entries.values(), ({ vm }) => vm)
      .filter(({ state }) => state === 'running')
      .map(({ id }) => id);
    const on = new Set(running);
    const over = [...told].filter((id) => !on.has(id) && roster.entries.has(nativeOf(id)));
    for (const id of told) if (!on.has(id)) meters.forget(nativeOf(id));
    told = on;
    if (over.length > 0) sink({ kind: 'samples', block: lastBlockOf(over, clock.now(), everyMs()) });

    const most = Math.max(1, Math.floor((PER_SECOND * everyMs()) / 1000));
    const seen = interest().filter((id) => on.has(id));
    const first = watched.next(seen, most);
    const left = most - (first?.ids.length ?? 0);
    const looked = new Set(seen);
    const second = others.next(
      running.filter((id) => !looked.has(id)),
      left,
    );
    for (const part of [first, second]) if (part) await tellOf(part.ids, everyMs() * part.of);
  }

  try {
    for (;;) {
      const began = clock.ticks();
      await round();
      await wait(clock, Math.max(100, began + everyMs() - clock.ticks()), signal);
    }
  } catch (error) {
    if (!(error instanceof FleetError) || error.code !== 'auth.forbidden' || signal.aborted) throw error;
    const right = /os_compute_api:\S+/.exec(error.message)?.[0] ?? 'os_compute_api:os-server-diagnostics';
    const text = `No metrics of servers: this login lacks the right ${right}`;
    sink({ kind: 'events', events: [{ at: clock.now(), subject: undefined, text }] });
  }
}
