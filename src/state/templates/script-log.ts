/** What scripts of templates have written, beside the templates: `.logs/GROUP/NAME/VM.log`. */
import { createHash, randomBytes } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeOwnFolder } from '../files/own-folder.ts';
import type { TemplateName } from './template.ts';

/** Of the VM's newest run. */
export const scriptLogFile = (library: string, { group, name }: TemplateName, vm: string): string =>
  join(library, '.logs', group, name, `${fileNameOf(vm)}.log`);

/** Names of VMs may have any characters, and be long: what is no name of a file as it stands has its hash behind it. */
function fileNameOf(vm: string): string {
  const readable = vm
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^\./, '_')
    .slice(0, 100);
  return readable === vm ? vm : `${readable}-${createHash('sha256').update(vm).digest('hex').slice(0, 16)}`;
}

/** Rejects with what the file system says. */
export async function keepScriptLog(file: string, text: string): Promise<void> {
  await makeOwnFolder(dirname(file));
  const fresh = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  await writeFile(fresh, text, { flag: 'wx', mode: 0o600 });
  await rename(fresh, file);
}
