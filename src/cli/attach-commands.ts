import { shellAction } from '../actions/node.ts';
import { permitted } from '../actions/permitted.ts';
import { bind, verifiedSignal, verify } from '../actions/target.ts';
import { consoleAction } from '../actions/vm.ts';
import { FleetError } from '../errors.ts';
import { placeOf } from '../state/fleet/fleet.ts';
import { attach, sizeOf } from './attach.ts';
import type { Command } from './command.ts';
import { findNode, findVms } from './find.ts';

export const attachCommands: readonly Command[] = [
  {
    noun: 'vm',
    verb: 'console',
    help: consoleAction.help,
    takes: 'NAME',
    flags: () => consoleAction.options ?? [],
    async run(context, { words, values }) {
      const [vm] = await findVms(words.slice(0, 1), context);
      if (!vm) throw new FleetError('usage', 'which VM? Name one');
      const target = bind('vm', vm.id, context.app);
      await verify(target, context.app, context.signal);
      const { connection } = permitted(consoleAction, 'vm', vm.id, context.app);
      const attachment = await consoleAction
        .open(connection, vm.id, values, sizeOf(context), verifiedSignal(target, context.app, context.signal))
        .catch(withForce);
      return attach(attachment, placeOf(vm, context.app.store.fleet), context);
    },
  },
  {
    noun: 'node',
    verb: 'shell',
    help: shellAction.help,
    takes: 'NAME',
    flags: () => [],
    async run(context, { words }) {
      const [word, ...command] = words;
      if (word === undefined) throw new FleetError('usage', 'which node? Name one');
      if (command.length > 0) {
        throw new FleetError('usage', 'node shell opens a login shell on one node, and takes no command', {
          fix: `what is piped in is typed there: echo '${command.join(' ')}' | drover node shell ${word}`,
        });
      }
      const node = await findNode(word, context);
      const { connection } = permitted(shellAction, 'node', node.id, context.app);
      return attach(
        await shellAction.open(connection, node.id, sizeOf(context), context.signal),
        node.name,
        context,
        true,
      );
    },
  },
];

/** A console that another user has: here the way to take it over is a flag. */
function withForce(error: unknown): never {
  if (!(error instanceof FleetError && error.code === 'op.conflict')) throw error;
  throw new FleetError('op.conflict', error.message, {
    fix: 'add --force to take it over; the user who has it now loses it',
    cause: error,
  });
}
