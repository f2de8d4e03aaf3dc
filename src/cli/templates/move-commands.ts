/** Templates that are copied, renamed, moved and deleted. */
import { FleetError } from '../../errors.ts';
import { cloneEntries } from '../../state/templates/clone-entries.ts';
import { findTemplate, spellTemplate, type Template } from '../../state/templates/template.ts';
import { clean } from '../../terminal/width.ts';
import { type Command, type CommandContext, EXIT } from '../command.ts';
import { agreedTo, isYes } from '../consent.ts';
import { printWritten } from '../results.ts';
import { scanned } from './list-commands.ts';
import { vmsMade } from './made-of.ts';
import { newTemplateName } from './new-template.ts';

export const templateMoveCommands: readonly Command[] = [
  {
    noun: 'template',
    verb: 'clone',
    help: 'Make another template with the same files, in version 1.0.',
    takes: 'TEMPLATE NEW',
    flags: () => [],
    async run(context, { words: [word, name] }) {
      const { template } = findTemplate(word, (await scanned(context)).templates);
      const to = newTemplateName(name, template.group);
      const entries = await cloneEntries(await context.app.templates().entries(template));
      const written = await context.app.changeTemplates({ kind: 'template-add', to, entries });
      return printWritten(
        spellTemplate(to),
        `${spellTemplate(to)} is a copy of ${spellTemplate(template)}`,
        written,
        context,
      );
    },
  },
  {
    noun: 'template',
    verb: 'rename',
    help: 'Give a template another name; VMs that were made of it keep the former one.',
    takes: 'TEMPLATE NEW',
    flags: () => [],
    async run(context, { words: [word, name] }) {
      const { template } = findTemplate(word, (await scanned(context)).templates);
      return rename(template, newTemplateName(name, template.group), context);
    },
  },
  {
    noun: 'template',
    verb: 'move',
    help: 'Put a template into another group; VMs that were made of it keep the former one.',
    takes: 'TEMPLATE GROUP',
    flags: () => [],
    async run(context, { words: [word, group] }) {
      const { template } = findTemplate(word, (await scanned(context)).templates);
      if (group === undefined) throw new FleetError('usage', 'into which group? Name it');
      return rename(template, newTemplateName(template.name, group), context);
    },
  },
  {
    noun: 'template',
    verb: 'delete',
    help: 'Delete a template with all its versions; refused while there are VMs that were made of it.',
    takes: 'TEMPLATE',
    flags: () => [],
    async run(context, { words: [word] }) {
      const { templates } = await scanned(context);
      const { template } = findTemplate(word, templates);
      const name = spellTemplate(template);
      const unasked = await refuseMade([template], templates, context);
      if (!context.global.yes)
        context.say(`lost: ${clean(template.folder)} with ${versionsOf(template)}${unknownOf(unasked)}`);
      const question = {
        what: `delete takes ${name} out of the library`,
        text: `Delete the template ${name}? [y/N] `,
        isAgreement: isYes,
      };
      if (!(await agreedTo(question, context))) return EXIT.interrupted;
      const written = await context.app.changeTemplates({ kind: 'template-remove', of: template });
      return printWritten(name, `${name} is deleted`, written, context);
    },
  },
];

async function rename(
  from: Template,
  to: ReturnType<typeof newTemplateName>,
  context: CommandContext,
): Promise<number> {
  const name = spellTemplate(from);
  const written = await context.app.changeTemplates({ kind: 'template-rename', from, to });
  return printWritten(name, `${name} is ${spellTemplate(to)} now`, written, context);
}

const versionsOf = ({ older }: Template): string =>
  older.length === 0 ? 'its one version' : `its ${older.length + 1} versions`;

/** ConVirt's rule: throws op.refused where VMs were made of these. Answers the endpoints of which that is not known. */
export async function refuseMade(
  gone: readonly Template[],
  templates: readonly Template[],
  context: CommandContext,
): Promise<readonly string[]> {
  const names = new Set(gone.map(spellTemplate));
  const { vms, unasked } = await vmsMade(templates, context);
  const made = vms.filter(({ template }) => names.has(template));
  if (made.length > 0) {
    const some = made.slice(0, 5).map(({ endpoint, name }) => `${endpoint}/${name}`);
    const more = made.length > some.length ? ` and ${made.length - some.length} more` : '';
    throw new FleetError('op.refused', `${[...names].join(', ')}: VMs were made of it: ${some.join(', ')}${more}`, {
      fix: 'delete these VMs first; drover template vms lists them',
    });
  }
  return unasked;
}

export const unknownOf = (unasked: readonly string[]): string =>
  unasked.length === 0 ? '' : `; whether VMs of ${unasked.join(', ')} were made of it is not known`;
