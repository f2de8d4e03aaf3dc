/** The inventory in one request, then what changes, as it changes. */
import { wait } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import { nativeOf, nodeId, type VmId, vmId } from '../../ids.ts';
import type { PlatformEvent, WatchOptions } from '../contract.ts';
import { breathe } from '../transport/breathe.ts';
import { type Collector, createCollector, type ObjectUpdate } from './collector.ts';
import { createInventory, type VsphereInventory } from './inventory.ts';
import { inventoryFilter, POWER_OF_VMS, taskFilter, WANTED, wholeInventory } from './inventory-spec.ts';
import type { Counters } from './metrics/counters.ts';
import { createRates, type Rates } from './metrics/rates.ts';
import { createSampler, runningOf } from './metrics/samples.ts';
import { normalizeError } from './normalize-error.ts';
import { isGone, retrieve } from './properties.ts';
import { isVm } from './rows.ts';
import type { Session } from './session.ts';
import { isFault } from './soap/fault.ts';
import { taskStatus, taskText } from './task-words.ts';
import type { Tasks } from './tasks.ts';

/** An answer is late when it comes this long after its time. */
const LATE_MS = 500;
/** Then it is given up, and the same is asked again. */
const LATEST_MS = 120_000;
/** So often that is no busy server any more. */
const MOST_LATE = 3;
/** Changes pile up at the server meanwhile and come together. */
const SHORTEST_PAUSE_MS = 250;

export interface WatchParts {
  readonly tasks: Tasks;
  readonly counters: (signal: AbortSignal) => Promise<Counters>;
}

/** Ends when the signal aborts; rejects with a FleetError when the link drops. */
export async function watchInventory(
  session: Session,
  { tasks, counters }: WatchParts,
  options: WatchOptions,
): Promise<void> {
  const { clock } = session;
  let complete = false;
  /** How often changes have been heard of; a session that is lost before the first time is lost for a reason. */
  let rounds = 0;
  const progress = {
    listed() {
      if (!complete) options.sink({ kind: 'complete', at: clock.now() });
      complete = true;
    },
    heard() {
      rounds++;
    },
  };
  try {
    for (;;) {
      const before = rounds;
      try {
        await follow(session, { tasks, counters }, options, progress);
      } catch (error) {
        // With the session its collectors are gone. The request that noticed has logged in again: reload the whole list.
        const lost = isGone(error) || isFault(error, 'NotAuthenticated');
        if (!lost || rounds === before) throw error;
      }
    }
  } catch (error) {
    if (!options.signal.aborted) throw watchError(error, session.host);
  }
}

/** Nothing here is about a VM: what is gone is the session. */
function watchError(error: unknown, host: string): unknown {
  if (!isGone(error)) return normalizeError(error, host);
  return new FleetError('host.unreachable', `${host} ends sessions as soon as they begin`, {
    retry: true,
    cause: error,
  });
}

interface Progress {
  listed(): void;
  heard(): void;
}

/** Never returns: rejects with the signal's reason, or with what went wrong. */
async function follow(
  session: Session,
  { tasks, counters }: WatchParts,
  options: WatchOptions,
  progress: Progress,
): Promise<never> {
  const { clock, content, endpoint } = session;
  const { signal, sink } = options;
  const inventory = createInventory(endpoint, content.standalone, () => clock.now());
  await retrieve(session, WANTED, wholeInventory(content.rootFolder), signal, ({ ref, values }) =>
    inventory.apply({ ref, kind: 'enter', changes: values }),
  );
  sink({ kind: 'inventory', at: clock.now(), inventory: await inventory.whole() });
  progress.listed();
  const rates = createRates(session, counters);
  const ending = new AbortController();
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined);

  const collector = await createCollector(session, signal);
  const events: PlatformEvent[] = [];
  tasks.listen({
    running: (entity, verb) => inventory.setTask(entity, verb),
    ended: (task) => {
      const subject = subjectOf(inventory, session, task.entity);
      events.push({ at: clock.now(), subject, text: taskText(task) });
    },
    heard(task) {
      const { state, share } = task;
      const subject = subjectOf(inventory, session, task.entity);
      sink({ kind: 'tasks', tasks: [{ task: task.task, subject, state, share, text: taskStatus(task) }] });
    },
  });
  try {
    const following = AbortSignal.any([signal, ending.signal]);
    rates.follow(() => runningFirst(inventory, options.interest()), following).catch(broken.reject);
    await collector.filter(inventoryFilter(content.rootFolder));
    await collector.filter(taskFilter(content.taskManager));
    await catchUp(collector, inventory, tasks);
    const listening = listen({ session, collector, inventory, tasks, rates, events, progress }, options);
    return await Promise.race([listening, broken.promise]);
  } finally {
    ending.abort();
    tasks.listen(undefined);
    // It is not waited for: a watch that ends must end now.
    void collector.destroy();
  }
}

/** Of those that run the ones that users look at come first. */
function runningFirst(inventory: VsphereInventory, seen: readonly VmId[]): readonly string[] {
  const on = new Set(runningOf(inventory));
  return [...new Set([...seen.map((id): string => nativeOf(id)).filter((vm) => on.has(vm)), ...on])];
}

