import { spellTemplate, type Template } from '../../state/templates/template.ts';
import type { Shown, Variables } from '../../state/templates/variables.ts';
import type { Stage } from '../stage.ts';
import { type AnyField, createForm } from './form-state.ts';

/** What the user says of a VM before its own form comes. */
export interface Said {
  readonly name: string | undefined;
  /** What the variables stand for that were given another value than they had. */
  readonly variables: Variables;
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
  const form = createForm({
    fields: [
      { key: NAME, label: 'Name', help: 'What the VM is called.', kind: 'text', required: true, writable: true },
      ...open.map((name) => variableField(name, true)),
      ...names.filter((name) => !open.includes(name)).map((name) => variableField(name, false)),
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
    const { [NAME]: name, ...values } = form.changes();
    const variables = names.flatMap((one) => {
      const value = values[keyOf(one)];
      return value === undefined ? [] : [[one, String(value)] as const];
    });
    return { name: String(name), variables: Object.fromEntries(variables) };
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

const variableField = (name: string, isOpen: boolean): AnyField => ({
  key: keyOf(name),
  label: `$${name}`,
  help: isOpen
    ? `What ${name} stands for: neither the template nor a pool says it.`
    : `What ${name} stands for in this VM; left empty, what its pool, its node or the template says.`,
  kind: 'text',
  ...(isOpen && { required: true }),
  writable: true,
});
