/**
 * A VM that runs goes to another host. drover leads it over one connection to each side, as libvirt's own client does without
 * a connection between the daemons (https://libvirt.org/migration.html): begin, prepare, perform, finish, confirm. Both
 * daemons take back their part by themselves when that connection ends.
 */
import { wait } from '../../../clock.ts';
import { FleetError, sentence } from '../../../errors.ts';
import type { MigrateSpec, MigrationProgress } from '../../contract.ts';
import { mutationError, normalizeError } from '../link/normalize-error.ts';
import { uuidText } from '../link/uuid.ts';
import type { Copy } from '../migrate-checks/disks.ts';
import type { RpcClient } from '../rpc/client.ts';
import { LibvirtError } from '../rpc/errors.ts';
import { JOB_COMPLETED, MIGRATE, migration, NO_JOB, PARAM, type TypedParam } from '../rpc/migration.ts';
import type { Domain } from '../rpc/protocol.ts';
import { type Phase, settle } from './settle.ts';
import { type Leaving, nameOf, type Side } from './side.ts';
import { withCopies } from './target-xml.ts';

/** Preparing starts a QEMU, and makes what it needs. */
const STEP_MS = 120_000;
/** As long as memory and disks take over a slow line. */
const PERFORM_MS = 86_400_000;
const LOOKED_EACH_MS = 500;
const DAEMON_ANSWERS_MS = 10_000;

export interface LiveMove {
  readonly from: Side;
  readonly to: Side;
  readonly vm: Leaving;
  readonly copies: readonly Copy[];
  /** How the source reaches the target. */
  readonly address: string;
  readonly spec: MigrateSpec;
}

export interface Moved {
  readonly downtimeMs: number | undefined;
  readonly bytes: number | undefined;
}

/** Rejects when the VM is where it was; with outcome.unknown where that can't be known. */
export async function moveLive(move: LiveMove, signal: AbortSignal): Promise<Moved> {
  const { from, to } = move;
  const source = await from.host.daemon.open('migration', signal);
  try {
    const target = await to.host.daemon.open('migration', signal);
    try {
      return await lead(move, source, target, signal);
    } finally {
      target.close();
    }
  } finally {
    source.close();
    from.touched(uuidText(move.vm.domain.uuid));
    to.touched(uuidText(move.vm.domain.uuid));
  }
}

async function lead(move: LiveMove, source: RpcClient, target: RpcClient, signal: AbortSignal): Promise<Moved> {
  const { to, vm, spec } = move;
  const { domain } = vm;
  const flags = flagsOf(move);
  // What is for the source alone.
  const own = flags + MIGRATE.changeProtection + MIGRATE.abortOnError;
  const params = await paramsOf(move);
  signal.throwIfAborted();
  const begun = await source
    .call(migration.begin, { domain, params, flags: own }, { deadlineMs: STEP_MS })
    .catch(notBegun(move));
  const all = [...params.filter(({ name }) => name !== PARAM.xml), { name: PARAM.xml, value: begun.xml }];
  // Each daemon takes its part back when the connection ends: what is true can be seen only then.
  const settled = (error: unknown, phase: Phase): Promise<unknown> => {
    source.close();
    target.close();
    return settle(move, error, phase);
  };
  const confirm = (cookie: Buffer, cancelled: boolean) =>
    source.call(
      migration.confirm,
      { domain, params: all, cookie, flags: own, cancelled: Number(cancelled) },
      { deadlineMs: STEP_MS },
    );
  const prepared = await target
    .call(migration.prepare, { params: all, cookie: begun.cookie, flags }, { deadlineMs: STEP_MS })
    .catch(async (error: unknown) => {
      await confirm(Buffer.alloc(0), true).catch(() => undefined);
      throw await settled(normalizeError(error, nameOf(to)), 'before finish');
    });
  const uri = prepared.uri ?? `tcp:${move.address}`;
  const named = [...all.filter(({ name }) => name !== PARAM.uri), { name: PARAM.uri, value: uri }];
  const finish = (cookie: Buffer, cancelled: boolean) =>
    target.call(
      migration.finish,
      { params: [...named, { name: PARAM.name, value: domain.name }], cookie, flags, cancelled: Number(cancelled) },
      { deadlineMs: STEP_MS },
    );
  let performed: { readonly cookie: Buffer };
  // The target takes its part back then, and QEMU would go on sending to it for as long as TCP hopes.
  const lost = new AbortController();
  void target.ended.then((reason) => lost.abort(reason));
  const watched = watch(move, AbortSignal.any([signal, lost.signal]));
  try {
    signal.throwIfAborted();
    performed = await source.call(
      migration.perform,
      { domain, target: undefined, params: named, cookie: prepared.cookie, flags: own },
      { deadlineMs: PERFORM_MS },
    );
  } catch (error) {
    // It is asked to cancel, and refuses: that is how it ends its part.
    await finish(Buffer.alloc(0), true).catch(() => undefined);
    const why = lost.signal.aborted ? lost.signal.reason : normalizeError(error, domain.name);
    throw await settled(signal.aborted ? cancelled(move) : why, 'before finish');
  } finally {
    await watched.stop();
  }
  spec.progress?.({ doing: 'switching over', done: Number.NaN, total: Number.NaN, rate: Number.NaN });
  const arrived = await finish(performed.cookie, false).catch(async (error: unknown) => {
    // It said no: then it does not run there, and goes on where it was.
    if (error instanceof LibvirtError) await confirm(Buffer.alloc(0), true).catch(() => undefined);
    const failed = await settled(normalizeError(error, domain.name), 'in finish');
    if (failed !== undefined) throw failed;
    return undefined;
  });
  const measured = arrived ? await measuredBy(target, arrived.domain) : NOTHING_MEASURED;
  if (arrived)
    await confirm(arrived.cookie, false).catch((error: unknown) =>
      settled(mutationError(error, domain.name, 'leave'), 'after finish'),
    );
  return measured;
}

