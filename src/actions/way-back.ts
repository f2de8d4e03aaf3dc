/** The way to the console of a VM once more, after its link dropped. */
import { FleetError } from '../errors.ts';
import { endpointOf, type VmId } from '../ids.ts';
import type { VmState } from '../platforms/contract.ts';
import type { VmAttachAction, WayBack } from './action.ts';
import { configuredKeymap } from './configured-keymap.ts';
import { permitted } from './permitted.ts';
import type { Services } from './services.ts';
import { type Target, verifiedSignal, verify } from './target.ts';

/** Nothing is shown then, and nothing will be before it is started. */
const OFF: ReadonlySet<VmState> = new Set(['stopped', 'suspended', 'crashed']);

/** `target`: whom it leads to now, which must be the machine that was chosen; throws while there is no way to it. */
export const wayBack = (action: VmAttachAction, target: () => Target, services: Services): WayBack => ({
  // What the file is called is said of its problems alone.
  detachKey: configuredKeymap([], '', services.config().file).detachKey,
  clock: services.clock,
  async again(signal) {
    const shown = target();
    await verify(shown, services, signal);
    const id = shown.id as VmId;
    const vm = services.store.fleet.vms.get(id);
    // While its endpoint is not connected its state is that of before.
    if (vm && OFF.has(vm.state) && services.sessions.connection(endpointOf(id)))
      throw new FleetError('op.unsupported', `${vm.name} is ${vm.state}, which has ended its display`);
    const { connection } = permitted(action, 'vm', id, services);
    return { connection, id, signal: verifiedSignal(shown, services, signal) };
  },
});
