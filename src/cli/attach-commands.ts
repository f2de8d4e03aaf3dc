import { configuredKeymap } from '../actions/configured-keymap.ts';
import { shellAction } from '../actions/node.ts';
import { permitted } from '../actions/permitted.ts';
import { bind, verifiedSignal, verify } from '../actions/target.ts';
import { consoleAction, displayAction } from '../actions/vm.ts';
import { wayBack } from '../actions/way-back.ts';
import { type ReconnectingOptions, reconnecting } from '../console/reconnecting.ts';
import { FleetError } from '../errors.ts';
import { LINK_BACK, NOT_SENT, noLink } from '../link/sentences.ts';
import type { Attachment, Field, Settings, Vm } from '../platforms/contract.ts';
import { placeOf } from '../state/fleet/fleet.ts';
import { clean } from '../terminal/width.ts';
import { attach, sizeOf } from './attach.ts';
import type { Command, CommandContext } from './command.ts';
import { CONSOLE_FILES, withConsoleFiles } from './console-files.ts';
import { findNode, findVms } from './find.ts';
import { runOnNodes } from './node-run-command.ts';
import { PRINT_COMMAND } from './ssh-command.ts';
import { START, startFirst } from './start-first.ts';
import { openViewer, printConsoleCommand, VIEWER, VV, viewerFlags } from './viewer-command.ts';

const GRAPHIC: Field = {
  key: 'graphic',
  label: 'Graphic',
  help: 'Show the screen of the VM, with keys and mouse, in place of its serial console.',
  kind: 'flag',
  default: false,
};

const SERIAL: Field = {
  key: 'serial',
  label: 'Serial',
  help: 'The serial console, as without any of these flags.',
  kind: 'flag',
  default: false,
};

export const attachCommands: readonly Command[] = [
  {
    noun: 'vm',
    verb: 'console',
    help: consoleAction.help,
    takes: 'NAME',
    flags: () => [
      ...(consoleAction.options ?? []),
      START,
      SERIAL,
      GRAPHIC,
      ...CONSOLE_FILES,
      ...viewerFlags,
      PRINT_COMMAND,
    ],
    async run(context, { words, values }) {
      const [vm] = await findVms(words.slice(0, 1), context);
      if (!vm) throw new FleetError('usage', 'which VM? Name one');
      if (values[PRINT_COMMAND.key] === true) return printConsoleCommand(vm, values, context);
      const failed = values[START.key] === true ? await startFirst(vm, context) : undefined;
      if (failed !== undefined) return failed;
      if (values[VIEWER.key] === true || values[VV.key] !== undefined) return openViewer(vm, values, context);
      return openConsole(vm, values, context);
    },
  },
  {
    noun: 'node',
    verb: 'shell',
    help: shellAction.help,
    takes: 'NAME [-- COMMAND…]',
    flags: () => [],
    async run(context, { words }) {
      const [word, ...command] = words;
      if (word === undefined) throw new FleetError('usage', 'which node? Name one');
      if (command.length > 0) return runOnNodes([word], command, {}, context);
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

/** Has the terminal until the user detaches; answers the exit code. */
export async function openConsole(vm: Vm, values: Settings, context: CommandContext): Promise<number> {
  const target = bind('vm', vm.id, context.app);
  await verify(target, context.app, context.signal);
  const isGraphic = values[GRAPHIC.key] === true;
  if (isGraphic && values[SERIAL.key] === true)
    throw new FleetError('usage', '--serial and --graphic are two different consoles');
  if (isGraphic && CONSOLE_FILES.some(({ key }) => values[key] !== undefined))
    throw new FleetError('usage', 'only a serial console is logged and recorded');
  if (isGraphic && !context.interactive)
    throw new FleetError('usage', 'a graphical console needs a terminal', {
      fix: `drover vm screenshot ${vm.name} FILE.png writes what it shows to a file`,
    });
  const action = isGraphic ? displayAction : consoleAction;
  const back = wayBack(action, () => target, context.app);
  /** Each time it must be the machine that was found. */
  const open = (given: Settings, signal: AbortSignal): Promise<Attachment> => {
    const { connection, object } = permitted(action, 'vm', vm.id, context.app);
    const verified = verifiedSignal(target, context.app, signal);
    return action.open(connection, vm.id, given, sizeOf(context), verified, object, back);
  };
  const again = async (signal: AbortSignal): Promise<Attachment> => {
    await verify(target, context.app, signal);
    // What has happened to the console meanwhile is not known: it is not taken from the client that has it now.
    return open({ ...values, force: false }, signal);
  };
  const name = placeOf(vm, context.app.store.fleet);
  return withConsoleFiles(values, name, context, async (files) => {
    const attachment = await open(values, context.signal).catch((error: unknown) =>
      isGraphic ? Promise.reject(error) : withForce(error),
    );
    // A script must know whether all that it has typed has come to the guest: its console ends with its link.
    const isKept = context.interactive && !isGraphic && attachment.kind === 'stream';
    const steady = isKept
      ? reconnecting(attachment, { open: again, clock: context.app.clock, ...tells(context) })
      : attachment;
    return attach(steady, name, context, false, { isPainted: isGraphic, files });
  });
}

/** On lines of their own: the cursor is wherever the guest has left it. */
function tells({ say, app }: CommandContext): Pick<ReconnectingOptions, 'dropped' | 'back' | 'notSent'> {
  const tell = (text: string) => say(`\r\n${clean(text)}`);
  const { detachKey } = configuredKeymap([], app.configPath, app.config().file);
  return {
    dropped: (why, ms) => tell(noLink(why, ms, detachKey)),
    back: () => tell(LINK_BACK),
    notSent: () => tell(NOT_SENT),
  };
}

/** A console that another user has: here the way to take it over is a flag. */
function withForce(error: unknown): never {
  if (!(error instanceof FleetError && error.code === 'op.conflict')) throw error;
  throw new FleetError('op.conflict', error.message, {
    fix: 'add --force to take it over; the user who has it now loses it',
    cause: error,
  });
}
