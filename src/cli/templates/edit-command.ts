import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FleetError, sentence } from '../../errors.ts';
import { spellProblem } from '../../state/config/problem.ts';
import type { TemplatePart } from '../../state/templates/change.ts';
import { PART_FILES } from '../../state/templates/library.ts';
import { readTemplate } from '../../state/templates/read-template.ts';
import { findTemplate, nextVersion, spellTemplate, type Template, VERSION } from '../../state/templates/template.ts';
import { type SettingsEdit, withSettings } from '../../state/templates/with-settings.ts';
import { clean } from '../../terminal/width.ts';
import type { Command, CommandContext } from '../command.ts';
import { isYes } from '../consent.ts';
import { editFile } from '../edit-file.ts';
import type { Flag, ParsedFlags } from '../flags.ts';
import { PARAMETERS, parametersIn, refuseSecretWord } from '../parameters.ts';
import { treesOf } from '../profile-commands.ts';
import { printWritten } from '../results.ts';
import { VARIABLE, variablesIn } from './given-variables.ts';
import { scanned } from './list-commands.ts';

const PARTS: readonly Flag[] = [
  { key: 'description', label: 'Description', help: 'Edit its description instead.', kind: 'flag', default: false },
  { key: 'script', label: 'Script', help: 'Edit its script instead.', kind: 'flag', default: false },
];

const NEW_VERSION: Flag = {
  key: 'new-version',
  label: 'New version',
  help: 'Give it this version, and keep what it says now as the one before.',
  kind: 'text',
  pattern: { source: VERSION.source, complaint: 'must be two numbers, like 1.1' },
  examples: ['1.1'],
};

/** An edit of single keys holds whatever else another program has changed meanwhile: it is made again so often. */
const TRIES = 5;

export const editTemplateCommand: Command = {
  noun: 'template',
  verb: 'edit',
  help: 'Change parameters of a template, KEY= takes one away; without any, open it in $EDITOR.',
  takes: 'TEMPLATE [KEY=VALUE…]',
  flags: () => [PARAMETERS, VARIABLE, NEW_VERSION, ...PARTS],
  async run(context, { words: [word, ...assigned], values, repeated }) {
    const { template } = findTemplate(word, (await scanned(context)).templates);
    const part: TemplatePart =
      values['script'] === true ? 'script' : values['description'] === true ? 'description' : 'settings';
    const texts = [...assigned, ...(repeated[PARAMETERS.key] ?? [])];
    const edit: SettingsEdit = {
      vm: await parametersToWrite(texts),
      variables: variablesIn(repeated[VARIABLE.key]),
      version: values[NEW_VERSION.key] === undefined ? undefined : String(values[NEW_VERSION.key]),
    };
    const isOfKeys = texts.length > 0 || Object.keys(edit.variables).length > 0;
    if (part !== 'settings' && (isOfKeys || edit.version !== undefined))
      throw new FleetError('usage', `--${part} opens an editor, and takes no parameters`);
    const isWithoutEditor = isOfKeys || edit.version !== undefined;
    const written = isWithoutEditor
      ? await editKeys(template, edit, context)
      : await openEditor(template, part, context);
    const name = spellTemplate(template);
    return printWritten(name, `${name} is saved`, written, context);
  },
};

/** Parameters as they are written into a template; undefined for one that is taken away. Throws usage for secrets. */
export async function parametersToWrite(texts: ParsedFlags['words']): Promise<SettingsEdit['vm']> {
  const said = await parametersIn(texts);
  for (const [key, { value, where }] of said) refuseSecretWord(key, where, value);
  return treesOf(said);
}

async function editKeys(template: Template, edit: SettingsEdit, { app }: CommandContext): Promise<boolean> {
  for (let tried = 1; ; tried++) {
    const text = (await app.templates().text(template, 'settings')) ?? '';
    const edited = await withSettings(PART_FILES.settings, text, edit);
    try {
      return await app.changeTemplates({
        kind: 'template-write',
        of: template,
        part: 'settings',
        text: edited,
        basedOn: text,
      });
    } catch (error) {
      if (!(error instanceof FleetError) || error.code !== 'config.conflict' || tried === TRIES) throw error;
    }
  }
}

/** What was typed is never lost: a text that can't be saved is kept in a file, which the error names. */
async function openEditor(template: Template, part: TemplatePart, context: CommandContext): Promise<boolean> {
  const { app, signal } = context;
  const basedOn = await app.templates().text(template, part);
  const before = basedOn ?? '';
  const edited = await untilRight(template, part, before, context);
  if (edited === before) return false;
  try {
    const text = part === 'settings' ? await withAskedVersion(edited, before, context) : edited;
    return await app.changeTemplates({ kind: 'template-write', of: template, part, text, basedOn });
  } catch (error) {
    signal.throwIfAborted();
    throw await kept(part, edited, error);
  }
}

/** Opens it again, where the user wants to, until it can be used. */
async function untilRight(
  template: Template,
  part: TemplatePart,
  before: string,
  { app, ask, interactive, say, signal }: CommandContext,
): Promise<string> {
  for (let text = before; ; ) {
    text = await editFile(`${template.name}-${part}`, text, signal);
    if (part !== 'settings') return text;
    const platforms = app.manifests.map(({ id }) => id);
    const [problem] = (await readTemplate(PART_FILES[part], text, platforms)).problems;
    if (!problem) return text;
    const wrong = new FleetError('config.invalid', spellProblem(problem), { fix: 'nothing was written' });
    if (!interactive) throw await kept(part, text, wrong);
    say(clean(wrong.message));
    const answer = await ask('Edit it again? [y/N] ');
    if (answer === undefined || !isYes(answer)) throw await kept(part, text, wrong);
  }
}

/** ConVirt's question: a new version keeps the one before. */
async function withAskedVersion(
  text: string,
  before: string,
  { app, ask, interactive }: CommandContext,
): Promise<string> {
  const platforms = app.manifests.map(({ id }) => id);
  const versionIn = async (one: string) => (await readTemplate(PART_FILES.settings, one, platforms)).says.version;
  const version = await versionIn(before);
  if (!interactive || (await versionIn(text)) !== version) return text;
  const answer = await ask(`New version, such as ${nextVersion(version)}; nothing keeps ${version}: `);
  const typed = answer?.trim() ?? '';
  return typed === '' ? text : withSettings(PART_FILES.settings, text, { vm: {}, variables: {}, version: typed });
}

async function kept(part: TemplatePart, text: string, error: unknown): Promise<FleetError> {
  const file = join(await mkdtemp(join(tmpdir(), 'drover-kept-')), PART_FILES[part]);
  await writeFile(file, text, { mode: 0o600 });
  const code = error instanceof FleetError ? error.code : 'op.failed';
  return new FleetError(code, sentence(error), {
    fix: `nothing was written; what you typed is in ${file}`,
    cause: error,
  });
}
