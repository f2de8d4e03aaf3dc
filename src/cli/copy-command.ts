/** `drover vm cp web1:/etc/motd .`: files of a guest, in either direction, by SFTP over the machine's own ssh. */
import { type CopyWish, receiveAll, sendAll, type Tell } from '../actions/guest/copy.ts';
import { downloadAction, uploadAction } from '../actions/guest/copy-actions.ts';
import { openGuestFiles } from '../actions/guest/guest-files.ts';
import { progressOf } from '../actions/progress.ts';
import { FleetError } from '../errors.ts';
import { clean } from '../terminal/width.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { findVms } from './find.ts';
import type { Flag } from './flags.ts';
import { printResults } from './results.ts';
import { guestSsh, sshFlags } from './ssh-command.ts';

const RECURSIVE: Flag = {
  key: 'recursive',
  short: 'r',
  label: 'Recursive',
  help: 'Folders with all that is in them.',
  kind: 'flag',
};
export const OVERWRITE: Flag = {
  key: 'overwrite',
  label: 'Overwrite',
  help: 'Write over files that are there.',
  kind: 'flag',
};

export const copyCommand: Command = {
  noun: 'vm',
  verb: 'cp',
  help: 'Copy files to a VM or from it, by SFTP: NAME:PATH is a file of the VM.',
  takes: 'SOURCE TARGET',
  flags: () => [RECURSIVE, OVERWRITE, ...sshFlags],
  async run(context, { words, values }) {
    const { name, from, to, isUp } = sidesOf(words);
    const [vm] = await findVms([name], context);
    if (!vm) throw new FleetError('vm.not-found', `there is no VM ${name}`);
    const ssh = await guestSsh(vm, values, context, isUp ? uploadAction : downloadAction);
    if (isUp && context.global.dryRun) {
      context.say(clean(`would copy ${from} to ${vm.name}:${to}`));
      return EXIT.done;
    }
    const { signal, app } = context;
    const files = await openGuestFiles(ssh, { clock: app.clock, signal, mayAsk: context.interactive });
    const wish: CopyWish = {
      from,
      to,
      recursive: values[RECURSIVE.key] === true,
      overwrite: values[OVERWRITE.key] === true,
    };
    try {
      const { files: count, left, failed } = await (isUp ? sendAll : receiveAll)(files, wish, tellOn(context), signal);
      context.progress(undefined);
      for (const one of left) context.say(clean(`left out: ${one}`));
      for (const { message, fix } of failed)
        context.say(clean(`not copied: ${message}${fix === undefined ? '' : `; ${fix}`}`));
      const text = `${count === 1 ? '1 file was' : `${count} files were`} copied ${isUp ? 'to' : 'from'} ${vm.name}`;
      const [first] = failed;
      const error = first && new FleetError(first.code, `${text}, ${failed.length} not: ${first.message}`);
      await printResults([{ name: vm.name, text, ...(error && { error }) }], false, context);
      return failed.length === 0 ? EXIT.done : EXIT.failed;
    } catch (error) {
      context.progress(undefined);
      throw error;
    } finally {
      files.close();
    }
  },
};

/** Says on the terminal how far each file is. */
export const tellOn =
  ({ progress, app }: CommandContext): Tell =>
  (file) =>
    progressOf(
      (text) => progress(clean(`${file}: ${text}`)),
      () => app.clock.now(),
    );

interface Sides {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly isUp: boolean;
}

/** Which side is the VM. Throws usage unless exactly one is. */
export function sidesOf(words: readonly string[]): Sides {
  const [first, second, more] = words;
  if (first === undefined || second === undefined || more !== undefined)
    throw new FleetError('usage', 'what is copied, and where to? Name both: web1:/etc/motd .');
  const [source, target] = [remoteOf(first), remoteOf(second)];
  if (source && target) throw new FleetError('usage', 'one side must be this machine');
  if (source) return { name: source.name, from: source.path, to: second, isUp: false };
  if (target) return { name: target.name, from: first, to: target.path, isUp: true };
  throw new FleetError('usage', 'neither side is a VM: write NAME:PATH for a file of one', {
    fix: 'a file of this machine with a colon in its name is ./NAME',
  });
}

/** As scp has it: a colon makes it remote, unless the word begins as a path does. An id of a VM has slashes. */
function remoteOf(word: string): { readonly name: string; readonly path: string } | undefined {
  const colon = word.indexOf(':');
  if (colon < 1 || /^[./~]/.test(word)) return undefined;
  return { name: word.slice(0, colon), path: word.slice(colon + 1) };
}
