/** The template library on this machine: scanned whenever it is looked at, changed under a lock. */
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import { withLock } from '../config/lock.ts';
import { spellProblem } from '../config/problem.ts';
import { ChangedMeanwhile, replaceFile, TEMPORARY, versionOf } from '../config/replace-file.ts';
import { errnoOf, fileTrouble } from '../files/file-trouble.ts';
import { sweepLeftovers } from '../files/leftovers.ts';
import { makeOwnFolder } from '../files/own-folder.ts';
import type { Entry } from './archive/entries.ts';
import type { TemplateChange, TemplatePart } from './change.ts';
import { entriesOfFolder } from './folder-entries.ts';
import { isThere, placeFolder, removeFolder, sweepFolders } from './place-folder.ts';
import { readTemplate } from './read-template.ts';
import { DESCRIPTION_FILE, SCRIPT_FILE, scanLibrary, TEMPLATE_FILE, textIfThere, VERSIONS_FOLDER } from './scan.ts';
import {
  compareVersions,
  type Scanned,
  spellTemplate,
  type Template,
  type TemplateName,
  templateNameComplaint,
} from './template.ts';

export interface Library {
  /** Absolute. */
  readonly folder: string;
  /** Never rejects: what is wrong is among the problems. */
  scan(): Promise<Scanned>;
  /** What a part says; undefined where there is none. Rejects with op.failed. */
  text(of: TemplateName, part: TemplatePart): Promise<string | undefined>;
  /** The template as it was in an older version. Rejects with config.invalid for one that is not right any more. */
  older(template: Template, version: string): Promise<Template>;
  /** All its files. Rejects with op.refused for links and device nodes among them. */
  entries(of: TemplateName): Promise<readonly Entry[]>;
  /** Those of all templates: a folder for each name that a `custom_list` may have; none where there are none. Rejects with op.refused, too. */
  customScripts(): Promise<readonly Entry[]>;
  /**
   * Makes one change, wholly or not at all. Rejects with a FleetError and writes nothing: usage for a name that can't be,
   * op.conflict for one that is taken, config.invalid for a template that is not right, config.conflict where another program
   * changed the same meanwhile, op.failed where it can't be written.
   */
  change(change: TemplateChange, signal: AbortSignal): Promise<void>;
}

export const PART_FILES: Readonly<Record<TemplatePart, string>> = {
  settings: TEMPLATE_FILE,
  description: DESCRIPTION_FILE,
  script: SCRIPT_FILE,
};

/** Beside the groups, which no name begins with _. */
const CUSTOM_SCRIPTS = '_custom_scripts';

