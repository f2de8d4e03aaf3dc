import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { FleetError } from '../../errors.ts';
import { escapeActive } from '../files/escape-active.ts';
import { errnoOf, fileTrouble } from '../files/file-trouble.ts';
import { csvLine } from './csv.ts';

export interface ExportRowsOptions {
  readonly path: string;
  readonly keys: readonly string[];
  /** The values of each row, in the order of the keys; as programs want them. */
  readonly rows: Iterable<readonly unknown[]>;
  /** Takes the place of a file that is there. */
  readonly replace: boolean;
  readonly clean: (text: string) => string;
}

/** Why nothing can be written to a file of this name; undefined when it can. The name says the format. */
export function exportComplaint(path: string): string | undefined {
  return /^\.(csv|json)$/i.test(extname(path.trim())) ? undefined : 'its name must end in .csv or .json';
}

/** Written in one go: a large fleet is many of these, with room for keys between. */
const ROWS_PER_WRITE = 256;

/**
 * Writes rows to a CSV or JSON file, and answers how many. Rejects with op.conflict when the file is there and is not to be
 * replaced, with op.failed where it can't be written: what was there before stays then.
 */
export async function exportRows(options: ExportRowsOptions): Promise<number> {
  const { path, replace } = options;
  try {
    if (!replace) return await writeNew(path, options);
    const target = await realpath(path);
    const { mode } = await stat(target);
    const beside = `${target}.${process.pid}.new`;
    await rm(beside, { force: true });
    const count = await writeNew(beside, options, mode);
    await rename(beside, target);
    return count;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw new FleetError('op.conflict', `${path} is there already`, { cause: error });
    throw new FleetError('op.failed', `${path} was not written: ${fileTrouble(error)}`, { cause: error });
  }
}

/** With these permissions, or with those that new files have. */
async function writeNew(path: string, options: ExportRowsOptions, mode?: number): Promise<number> {
  const file = await open(path, 'wx');
  try {
    if (mode !== undefined) await file.chmod(mode);
    return await writeRows(file, options);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

async function writeRows(file: FileHandle, { path, keys, rows, clean }: ExportRowsOptions): Promise<number> {
  const isJson = extname(path).toLowerCase() === '.json';
  let count = 0;
  let text = isJson ? '[' : `${csvLine(keys, clean)}\n`;
  for (const values of rows) {
    if (isJson) {
      const row = Object.fromEntries(keys.map((key, at) => [key, values[at]]));
      text += `${count === 0 ? '' : ','}\n${escapeActive(JSON.stringify(row))}`;
    } else text += `${csvLine(values, clean)}\n`;
    if (++count % ROWS_PER_WRITE === 0) {
      await file.appendFile(text);
      text = '';
    }
  }
  await file.appendFile(`${text}${isJson ? '\n]\n' : ''}`);
  return count;
}
