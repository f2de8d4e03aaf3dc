/** What is in the library's folder: a folder for each group, and in it one for each template. */
import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FleetError } from '../../errors.ts';
import type { Problem } from '../config/problem.ts';
import { errnoOf, fileTrouble } from '../files/file-trouble.ts';
import { readTemplate } from './read-template.ts';
import { compareVersions, type Scanned, type Template, templateNameComplaint, VERSION } from './template.ts';

export const TEMPLATE_FILE = 'template.yaml';
export const DESCRIPTION_FILE = 'description.md';
export const SCRIPT_FILE = 'provision.sh';
/** Holds `1.0.yaml` for each older version. */
export const VERSIONS_FOLDER = 'versions';

const MOST_TEXT_BYTES = 1024 ** 2;

/** Reads the whole library; one that is not there is empty. Never rejects: what can't be read or used is among the problems. */
export async function scanLibrary(folder: string, platforms: readonly string[]): Promise<Scanned> {
  const problems: Problem[] = [];
  const complain = (file: string, message: string) => void problems.push({ severity: 'error', file, message });
  const groups: string[] = [];
  const templates: Template[] = [];
  for (const group of await foldersIn(folder, complain)) {
    groups.push(group);
    for (const name of await foldersIn(join(folder, group), complain)) {
      const template = await templateIn(join(folder, group, name), { group, name }, platforms, problems);
      if (template) templates.push(template);
    }
  }
  return { groups, templates, problems };
}

/** In order. What begins with a dot is drover's own or a file manager's, with `_` a template of templates: neither is looked at. */
async function foldersIn(
  folder: string,
  complain: (file: string, message: string) => void,
): Promise<readonly string[]> {
  try {
    const found = await readdir(folder, { withFileTypes: true });
    const names = found.filter((one) => !/^[._]/.test(one.name)).sort((a, b) => (a.name < b.name ? -1 : 1));
    return names.flatMap((one) => {
      const path = join(folder, one.name);
      if (one.isSymbolicLink()) complain(path, 'is a symbolic link, and is left out: copy what it leads to');
      if (!one.isDirectory()) return [];
      const wrong = templateNameComplaint(one.name);
      if (wrong === undefined) return [one.name];
      complain(path, `can't be a name here: ${wrong}`);
      return [];
    });
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') complain(folder, `can't be read: ${fileTrouble(error)}`);
    return [];
  }
}

async function templateIn(
  folder: string,
  { group, name }: Pick<Template, 'group' | 'name'>,
  platforms: readonly string[],
  problems: Problem[],
): Promise<Template | undefined> {
  const file = join(folder, TEMPLATE_FILE);
  try {
    const { text, changedAt } = await readText(file);
    const read = await readTemplate(file, text, platforms);
    problems.push(...read.problems);
    if (read.problems.length > 0) return undefined;
    const older = (await olderVersions(folder)).filter((version) => version !== read.says.version);
    const description = (await textIfThere(join(folder, DESCRIPTION_FILE))) ?? '';
    const hasScript = (await textIfThere(join(folder, SCRIPT_FILE))) !== undefined;
    return { group, name, folder, changedAt, older, description, hasScript, ...read.says };
  } catch (error) {
    const message = error instanceof FleetError ? error.message : `can't be read: ${fileTrouble(error)}`;
    problems.push({ severity: 'error', file, message });
    return undefined;
  }
}

async function olderVersions(folder: string): Promise<readonly string[]> {
  const names = await readdir(join(folder, VERSIONS_FOLDER)).catch(() => []);
  const versions = names.flatMap((name) => (name.endsWith('.yaml') ? [name.slice(0, -'.yaml'.length)] : []));
  return versions.filter((version) => VERSION.test(version)).sort(compareVersions);
}

export interface Text {
  readonly text: string;
  /** Epoch, ms. */
  readonly changedAt: number;
}

/** A text of the library: a regular file, never through a link. Rejects with what the file system says, config.invalid for what is no text. */
async function readText(path: string): Promise<Text> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  if ((await lstat(path)).isSymbolicLink())
    throw new FleetError('config.invalid', 'is a symbolic link, and is not read');
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new FleetError('config.invalid', 'is not a regular file');
    if (found.size > MOST_TEXT_BYTES) throw new FleetError('config.invalid', 'is larger than 1 MiB');
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.readFile());
    return { text, changedAt: found.mtimeMs };
  } catch (error) {
    if (error instanceof TypeError) throw new FleetError('config.invalid', 'is not UTF-8 text', { cause: error });
    throw error;
  } finally {
    await file.close();
  }
}

/** The same, undefined for one that is not there. */
export async function textIfThere(path: string): Promise<string | undefined> {
  try {
    return (await readText(path)).text;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
