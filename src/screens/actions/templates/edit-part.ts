import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FleetError, sentence } from '../../../errors.ts';
import type { TemplateChange, TemplatePart } from '../../../state/templates/change.ts';
import { PART_FILES } from '../../../state/templates/library.ts';
import { readTemplate } from '../../../state/templates/read-template.ts';
import { nextVersion, spellTemplate, type Template, VERSION } from '../../../state/templates/template.ts';
import { withSettings } from '../../../state/templates/with-settings.ts';
import { editLines } from '../../forms/edit-lines.ts';
import type { Stage } from '../../stage.ts';

/**
 * A part of a template in the user's editor, and ConVirt's question for a new version. What was typed is never lost: a text that
 * can't be saved is kept in a file, which the error names.
 */
export async function editPart(
  stage: Stage,
  template: Template,
  part: TemplatePart,
  change: (what: TemplateChange, said: string) => Promise<void>,
): Promise<void> {
  const { services } = stage;
  const name = spellTemplate(template);
  const basedOn = await services.templates().text(template, part);
  const { signal } = new AbortController();
  const edited = await editLines(stage, `${template.name}-${part}`, basedOn ?? '', signal);
  if (edited === undefined) return stage.message.say(`${name}: nothing was changed`);
  try {
    const text = part === 'settings' ? await withAskedVersion(stage, template, edited) : edited;
    await change({ kind: 'template-write', of: template, part, text, basedOn }, `${name} is saved`);
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    const file = join(await mkdtemp(join(tmpdir(), 'drover-kept-')), PART_FILES[part]);
    await writeFile(file, edited, { mode: 0o600 });
    throw new FleetError(error.code, `${sentence(error)}; what you typed is in ${file}`, { cause: error });
  }
}

/** Where the user has not written another one: it keeps the version before. Nothing, or giving up, writes over it. */
async function withAskedVersion(stage: Stage, { version, name }: Template, text: string): Promise<string> {
  const platforms = stage.services.manifests.map(({ id }) => id);
  const { says, problems } = await readTemplate(PART_FILES.settings, text, platforms);
  if (problems.length > 0 || says.version !== version) return text;
  const typed = await stage.dialogs.prompt({
    title: `Edit template ${name}`,
    lines: [`A new version keeps ${version}; nothing writes over it:`],
    start: nextVersion(version),
    complaint: (one) => (one === '' || VERSION.test(one) ? undefined : 'a version is two numbers, like 1.1'),
  });
  if (typed === undefined || typed === '') return text;
  return withSettings(PART_FILES.settings, text, { vm: {}, variables: {}, version: typed });
}
