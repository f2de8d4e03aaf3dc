import { type Clock, createNap } from '../../clock.ts';
import type { Change, Inventory, WatchOptions } from '../contract.ts';
import type { Api } from './api.ts';
import type { Catalog } from './catalog.ts';
import { listMachines, lookAt } from './list-machines.ts';
import { createRoster, type News } from './roster.ts';
import { sampleForEver } from './sampler.ts';
import { type Place, regionPool } from './vm-row.ts';
import { createZoneList } from './zone-list.ts';

export interface WatchContext {
  readonly api: Api;
  readonly clock: Clock;
  readonly place: Place;
  readonly catalog: Catalog;
  /** Undefined: no figures. */
  readonly metricsEveryMs: number | undefined;
  /** Called with the id of an instance that an operation has just changed. */
  readonly onTouched: (listen: (id: string) => void) => void;
}

/** Instances on their way are asked for so often, and those that were just changed for so long: EC2 forgets for a moment. */
const UNDER_WAY_EVERY_MS = 2_000;
const TOUCHED_MS = 20_000;
const SHORTEST_PAUSE_MS = 200;

/** One region, watched: the whole list each tick, and between ticks those that change. Rejects when it no longer answers. */
export async function watchRegion(context: WatchContext, { sink, signal, interest, everyMs }: WatchOptions) {
  const { api, clock, place, catalog, metricsEveryMs, onTouched } = context;
  const ending = new AbortController();
  const inner = AbortSignal.any([signal, ending.signal]);
  const about = { subject: `${place.endpoint} (${place.region})`, signal: inner };
  const roster = createRoster(place, catalog, clock);
  const zones = createZoneList(api, place, clock);
  const touched = new Map<string, number>();
  /** The pause between polls; an operation of this connection ends it early. */
  const nap = createNap(clock, inner);

  const emit = (changes: readonly Change[]) => {
    if (changes.length > 0) sink({ kind: 'changes', at: clock.now(), changes });
  };
  const tell = ({ changes, events }: News) => {
    emit(changes);
    if (events.length > 0) sink({ kind: 'events', events });
  };

  async function learn(): Promise<void> {
    const machines = roster.machines();
    const images = machines.flatMap(({ image, tags }) => (image === undefined || tags.has('image') ? [] : [image]));
    const types = machines.map(({ type }) => type);
    if (await catalog.learn(types, images, about)) emit(roster.redraw());
  }

  async function listAll(): Promise<void> {
    const [machines, zoneChanges] = await Promise.all([listMachines(api, about), zones.look(about)]);
    emit([...zoneChanges, ...zones.ensure(machines.map(({ zone }) => zone))]);
    tell(roster.tell(machines));
    sink({ kind: 'alive', at: clock.now() });
    await learn();
  }

  async function lookAtThoseUnderWay(): Promise<void> {
    const now = clock.ticks();
    for (const [id, until] of touched) if (until < now) touched.delete(id);
    const ids = [...new Set([...touched.keys(), ...roster.underWay()])];
    if (ids.length === 0) return;
    const machines = await lookAt(api, ids, about);
    emit(zones.ensure(machines.map(({ zone }) => zone)));
    tell(roster.tell(machines, ids));
  }

  async function ticks(): Promise<never> {
    let dueAt = clock.ticks() + everyMs();
    for (;;) {
      const quick = touched.size > 0 || roster.underWay().length > 0;
      const pause = quick ? UNDER_WAY_EVERY_MS : Number.POSITIVE_INFINITY;
      await nap.sleep(Math.max(SHORTEST_PAUSE_MS, Math.min(pause, dueAt - clock.ticks())));
      if (clock.ticks() >= dueAt) {
        dueAt = clock.ticks() + everyMs();
        await listAll();
      } else {
        await lookAtThoseUnderWay();
      }
    }
  }

  async function open(): Promise<void> {
    const [machines] = await Promise.all([listMachines(api, about), zones.look(about)]);
    roster.tell(machines);
    zones.ensure(roster.machines().map(({ zone }) => zone));
    const pools = [{ id: regionPool(place), name: place.region, parent: undefined }];
    const inventory: Inventory = { pools, nodes: zones.nodes(), vms: roster.rows() };
    sink({ kind: 'inventory', at: clock.now(), inventory });
    await learn();
    sink({ kind: 'complete', at: clock.now() });
  }

  try {
    await open();
    onTouched((id) => {
      touched.set(id, clock.ticks() + TOUCHED_MS);
      nap.wake();
    });
    const running = () => roster.machines().filter(({ state }) => state === 'running');
    const work: Promise<never>[] = [ticks()];
    if (metricsEveryMs !== undefined) {
      work.push(sampleForEver({ api, clock, place, everyMs: metricsEveryMs, running, interest, sink, signal: inner }));
    }
    await Promise.race(work);
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  } finally {
    onTouched(() => {});
    ending.abort();
  }
}
