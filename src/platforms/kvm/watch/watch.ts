import { type Clock, wait } from '../../../clock.ts';
import { endpointOf, nativeOf } from '../../../ids.ts';
import type { SampleBlock, WatchOptions } from '../../contract.ts';
import type { HostFacts } from '../host/host.ts';
import type { Daemon } from '../link/daemon.ts';
import { createBlock, createFastTick } from '../samples/fast-tick.ts';
import { createMeters } from '../samples/meters.ts';
import { createNodeMeter } from '../samples/node-meter.ts';
import { createSlowLayer } from '../samples/slow-layer.ts';
import { idOf, type Place } from '../vm/guest.ts';
import type { GuestEvent, GuestEvents } from './events.ts';
import { isPartOfStart } from './lifecycle-events.ts';
import { listGuests } from './list-guests.ts';
import { createRoster, type Roster } from './roster.ts';

export interface WatchContext {
  readonly daemon: Daemon;
  readonly events: GuestEvents;
  readonly facts: HostFacts;
  readonly place: Place;
  readonly clock: Clock;
  /** Called with the uuid of a guest that an operation has just changed. */
  readonly onTouched: (listen: (uuid: string) => void) => void;
  /** The operating system of the host, where there is a login to ask; undefined where it does not say. */
  readonly system?: ((signal: AbortSignal) => Promise<string | undefined>) | undefined;
}

/** A tick that took longer than its interval must not be followed by the next one at once. */
const SHORTEST_PAUSE_MS = 200;
const SLOW_EVERY_MS = 5_000;
/** An address comes some seconds after the start, and no event reports it. */
const ADDRESS_AFTER_MS = 6_000;
const READ_AGAIN_AFTER_MS = 30_000;
/** Running guests that are read again unseen, so that a small host is always up to date. */
const MOST_REFRESHED = 64;
const NOTHING = {
  cpu: Number.NaN,
  memory: Number.NaN,
  diskRead: Number.NaN,
  diskWrite: Number.NaN,
  netRx: Number.NaN,
  netTx: Number.NaN,
};

/** One host, watched: a list first, then events, and samples in two layers. Rejects when the link drops. */
export async function watchHost(
  context: WatchContext,
  { sink, signal: outer, interest, everyMs }: WatchOptions,
): Promise<void> {
  const { daemon, events, facts, place, clock, onTouched, system } = context;
  const { poll } = daemon;
  const ending = new AbortController();
  const signal = AbortSignal.any([outer, ending.signal]);
  const seen = () => interest().flatMap((id) => (endpointOf(id) === place.endpoint ? [nativeOf(id)] : []));
  const meters = createMeters();
  const idle: string[] = [];

  try {
    // Events first: what happens while the list is on its way is then read again, and reported after the list.
    const early: GuestEvent[] = [];
    let hear = (event: GuestEvent): void => void early.push(event);
    events.listen((event) => hear(event));
    const [, listed] = await Promise.all([events.start(signal), listGuests(poll, signal)]);

    const read = Promise.withResolvers<void>();
    const roster = await createRoster(listed, {
      poll,
      place,
      clock,
      signal,
      seen,
      emit: (changes) => sink({ kind: 'changes', at: clock.now(), changes }),
      onIdle(uuid) {
        meters.forget(uuid);
        idle.push(uuid);
      },
      onComplete: read.resolve,
    });
    sink({
      kind: 'inventory',
      at: clock.now(),
      inventory: { pools: [], nodes: [facts.node], vms: Array.from(roster.guests.values(), ({ vm }) => vm) },
    });
    // A shell may take its time: the row has it when it comes, and all has come when it is there or given up.
    const described = system?.(signal).then((os) => {
      if (os === undefined || signal.aborted) return;
      sink({ kind: 'changes', at: clock.now(), changes: [{ kind: 'node-upsert', node: { ...facts.node, os } }] });
    });
    void Promise.all([read.promise, described]).then(() => {
      if (!signal.aborted) sink({ kind: 'complete', at: clock.now() });
    });
    hear = ({ uuid, text, bootedAs }) => {
      const before = roster.guests.get(uuid)?.vm.state;
      if (bootedAs !== undefined) roster.booted(uuid, bootedAs);
      roster.touch(uuid);
      if (isPartOfStart(text, before)) return;
      sink({ kind: 'events', events: [{ at: clock.now(), subject: idOf(place, uuid), text }] });
    };
    for (const event of early) hear(event);
    onTouched((uuid) => roster.touch(uuid));

    const fast = createFastTick({
      poll,
      place,
      clock,
      signal,
      roster,
      meters,
      nodeMeter: createNodeMeter(facts.node.id, clock),
      seen,
    });
    const slow = createSlowLayer({ daemon, clock, signal, roster, meters, seen });
    const fastLoop = async (): Promise<never> => {
      for (;;) {
        const started = clock.ticks();
        const { blocks, node } = await fast();
        for (const block of [...blocks, ...overBlocks()]) sink({ kind: 'samples', block });
        sink({ kind: 'node-samples', samples: [node] });
        await wait(clock, Math.max(SHORTEST_PAUSE_MS, everyMs() - (clock.ticks() - started)), signal);
      }
    };
    // A guest that stopped gets a last row that says so: with its last metrics it would look as if it still ran.
    const overBlocks = (): SampleBlock[] => {
      const over = idle.splice(0).filter((uuid) => !roster.running().includes(uuid));
      const ids = over.map((uuid) => idOf(place, uuid));
      return ids.length > 0
        ? [
            createBlock(
              clock.now(),
              everyMs(),
              ids,
              ids.map(() => NOTHING),
            ),
          ]
        : [];
    };
    const slowLoop = async (): Promise<never> => {
      for (;;) {
        await slow.tick();
        refreshOld(roster, seen(), clock);
        await wait(clock, Math.max(SLOW_EVERY_MS, everyMs() * 2), signal);
      }
    };
    const dropped = poll.ended.then((reason) => Promise.reject(reason));
    await Promise.race([roster.work(), fastLoop(), slowLoop(), dropped]);
  } catch (error) {
    if (outer.aborted) return;
    throw error;
  } finally {
    onTouched(() => {});
    events.listen(() => {});
    ending.abort();
  }
}

/** What no event reports: autostart, the address of a guest that came up, and that a guest can be read again. */
function refreshOld(roster: Roster, seen: readonly string[], clock: Clock): void {
  for (const uuid of [...roster.running().slice(0, MOST_REFRESHED), ...seen]) {
    const { details, vm } = roster.guests.get(uuid) ?? {};
    if (!details) {
      if (vm?.trouble && clock.now() - vm.trouble.since > READ_AGAIN_AFTER_MS) roster.touch(uuid);
      continue;
    }
    const age = clock.ticks() - details.readAt;
    if (
      age > READ_AGAIN_AFTER_MS ||
      (age > ADDRESS_AFTER_MS && details.leases.length === 0 && roster.running().includes(uuid))
    ) {
      roster.touch(uuid);
    }
  }
}
