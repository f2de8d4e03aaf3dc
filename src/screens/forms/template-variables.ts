import { spellTemplate, type Template } from '../../state/templates/template.ts';
import type { Shown, Variables } from '../../state/templates/variables.ts';
import type { Stage } from '../stage.ts';
import { type AnyField, createForm } from './form-state.ts';

/** What the user says of a VM before its own form comes. */
export interface Said {
  readonly name: string | undefined;
  /** What the variables stand for that were given another value than they had. */
  readonly variables: Variables;
  /** Those among them that have no value in some place: places that have one keep it. */
  readonly needed: readonly string[];
}

const NAME = '@name';
const keyOf = (variable: string): string => `$${variable}`;

/**
 * Asks for the name of a VM of this template, and shows its variables, those first that the user must give a value. `places`: the
 * variables as each place has them where the VM may be made. Undefined where the user gives up.
 */
export function askVariables(stage: Stage, template: Template, places: readonly Shown[]): Promise<Said | undefined> {
  const names = [...new Set(places.flatMap(({ values }) => Object.keys(values)))];
  const open = names.filter((name) => places.some((one) => one.open.includes(name)));
  const before = Object.fromEntries(names.map((name) => [keyOf(name), commonValue(name, places)]));
  const fields = new Map([
    ...open.map((name) => [name, openField(name, places)] as const),
    ...names.filter((name) => !open.includes(name)).map((name) => [name, variableField(name)] as const),
  ]);
  const form = createForm({
    fields: [
      { key: NAME, label: 'Name', help: 'What the VM is called.', kind: 'text', required: true, writable: true },
      ...fields.values(),
    ],
    before,
    buttons: [
      { id: 'go-on', label: 'Continue' },
      { id: 'cancel', label: 'Cancel' },
    ],
  });
  const { promise, resolve } = Promise.withResolvers<Said | undefined>();
  const answer = (said: Said | undefined) => {
    stage.layers.close(dialog.layer);
    resolve(said);
  };
  const said = (): Said => {
    const variables = [...fields].flatMap(([name, field]) => {
      // As it was typed: a value may have blanks at its ends.
      const { text } = form.inputOf(field);
      return text === before[field.key] ? [] : [[name, text] as const];
    });
    return { name: String(form.values()[NAME]), variables: Object.fromEntries(variables), needed: open };
  };
  const dialog = stage.dialogs.form({
    title: `Create VM from ${spellTemplate(template)}`,
    form: () => form,
    cancel: () => answer(undefined),
    pressed(button) {
      if (button === 'cancel') answer(undefined);
      else if (form.check()) answer(said());
    },
  });
  stage.layers.open(dialog.layer);
  return promise;
}

/** '' where the places differ: each has its own unless one is given. */
function commonValue(name: string, places: readonly Shown[]): string {
  const values = new Set(places.flatMap((one) => one.values[name] ?? []));
  return values.size === 1 ? ([...values][0] ?? '') : '';
}

const variableField = (name: string): AnyField => ({
  key: keyOf(name),
  label: `$${name}`,
  help: `What ${name} stands for in this VM; left empty, what its pool, its node or the template says.`,
  kind: 'text',
  writable: true,
});

const openField = (name: string, places: readonly Shown[]): AnyField => ({
  ...variableField(name),
  help: places.every(({ open }) => open.includes(name))
    ? `What ${name} stands for: neither the template nor a pool says it.`
    : `What ${name} stands for where nothing says it; places that have a value of their own keep it.`,
  required: true,
});
