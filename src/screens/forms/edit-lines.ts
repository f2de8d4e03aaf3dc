import { editText } from '../../state/files/edited-file.ts';
import type { Stage } from '../stage.ts';

/** Text in the user's own editor, which has the terminal until it ends: see editText. */
export const editLines = (
  { terminal }: Pick<Stage, 'terminal'>,
  name: string,
  text: string,
  signal: AbortSignal,
): Promise<string | undefined> =>
  editText(name, text, signal, (argv) => terminal.attach({ kind: 'command', argv: [...argv] }, { notice: '', signal }));
