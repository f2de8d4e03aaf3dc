import type { VmId } from '../../src/ids.ts';
import type {
  Connection,
  Feed,
  PlatformEvent,
  PlatformTask,
  SampleBlock,
  Vm,
  VmState,
} from '../../src/platforms/contract.ts';

/** A watch under way, and what was told so far. */
export interface Watching {
  readonly connection: Connection;
  /** Copies, as a worker would get them: a feed that can't be cloned fails the watch. */
  readonly feeds: readonly Feed[];
  /** The very `ids` arrays of the blocks, in the order of the blocks in `feeds`. */
  readonly idArrays: readonly (readonly VmId[])[];
  readonly vms: ReadonlyMap<VmId, Vm>;
  readonly events: readonly PlatformEvent[];
  readonly tasks: readonly PlatformTask[];
  blocks(): readonly SampleBlock[];
  /** Looks after every feed until there is an answer; the deadline is real time. */
  until<T>(what: string, look: () => T | undefined, withinMs?: number): Promise<T>;
  untilState(id: VmId, state: VmState, withinMs?: number): Promise<Vm>;
  /** How the watch ended: undefined, or what it threw. */
  readonly ended: Promise<unknown>;
  abort(): void;
  stop(): Promise<void>;
}

/** Beside what the platform's facts allow. The first feed of a real cloud took over ten seconds while another lab was built. */
const PATIENCE_MS = 45_000;

export function watchConnection(connection: Connection, everyMs = 1_000): Watching {
  const controller = new AbortController();
  const feeds: Feed[] = [];
  const idArrays: (readonly VmId[])[] = [];
  const vms = new Map<VmId, Vm>();
  const events: PlatformEvent[] = [];
  const tasks: PlatformTask[] = [];
  const lookers = new Set<() => void>();

  function take(feed: Feed) {
    if (feed.kind === 'samples') idArrays.push(feed.block.ids);
    if (feed.kind === 'events') events.push(...feed.events);
    if (feed.kind === 'tasks') tasks.push(...feed.tasks);
    if (feed.kind === 'inventory') {
      vms.clear();
      for (const vm of feed.inventory.vms) vms.set(vm.id, vm);
    }
    if (feed.kind === 'changes') {
      for (const change of feed.changes) {
        if (change.kind === 'vm-upsert') vms.set(change.vm.id, change.vm);
        if (change.kind === 'vm-remove') vms.delete(change.id);
      }
    }
    feeds.push(structuredClone(feed));
    for (const look of [...lookers]) look();
  }

  const ended = connection
    .watch({ sink: take, signal: controller.signal, interest: () => [], everyMs: () => everyMs })
    .then(
      () => undefined,
      (error: unknown) => error,
    );

  const watching: Watching = {
    connection,
    feeds,
    idArrays,
    vms,
    events,
    tasks,
    blocks: () => feeds.flatMap((feed) => (feed.kind === 'samples' ? feed.block : [])),
    until: (what, look, withinMs = 0) =>
      new Promise((resolve, reject) => {
        const settle = (then: () => void) => {
          clearTimeout(timer);
          lookers.delete(again);
          then();
        };
        const timer = setTimeout(() => {
          const kinds = [...new Set(feeds.map(({ kind }) => kind))].join(', ');
          settle(() => reject(new Error(`waited in vain for ${what}; feeds so far: ${feeds.length} (${kinds})`)));
        }, withinMs + PATIENCE_MS);
        const again = () => {
          const found = look();
          if (found !== undefined) settle(() => resolve(found));
        };
        lookers.add(again);
        void ended.then((error) => settle(() => reject(error ?? new Error(`the watch ended before ${what}`))));
        again();
      }),
    untilState: (id, state, withinMs) =>
      watching.until(
        `${id} to be ${state}`,
        () => {
          const vm = vms.get(id);
          return vm?.state === state ? vm : undefined;
        },
        withinMs,
      ),
    ended,
    abort: () => controller.abort(),
    async stop() {
      controller.abort();
      await ended;
    },
  };
  return watching;
}
