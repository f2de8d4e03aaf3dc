import { spellProblem } from '../../state/config/problem.ts';
import type { Written } from '../../state/fields.ts';
import type { Preset } from '../../state/presets/preset.ts';
import { isSecretWord } from '../../state/presets/settings-in.ts';
import { findTemplate, type Scanned, spellTemplate, type Template } from '../../state/templates/template.ts';
import { clean } from '../../terminal/width.ts';
import { chosenEndpoints } from '../chosen-endpoints.ts';
import { type Command, type CommandContext, EXIT } from '../command.ts';
import { type Details, type Row, renderList } from '../output.ts';
import { printDetails } from '../print-details.ts';
import { type MadeOf, vmsMade } from './made-of.ts';

/** The library as it is now; what is wrong in it is reported on stderr, and the rest goes on. */
export async function scanned({ app, say }: Pick<CommandContext, 'app' | 'say'>): Promise<Scanned> {
  const found = await app.templates().scan();
  for (const problem of found.problems) say(clean(spellProblem(problem)));
  return found;
}

/** What the library is shown by; what can be read of many VMs by their profile stands in `template vms`. */
const COLUMNS: readonly (readonly [title: string, key: keyof ReturnType<typeof rowOf>])[] = [
  ['GROUP', 'group'],
  ['TEMPLATE', 'name'],
  ['VERSION', 'version'],
  ['PLATFORM', 'platform'],
  ['OS', 'os'],
  ['CPUS', 'cpus'],
  ['MEMORY', 'memory'],
  ['IMAGE', 'image'],
  ['CHANGED', 'changed'],
];

/** Of a time the day is enough for people. */
const DAY = 10;

function rowOf(template: Template) {
  const { group, name, version, platform, os, vm, changedAt } = template;
  return {
    group,
    name,
    version,
    platform,
    os: os || undefined,
    cpus: textIn(vm, 'numcpus', 'vcpus'),
    memory: textIn(vm, 'memory'),
    image: textIn(vm, 'image', 'iso'),
    changed: new Date(changedAt).toISOString(),
  };
}

/** As it is written, with its variables. */
const textIn = (vm: Preset, ...keys: readonly string[]): string | undefined => {
  const value = keys.map((key) => vm.get(key)?.value).find((one) => one !== undefined && one !== null);
  return typeof value === 'string' ? value : undefined;
};

const HIDDEN = '(hidden)';
const spelled = (key: string, value: Written): string =>
  isSecretWord(key) ? HIDDEN : typeof value === 'string' ? value : JSON.stringify(value);

const linesOf = (text: string): readonly string[] => (text.trim() === '' ? [] : text.trimEnd().split('\n'));

function detailsOf(template: Template): Details {
  const { group, name, version, platform, os, folder, older, variables, description, hasScript } = template;
  const says = (preset: Preset) =>
    Object.fromEntries([...preset].map(([key, { value }]) => [key, spelled(key, value)]));
  const [vm, platforms] = [
    says(template.vm),
    Object.fromEntries([...template.platforms].map(([id, preset]) => [id, says(preset)])),
  ];
  const shownVariables = Object.fromEntries(
    Object.entries(variables).map(([key, text]) => [key, text && spelled(key, text)]),
  );
  const value = {
    group,
    name,
    version,
    platform,
    os,
    folder,
    older,
    variables: shownVariables,
    vm,
    platforms,
    description,
    hasScript,
  };
  return {
    value,
    name: spellTemplate(template),
    lines: [
      ['name', spellTemplate(template)],
      ['version', version],
      ['older versions', older.join(' ') || '-'],
      ['platform', platform],
      ['os', os || '-'],
      ['script', hasScript ? 'yes' : 'no'],
      ['folder', folder],
      ...Object.entries(shownVariables).map(([key, text]) => [`$${key}`, text || '(must be given)'] as const),
      ...Object.entries(vm),
      ...Object.entries(platforms).flatMap(([id, preset]) =>
        Object.entries(preset).map(([key, text]) => [`${key} on ${id}`, text] as const),
      ),
      ...linesOf(description).map((line, at) => [at === 0 ? 'description' : '', line] as const),
    ],
  };
}

const VM_COLUMNS: readonly (readonly [title: string, show: (made: MadeOf) => string])[] = [
  ['TEMPLATE', ({ template }) => template],
  ['VERSION', ({ version }) => version],
  ['VM', ({ name }) => name],
  ['ENDPOINT', ({ endpoint }) => endpoint],
  ['STATE', ({ state }) => state],
  ['COMMENT', ({ isOld }) => (isOld ? 'older version' : '')],
];

export const templateListCommands: readonly Command[] = [
  {
    noun: 'template',
    verb: 'list',
    help: 'List the templates of the library, which VMs are made of.',
    takes: '',
    flags: () => [],
    async run(context) {
      const { templates, problems } = await scanned(context);
      if (templates.length === 0 && problems.length === 0)
        context.say(
          `${context.app.templates().folder} has no templates: drover template add --built-in writes those that come with drover`,
        );
      const rows = templates.map(rowOf);
      const columns = COLUMNS.map(([title, key]) => ({
        title,
        show: (row: Row) => String(row[key] ?? '-').slice(0, key === 'changed' ? DAY : undefined),
      }));
      const listing = { rows, columns, name: (row: Row) => `${row['group']}/${row['name']}` };
      await context.printer.print(await renderList(listing, context.format, context.columns));
      return problems.length > 0 ? EXIT.failed : EXIT.done;
    },
  },
  {
    noun: 'template',
    verb: 'info',
    help: 'Show what a template says, with its variables, versions and description.',
    takes: 'TEMPLATE',
    flags: () => [],
    async run(context, { words }) {
      const { templates } = await scanned(context);
      const { template, version } = findTemplate(words[0], templates);
      const shown = version === undefined ? template : await context.app.templates().older(template, version);
      await printDetails([detailsOf(shown)], context);
      return EXIT.done;
    },
  },
  {
    noun: 'template',
    verb: 'vms',
    help: 'List the VMs that were made of a template, or of any, with those of an older version.',
    takes: 'TEMPLATE…',
    flags: () => [],
    async run(context, { words }) {
      const { templates } = await scanned(context);
      const wanted = new Set(words.map((word) => spellTemplate(findTemplate(word, templates).template)));
      const { vms, unasked } = await vmsMade(templates, context, await chosenEndpoints(context));
      const rows = vms.filter(({ template }) => wanted.size === 0 || wanted.has(template)).map((one) => ({ ...one }));
      const columns = VM_COLUMNS.map(([title, show]) => ({ title, show: (row: MadeOf & Row) => show(row) || '-' }));
      const listing = { rows, columns, name: ({ id }: MadeOf) => id };
      await context.printer.print(await renderList(listing, context.format, context.columns));
      return unasked.length > 0 ? EXIT.failed : EXIT.done;
    },
  },
];
