import { FleetError } from '../../errors.ts';
import type { Accepted, OperationName, VmOps, Warning } from '../contract.ts';
import { GROUP_TAG, type Machine } from './machine.ts';
import { conflict, done, onInstance, type VmCall, type VmCalls } from './vm-call.ts';
import { NO_HIBERNATION, NO_STOP } from './vm-row.ts';

type Lifecycle = Required<Pick<VmOps, 'start' | 'stop' | 'restart' | 'suspend' | 'resume'>>;

/** EC2 states no times. Of these none is a reason to worry; a guest that does not end is cut off after some minutes. */
const START_MS = 120_000;
const STOP_MS = 300_000;
const FORCED_STOP_MS = 120_000;

/** What the power switch does. Where an instance is there already, nothing is sent, and that is told as a warning. */
export function createLifecycle(calls: VmCalls): Lifecycle {
  const start = async (call: VmCall): Promise<Accepted> => {
    const { machine } = call;
    if (machine.state === 'running') return already('vm.start', call, 'was running already');
    await call.change('StartInstances', { InstanceIds: [machine.id] });
    return { ...done(), takesUpToMs: START_MS };
  };
  return {
    start: (id, signal) => onInstance(calls, id, signal, start),
    stop: (id, how, signal) =>
      onInstance(calls, id, signal, async (call) => {
        const { machine, name } = call;
        if (machine.state === 'stopped' || machine.state === 'suspended') {
          return already('vm.stop', call, 'was off already');
        }
        if (machine.instanceStore) throw new FleetError('op.unsupported', `${name}: ${NO_STOP}`);
        // Without SkipOsShutdown a forced stop asks the guest as well, and waits for it.
        const force = how === 'force' ? { Force: true, SkipOsShutdown: true } : {};
        await call.change('StopInstances', { InstanceIds: [machine.id], ...force });
        return { ...done(...replaced(machine)), takesUpToMs: how === 'force' ? FORCED_STOP_MS : STOP_MS };
      }),
    restart: (id, how, signal) =>
      onInstance(calls, id, signal, async (call) => {
        const { machine, name } = call;
        if (machine.state !== 'running') throw conflict(name, `is ${machine.rawState}`, 'start it instead');
        await call.change('RebootInstances', { InstanceIds: [machine.id] });
        return how === 'graceful' ? done() : done(NO_RESET);
      }),
    suspend: (id, signal) =>
      onInstance(calls, id, signal, async (call) => {
        const { machine, name } = call;
        if (machine.state === 'suspended') return already('vm.suspend', call, 'was hibernated already');
        if (!machine.hibernates) throw new FleetError('op.unsupported', `${name}: ${NO_HIBERNATION}`);
        if (machine.state !== 'running') throw conflict(name, `is ${machine.rawState}`, 'start it first');
        await call.change('StopInstances', { InstanceIds: [machine.id], Hibernate: true });
        return done(...replaced(machine));
      }),
    resume: (id, signal) =>
      onInstance(calls, id, signal, async (call) => {
        const { machine, name } = call;
        if (machine.state === 'running') return already('vm.resume', call, 'was running already');
        if (machine.state !== 'suspended') throw conflict(name, 'is not hibernated', 'start it instead');
        return start(call);
      }),
  };
}

const already = (feature: OperationName, { name }: VmCall, why: string) => done({ feature, detail: `${name} ${why}` });

/** API reference, RebootInstances. */
const NO_RESET: Warning = {
  feature: 'vm.restart',
  detail: 'EC2 has no reset: the guest is asked to reboot, and its power is cut if it has not done so in a few minutes',
};

function replaced({ tags, name }: Machine): readonly Warning[] {
  const group = tags.get(GROUP_TAG);
  if (group === undefined) return [];
  return [{ feature: 'vm.stop', detail: `the Auto Scaling group ${group} takes ${name} for broken and replaces it` }];
}
