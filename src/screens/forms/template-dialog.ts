import { FleetError, sentence } from '../../errors.ts';
import type { Manifest, Settings } from '../../platforms/contract.ts';
import { spellProblem } from '../../state/config/problem.ts';
import type { TemplateChange } from '../../state/templates/change.ts';
import { PART_FILES } from '../../state/templates/library.ts';
import { readTemplate } from '../../state/templates/read-template.ts';
import { ANY_PLATFORM, nextVersion, spellTemplate, type Template, VERSION } from '../../state/templates/template.ts';
import { KEPT_AS } from '../../state/templates/template-settings.ts';
import {
  editOfValues,
  isSingle,
  keysSaidFor,
  valuesOfTemplate,
  whyNoValue,
} from '../../state/templates/template-values.ts';
import { withSettings } from '../../state/templates/with-settings.ts';
import { wrapped } from '../components/wrap.ts';
import type { Stage } from '../stage.ts';
import { type AnyField, createForm } from './form-state.ts';
import { toldColumns } from './told-columns.ts';

/** What a VM is called, and what it keeps of its template: a template says neither. */
const OF_THE_VM: readonly string[] = ['name', KEPT_AS];
const VERSION_KEY = '@version';
const variableKey = (name: string): string => `@variable ${name}`;

type Change = (what: TemplateChange, said: string) => Promise<void>;

/**
 * The settings of a template as a form (F-073): the fields that new VMs of its platform have, each as text, in which a variable may
 * stand. Rows such as disks and NICs are left to the editor.
 */
export async function openTemplateSettings(stage: Stage, template: Template, change: Change): Promise<void> {
  const manifest = await manifestFor(stage, template);
  if (!manifest) return;
  const { services, look } = stage;
  const name = spellTemplate(template);
  const basedOn = await services.templates().text(template, 'settings');
  if (basedOn === undefined) throw new FleetError('op.refused', `${name} is not in the library any more`);
  // Another may have written it since the library was read.
  const now = await readTemplate(
    PART_FILES.settings,
    basedOn,
    services.manifests.map(({ id }) => id),
  );
  const [problem] = now.problems;
  if (problem) throw new FleetError('config.invalid', spellProblem(problem));
  const { says } = now;
  const fields = manifest.settings.filter(
    (field) => field.in.provision === 'write' && !OF_THE_VM.includes(field.key) && isSingle(field),
  );
  const values = valuesOfTemplate(says, fields);
  const ofPlatform = keysSaidFor(says, manifest.id);
  const before: Settings = {
    [VERSION_KEY]: says.version,
    ...Object.fromEntries(Object.entries(says.variables).map(([key, value]) => [variableKey(key), value])),
    ...Object.fromEntries(fields.map(({ key }) => [key, values.get(key)?.text ?? ''])),
  };
  const form = createForm({
    fields: [
      versionField(says.version),
      ...Object.keys(says.variables).map(variableField),
      ...fields.map((field) =>
        ofPlatform.has(field.key) ? leftToEditor(field, manifest.title) : textField(field, values.has(field.key)),
      ),
    ],
    before,
    start: { ...before, [VERSION_KEY]: nextVersion(says.version) },
    buttons: [
      { id: 'save', label: 'Save' },
      { id: 'cancel', label: 'Cancel' },
    ],
  });
  const close = () => stage.layers.close(dialog.layer);
  const tell = (text: string) =>
    dialog.tell(wrapped(text, toldColumns(stage)).map((line) => look.theme.paint('danger', line)));
  const changed = (): Readonly<Record<string, string>> =>
    Object.fromEntries(
      Object.entries(form.values()).flatMap(([key, value]) =>
        String(value ?? '') === String(before[key] ?? '') ? [] : [[key, String(value ?? '')]],
      ),
    );

  let saving = false;
  const save = async () => {
    const { [VERSION_KEY]: version, ...changes } = changed();
    if (saving) return;
    // The next version stands there by itself.
    if (Object.keys(changes).length === 0 && (version === undefined || version === nextVersion(says.version))) {
      close();
      return stage.message.say(`${name}: nothing was changed`);
    }
    const isVariable = (key: string) => key.startsWith(variableKey(''));
    const [wrong] = fields.flatMap((field) => {
      const why = changes[field.key] === undefined ? undefined : whyNoValue(field, changes[field.key] ?? '');
      return why === undefined ? [] : [{ field, why }];
    });
    if (wrong) {
      form.goTo(wrong.field.key);
      return tell(wrong.why);
    }
    const entries = Object.entries(changes);
    const edit = {
      vm: editOfValues(Object.fromEntries(entries.filter(([key]) => !isVariable(key))), values),
      variables: Object.fromEntries(
        entries.flatMap(([key, value]) => (isVariable(key) ? [[key.slice(variableKey('').length), value]] : [])),
      ),
      version,
    };
    saving = true;
    try {
      const text = await withSettings(PART_FILES.settings, basedOn, edit);
      await change({ kind: 'template-write', of: template, part: 'settings', text, basedOn }, `${name} is saved`);
      close();
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      tell(sentence(error));
    } finally {
      saving = false;
    }
  };

  const dialog = stage.dialogs.form({
    title: `Settings of ${name}`,
    form: () => form,
    cancel: close,
    pressed(button) {
      if (button === 'cancel') close();
      else if (form.check()) save().catch(stage.message.fail);
    },
  });
  stage.layers.open(dialog.layer);
}