/** The first round tells everything once more: what is not in it went away while the filter was set. */
async function catchUp(collector: Collector, inventory: VsphereInventory, tasks: Tasks): Promise<void> {
  const gone = new Set(inventory.objects.keys());
  const hear = (update: ObjectUpdate) => {
    gone.delete(update.ref.value);
    if (update.ref.type === 'Task') tasks.hear(update, true);
    else if (update.ref.type !== 'TaskManager') inventory.apply(update);
  };
  while (await collector.wait(0, hear));
  for (const value of gone) inventory.drop(value);
}

interface Listening {
  readonly session: Session;
  readonly collector: Collector;
  readonly inventory: VsphereInventory;
  readonly tasks: Tasks;
  readonly rates: Rates;
  /** What tasks have left to be told. */
  readonly events: PlatformEvent[];
  readonly progress: Progress;
}

async function listen(
  { session, collector, inventory, tasks, rates, events, progress }: Listening,
  { sink, signal, everyMs }: WatchOptions,
): Promise<never> {
  const { clock, endpoint } = session;
  const sampler = createSampler(endpoint, inventory, rates);
  let sampledAt = Number.NEGATIVE_INFINITY;
  const hear = (update: ObjectUpdate) => {
    if (update.ref.type === 'Task') tasks.hear(update, false);
    else if (update.ref.type !== 'TaskManager') inventory.apply(update);
  };

  /** What this round has brought; true when it was anything. */
  async function tell(): Promise<boolean> {
    let told = false;
    for (let changes = inventory.changes(); changes; changes = inventory.changes()) {
      if (changes.length > 0) sink({ kind: 'changes', at: clock.now(), changes });
      told ||= changes.length > 0;
      await breathe();
      signal.throwIfAborted();
    }
    const at = clock.now();
    const news = events.splice(0);
    if (news.length > 0) sink({ kind: 'events', events: news });
    const due = clock.ticks() - sampledAt >= everyMs() * ALMOST;
    const sampled = due && (inventory.freshFigures() || rates.areNew());
    if (sampled) {
      sampledAt = clock.ticks();
      sink({ kind: 'samples', block: sampler.vms(at) });
      sink({ kind: 'node-samples', samples: sampler.nodes(at) });
    }
    return told || news.length > 0 || sampled;
  }

  /**
   * A busy server may answer late: the link is fine as long as it answers other questions. What hurts most to be shown
   * late is asked for meanwhile.
   */
  async function waitPatiently(): Promise<boolean> {
    const seconds = Math.max(1, Math.floor(everyMs() / 1000) - 1);
    for (let tries = 1; ; tries++) {
      const ending = new AbortController();
      const patience = { slackMs: LATEST_MS, signal: AbortSignal.any([signal, ending.signal]) };
      let answered = false;
      const waiting = collector.wait(seconds, hear, patience).finally(() => {
        answered = true;
        ending.abort();
      });
      waiting.catch(() => undefined);
      try {
        for (let pauseMs = seconds * 1000 + LATE_MS; ; pauseMs = everyMs()) {
          await wait(clock, pauseMs, patience.signal).catch(() => undefined);
          if (answered) return await waiting;
          signal.throwIfAborted();
          await lookAround(session, inventory, signal);
          if (!(await tell())) sink({ kind: 'alive', at: clock.now() });
        }
      } catch (error) {
        const late = error instanceof FleetError && error.code === 'host.unreachable' && answered;
        if (!late || tries === MOST_LATE) throw error;
      } finally {
        ending.abort();
      }
    }
  }

  for (;;) {
    const began = clock.ticks();
    if (!(await tell())) sink({ kind: 'alive', at: clock.now() });
    const more = await waitPatiently();
    progress.heard();
    const pause = SHORTEST_PAUSE_MS - (clock.ticks() - began);
    if (!more && pause > 0) await wait(clock, pause, signal);
    signal.throwIfAborted();
  }
}

/** Which VMs there are and whether they run, in one request that is small however much else there is to tell. */
async function lookAround(session: Session, inventory: VsphereInventory, signal: AbortSignal) {
  const gone = new Set([...inventory.objects.values()].filter(isVm).map(({ ref }) => ref.value));
  const reach = wholeInventory(session.content.rootFolder);
  await retrieve(session, POWER_OF_VMS, reach, signal, ({ ref, values }) => {
    // One that is new is told by the collector, with all that its row needs.
    if (gone.delete(ref.value)) inventory.apply({ ref, kind: 'modify', changes: values });
  });
  for (const value of gone) inventory.drop(value);
}

/** A round ends a little before its interval now and then, and would else wait for a whole one more. */
const ALMOST = 0.9;

function subjectOf({ objects }: VsphereInventory, { endpoint }: Session, value: string): PlatformEvent['subject'] {
  const type = objects.get(value)?.ref.type;
  if (type === 'VirtualMachine') return vmId(endpoint, value);
  return type === 'HostSystem' ? nodeId(endpoint, value) : undefined;
}
