/** `drover vm ssh web1 [-- COMMAND…]`: the machine's own ssh has the terminal, or the pipes in its place. */
import type { Asked } from '../actions/action.ts';
import { type GuestSsh, sshTo } from '../actions/guest/ssh.ts';
import { sshAction, wishOf } from '../actions/guest/ssh-action.ts';
import { permitted } from '../actions/permitted.ts';
import { bind, verify } from '../actions/target.ts';
import { FleetError } from '../errors.ts';
import type { Settings, Vm } from '../platforms/contract.ts';
import { commandLine } from '../shell-word.ts';
import { placeOf } from '../state/fleet/fleet.ts';
import { clean } from '../terminal/width.ts';
import { attach } from './attach.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { findVms } from './find.ts';
import type { Flag, ParsedFlags } from './flags.ts';

export const PRINT_COMMAND: Flag = {
  key: 'print-command',
  label: 'Print command',
  help: 'Print the command line, and do not run it.',
  kind: 'flag',
};

const forwards = (short: string, key: string, help: string, example: string): Flag => ({
  key,
  short,
  label: key,
  help,
  kind: 'text',
  repeatable: true,
  examples: [example],
});

/** Those of ssh itself, by the same letters. */
const OF_SSH: readonly Flag[] = [
  forwards('L', 'local-forward', 'A port of this machine leads to one that the VM reaches.', 'PORT:HOST:PORT'),
  forwards('R', 'remote-forward', 'A port of the VM leads to one that this machine reaches.', 'PORT:HOST:PORT'),
  forwards('D', 'dynamic-forward', 'A port of this machine is a SOCKS proxy in the VM.', 'PORT'),
  { key: 'forward-agent', short: 'A', label: 'Agent', help: 'The VM may use the SSH agent.', kind: 'flag' },
  { key: 'x11', short: 'X', label: 'X11', help: 'Windows of the VM come to this display.', kind: 'flag' },
  { key: 'trusted-x11', short: 'Y', label: 'Trusted X11', help: 'The same, without its restrictions.', kind: 'flag' },
  { key: 'tty', short: 't', label: 'Terminal', help: 'A terminal for the command too.', kind: 'flag' },
];

const SHORT: Readonly<Record<string, string>> = { user: 'l', port: 'p', identity: 'i' };

export const sshFlags: readonly Flag[] = (sshAction.options ?? []).map((field) =>
  SHORT[field.key] === undefined ? field : { ...field, short: SHORT[field.key] as string },
);

export const sshCommand: Command = {
  noun: 'vm',
  verb: 'ssh',
  help: sshAction.help,
  takes: 'NAME [-- COMMAND…]',
  flags: () => [...sshFlags, ...OF_SSH, PRINT_COMMAND],
  async run(context, parsed) {
    const { words, values } = parsed;
    const [name, ...command] = words;
    const [vm] = name === undefined ? [] : await findVms([name], context);
    if (!vm) throw new FleetError('usage', 'which VM? Name one');
    const ssh = await guestSsh(vm, values, context);
    const argv = ssh.argv(ofSsh(parsed), command);
    if (values[PRINT_COMMAND.key] === true) {
      await context.printer.print(clean(commandLine(argv)));
      return EXIT.done;
    }
    if (context.interactive) context.say(clean(`${ssh.said} (${placeOf(vm, context.app.store.fleet)})`));
    return attach({ kind: 'command', argv }, vm.name, context);
  },
};

/** How ssh gets into this VM, after a look whether it may, and is still the one that was found. */
export async function guestSsh(
  vm: Vm,
  values: Settings,
  context: CommandContext,
  action: Asked = sshAction,
): Promise<GuestSsh> {
  const target = bind('vm', vm.id, context.app);
  await verify(target, context.app, context.signal);
  const { connection, object } = permitted(action, 'vm', vm.id, context.app);
  return sshTo(object, connection, wishOf(values), context.signal);
}

/** The flags that ssh has itself, as it takes them. */
function ofSsh({ values, repeated }: ParsedFlags): readonly string[] {
  return OF_SSH.flatMap(({ key, short, kind }) =>
    kind === 'flag'
      ? values[key] === true
        ? [`-${short}`]
        : []
      : (repeated[key] ?? []).flatMap((value) => [`-${short}`, value]),
  );
}