/** `platforms`: the ids of all that there are. */
export function createLibrary(folder: string, platforms: readonly string[], clock: Clock): Library {
  const folderOf = ({ group, name }: TemplateName): string => {
    refuseName('group', group);
    refuseName('template', name);
    return join(folder, group, name);
  };
  const groupFolder = (group: string): string => {
    refuseName('group', group);
    return join(folder, group);
  };

  const checkedText = async (file: string, text: string) => {
    const { says, problems } = await readTemplate(file, text, platforms);
    const [problem] = problems;
    if (problem) throw new FleetError('config.invalid', spellProblem(problem), { fix: 'nothing was written' });
    return says;
  };

  const add = async (to: TemplateName, entries: readonly Entry[]) => {
    const target = folderOf(to);
    const settings = entries.find(({ path }) => path === TEMPLATE_FILE);
    if (!settings)
      throw new FleetError('op.refused', `${spellTemplate(to)} would have no ${TEMPLATE_FILE}; nothing was written`);
    await checkedText(TEMPLATE_FILE, Buffer.from(settings.bytes).toString('utf8'));
    if (await isThere(target)) throw taken(spellTemplate(to));
    await placeFolder(folder, target, entries);
  };

  /** A new version keeps the one before; the same version is written over. */
  const write = async ({ of, part, text, basedOn }: Extract<TemplateChange, { kind: 'template-write' }>) => {
    const target = folderOf(of);
    if (!(await isThere(target))) throw gone(spellTemplate(of));
    const file = join(target, PART_FILES[part]);
    await sweepLeftovers(file, TEMPORARY);
    const version = await versionOf(file);
    const now = await textIfThere(file);
    if (now !== basedOn) throw changedMeanwhile(of);
    if (part === 'settings' && now !== undefined) {
      const [before, after] = [(await readTemplate(file, now, platforms)).says, await checkedText(file, text)];
      const step = compareVersions(after.version, before.version);
      if (step < 0)
        throw new FleetError(
          'config.invalid',
          `version ${after.version} is older than ${before.version}, which it has`,
          {
            fix: 'nothing was written; take a newer one, or leave it as it is',
          },
        );
      if (step > 0) await keepVersion(target, before.version, now);
    }
    await replaceFile(file, text, { secret: false, basedOn: version });
  };

  const move = async (from: string, to: string, names: readonly [string, string]) => {
    if (!(await isThere(from))) throw gone(names[0]);
    if (await isThere(to)) throw taken(names[1]);
    await rename(from, to);
  };

  const remove = async (target: string, name: string) => {
    if (!(await isThere(target))) throw gone(name);
    await removeFolder(folder, target);
  };

  const apply = async (change: TemplateChange): Promise<void> => {
    switch (change.kind) {
      case 'template-add':
        return add(change.to, change.entries);
      case 'template-write':
        return write(change);
      case 'template-rename':
        if (change.to.group !== change.from.group) await makeOwnFolder(groupFolder(change.to.group));
        return move(folderOf(change.from), folderOf(change.to), [spellTemplate(change.from), spellTemplate(change.to)]);
      case 'template-remove':
        return remove(folderOf(change.of), spellTemplate(change.of));
      case 'template-group-add':
        if (await isThere(groupFolder(change.group))) throw taken(change.group);
        return makeOwnFolder(groupFolder(change.group));
      case 'template-group-rename':
        return move(groupFolder(change.group), groupFolder(change.to), [change.group, change.to]);
      case 'template-group-remove':
        return remove(groupFolder(change.group), change.group);
    }
  };

  return {
    folder,
    scan: () => scanLibrary(folder, platforms),
    text: (of, part) => inLibrary(folder, () => textIfThere(join(folderOf(of), PART_FILES[part]))),
    async older(template, version) {
      const file = join(folderOf(template), VERSIONS_FOLDER, `${version}.yaml`);
      const text = await inLibrary(folder, () => textIfThere(file));
      if (text === undefined) throw gone(`${spellTemplate(template)}@${version}`);
      return { ...template, ...(await checkedText(file, text)), version };
    },
    entries: (of) => inLibrary(folder, () => entriesOfFolder(folderOf(of))),
    customScripts: () =>
      inLibrary(folder, async () => {
        const custom = join(folder, CUSTOM_SCRIPTS);
        return (await isThere(custom)) ? entriesOfFolder(custom) : [];
      }),
    async change(change, signal) {
      await inLibrary(folder, async () => {
        await makeOwnFolder(folder);
        await withLock(
          join(folder, '.lock'),
          clock,
          signal,
          async () => {
            await sweepFolders(folder);
            signal.throwIfAborted();
            await apply(change);
          },
          'the template library',
        );
      });
    },
  };
}

/** As long as the file does not exist, an older version of this number is what a drover that was killed has left: it says the same. */
async function keepVersion(folder: string, version: string, text: string): Promise<void> {
  const kept = join(folder, VERSIONS_FOLDER);
  if (!(await isThere(kept))) await mkdir(kept, { mode: 0o700 });
  const file = join(kept, `${version}.yaml`);
  await replaceFile(file, text, { secret: false, basedOn: await versionOf(file) });
}

/** Throws usage for a name that can't be a folder's. */
function refuseName(what: 'group' | 'template', name: string): void {
  const wrong = templateNameComplaint(name);
  if (wrong !== undefined) throw new FleetError('usage', `a ${what} can't be called ${JSON.stringify(name)}: ${wrong}`);
}

const taken = (name: string) =>
  new FleetError('op.conflict', `${name} is there already`, { fix: 'take another name, or remove that one first' });

const gone = (name: string) =>
  new FleetError('op.conflict', `${name} is not in the library any more`, {
    fix: 'drover template list shows what is',
  });

const changedMeanwhile = (of: TemplateName) =>
  new FleetError(
    'config.conflict',
    `${spellTemplate(of)} was changed by another program meanwhile; nothing was written`,
    {
      fix: 'look at it as it is now, and repeat the change',
    },
  );

/** Errors of the file system become op.failed, with the folder that they are about. */
async function inLibrary<T>(folder: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ChangedMeanwhile)
      throw new FleetError(
        'config.conflict',
        'the template was changed by another program meanwhile; nothing was written',
      );
    if (error instanceof FleetError || errnoOf(error) === undefined) throw error;
    throw new FleetError('op.failed', `the template library ${folder}: ${fileTrouble(error)}`, { cause: error });
  }
}