/** Of the template's own platform; of one for any, that of an endpoint, which is asked where there are several. */
async function manifestFor({ services, dialogs }: Stage, template: Template): Promise<Manifest | undefined> {
  const there = new Set([...services.store.fleet.endpoints.values()].map(({ platform }) => platform));
  const able = services.manifests.filter(({ id }) =>
    template.platform === ANY_PLATFORM ? there.has(id) : id === template.platform,
  );
  if (able.length === 0)
    throw new FleetError(
      'op.refused',
      template.platform === ANY_PLATFORM
        ? `${spellTemplate(template)} is for any platform: add an endpoint first, whose fields are shown`
        : `${spellTemplate(template)} is for ${template.platform}, which drover does not know`,
    );
  if (able.length === 1) return able[0];
  return dialogs.pick({
    title: `Settings of ${spellTemplate(template)}`,
    lines: ['It is for any platform. With the fields of which one?'],
    choices: () => able.map((one) => ({ label: one.title, value: one })),
  });
}

const versionField = (now: string): AnyField => ({
  key: VERSION_KEY,
  label: 'Version',
  help: `A newer version keeps ${now} as the one before; the same is written over.`,
  kind: 'text',
  required: true,
  pattern: { source: VERSION.source, complaint: 'a version is two numbers, like 1.1' },
  writable: true,
});

const variableField = (name: string): AnyField => ({
  key: variableKey(name),
  label: `$${name}`,
  help: `The value of the variable ${name}; empty: a pool or the user must give it.`,
  kind: 'text',
  writable: true,
});

/** Any field as text: a variable has no number, and is no choice. */
const textField = (
  { key, label, help, advanced, examples, ...more }: Manifest['settings'][number],
  isSaid: boolean,
): AnyField => ({
  key,
  label,
  help: more.kind === 'choice' && more.options ? `${help} ${more.options.join(', ')}.` : help,
  kind: 'text',
  ...(advanced === true && !isSaid && { advanced }),
  ...(examples && { examples }),
  writable: true,
});

/** What the template says for its platform alone counts more than what the form would write. */
const leftToEditor = (field: Manifest['settings'][number], platform: string): AnyField => ({
  ...textField(field, true),
  help: `What is said for ${platform} alone counts: change it in the text of the template.`,
  writable: false,
});
