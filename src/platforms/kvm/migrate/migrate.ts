/** VMs that go from one libvirt host to another: both have a connection of their own, and drover leads. */
import { FleetError } from '../../../errors.ts';
import { type NodeId, nativeOf, type VmId, vmId } from '../../../ids.ts';
import type {
  Migrated,
  MigrateSpec,
  MigrationCheck,
  MigrationOps,
  MigrationPlan,
  MigrationTarget,
  ReceivingOps,
  Visit,
} from '../../contract.ts';
import { error, ok, plansFor, refuseFailed, runVisit } from '../../lib/migration.ts';
import { onHost } from '../host/host-call.ts';
import { type Copy, planDisks } from '../migrate-checks/disks.ts';
import {
  checkClock,
  checkConverge,
  checkCpu,
  checkDevices,
  checkFiles,
  checkIdentity,
  checkMachine,
  checkMemory,
  checkNetworks,
  checkPlatform,
  checkReach,
  checkSnapshots,
} from '../migrate-checks/host-checks.ts';
import { moveOff } from '../migrate-copies/off.ts';
import { clearSource, makeEmpty } from '../migrate-copies/volumes.ts';
import { procedures, type Volume } from '../rpc/protocol.ts';
import { withoutVolumes } from '../transfer/part.ts';
import { isSaved } from '../vm/guest.ts';
import { CHANGE_MS, type GuestCall, type GuestCalls, onGuest } from '../vm/guest-call.ts';
import { moveLive } from './live.ts';
import { type Leaving, nameOf, readLeaving, type Side } from './side.ts';

const PLATFORM = 'kvm';

interface Plan extends MigrationPlan {
  readonly copies: readonly Copy[];
  /** How the source reaches the target. */
  readonly address: string;
}

