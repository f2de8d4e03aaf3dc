import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FleetError } from '../../errors.ts';
import { fileTrouble } from '../../state/files/file-trouble.ts';
import type { Stage } from '../stage.ts';

/**
 * Text in the user's own editor, which has the terminal until it ends. Answers the text then; undefined when nothing was
 * changed. `name` is that of the file, which no other user may read and which is gone afterwards. Throws when the editor fails.
 */
export async function editLines(
  { terminal }: Pick<Stage, 'terminal'>,
  name: string,
  text: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const editor = process.env['VISUAL'] || process.env['EDITOR'] || 'vi';
  const folder = await mkdtemp(join(tmpdir(), 'drover-edit-'));
  const file = join(folder, `${name}.txt`);
  try {
    await writeFile(file, text, { mode: 0o600 });
    // By the shell, as git does it: what stands there may have flags, as in `code --wait`.
    const argv = ['sh', '-c', `${editor} "$@"`, editor, file] as const;
    await terminal.attach({ kind: 'command', argv: [...argv] }, { notice: '', signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      if (!(error instanceof FleetError)) throw error;
      throw new FleetError('op.failed', `${editor} failed, so nothing was changed: ${error.message}`, {
        fix: 'set VISUAL or EDITOR to an editor that runs in a terminal',
      });
    });
    const edited = await readFile(file, 'utf8');
    // Editors end the last line, whether it was ended or not.
    return edited === text || edited === `${text}\n` ? undefined : edited;
  } catch (error) {
    if (error instanceof FleetError || signal.aborted) throw error;
    throw new FleetError('op.failed', `${file} can't be used: ${fileTrouble(error)}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
