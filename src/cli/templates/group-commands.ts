/** Groups of templates: the first branches of the library. */
import { FleetError } from '../../errors.ts';
import { didYouMean } from '../../nearest.ts';
import { templateNameComplaint } from '../../state/templates/template.ts';
import { type Command, EXIT } from '../command.ts';
import { agreedTo, isYes } from '../consent.ts';
import { type Row, renderList } from '../output.ts';
import { printWritten } from '../results.ts';
import { scanned } from './list-commands.ts';
import { refuseMade, unknownOf } from './move-commands.ts';

const NOUN = 'template-group';

export const templateGroupCommands: readonly Command[] = [
  {
    noun: NOUN,
    verb: 'list',
    help: 'List the groups of the template library.',
    takes: '',
    flags: () => [],
    async run(context) {
      const { groups, templates } = await scanned(context);
      const rows = groups.map((name) => ({ name, templates: templates.filter(({ group }) => group === name).length }));
      const columns = [
        { title: 'GROUP', show: (row: Row) => String(row['name']) },
        { title: 'TEMPLATES', show: (row: Row) => String(row['templates']) },
      ];
      const listing = { rows, columns, name: (row: Row) => String(row['name']) };
      await context.printer.print(await renderList(listing, context.format, context.columns));
      return EXIT.done;
    },
  },
  {
    noun: NOUN,
    verb: 'add',
    help: 'Make a group for templates.',
    takes: 'GROUP',
    flags: () => [],
    async run(context, { words: [word] }) {
      const group = newGroup(word);
      const written = await context.app.changeTemplates({ kind: 'template-group-add', group });
      return printWritten(group, `the group ${group} is in the library`, written, context);
    },
  },
  {
    noun: NOUN,
    verb: 'rename',
    help: 'Give a group another name; VMs that were made of its templates keep the former one.',
    takes: 'GROUP NEW',
    flags: () => [],
    async run(context, { words: [word, name] }) {
      const group = groupCalled(word, (await scanned(context)).groups);
      const to = newGroup(name);
      const written = await context.app.changeTemplates({ kind: 'template-group-rename', group, to });
      return printWritten(group, `the group ${group} is ${to} now`, written, context);
    },
  },
  {
    noun: NOUN,
    verb: 'delete',
    help: 'Delete a group with its templates; refused while there are VMs that were made of one.',
    takes: 'GROUP',
    flags: () => [],
    async run(context, { words: [word] }) {
      const { groups, templates } = await scanned(context);
      const group = groupCalled(word, groups);
      const inside = templates.filter((one) => one.group === group);
      const unasked = inside.length === 0 ? [] : await refuseMade(inside, templates, context);
      if (!context.global.yes)
        for (const { name, folder } of inside) context.say(`lost: ${group}/${name} in ${folder}${unknownOf(unasked)}`);
      const what = inside.length === 1 ? 'its template' : `its ${inside.length} templates`;
      const question = {
        what: `delete takes the group ${group} and ${what} out of the library`,
        text: `Delete the group ${group} and ${what}? [y/N] `,
        isAgreement: isYes,
      };
      if (!(await agreedTo(question, context))) return EXIT.interrupted;
      const written = await context.app.changeTemplates({ kind: 'template-group-remove', group });
      return printWritten(group, `the group ${group} is deleted`, written, context);
    },
  },
];

function newGroup(word: string | undefined): string {
  const wrong = word === undefined ? 'give it a name' : templateNameComplaint(word);
  if (word === undefined || wrong !== undefined)
    throw new FleetError('usage', `a group can't be called ${JSON.stringify(word ?? '')}: ${wrong}`);
  return word;
}

function groupCalled(word: string | undefined, groups: readonly string[]): string {
  if (word !== undefined && groups.includes(word)) return word;
  throw new FleetError('usage', `there is no group ${JSON.stringify(word ?? '')}${didYouMean(word ?? '', groups)}`, {
    fix: 'drover template-group list shows them',
  });
}
