/** A new VM: its volumes, what cloud-init reads, its definition, its start. All of it, or nothing. */
import { randomUUID } from 'node:crypto';
import { vmId } from '../../../ids.ts';
import type { VmOps, Warning } from '../../contract.ts';
import { type Made, takeBack } from '../../lib/take-back.ts';
import { switchBoot } from '../boot/next-boot.ts';
import { withNewDefined } from '../definition/definition-settings.ts';
import type { NewVolume } from '../disk/vm-volume.ts';
import type { Capabilities } from '../host/host.ts';
import { type Host, type HostCall, onHost } from '../host/host-call.ts';
import { domainMade, volumeMade } from '../host/made.ts';
import { mutationError } from '../link/normalize-error.ts';
import { procedures, type Volume } from '../rpc/protocol.ts';
import { changesNow, keep, keptMade } from '../seed/reserve.ts';
import { upload } from '../seed/upload.ts';
import { readVolume } from '../storage/volumes.ts';
import { CHANGE_MS } from '../vm/guest-call.ts';
import { type MakePlan, planVm } from './plan.ts';
import { readSpec } from './spec.ts';
import { writeDomainXml } from './write-domain.ts';
import type { Drive } from './write-drives.ts';

/** A copy of an image may take as long as the whole operation may. */
const COPY_MS = 600_000;

export interface Maker {
  readonly host: Host;
  readonly capabilities: Capabilities;
  /** The watch reads this guest. */
  readonly touched: (uuid: string) => void;
}

export const createMake =
  ({ host, capabilities, touched }: Maker): NonNullable<VmOps['create']> =>
  async (endpoint, settings, signal) => {
    const spec = readSpec(settings);
    return onHost(host, spec.name, signal, async (call) => {
      const uuid = randomUUID();
      const now = host.clock.now();
      const plan = await planVm(call, spec, { host, endpoint, capabilities, uuid, now });
      const said = await make(host, call, plan, now).finally(() => touched(uuid));
      return { warnings: [...plan.warnings, ...said], id: vmId(endpoint, uuid) };
    });
  };

/**
 * Changes are waited for also when the caller has given up, so that it is known what was made; it is taken back then. After a
 * lost link nothing is taken back: what was sent last may still be done.
 */
async function make(host: Host, call: HostCall, plan: MakePlan, now: number): Promise<readonly Warning[]> {
  const { client, signal } = call;
  const { spec, abilities } = plan;
  const done: Made[] = [];
  /** What libvirt was asked for last: without an answer it may be there. */
  let asked: Made | undefined;
  let isUnsure: boolean | undefined;
  const step = async <T>(verb: string, work: () => Promise<T>, undo?: (made?: T) => Made): Promise<T> => {
    signal.throwIfAborted();
    asked = undo?.();
    const made = await call.change(verb, work);
    if (undo) done.push(undo(made));
    asked = undefined;
    return made;
  };
  const options = { deadlineMs: CHANGE_MS };
  const makeVolume = async (one: NewVolume): Promise<{ readonly volume: Volume; readonly drive: Drive }> => {
    const { pool } = one.pool;
    const args = { pool, xml: one.xml, flags: 0 };
    const { from } = one;
    const volume = await step(
      `create ${one.name}`,
      () =>
        from
          ? client.call(procedures.createVolumeFrom, { ...args, from }, { deadlineMs: COPY_MS })
          : client.call(procedures.createVolume, args, options),
      (made = { pool: pool.name, name: one.name, key: '' }) => volumeMade(call, made),
    );
    const { growsTo: capacity } = one;
    if (capacity !== undefined)
      await step(`grow ${one.name}`, () =>
        client.call(procedures.resizeVolume, { volume, capacity, flags: 0 }, options),
      );
    const { path } = await readVolume(call, volume);
    const { fileSystem } = one;
    if (fileSystem)
      await step(`make ${fileSystem.kind} on ${one.name}`, async () =>
        plan.formatter?.makeFileSystem(path, fileSystem, signal),
      );
    return { volume, drive: { ...one.drive, path } };
  };

  try {
    const disks: Drive[] = [];
    for (const one of plan.disks) disks.push('pool' in one ? (await makeVolume(one)).drive : one);
    let seed: Drive | undefined;
    if (plan.seed) {
      const made = await makeVolume(plan.seed.volume);
      seed = made.drive;
      // It is only a file of ours: it goes also when it isn't known how much of it was written.
      await upload(host, made.volume, plan.seed.made.bytes, signal).catch((error: unknown) => {
        isUnsure = false;
        throw mutationError(error, spec.name, `write ${made.volume.name}`);
      });
    }
    const seeding = plan.seed?.made.kind === 'ignition' ? { seed: undefined, ignition: seed?.path } : { seed };
    const xml = await withNewDefined(writeDomainXml({ ...plan, disks, ...seeding, now }), spec.defined);
    const hasNvram = abilities.firmware !== 'bios';
    const domain = await step(
      'define',
      () => client.call(procedures.define, { xml, flags: 0 }, options),
      (made) => domainMade(call, spec.name, hasNvram ? 'delete' : 'none', made),
    );
    for (const one of plan.keeping) {
      const changes = await changesNow(call, one);
      await step(
        `keep ${one.words}`,
        () => keep(call, one, changes),
        () => keptMade(call, one, changes),
      );
    }
    signal.throwIfAborted();
    if (spec.autostart)
      await step('autostart', () => client.call(procedures.setAutostart, { domain, autostart: true }, options));
    if (!spec.start) return [];
    await step('start', () => client.call(procedures.create, { domain, flags: 0 }, options));
    return spec.nextBoot === undefined ? [] : await switchBoot({ ...call, domain });
  } catch (error) {
    throw await takeBack(error, done, { asked, ...(isUnsure !== undefined && { isUnsure }) });
  }
}
