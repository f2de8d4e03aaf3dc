/** A file of this machine that something is sent from or received in: the options, and the file opened with its progress. */
import { FleetError } from '../errors.ts';
import type { Destination, Field, Source } from '../platforms/contract.ts';
import { openDestination, openSource } from '../state/files/transfer-files.ts';
import type { Args, ObjectAction, Report } from './action.ts';
import { progressOf } from './progress.ts';
import { textIn } from './text-in.ts';

export const SENT_FILE: Field = {
  key: 'file',
  label: 'File',
  help: 'The file of this machine.',
  kind: 'path',
  required: true,
  examples: ['FILE'],
};

/** What every action that receives a file says of itself. */
export const RECEIVES = {
  options: [
    {
      key: 'file',
      label: 'File',
      help: 'The file of this machine; left empty, one of the same name in the folder that drover was started in.',
      kind: 'path',
      default: '',
      startFolder: true,
      examples: ['FILE'],
    },
    { key: 'overwrite', label: 'Overwrite', help: 'Overwrite a file that is there.', kind: 'flag', default: false },
  ],
  fits: () => true,
  asked: (args) => (textIn(args, 'file') === '' ? 'is here' : `is in ${textIn(args, 'file')}`),
  resumed: (args) => args,
} as const satisfies Pick<ObjectAction, 'options' | 'fits' | 'asked' | 'resumed'>;

/** `work` is given the file that was named. */
export async function sendFile<T>(args: Args, report: Report, work: (source: Source) => Promise<T>): Promise<T> {
  const { source, close } = await openSource(textIn(args, 'file'), progressOf(report, Date.now));
  try {
    return await work(source);
  } finally {
    await close();
  }
}

/** `work` fills the file, which is kept when it resolves. `path`: from `fileFor`. */
export async function receiveFile<T>(
  path: string,
  args: Args,
  report: Report,
  work: (to: Destination) => Promise<T>,
): Promise<T> {
  const tell = progressOf(report, Date.now);
  const { to, keep, close } = await openDestination(path, args['overwrite'] === true, tell);
  try {
    const answer = await work(to);
    await keep();
    return answer;
  } finally {
    await close();
  }
}

/** The file that was named, or one of the object's own name. Names come from hosts: one that leads elsewhere is no name of a file here. */
export function fileFor(name: string, args: Args, last = name): string {
  const said = textIn(args, 'file');
  if (said !== '') return said;
  if (/[/\\\0]/.test(last) || last === '.' || last === '..' || last === '')
    throw new FleetError('op.refused', `${JSON.stringify(name)} can't be the name of a file here`, {
      fix: 'name one: --file',
    });
  return last;
}
