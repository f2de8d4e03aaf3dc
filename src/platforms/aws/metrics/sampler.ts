import { type Clock, wait } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import { type EndpointName, endpointOf, nativeOf, type VmId, vmId } from '../../../ids.ts';
import type { Interest, Sink } from '../../contract.ts';
import type { Api } from '../api.ts';
import type { Machine } from '../machine.ts';
import type { Place } from '../vm-row.ts';
import { BATCH, costSentence, sampleBatch } from './figures.ts';

export interface SamplerParts {
  readonly api: Api;
  readonly clock: Clock;
  readonly place: Place;
  readonly everyMs: number;
  readonly running: () => readonly Machine[];
  readonly interest: Interest;
  readonly sink: Sink;
  readonly signal: AbortSignal;
}

/** In ticks of each clock: when a place was asked last. A connection that comes back must not cost another round. */
const rounds = new WeakMap<Clock, Map<string, number>>();

function lastRounds(clock: Clock): Map<string, number> {
  const known = rounds.get(clock) ?? new Map<string, number>();
  rounds.set(clock, known);
  return known;
}

/**
 * Asks for figures as long as the signal lets it; those that are looked at come first. Never resolves. Trouble with the
 * figures is told, and is no trouble of the list.
 */
export async function sampleForEver(parts: SamplerParts): Promise<never> {
  const { api, clock, place, everyMs, sink, signal } = parts;
  const { endpoint } = place;
  const last = lastRounds(clock);
  const key = `${endpoint} ${place.region}`;
  const batchesOf = createBatches(endpoint);
  const tell = (text: string) => sink({ kind: 'events', events: [{ at: clock.now(), subject: undefined, text }] });

  async function round(machines: readonly Machine[]): Promise<void> {
    for (const { ids, machines: batch } of batchesOf(machines)) {
      const about = { subject: endpoint, signal };
      sink({ kind: 'samples', block: await sampleBatch(api, batch, ids, clock.now(), about) });
    }
  }

  const before = last.get(key);
  if (before !== undefined) await wait(clock, Math.max(0, before + everyMs - clock.ticks()), signal);
  let toldCost = before !== undefined;
  let trouble: string | undefined;
  for (;;) {
    const machines = inOrder(parts);
    if (machines.length > 0) {
      if (!toldCost) tell(costSentence(machines.length, everyMs));
      toldCost = true;
      last.set(key, clock.ticks());
      const failure = await round(machines).then(
        () => undefined,
        (error: unknown) => {
          if (!(error instanceof FleetError) || signal.aborted) throw error;
          return error.message;
        },
      );
      if (failure !== undefined && failure !== trouble) tell(`No metrics: ${failure}`);
      trouble = failure;
    }
    await wait(clock, everyMs, signal);
  }
}

interface Batch {
  readonly machines: readonly Machine[];
  /** The same array as long as the machines are the same. */
  readonly ids: readonly VmId[];
}

function createBatches(endpoint: EndpointName): (machines: readonly Machine[]) => readonly Batch[] {
  let known: ReadonlyMap<string, readonly VmId[]> = new Map();
  return (machines) => {
    const now = new Map<string, readonly VmId[]>();
    const batches: Batch[] = [];
    for (let from = 0; from < machines.length; from += BATCH) {
      const batch = machines.slice(from, from + BATCH);
      const key = batch.map(({ id }) => id).join();
      const ids = known.get(key) ?? batch.map(({ id }) => vmId(endpoint, id));
      now.set(key, ids);
      batches.push({ machines: batch, ids });
    }
    known = now;
    return batches;
  };
}

function inOrder({ running, interest, place: { endpoint } }: SamplerParts): readonly Machine[] {
  const seen = new Set(interest().flatMap((id) => (endpointOf(id) === endpoint ? [nativeOf(id)] : [])));
  const machines = running();
  return [...machines.filter(({ id }) => seen.has(id)), ...machines.filter(({ id }) => !seen.has(id))];
}
