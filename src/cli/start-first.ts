/** `vm console --start`: a VM that is off is started before its console is opened. */
import { taskFor } from '../actions/perform.ts';
import { whyNotOf } from '../actions/permitted.ts';
import { bind } from '../actions/target.ts';
import { vmActions } from '../actions/vm.ts';
import { FleetError } from '../errors.ts';
import type { Field, Vm } from '../platforms/contract.ts';
import { taskLimits } from '../state/config/preferences.ts';
import { type CommandContext, EXIT } from './command.ts';
import { followed, report } from './object-commands.ts';

export const START: Field = {
  key: 'start',
  label: 'Start',
  help: 'Start the VM first, where it does not run.',
  kind: 'flag',
  default: false,
};

/** The exit code of a start that did not succeed, which has been reported; undefined when the VM is seen running. */
export async function startFirst(vm: Vm, context: CommandContext): Promise<number | undefined> {
  const { app } = context;
  const start = vmActions.find(({ id }) => id === 'vm.start');
  if (!start || vm.state === 'running') return undefined;
  const no = whyNotOf(start, vm, app);
  if (no !== undefined) throw new FleetError('op.refused', `${vm.name}: ${no}`);
  const { id, ended } = app.tasks.run(taskFor(start, [bind('vm', vm.id, app)], {}, app, taskLimits(app.config())));
  const code = await report(await followed(id, ended, context), 1, context);
  return code === EXIT.done ? undefined : code;
}
