/**
 * What the list of the cluster leaves out, asked guest by guest within a budget: settings, addresses, QEMU's run state.
 * Those on the screen come first; the others are read once, a few at a time, so that a refresh never costs more for more
 * guests.
 */
import { type Clock, wait } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import { type Bytes, bytes } from '../../units.ts';
import type { Change, Disk } from '../contract.ts';
import { asRow, asRows, textOf } from '../lib/json.ts';
import { readAddresses } from './addresses.ts';
import { type Api, segment } from './api.ts';
import { pathOf } from './guest-call.ts';
import { readGuestConfig } from './guest-config.ts';
import { numberOf } from './json.ts';
import type { Entry, Roster } from './roster.ts';
import type { Sheet } from './vm-row.ts';

export interface DetailsOptions {
  readonly api: Api;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly roster: Roster;
  /** Keys of the guests on the screen. */
  readonly seen: () => readonly string[];
  readonly onlineNodes: () => readonly string[];
  /** Whether several nodes reach the storage of this name; undefined for one that is not listed. */
  readonly isShared: (storage: string) => boolean | undefined;
  readonly emit: (changes: readonly Change[]) => void;
  readonly onComplete: () => void;
}

/** So many are read before the inventory is called complete: an ordinary fleet whole, of a large one its beginning. */
const FIRST_SHEETS = 100;
const AT_ONCE_PER_NODE = 4;
const PER_ROUND = 8;
const ROUND_MS = 2_000;
const SHEET_OLD_MS = 60_000;
const ADDRESS_OLD_MS = 30_000;
const RUN_STATES_OLD_MS = 60_000;
const READ_MS = 8_000;

/** Runs until the signal aborts, and then rejects with its reason. Guests and nodes that don't answer hold nothing up. */
export async function readDetails(options: DetailsOptions): Promise<never> {
  const { clock, signal, roster, seen, onComplete } = options;
  let runStatesAt = clock.ticks();
  await readRunStates(options);
  await readSheets(options, [...roster.guests.values()].slice(0, FIRST_SHEETS));
  onComplete();
  for (;;) {
    await wait(clock, ROUND_MS, signal);
    const now = clock.ticks();
    const old = (at: number | undefined, ms: number) => at === undefined || now - at > ms;
    const visible = seen().flatMap((key) => roster.guests.get(key) ?? []);
    const unread = [...roster.guests.values()].filter(({ sheetAt }) => sheetAt === undefined);
    const sheets = new Set([
      // The user waits for what was just changed.
      ...unread.filter(({ sheet }) => sheet !== undefined),
      ...visible.filter(({ sheetAt }) => old(sheetAt, SHEET_OLD_MS)),
      ...unread,
    ]);
    await readSheets(options, [...sheets].slice(0, PER_ROUND));
    await readIps(options, visible.filter(({ ipsAt }) => old(ipsAt, ADDRESS_OLD_MS)).slice(0, PER_ROUND));
    if (now - runStatesAt < RUN_STATES_OLD_MS) continue;
    runStatesAt = now;
    await readRunStates(options);
  }
}

/** One request per node: which of its running guests are paused, or stuck. */
async function readRunStates({ api, signal, roster, onlineNodes, emit }: DetailsOptions): Promise<void> {
  await Promise.all(
    onlineNodes().map((node) =>
      unlessSilent(signal, async () => {
        const path = `/nodes/${segment(node)}/qemu`;
        const answer = await api.get(path, { signal, subject: node, query: { full: 1 }, deadlineMs: READ_MS });
        for (const row of asRows(answer, node)) {
          const runState = textOf(row, 'qmpstatus');
          const vmid = numberOf(row, 'vmid');
          // `stopped` is no run state of QEMU, but its absence.
          if (runState !== undefined && runState !== 'stopped') emit(roster.learn(`qemu/${vmid}`, { runState }));
        }
      }),
    ),
  );
}

/** A few at a time per node; one that does not answer is left alone for this round. */
async function readSheets(options: DetailsOptions, entries: readonly Entry[]): Promise<void> {
  const online = new Set(options.onlineNodes());
  const queues = [...Map.groupBy(entries, ({ guest }) => guest.node)].filter(([node]) => online.has(node));
  await Promise.all(
    queues.map(async ([, entriesOfNode]) => {
      const queue = [...entriesOfNode];
      const work = async () => {
        for (let next = queue.shift(); next; next = queue.shift()) {
          if (!(await readSheet(options, next))) queue.length = 0;
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE_PER_NODE }, work));
    }),
  );
}

/** Without media, and without volumes that are kept for it and attached to nothing: `unused0`. */
export const attachedDisks = (all: readonly Disk[]): readonly Disk[] =>
  all.filter(({ type, device }) => type === 'disk' && !device.startsWith('unused'));

/** All of its disks together. */
function storageOf(all: readonly Disk[], isShared: DetailsOptions['isShared']) {
  const disks = attachedDisks(all);
  let [sum, shared] = [0, 0];
  for (const { size = Number.NaN, storage } of disks) {
    sum += size;
    const isOne = storage === undefined ? undefined : isShared(storage);
    shared += isOne === undefined ? Number.NaN : isOne ? size : 0;
  }
  const known = (size: number): Bytes | undefined => (Number.isFinite(size) ? bytes(size) : undefined);
  return { storage: known(sum), sharedStorage: known(shared), diskCount: disks.length };
}

const readSheet = ({ api, signal, roster, emit, isShared }: DetailsOptions, { guest }: Entry): Promise<boolean> =>
  unlessSilent(signal, async () => {
    const path = `${pathOf(guest)}/config`;
    const row = asRow(await api.get(path, { signal, subject: guest.name, deadlineMs: READ_MS }), guest.name);
    const read = readGuestConfig(row, guest.kind, guest.vmid);
    const { name, identity, autostart, serial, agent } = read;
    const { plan, profile, image, owner } = read.notes.pairs;
    const devices = { ...storageOf(read.disks, isShared), nicCount: read.nics.length };
    const kept = { plan, profile, image, owner, os: textOf(row, 'ostype'), ...devices };
    const sheet: Sheet = { name, identity, autostart, ...kept, serial: serial !== undefined, agent };
    emit(roster.learn(guest.key, { sheet }));
  });

async function readIps({ api, signal, roster, emit }: DetailsOptions, entries: readonly Entry[]): Promise<void> {
  await Promise.all(
    entries.map(async ({ guest, vm, sheet }) => {
      if (vm.state !== 'running' || (guest.kind === 'qemu' && !sheet?.agent)) return;
      emit(roster.learn(guest.key, { ips: await readAddresses(api, guest, signal) }));
    }),
  );
}

/** False when the server did not answer. That a guest is gone or may not be read is an answer. */
async function unlessSilent(signal: AbortSignal, read: () => Promise<void>): Promise<boolean> {
  try {
    await read();
    return true;
  } catch (error) {
    if (!(error instanceof FleetError) || signal.aborted) throw error;
    return error.code !== 'host.unreachable';
  }
}