const NOTHING_MEASURED: Moved = { downtimeMs: undefined, bytes: undefined };

const cancelled = ({ vm, from }: LiveMove): FleetError =>
  new FleetError('op.cancelled', `${vm.domain.name} was not moved, it is on ${nameOf(from)} as before`);

function flagsOf({ vm, copies, spec }: LiveMove): number {
  return (
    (spec.live ? MIGRATE.live : 0) +
    MIGRATE.persistDest +
    MIGRATE.undefineSource +
    (vm.isPaused ? MIGRATE.paused : 0) +
    (copies.length > 0 ? MIGRATE.copyDisks : 0) +
    (spec.converge ? MIGRATE.autoConverge : 0) +
    // What it would refuse was looked at before, by its own check.
    MIGRATE.unsafe
  );
}

async function paramsOf({ vm, copies, address, spec }: LiveMove): Promise<readonly TypedParam[]> {
  return [
    { name: PARAM.uri, value: `tcp:${address.includes(':') ? `[${address}]` : address}` },
    { name: PARAM.xml, value: await withCopies(vm.live, copies) },
    { name: PARAM.savedXml, value: await withCopies(vm.saved, copies) },
    ...copies.map(({ disk }) => ({ name: PARAM.disks, value: disk.target })),
    ...(spec.limit === undefined
      ? []
      : [{ name: PARAM.bandwidth, value: Math.max(1, Math.round(spec.limit / 2 ** 20)) }]),
  ];
}

/** Nothing has changed by then: also without an answer it is known that the VM has not moved. */
const notBegun =
  ({ from, vm: { domain } }: LiveMove) =>
  (error: unknown): never => {
    if (error instanceof LibvirtError || !(error instanceof FleetError)) throw normalizeError(error, nameOf(from));
    const why = `${domain.name} was not moved, ${nameOf(from)} does not answer: ${sentence(error)}`;
    throw new FleetError(error.code, why, { fix: `look at it when ${nameOf(from)} answers again`, cause: error });
  };

/** Says how far it is, and ends it when the signal says so: over another connection, since its own is busy with it. */
function watch({ from, vm: { domain }, spec }: LiveMove, signal: AbortSignal) {
  const { daemon, clock } = from.host;
  const ended = new AbortController();
  const timing = { deadlineMs: DAEMON_ANSWERS_MS };
  const abort = async (): Promise<void> => {
    // It may not have begun yet: then there is nothing to be ended, and it is asked again.
    const client = await daemon.control(ended.signal).catch(() => undefined);
    await client?.call(migration.abortJob, { domain }, timing).catch(() => undefined);
  };
  // Taken by a migration that is under way alone: each begins with what QEMU has by itself.
  let openDowntimeMs = spec.maxDowntimeMs;
  const look = async (): Promise<void> => {
    const client = await daemon.control(ended.signal);
    const { type, params } = await client.call(migration.jobStats, { domain, flags: 0 }, timing);
    if (openDowntimeMs !== undefined && type !== NO_JOB) {
      await client.call(migration.setMaxDowntime, { domain, downtimeMs: openDowntimeMs, flags: 0 }, timing);
      openDowntimeMs = undefined;
    }
    const now = progressOf(new Map(params.map(({ name, value }) => [name, Number(value)])));
    if (!ended.signal.aborted) spec.progress?.(now);
  };
  const run = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await (signal.aborted ? abort() : look()).catch(() => undefined);
      const until = AbortSignal.any(signal.aborted ? [ended.signal] : [ended.signal, signal]);
      await wait(clock, LOOKED_EACH_MS, until).catch(() => undefined);
    }
  };
  const running = run();
  return {
    async stop() {
      ended.abort();
      await running;
    },
  };
}

/** Disks are copied first, then memory, and again what the guest has written meanwhile. */
function progressOf(stats: ReadonlyMap<string, number>): MigrationProgress {
  const of = (name: string) => stats.get(name) ?? 0;
  const round = of('memory_iteration');
  const isDisks = of('disk_total') > 0 && of('disk_remaining') > 0 && of('memory_processed') === 0;
  return {
    doing: isDisks ? 'copying disks' : round > 1 ? `copying memory, round ${round}` : 'copying memory',
    done: isDisks ? of('disk_processed') : Math.max(0, of('memory_total') - of('memory_remaining')),
    total: isDisks ? of('disk_total') : of('memory_total'),
    rate: (isDisks ? of('disk_bps') : of('memory_bps')) || Number.NaN,
  };
}

/** How long the guest stood still, and what went over the wire, as libvirt has measured it. */
async function measuredBy(target: RpcClient, domain: Domain): Promise<Moved> {
  const stats = await target
    .call(migration.jobStats, { domain, flags: JOB_COMPLETED }, { deadlineMs: DAEMON_ANSWERS_MS })
    .then(({ params }) => new Map(params.map(({ name, value }) => [name, Number(value)])))
    .catch(() => new Map<string, number>());
  return { downtimeMs: stats.get('downtime'), bytes: stats.get('data_processed') };
}
