/** Files that go into a guest, or come from one, as forms and tasks. */
import { basename } from 'node:path';
import { systemClock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import type { Accepted, Connection, Field, Settings, Vm } from '../../platforms/contract.ts';
import type { Args, ObjectAction, Report } from '../action.ts';
import { progressOf } from '../progress.ts';
import { textIn } from '../text-in.ts';
import { type Copied, receiveAll, sendAll } from './copy.ts';
import { openGuestFiles } from './guest-files.ts';
import { sshTo } from './ssh.ts';
import { LOGIN_OPTIONS, sshAction, wishOf } from './ssh-action.ts';

const HERE: Field = {
  key: 'file',
  label: 'Here',
  help: 'The file or folder of this machine.',
  kind: 'path',
  required: true,
  examples: ['FILE'],
};
const THERE: Field = {
  key: 'path',
  label: 'In the VM',
  help: 'The path there; one that does not begin with / begins where the user logs in.',
  kind: 'text',
  examples: ['PATH'],
};
const HOW: readonly Field[] = [
  {
    key: 'recursive',
    label: 'Recursive',
    help: 'Folders with all that is in them.',
    kind: 'flag',
    default: false,
  },
  { key: 'overwrite', label: 'Overwrite', help: 'Write over files that are there.', kind: 'flag', default: false },
  ...LOGIN_OPTIONS,
];

async function copy(
  connection: Connection,
  vm: Vm,
  args: Args,
  signal: AbortSignal,
  report: Report,
  work: typeof sendAll,
  sides: { readonly from: string; readonly to: string },
): Promise<Accepted> {
  const ssh = await sshTo(vm, connection, wishOf(args as Settings), signal);
  const files = await openGuestFiles(ssh, { clock: systemClock, signal, mayAsk: false });
  try {
    const wish = { ...sides, recursive: args['recursive'] === true, overwrite: args['overwrite'] === true };
    const tell = (file: string) => progressOf((text) => report(`${basename(file)}: ${text}`), Date.now);
    return { warnings: warningsOf(await work(files, wish, tell, signal)) };
  } finally {
    files.close();
  }
}

/** Throws where nothing of it was copied. */
function warningsOf({ files, left, failed }: Copied): Accepted['warnings'] {
  const [first] = failed;
  if (first && files === 0) throw first;
  if (first)
    throw new FleetError(
      'op.failed',
      `${failed.length} of ${files + failed.length} files were not copied: ${first.message}`,
    );
  return left.map((detail) => ({ feature: 'files', detail: `left out: ${detail}` }));
}

export const uploadAction: ObjectAction<'vm'> = {
  kind: 'object',
  id: 'vm.upload',
  noun: 'vm',
  on: 'vm',
  title: 'Copy files to VM',
  phrase: 'Copy files to …',
  help: 'Send a file or a folder into a VM, by SFTP over ssh.',
  keys: [],
  danger: 'none',
  needs: 'vm.info',
  writes: true,
  options: [HERE, THERE, ...HOW],
  fits: sshAction.fits,
  asked: (args) => `has ${textIn(args, 'file')}`,
  async send(connection, vm, args, signal, report) {
    if (connection.dryRun) return { dryRun: true, warnings: [] };
    const sides = { from: textIn(args, 'file'), to: textIn(args, 'path') };
    return copy(connection, vm, args, signal, report, sendAll, sides);
  },
};

export const downloadAction: ObjectAction<'vm'> = {
  kind: 'object',
  id: 'vm.download',
  noun: 'vm',
  on: 'vm',
  title: 'Copy files from VM',
  phrase: 'Copy files from …',
  help: 'Receive a file or a folder of a VM, by SFTP over ssh.',
  keys: [],
  danger: 'none',
  needs: 'vm.info',
  options: [{ ...THERE, required: true }, { ...HERE, required: false, default: '.', startFolder: true }, ...HOW],
  fits: sshAction.fits,
  asked: (args) => `has given ${textIn(args, 'path')}`,
  async send(connection, vm, args, signal, report) {
    const sides = { from: textIn(args, 'path'), to: textIn(args, 'file') };
    return copy(connection, vm, args, signal, report, receiveAll, sides);
  },
};
