import { poolVariablesAction, variableNameComplaint } from '../../actions/pool.ts';
import { sentence } from '../../errors.ts';
import { clean } from '../../terminal/width.ts';
import { wrapped } from '../components/wrap.ts';
import type { Stage } from '../stage.ts';
import { type AnyField, createForm } from './form-state.ts';
import { toldColumns } from './told-columns.ts';

/** How many can be added at once; for more the form is opened again. */
const NEW_ONES = 3;
/** The variables that ConVirt's pools begin with, F-017, and drover's own. */
const USUAL = [
  'DEFAULT_BRIDGE',
  'VM_DISKS_DIR',
  'VM_CONF_DIR',
  'CLASS_A_STORAGE',
  'CLASS_B_STORAGE',
  'SERVER_LOAD_TIME',
  'PLACEMENT',
];

const variable = (name: string): AnyField => ({
  key: `= ${name}`,
  label: name,
  help: `The value of ${name}; empty takes the variable away.`,
  kind: 'text',
  writable: true,
});

const fresh = (count: number): readonly AnyField[] => [
  {
    key: `name ${count}`,
    label: 'New variable',
    help: 'Its name.',
    kind: 'text',
    pattern: { source: '^[A-Za-z_][A-Za-z0-9_.-]*$', complaint: variableNameComplaint('') ?? '' },
    examples: USUAL,
    writable: true,
  },
  { key: `value ${count}`, label: '  its value', help: 'What it stands for.', kind: 'text', writable: true },
];

/** The provisioning variables of a pool: each with its value, and room for new ones. */
export function editVariables(stage: Stage, pool: string): void {
  const { services, look } = stage;
  const basedOn = services.config();
  const now = basedOn.pools.get(pool)?.variables ?? {};
  const form = createForm({
    fields: [...Object.keys(now).map(variable), ...Array.from({ length: NEW_ONES }, (_, count) => fresh(count)).flat()],
    before: Object.fromEntries(Object.entries(now).map(([name, value]) => [variable(name).key, value])),
    buttons: [
      { id: 'save', label: 'Save' },
      { id: 'cancel', label: 'Cancel' },
    ],
  });

  const close = () => stage.layers.close(dialog.layer);
  const given = (): Record<string, string> => {
    const values = form.values();
    const kept = Object.keys(now).map((name) => [name, String(values[variable(name).key] ?? '')] as const);
    const added = Array.from({ length: NEW_ONES }, (_, count) => {
      return [String(values[`name ${count}`] ?? ''), String(values[`value ${count}`] ?? '')] as const;
    });
    return Object.fromEntries([...kept, ...added].filter(([name, value]) => name !== '' && value !== ''));
  };

  const save = async () => {
    const variables = given();
    try {
      await services.changeConfig(poolVariablesAction.change(pool, variables, services.configEdit()), basedOn);
      close();
      stage.message.say(poolVariablesAction.said(clean(pool), variables), 'good');
    } catch (error) {
      dialog.tell(wrapped(sentence(error), toldColumns(stage)).map((line) => look.theme.paint('danger', line)));
    }
  };

  const dialog = stage.dialogs.form({
    title: `Variables of ${clean(pool)}`,
    form: () => form,
    cancel: close,
    pressed(button) {
      if (button === 'cancel') close();
      else if (form.check()) void save();
    },
  });
  stage.layers.open(dialog.layer);
}