/** `calls` and `own` are of the endpoint that the operations belong to. */
export function createMigration(
  calls: GuestCalls,
  own: Side,
): { readonly vm: Required<MigrationOps>; readonly node: Required<ReceivingOps> } {
  const here = (id: NodeId) => {
    if (id !== own.facts.node.id) throw new FleetError('node.not-found', `there is no host ${id}`);
  };

  function onTarget<Result>(
    vm: string,
    { node, peer }: MigrationTarget,
    method: 'planReceive' | 'receive',
    signal: AbortSignal,
    run: (to: Side, signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    if (node === undefined) throw new FleetError('op.refused', 'libvirt does not choose a host: name one');
    if (!peer) throw new FleetError('op.refused', `${vm} is on the only node of its endpoint already`);
    const visit: Visit<Result> = { platform: PLATFORM, vm, run: (host, until) => run(host as Side, until) };
    return peer[method](node, visit, signal);
  }

  async function migrate(id: VmId, target: MigrationTarget, spec: MigrateSpec, signal: AbortSignal): Promise<Migrated> {
    return onGuest(calls, id, signal, async (call) =>
      onTarget(call.domain.name, target, 'receive', signal, async (to, until) => {
        const vm = await readLeaving(call, call.domain);
        const plan = await planOne({ ...call, signal: until }, own, to, vm, spec);
        refuseFailed(call.domain.name, plan, spec.despite);
        const moved = vm.isOn
          ? await whileOn(own, to, vm, plan, spec, until)
          : await moveOff({ from: own, to, vm, copies: plan.copies, spec }, until);
        const warnings = await clearSource(own, plan.copies, spec.removeCopied, new AbortController().signal);
        return {
          warnings,
          id: vmId(to.host.place.endpoint, nativeOf(id)),
          ...(moved?.downtimeMs !== undefined && { downtimeMs: moved.downtimeMs }),
          ...(moved?.bytes !== undefined && { bytes: moved.bytes }),
        };
      }),
    );
  }

  return {
    vm: {
      planMigrate: (id, targets, spec, signal) =>
        onGuest(calls, id, signal, async (call) => {
          const vm = await readLeaving(call, call.domain);
          const plan = (target: MigrationTarget) =>
            onTarget(call.domain.name, target, 'planReceive', signal, (to, until) =>
              planOne({ ...call, signal: until }, own, to, vm, spec),
            );
          return plansFor(targets, async (target) => planOf(await plan(target)), signal);
        }),
      migrate,
    },
    node: {
      async planReceive(id, visit, signal) {
        here(id);
        return runVisit(PLATFORM, visit, own, signal);
      },
      async receive(id, visit, signal) {
        here(id);
        return runVisit(PLATFORM, visit, own, signal);
      },
    },
  };
}

/** What leaves the platform of it: plain values. */
const planOf = ({ node, checks, copies, live }: Plan): MigrationPlan => ({
  node,
  checks,
  copies: copies.map(({ path, to, size }) => ({ path, to, size })),
  live,
});

async function planOne(call: GuestCall, from: Side, to: Side, vm: Leaving, spec: MigrateSpec): Promise<Plan> {
  const { signal } = call;
  const both = { from, to };
  return onHost(to.host, nameOf(to), signal, async (there) => {
    const [state, identity, machine, cpu, memory, disks, networks, devices, files, snapshots, clock, reach] =
      await Promise.all([
        checkState(call, vm),
        checkIdentity(there, both, vm),
        checkMachine(there, to, vm),
        checkCpu(there, both, vm),
        checkMemory(there, to, vm),
        planDisks(call, there, both, vm, spec),
        checkNetworks(there, to, vm),
        checkDevices(vm, both),
        checkFiles(vm, to, signal),
        checkSnapshots(call),
        checkClock(both, signal),
        checkReach(both, vm, signal),
      ]);
    return {
      node: to.facts.node.id,
      checks: [
        ok('node', `${nameOf(to)} answers`),
        state,
        checkPlatform(both),
        identity,
        ...machine,
        cpu,
        memory,
        ...disks.checks,
        ...checkConverge(vm, spec),
        ...networks,
        devices,
        files,
        snapshots,
        clock,
        reach.check,
      ],
      copies: disks.copies,
      live: spec.live && vm.isOn && !vm.isPaused,
      address: reach.address,
    };
  });
}

/** Of one that is suspended the memory would stay behind. */
async function checkState(call: GuestCall, { isOn, isPaused }: Leaving): Promise<MigrationCheck> {
  if (!isOn && (await isSaved(call.client, call.domain, call.signal)))
    return error('vm', 'its memory is saved to the disk of its host, and would stay there: start it first', true);
  return ok('vm', isPaused ? 'it is paused' : isOn ? 'it runs' : 'it is off');
}

/** With volumes that QEMU fills; they go again when it fails, unless it is not known which host needs them. */
async function whileOn(from: Side, to: Side, vm: Leaving, plan: Plan, spec: MigrateSpec, signal: AbortSignal) {
  const { copies, address } = plan;
  const made: Volume[] = [];
  try {
    await makeEmpty(to, copies, made, signal);
    const { domain } = vm;
    const startsWithHost = await onHost(from.host, domain.name, signal, ({ client }) =>
      client.call(procedures.domainAutostart, { domain }, { signal }),
    );
    const moved = await moveLive({ from, to, vm, copies, address, spec }, signal);
    // libvirt keeps that beside the definition, and does not take it along.
    if (startsWithHost) await startWithHost(to, vm);
    return moved;
  } catch (problem) {
    if (made.length === 0) throw problem;
    if (problem instanceof FleetError && problem.code === 'outcome.unknown') throw problem;
    throw await withoutVolumes(to.host, made, problem);
  }
}

const startWithHost = ({ host }: Side, { domain }: Leaving): Promise<void> =>
  onHost(host, domain.name, new AbortController().signal, async ({ client, change }) => {
    const there = await client.call(procedures.domainByUuid, { uuid: domain.uuid });
    await change('set autostart', () =>
      client.call(procedures.setAutostart, { domain: there, autostart: true }, { deadlineMs: CHANGE_MS }),
    );
  });
