import { readFile, stat } from 'node:fs/promises';

/** The text of a regular file; undefined for anything else that stands there: a named pipe would wait for ever. Rejects as `readFile`. */
export async function regularText(file: string): Promise<string | undefined> {
  return (await stat(file)).isFile() ? readFile(file, 'utf8') : undefined;
}
