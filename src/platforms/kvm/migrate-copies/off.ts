/** A VM that is off goes to another host: its disks are copied through drover, then it is defined there, then it leaves. */
import { FleetError, sentence } from '../../../errors.ts';
import type { MigrateSpec } from '../../contract.ts';
import { shellWord, takeBack } from '../../lib/take-back.ts';
import { onHost } from '../host/host-call.ts';
import { domainMade, volumeMade } from '../host/made.ts';
import { uuidText } from '../link/uuid.ts';
import { asked } from '../migrate/settle.ts';
import { type Leaving, nameOf, type Side } from '../migrate/side.ts';
import { withCopies } from '../migrate/target-xml.ts';
import type { Copy } from '../migrate-checks/disks.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';
import { UNDEFINE } from '../rpc/flags.ts';
import { type Domain, procedures, type Volume } from '../rpc/protocol.ts';
import { readVolume } from '../storage/volumes.ts';
import { withoutVolumes } from '../transfer/part.ts';
import { CHANGE_MS } from '../vm/guest-call.ts';
import { copyBytes } from './volumes.ts';
import { asWhole } from './whole.ts';

export interface OffMove {
  readonly from: Side;
  readonly to: Side;
  readonly vm: Leaving;
  readonly copies: readonly Copy[];
  readonly spec: MigrateSpec;
}

const TIMING = { deadlineMs: CHANGE_MS };

export async function moveOff(move: OffMove, signal: AbortSignal): Promise<void> {
  const { from, to, vm } = move;
  const volumes: Volume[] = [];
  let defined: Domain | undefined;
  try {
    const written = await writtenOf(move, signal);
    await copyAll(move, volumes, signal);
    signal.throwIfAborted();
    await refuseChanged(move, written, signal);
    const autostart = await onHost(from.host, vm.domain.name, signal, ({ client }) =>
      client.call(procedures.domainAutostart, { domain: vm.domain }, { signal }),
    );
    defined = await define(move, signal);
    const made = defined;
    if (autostart)
      await onHost(to.host, vm.domain.name, signal, ({ client, change }) =>
        change('set autostart', () => client.call(procedures.setAutostart, { domain: made, autostart: true }, TIMING)),
      );
    await leave(move);
  } catch (error) {
    // Where it is not known whether it has left, what it would need stays.
    if (error instanceof FleetError && error.code === 'outcome.unknown' && defined) throw error;
    throw await undone(move, defined, volumes, error);
  } finally {
    from.touched(uuidText(vm.domain.uuid));
    to.touched(uuidText(vm.domain.uuid));
  }
}

async function copyAll({ from, to, copies, spec }: OffMove, made: Volume[], signal: AbortSignal): Promise<void> {
  const { clock } = from.host;
  let total = copies.reduce((sum, { fileSize }) => sum + fileSize, 0);
  const began = clock.ticks();
  let before = 0;
  const copyOne = async (copy: Copy): Promise<void> => {
    const report = (done: number) =>
      spec.progress?.({
        doing: `copying ${copy.disk.target}`,
        done: before + done,
        total,
        rate: ((before + done) * 1000) / Math.max(1, clock.ticks() - began),
      });
    await copyBytes(from, to, copy, made, report, signal);
    before += copy.fileSize;
  };
  for (const copy of copies) {
    if (!copy.isMadeWhole) await copyOne(copy);
    else {
      const doing = `making one file of ${copy.disk.target}`;
      spec.progress?.({ doing, done: Number.NaN, total: Number.NaN, rate: Number.NaN });
      await asWhole(from, copy, signal, (whole) => {
        total += whole.fileSize - copy.fileSize;
        return copyOne(whole);
      });
    }
  }
}

const writtenOf = ({ from, copies }: OffMove, signal: AbortSignal): Promise<readonly (number | undefined)[]> =>
  onHost(from.host, 'its disks', signal, (call) =>
    Promise.all(copies.map(async (copy) => (await readVolume(call, copy.from)).written)),
  );

/** Rejects with op.conflict for one that was started meanwhile, or whose disks another program has written to. */
async function refuseChanged(
  move: OffMove,
  written: readonly (number | undefined)[],
  signal: AbortSignal,
): Promise<void> {
  const { from, vm } = move;
  const now = await onHost(from.host, vm.domain.name, signal, ({ client }) =>
    client.call(procedures.domainByUuid, { uuid: vm.domain.uuid }, { signal }),
  );
  if (now.id !== -1) throw new FleetError('op.conflict', `${vm.domain.name} was started while its disks were copied`);
  const after = await writtenOf(move, signal);
  if (after.some((time, at) => time !== written[at]))
    throw new FleetError('op.conflict', `the disks of ${vm.domain.name} were changed while they were copied`);
}

async function define({ to, vm, copies }: OffMove, signal: AbortSignal): Promise<Domain> {
  const xml = await withCopies(vm.saved, copies);
  return onHost(to.host, vm.domain.name, signal, ({ client, change }) =>
    change('define', async () => {
      const domain = await client.call(procedures.define, { xml, flags: 0 }, TIMING);
      if (domain.uuid.equals(vm.domain.uuid)) return domain;
      throw new FleetError('op.failed', `${nameOf(to)} has made another VM of its definition`);
    }),
  );
}

/** It leaves the source if it still is off there. Asked again over a new connection where the answer was lost. */
async function leave({ from, to, vm: { domain } }: OffMove): Promise<void> {
  const left = await asked(from, async (client) => {
    try {
      const now = await client.call(procedures.domainByUuid, { uuid: domain.uuid }, TIMING);
      if (now.id !== -1) return 'was started meanwhile';
      await client.call(procedures.undefine, { domain: now, flags: UNDEFINE.keepNvram }, TIMING);
      return 'gone';
    } catch (error) {
      if (error instanceof LibvirtError) return error.code === VIR_ERR.noDomain ? 'gone' : error.message;
      throw error;
    }
  });
  if (left === 'gone') return;
  if (left !== undefined) throw new FleetError('op.conflict', `${domain.name} ${left}: it stays on ${nameOf(from)}`);
  throw new FleetError(
    'outcome.unknown',
    `${domain.name} is on ${nameOf(to)} now, and ${nameOf(from)} does not say whether it has left`,
    { fix: `before it is started, on ${nameOf(from)}: virsh undefine --keep-nvram ${shellWord(domain.name)}` },
  );
}

/** The error, once the target has nothing of it, or with what is left there. */
async function undone(
  { to, vm, copies }: OffMove,
  defined: Domain | undefined,
  volumes: readonly Volume[],
  error: unknown,
): Promise<unknown> {
  // What upload has made of the one that failed is gone already, or named.
  if (!defined) return volumes.length === 0 ? error : withoutVolumes(to.host, volumes, error);
  const nothing = new AbortController();
  const client = await to.host.daemon.control(nothing.signal).catch(() => undefined);
  if (!client) {
    const what = [
      `virsh undefine --keep-nvram ${shellWord(vm.domain.name)}`,
      ...copies.map(({ pool, name }) => `virsh vol-delete --pool ${shellWord(pool.name)} ${shellWord(name)}`),
    ];
    return new FleetError('op.failed', `${sentence(error)}; ${nameOf(to)} does not answer, and may have it too`, {
      fix: `what removes it there: ${what.join('; ')}`,
      cause: error,
    });
  }
  const made = [
    ...volumes.map((volume) => volumeMade({ client }, volume)),
    domainMade({ client }, vm.domain.name, 'keep', defined),
  ];
  return takeBack(error, made, { isUnsure: false });
}
