/** A change of a VM's hardware, waited for to its end. */
import { type ConfigParts, configSpec } from '../config-spec.ts';
import { type Xml, xml } from '../soap/envelope.ts';
import { runTask } from '../task-end.ts';
import type { VmCall, VmCalls } from '../vm-call.ts';

export const DEVICES = 'config.hardware.device';
const VERSION = 'config.changeVersion';

/** What changes of hardware look at. */
export const HARDWARE_PATHS: readonly string[] = [
  DEVICES,
  VERSION,
  'config.files.vmPathName',
  'runtime.host',
  'snapshot',
];

/** With the version that was read: a change in between is refused by the server (ConcurrentAccess). */
export function basedOnRead({ values }: VmCall, parts: ConfigParts): Xml {
  const version = values.get(VERSION)?.text ?? '';
  return configSpec(
    version === '' ? parts : { ...parts, changeVersion: xml`<changeVersion>${version}</changeVersion>` },
  );
}

export async function changeVm(calls: VmCalls, call: VmCall, parts: ConfigParts): Promise<void> {
  const { ref, name, signal } = call;
  const args = basedOnRead(call, parts);
  await runTask(calls, { target: ref, method: 'ReconfigVM_Task', args, subject: name, signal });
}
