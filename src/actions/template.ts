import type { TemplateAction } from './action.ts';

type Verb = Omit<TemplateAction, 'kind' | 'noun' | 'on'>;

const template = (verb: Verb): TemplateAction => ({ ...verb, kind: 'template', noun: 'template', on: ['template'] });
const group = (verb: Verb): TemplateAction => ({ ...verb, kind: 'template', noun: 'group', on: ['group'] });

/** What is done with the template library. */
export const templateActions = [
  template({
    id: 'template.create-vm',
    title: 'Create VM from template',
    help: 'Make a VM of a template, in a pool or on an endpoint that it is for.',
    keys: ['a'],
    danger: 'none',
  }),
  template({
    id: 'template.edit',
    title: 'Edit template',
    help: 'Change the whole text of a template in your editor; a new version keeps the one before.',
    keys: ['e'],
    danger: 'none',
  }),
  template({
    id: 'template.settings',
    title: 'Edit settings of template',
    help: 'Change the settings and variables of a template in a form; a new version keeps the one before.',
    keys: ['E'],
    danger: 'none',
  }),
  template({
    id: 'template.describe',
    title: 'Edit description',
    help: 'Change what people read of a template, in your editor.',
    keys: ['d'],
    danger: 'none',
  }),
  template({
    id: 'template.script',
    title: 'Edit script',
    help: 'Change the script of a template, in your editor.',
    keys: ['s'],
    danger: 'none',
  }),
  template({
    id: 'template.clone',
    title: 'Clone template',
    help: 'Make another template with the same files, in version 1.0.',
    keys: ['C'],
    danger: 'none',
  }),
  template({
    id: 'template.rename',
    title: 'Rename template',
    help: 'Give a template another name, or another group; VMs that were made of it keep the former one.',
    keys: ['f2'],
    danger: 'none',
  }),
  template({
    id: 'template.remove',
    title: 'Delete template',
    help: 'Delete a template with all its versions; refused while there are VMs that were made of it.',
    keys: ['X'],
    danger: 'interrupts',
  }),
  group({
    id: 'group.rename',
    title: 'Rename group',
    help: 'Give a group of templates another name.',
    keys: ['f2'],
    danger: 'none',
  }),
  group({
    id: 'group.remove',
    title: 'Delete group',
    help: 'Delete a group with its templates; refused while there are VMs that were made of one.',
    keys: ['X'],
    danger: 'interrupts',
  }),
  {
    kind: 'template',
    id: 'library.create-vm',
    noun: 'library',
    on: [],
    title: 'Create VM here',
    help: 'Choose a template, and make a VM of it in the pool or on the endpoint under the cursor; in a pool its policy takes the node.',
    keys: [],
    danger: 'none',
  },
  {
    kind: 'template',
    id: 'library.built-in',
    noun: 'library',
    on: [],
    title: 'Write built-in templates',
    help: 'Write the templates that come with drover into the library, but for those that are there.',
    keys: [],
    danger: 'none',
  },
  {
    kind: 'template',
    id: 'library.import-appliance',
    noun: 'library',
    on: [],
    title: 'Import appliance',
    help: 'Choose an appliance of the catalogs, and make an image and a template of it.',
    keys: [],
    danger: 'none',
  },
  {
    kind: 'template',
    id: 'library.scan',
    noun: 'library',
    on: [],
    title: 'Scan template library',
    help: 'Look for templates that other programs have made or changed.',
    keys: [],
    danger: 'none',
  },
] as const satisfies readonly TemplateAction[];

export type TemplateActionId = (typeof templateActions)[number]['id'];
