import { FleetError } from '../../errors.ts';
import { didYouMean } from '../../nearest.ts';
import { absolute } from '../../state/files/absolute.ts';
import { fileTrouble } from '../../state/files/file-trouble.ts';
import type { Entry } from '../../state/templates/archive/entries.ts';
import { builtInTemplates } from '../../state/templates/built-in.ts';
import { entriesOfFolder } from '../../state/templates/folder-entries.ts';
import { TEMPLATE_FILE } from '../../state/templates/scan.ts';
import { ANY_PLATFORM, FIRST_VERSION, spellTemplate } from '../../state/templates/template.ts';
import { withSettings } from '../../state/templates/with-settings.ts';
import { type Command, type CommandContext, EXIT } from '../command.ts';
import type { Flag, ParsedFlags } from '../flags.ts';
import { PARAMETERS } from '../parameters.ts';
import { type Outcome, printResults, printWritten } from '../results.ts';
import { parametersToWrite } from './edit-command.ts';
import { VARIABLE, variablesIn } from './given-variables.ts';
import { scanned } from './list-commands.ts';
import { newTemplateName } from './new-template.ts';

const FOLDER: Flag = {
  key: 'folder',
  label: 'Folder',
  help: 'Copy this folder, with a template.yaml and what else belongs to the template.',
  kind: 'path',
  examples: ['FOLDER'],
};

const BUILT_IN: Flag = {
  key: 'built-in',
  label: 'Built-in',
  help: 'Write the templates that come with drover, but for those that are there.',
  kind: 'flag',
  default: false,
};

export const addTemplateCommand: Command = {
  noun: 'template',
  verb: 'add',
  help: 'Make a template of these parameters, for a platform or for any, in a group.',
  takes: 'TEMPLATE PLATFORM [GROUP]',
  flags: () => [PARAMETERS, VARIABLE, FOLDER, BUILT_IN],
  run: add,
};

/** ConVirt's name for it. */
export const addImageCommand: Command = {
  ...addTemplateCommand,
  run(context, parsed) {
    context.say('drover add_image is drover template add here');
    return add(context, parsed);
  },
};

async function add(context: CommandContext, { words, values, repeated }: ParsedFlags): Promise<number> {
  if (values[BUILT_IN.key] === true) {
    if (words.length > 0) throw new FleetError('usage', '--built-in takes no name: it writes all of them');
    return addBuiltIn(context);
  }
  const [word, platform = ANY_PLATFORM, group, ...more] = words;
  if (more.length > 0) throw new FleetError('usage', `${more.join(' ')} is too much: TEMPLATE PLATFORM GROUP`);
  if (group !== undefined && word?.includes('/'))
    throw new FleetError('usage', `the group is said twice: in ${word}, and as ${group}`);
  const to = newTemplateName(word, group);
  const known = [ANY_PLATFORM, ...context.app.manifests.map(({ id }) => id)];
  if (!known.includes(platform))
    throw new FleetError('usage', `there is no platform ${JSON.stringify(platform)}${didYouMean(platform, known)}`, {
      fix: `there are ${known.join(', ')}`,
    });
  const folder = values[FOLDER.key];
  const entries = folder === undefined ? [] : await entriesFrom(absolute(String(folder)));
  const settings = entries.find(({ path }) => path === TEMPLATE_FILE);
  const text = await withSettings(
    TEMPLATE_FILE,
    settings === undefined ? '' : Buffer.from(settings.bytes).toString('utf8'),
    {
      vm: await parametersToWrite(repeated[PARAMETERS.key] ?? []),
      variables: variablesIn(repeated[VARIABLE.key]),
      version: settings === undefined ? FIRST_VERSION : undefined,
      ...((settings === undefined || words.length > 1) && { platform }),
    },
  );
  const file: Entry = { path: TEMPLATE_FILE, bytes: Buffer.from(text), executable: false };
  const others = entries.filter(({ path }) => path !== TEMPLATE_FILE);
  const written = await context.app.changeTemplates({ kind: 'template-add', to, entries: [file, ...others] });
  const name = spellTemplate(to);
  return printWritten(name, `${name} is in the library`, written, context);
}

async function entriesFrom(folder: string): Promise<readonly Entry[]> {
  try {
    return await entriesOfFolder(folder);
  } catch (error) {
    if (error instanceof FleetError) throw error;
    throw new FleetError('usage', `${folder} can't be read: ${fileTrouble(error)}`, { cause: error });
  }
}

async function addBuiltIn(context: CommandContext): Promise<number> {
  const there = new Set((await scanned(context)).templates.map(spellTemplate));
  const outcomes: Outcome[] = [];
  for (const { to, entries } of builtInTemplates) {
    const name = spellTemplate(to);
    if (there.has(name)) outcomes.push({ name, text: `${name} is there already, and stays as it is` });
    else {
      const written = await context.app.changeTemplates({ kind: 'template-add', to, entries });
      outcomes.push({ name, text: written ? `${name} is in the library` : `${name}: nothing was written` });
    }
  }
  await printResults(outcomes, true, context);
  return EXIT.done;
}
