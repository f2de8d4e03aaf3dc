import { permitted } from '../actions/permitted.ts';
import { consoleLogAction } from '../actions/vm.ts';
import { FleetError } from '../errors.ts';
import { clean } from '../terminal/width.ts';
import { type Command, EXIT } from './command.ts';
import { findVms } from './find.ts';
import { renderDetails } from './output.ts';

/** `drover vm log web1`: for people text only, without the control sequences that a guest may have written. */
export const consoleLogCommand: Command = {
  noun: 'vm',
  verb: 'log',
  help: consoleLogAction.help,
  takes: 'NAME',
  flags: () => [],
  async run(context, { words }) {
    const [vm] = words.length === 1 ? await findVms(words, context) : [];
    if (!vm) throw new FleetError('usage', 'which VM? Name one');
    const output = permitted(consoleLogAction, 'vm', vm.id, context.app).connection.console?.output;
    if (!output) throw new FleetError('op.unsupported', `${vm.name}: this platform keeps no console log`);
    const { text, at } = await output(vm.id, context.signal);
    if (at !== undefined) context.say(`as of ${new Date(at).toISOString()}`);
    const lines = text.split('\n').map(clean).join('\n').trimEnd();
    const value = { id: vm.id, name: vm.name, at: at === undefined ? undefined : new Date(at).toISOString(), text };
    await context.printer.print(
      context.format === 'table' ? lines : await renderDetails({ value, name: vm.id, lines: [] }, context.format),
    );
    return EXIT.done;
  },
};
