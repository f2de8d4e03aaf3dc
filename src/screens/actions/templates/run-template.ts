/** What keys do in the template library. Whatever is asked, it is the template that was shown which is changed. */
import type { TemplateAction } from '../../../actions/action.ts';
import { scanTemplates } from '../../../actions/scan-templates.ts';
import type { Services } from '../../../actions/services.ts';
import type { TemplateActionId } from '../../../actions/template.ts';
import { FleetError } from '../../../errors.ts';
import { LIBRARY_KEY } from '../../../state/query/library-rows.ts';
import { builtInTemplates } from '../../../state/templates/built-in.ts';
import type { TemplateChange } from '../../../state/templates/change.ts';
import { cloneEntries } from '../../../state/templates/clone-entries.ts';
import { vmsOfTemplates } from '../../../state/templates/made-of.ts';
import {
  newTemplateComplaint,
  spellTemplate,
  type Template,
  type TemplateName,
  templateNameComplaint,
} from '../../../state/templates/template.ts';
import type { FleetState } from '../../fleet/fleet-state.ts';
import { openTemplateSettings } from '../../forms/template-dialog.ts';
import type { Stage } from '../../stage.ts';
import type { ObjectRunner } from '../run-object.ts';
import { createFromTemplate } from './create-from-template.ts';
import { createHere } from './create-here.ts';
import { editPart } from './edit-part.ts';
import { importFromCatalog } from './import-appliance.ts';

export async function runTemplate(
  stage: Stage,
  state: FleetState,
  objects: ObjectRunner,
  { id, title }: TemplateAction,
): Promise<void> {
  const { services } = stage;
  const row = state.view.current();
  const template = () => {
    const found = services.store.fleet.library.templates.find((one) => spellTemplate(one) === row?.id);
    if (found && row?.kind === 'template') return found;
    throw new FleetError('op.refused', `${row?.id ?? 'it'} is not in the library any more`);
  };
  const group = row?.kind === 'group' ? row.id : '';
  switch (id as TemplateActionId) {
    case 'template.create-vm':
      return createFromTemplate(stage, objects, await asItIsNow(template(), services));
    case 'template.settings':
      return openTemplateSettings(stage, template(), change);
    case 'template.edit':
      return editPart(stage, template(), 'settings', change);
    case 'template.describe':
      return editPart(stage, template(), 'description', change);
    case 'template.script':
      return editPart(stage, template(), 'script', change);
    case 'template.clone':
      return clone(template());
    case 'template.rename':
      return rename(template());
    case 'template.remove':
      return remove(`the template ${spellTemplate(template())}`, [template()], {
        kind: 'template-remove',
        of: template(),
      });
    case 'group.rename':
      return renameGroup();
    case 'group.remove': {
      const inside = services.store.fleet.library.templates.filter((one) => one.group === group);
      return remove(`the group ${group}`, inside, { kind: 'template-group-remove', group });
    }
    case 'library.create-vm':
      return createHere(stage, state, objects);
    case 'library.built-in':
      return writeBuiltIn();
    case 'library.import-appliance':
      return importFromCatalog(stage, (name) => {
        state.tree.fold(LIBRARY_KEY, false);
        state.view.toKey(`template ${name}`);
        stage.changed();
      });
    case 'library.scan': {
      const { templates, problems } = await scanTemplates(services);
      const wrong = problems.length === 0 ? '' : `, ${problems.length} that can't be used`;
      return stage.message.say(`the library has ${templates.length} templates${wrong}`);
    }
  }

  /** Answers whether it was written; the tree shows it then. */
  async function change(what: TemplateChange, said: string, key?: string): Promise<void> {
    if (!(await services.changeTemplates(what))) return;
    await scanTemplates(services);
    services.store.flush();
    if (key !== undefined) state.view.toKey(key);
    stage.message.say(said, 'good');
    stage.changed();
  }

  async function newName(of: Template): Promise<TemplateName | undefined> {
    const typed = await stage.dialogs.prompt({
      title: `${title} ${spellTemplate(of)}`,
      lines: ['Its group and its name, as GROUP/NAME:'],
      start: spellTemplate(of),
      complaint: newTemplateComplaint,
    });
    const [to = '', name = ''] = typed?.split('/') ?? [];
    return typed === undefined ? undefined : { group: to, name };
  }

  async function clone(from: Template): Promise<void> {
    const to = await newName(from);
    if (!to) return;
    const entries = await cloneEntries(await services.templates().entries(from));
    const name = spellTemplate(to);
    await change(
      { kind: 'template-add', to, entries },
      `${name} is a copy of ${spellTemplate(from)}`,
      `template ${name}`,
    );
  }

  async function rename(from: Template): Promise<void> {
    const to = await newName(from);
    if (!to || spellTemplate(to) === spellTemplate(from)) return;
    const said = `${spellTemplate(from)} is ${spellTemplate(to)} now`;
    await change({ kind: 'template-rename', from, to }, said, `template ${spellTemplate(to)}`);
  }

  async function renameGroup(): Promise<void> {
    const to = await stage.dialogs.prompt({
      title: `${title} ${group}`,
      lines: ['Its new name:'],
      start: group,
      complaint: templateNameComplaint,
    });
    if (to === undefined || to === group) return;
    await change({ kind: 'template-group-rename', group, to }, `the group ${group} is ${to} now`, `group ${to}`);
  }

  /** ConVirt's rule: not while there are VMs that were made of it. Of those that are not connected nothing is known. */
  async function remove(what: string, gone: readonly Template[], how: TemplateChange): Promise<void> {
    const { fleet } = services.store;
    const names = new Set(gone.map(spellTemplate));
    const made = vmsOfTemplates(fleet, gone).filter(({ template: of }) => names.has(of));
    const [first] = made;
    if (first) {
      const others = made.length > 1 ? ` and ${made.length - 1} more` : '';
      throw new FleetError('op.refused', `${what}: VMs were made of it: ${fleet.nameOf(first.id)}${others}`);
    }
    const silent = [...fleet.endpoints.values()].filter(({ phase }) => phase !== 'up').map(({ name }) => name);
    const details = [
      ...gone.map(
        ({ folder, older }) => `Lost: ${folder}${older.length > 0 ? `, with versions ${older.join(' ')}` : ''}`,
      ),
      ...(silent.length > 0
        ? [`Not known, as they are not connected: whether VMs of ${silent.join(', ')} were made of it`]
        : []),
    ];
    if (!(await stage.dialogs.confirm({ title, question: `Delete ${what}?`, details }))) return;
    await change(how, `${what} is deleted`);
  }

  async function writeBuiltIn(): Promise<void> {
    const there = new Set((await scanTemplates(services)).templates.map(spellTemplate));
    const fresh = builtInTemplates.filter(({ to }) => !there.has(spellTemplate(to)));
    for (const { to, entries } of fresh)
      if (!(await services.changeTemplates({ kind: 'template-add', to, entries }))) return;
    await scanTemplates(services);
    services.store.flush();
    state.tree.fold(LIBRARY_KEY, false);
    state.view.toKey(LIBRARY_KEY);
    stage.message.say(
      fresh.length === 0 ? 'the built-in templates are there already' : `${fresh.length} templates were written`,
      'good',
    );
    stage.changed();
  }
}

/** Another may have changed it since the library was read. Throws op.refused where it is gone. */
async function asItIsNow(template: Template, services: Services): Promise<Template> {
  const name = spellTemplate(template);
  const { templates } = await scanTemplates(services);
  const now = templates.find((one) => spellTemplate(one) === name);
  if (now) return now;
  throw new FleetError('op.refused', `${name} is not in the library any more`);
}
