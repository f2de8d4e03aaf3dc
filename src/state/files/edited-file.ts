import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FleetError } from '../../errors.ts';
import { fileTrouble } from './file-trouble.ts';

/**
 * Text in the user's own editor, of which `run` runs the command line until it ends. Answers the text then; undefined when nothing was
 * changed. `name` is made into that of the file, which no other user may read and which is gone afterwards. Rejects with op.failed when
 * the editor fails.
 */
export async function editText(
  name: string,
  text: string,
  signal: AbortSignal,
  run: (argv: readonly [string, ...string[]]) => Promise<unknown>,
): Promise<string | undefined> {
  const editor = process.env['VISUAL'] || process.env['EDITOR'] || 'vi';
  const folder = await mkdtemp(join(tmpdir(), 'drover-edit-'));
  const file = join(folder, `${name.replace(/[^A-Za-z0-9._-]/g, '_')}.txt`);
  try {
    await writeFile(file, text, { mode: 0o600 });
    // By the shell, as git does it: what stands there may have flags, as in `code --wait`.
    await run(['sh', '-c', `${editor} "$@"`, editor, file]).catch((error: unknown) => {
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
