import { spawn } from 'node:child_process';
import { FleetError } from '../errors.ts';
import { editText } from '../state/files/edited-file.ts';

/** Text in the user's own editor, in the terminal of this process: see editText. Answers the same text where nothing was changed. */
export const editFile = async (name: string, text: string, signal: AbortSignal): Promise<string> =>
  (await editText(name, text, signal, (argv) => run(argv, signal))) ?? text;

const run = ([command, ...rest]: readonly [string, ...string[]], signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, rest, { stdio: 'inherit', signal });
    const fail = (why: string) => reject(new FleetError('op.failed', why));
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, by) => (code === 0 ? resolve() : fail(by ?? `exit code ${code}`)));
  });
