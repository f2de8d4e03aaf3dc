import type { OperationName, VmOps } from '../../contract.ts';
import { conflict, done, onVm, refuseTemplate, type VmCall, type VmCalls } from '../vm-call.ts';

/** What the power switch does. Where a VM is there already, nothing is sent, and that is told as a warning. */
export function createLifecycle(
  calls: VmCalls,
): Required<Pick<VmOps, 'start' | 'stop' | 'restart' | 'resume' | 'suspend'>> {
  return {
    // A suspended VM goes on where it was: vSphere knows no other word for it.
    start: (id, signal) =>
      onVm(calls, id, [], signal, async (call) => {
        refuseTemplate(call);
        if (call.power === 'poweredOn') return already('vm.start', call, 'was running already');
        return call.task('PowerOnVM_Task');
      }),
    stop: (id, how, signal) =>
      onVm(calls, id, [], signal, async (call) => {
        refuseTemplate(call);
        if (call.power === 'poweredOff') return already('vm.stop', call, 'was off already');
        if (how === 'force') return call.task('PowerOffVM_Task');
        requireGuest(call, 'stop it by force, or start it first');
        await call.change('ShutdownGuest');
        return done();
      }),
    restart: (id, how, signal) =>
      onVm(calls, id, [], signal, async (call) => {
        refuseTemplate(call);
        requireGuest(call, 'start it instead');
        if (how === 'force') return call.task('ResetVM_Task');
        await call.change('RebootGuest');
        return done();
      }),
    resume: (id, signal) =>
      onVm(calls, id, [], signal, async (call) => {
        refuseTemplate(call);
        if (call.power === 'poweredOn') return already('vm.resume', call, 'was running already');
        if (call.power === 'poweredOff') throw conflict(call.name, 'is off, not suspended', 'start it');
        return call.task('PowerOnVM_Task');
      }),
    suspend: (id, signal) =>
      onVm(calls, id, [], signal, async (call) => {
        refuseTemplate(call);
        if (call.power === 'suspended') return already('vm.suspend', call, 'was suspended already');
        if (call.power === 'poweredOff') throw conflict(call.name, 'is off', 'start it first');
        return call.task('SuspendVM_Task');
      }),
  };
}

const already = (feature: OperationName, { name }: VmCall, why: string) => done({ feature, detail: `${name} ${why}` });

function requireGuest({ name, power }: VmCall, fix: string): void {
  if (power === 'poweredOn') return;
  throw conflict(name, power === 'suspended' ? 'is suspended and its guest hears nothing' : 'is off', fix);
}
