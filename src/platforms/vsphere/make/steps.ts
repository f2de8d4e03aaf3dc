/** The steps on the way to a new VM: each a task of the server that is waited for. */
import { FleetError } from '../../../errors.ts';
import type { Made } from '../../lib/take-back.ts';
import { child, type XmlElement } from '../../transport/xml.ts';
import { type ConfigParts, configSpec } from '../config-spec.ts';
import { DEVICES } from '../hardware/change-vm.ts';
import { refOf, retrieveOne } from '../properties.ts';
import { type MoRef, nothing, type Xml, xml } from '../soap/envelope.ts';
import { runTask } from '../task-end.ts';
import type { VmCalls } from '../vm-call.ts';
import { vmMade } from './undo.ts';

export interface Steps {
  /** CreateVM_Task or CloneVM_Task: remembers what it has made. */
  make(target: MoRef, method: string, args: Xml): Promise<MoRef>;
  configure(vm: MoRef, parts: ConfigParts): Promise<void>;
  /** `customization`: as `readCustomization` gives it. Tools in the guest do it at the next start. */
  customize(vm: MoRef, customization: Xml): Promise<void>;
  start(vm: MoRef): Promise<void>;
  devices(vm: MoRef): Promise<XmlElement | undefined>;
  /** What is to be taken back, and what was asked for last and may be there. */
  readonly made: readonly Made[];
  readonly asked: Made | undefined;
}

export function createSteps(calls: VmCalls, name: string, signal: AbortSignal): Steps {
  const made: Made[] = [];
  let asked: Made | undefined;
  const run = (target: MoRef, method: string, args: Xml) =>
    runTask(calls, { target, method, args, subject: name, signal });
  const unlessGivenUp = () => signal.throwIfAborted();
  return {
    made,
    get asked() {
      return asked;
    },
    async make(target, method, args) {
      asked = vmMade(calls, name);
      const ref = refOf(await run(target, method, args));
      if (ref.type !== 'VirtualMachine' || ref.value === '') {
        throw new FleetError('outcome.unknown', `${name}: the task is done, and names no VM`, {
          fix: 'look whether it is there before you repeat it',
        });
      }
      made.push(vmMade(calls, name, ref));
      asked = undefined;
      unlessGivenUp();
      return ref;
    },
    async configure(vm, parts) {
      await run(vm, 'ReconfigVM_Task', configSpec(parts));
      unlessGivenUp();
    },
    async customize(vm, customization) {
      await run(vm, 'CustomizeVM_Task', customization);
      unlessGivenUp();
    },
    async start(vm) {
      await run(vm, 'PowerOnVM_Task', nothing);
      unlessGivenUp();
    },
    devices: async (vm) => (await retrieveOne(calls.session, vm, [DEVICES], signal)).get(DEVICES),
  };
}

/** Throws op.conflict for a name that the folder has already, as vSphere itself would. */
export async function refuseTakenName(
  { session }: VmCalls,
  folder: MoRef,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const args = xml`<entity type="Folder">${folder.value}</entity><name>${name}</name>`;
  const call = { target: session.content.searchIndex, method: 'FindChild', args, kind: 'reads', signal } as const;
  const found = child(await session.call(call), 'returnval');
  if (found) throw new FleetError('op.conflict', `${name} is there already`, { fix: 'choose another name' });
}
