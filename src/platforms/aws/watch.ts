import type { Clock } from '../../clock.ts';
import type { Change, Inventory, WatchOptions } from '../contract.ts';
import { createPollLoop } from '../lib/poll-loop.ts';
import { createRechecks } from '../lib/rechecks.ts';
import { untilEnded } from '../lib/until-ended.ts';
import type { Api } from './api.ts';
import type { Catalog } from './catalog.ts';
import { listMachines, lookAt } from './list-machines.ts';
import { sampleForEver } from './metrics/sampler.ts';
import { createRoster, type News } from './roster.ts';
import { createVolumeSizes } from './storage/volume-sizes.ts';
import { type Place, regionPool } from './vm-row.ts';
import { createZoneList } from './zone-list.ts';

export interface WatchContext {
  readonly api: Api;
  readonly clock: Clock;
  readonly place: Place;
  readonly catalog: Catalog;
  /** Undefined: no figures. */
  readonly metricsEveryMs: number | undefined;
  /** Called with the id of an instance or of a volume that an operation has just changed. */
  readonly onTouched: (listen: (id: string) => void) => void;
}

/** Instances on their way are asked for so often, and those that were just changed for so long: EC2 forgets for a moment. */
const UNDER_WAY_EVERY_MS = 2_000;
const TOUCHED_MS = 20_000;

/** One region, watched: the whole list each tick, and between ticks those that change. Rejects when it no longer answers. */
export const watchRegion = (context: WatchContext, options: WatchOptions): Promise<void> =>
  untilEnded(
    options.signal,
    (inner) => watch(context, options, inner),
    () => context.onTouched(() => {}),
  );

async function watch(context: WatchContext, { sink, interest, everyMs }: WatchOptions, signal: AbortSignal) {
  const { api, clock, place, catalog, metricsEveryMs, onTouched } = context;
  const about = { subject: `${place.endpoint} (${place.region})`, signal };
  const sizes = createVolumeSizes(api, clock);
  const roster = createRoster(place, catalog, sizes, clock);
  const zones = createZoneList(api, place, clock);
  const touched = createRechecks(clock, TOUCHED_MS);

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
    const ids = [...new Set([...touched.due(), ...roster.underWay()])];
    if (ids.length === 0) return;
    const machines = await lookAt(api, ids, about);
    emit(zones.ensure(machines.map(({ zone }) => zone)));
    tell(roster.tell(machines, ids));
  }

  const loop = createPollLoop({
    clock,
    signal,
    everyMs,
    soonMs: () => (touched.size > 0 || roster.underWay().length > 0 ? UNDER_WAY_EVERY_MS : undefined),
    round: (due) => (due ? listAll() : lookAtThoseUnderWay()),
  });

  async function open(): Promise<void> {
    const [machines] = await Promise.all([listMachines(api, about), zones.look(about)]);
    roster.tell(machines);
    zones.ensure(roster.machines().map(({ zone }) => zone));
    const pools = [{ id: regionPool(place), name: place.region, parent: undefined }];
    const inventory: Inventory = { pools, nodes: zones.nodes(), vms: roster.rows() };
    sink({ kind: 'inventory', at: clock.now(), inventory });
    const [areSizesNew] = await Promise.all([sizes.learn(roster.machines(), about), learn()]);
    if (areSizesNew) emit(roster.redraw());
    sink({ kind: 'complete', at: clock.now() });
  }

  await open();
  onTouched((id) => {
    if (id.startsWith('vol-')) sizes.expire(id);
    else touched.add(id);
    loop.wake();
  });
  const running = () => roster.machines().filter(({ state }) => state === 'running');
  const redraw = () => emit(roster.redraw());
  const work: Promise<never>[] = [loop.run(), sizes.follow({ machines: roster.machines, redraw }, about)];
  if (metricsEveryMs !== undefined) {
    work.push(sampleForEver({ api, clock, place, everyMs: metricsEveryMs, running, interest, sink, signal }));
  }
  await Promise.race(work);
}
