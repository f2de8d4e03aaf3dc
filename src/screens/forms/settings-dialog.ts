import type { EditAction } from '../../actions/action.ts';
import { editVm } from '../../actions/edit.ts';
import { permitted } from '../../actions/permitted.ts';
import { bind, placeOfShown, type Target, whyAnother } from '../../actions/target.ts';
import { FleetError, sentence } from '../../errors.ts';
import { endpointOf, type VmId } from '../../ids.ts';
import { type Settings, type SettingsTarget, whyAbsent } from '../../platforms/contract.ts';
import { fieldsOf } from '../../state/fields.ts';
import { clean } from '../../terminal/width.ts';
import { whileSame } from '../actions/while-same.ts';
import { wrapped } from '../components/wrap.ts';
import { deadline } from '../deadline.ts';
import { listedNames } from '../dialogs/action-options.ts';
import type { Stage } from '../stage.ts';
import { type AnyField, type Beside, createForm, type Form } from './form-state.ts';
import { agreeToChange, asShown, differencesIn, TARGET_KEY } from './settings-change.ts';
import { asProfile, withTemplate, withTemplateFields } from './template-fields.ts';
import { toldColumns } from './told-columns.ts';

const LOAD_MS = 15_000;
const BUTTONS = [
  { id: 'save', label: 'Save' },
  { id: 'cancel', label: 'Cancel' },
] as const;

/** What goes to `configure`: nothing of the dialog's own. */
const TARGET: AnyField = {
  key: TARGET_KEY,
  label: 'Change what',
  help: 'saved: from the next start on. running: now, and saved as well.',
  kind: 'choice',
  options: ['saved', 'running'],
  writable: true,
};

/**
 * The settings of a VM as its platform has them, F-071 and F-072: what is saved, or what runs. Stays open when the other
 * side refuses; after a conflict what was typed is kept and compared with what is there now.
 */
export function openSettings(stage: Stage, action: EditAction, id: VmId): void {
  const { services, look } = stage;
  const { object: vm, connection } = permitted(action, 'vm', id, services);
  const bound = bind('vm', id, services);
  const platform = services.store.fleet.endpoints.get(endpointOf(id))?.platform;
  const manifest = services.manifests.find((one) => one.id === platform);
  const { settings } = connection.vm;
  if (!manifest || !settings) {
    throw new FleetError(
      'op.unsupported',
      whyAbsent(connection, 'vm.settings') ?? `the settings of ${vm.name} can't be read`,
    );
  }
  const controller = new AbortController();
  const choosable = vm.state === 'running' || vm.state === 'paused';
  // As the command without a flag: what runs is changed when that is asked for.
  let target: SettingsTarget = 'config';
  let form: Form | undefined;
  let fields: readonly AnyField[] = [];
  let saving = false;
  let stopWatching = () => {};

  const painted = (colour: 'danger' | 'dim', text: string) =>
    wrapped(text, toldColumns(stage)).map((line) => look.theme.paint(colour, line));
  const close = () => {
    controller.abort();
    stage.layers.close(dialog.layer);
  };
  const read = async (of: SettingsTarget): Promise<Settings> => {
    // The link may be another one than when the form was opened.
    const readNow = services.sessions.connection(endpointOf(id))?.vm.settings ?? settings;
    const signal = deadline(services.clock, LOAD_MS, `the settings of ${vm.name} did not come`, controller.signal);
    return withTemplate(await readNow(id, of, signal));
  };

  const load = async () => {
    form = undefined;
    const asked = target;
    dialog.tell(painted('dim', 'loading…'), 'more will come');
    try {
      const { before, beside } = await readSides(read, target, choosable);
      if (asked !== target || controller.signal.aborted) return;
      const mode = target === 'config' ? 'edit-config' : 'edit-running';
      const own = choosable ? [TARGET] : [];
      const chosen = choosable ? { [TARGET_KEY]: target === 'config' ? 'saved' : 'running' } : {};
      const shown = fieldsOf(manifest.settings, mode).map((field) => asShown(field, target, choosable));
      fields = [...own, ...withTemplateFields(shown, before, services.store.fleet.library.templates)];
      form = createForm({
        fields,
        before: { ...before, ...chosen },
        beside,
        choicesOf: (field, _values, signal) => listedNames(stage, field, endpointOf(id), signal),
        buttons: BUTTONS,
      });
      dialog.tell([]);
    } catch (error) {
      if (!controller.signal.aborted) dialog.tell(painted('danger', sentence(error)));
    }
  };

  const save = async () => {
    if (!form || saving) return;
    if (!form.check()) return;
    const changes = asProfile(without(form.changes()), form.before);
    const keys = Object.keys(changes);
    if (keys.length === 0) {
      close();
      stage.message.say('nothing was changed');
      return;
    }
    const basedOn = only(keys, form.before);
    saving = true;
    dialog.tell(painted('dim', 'checking…'), 'more will come');
    const differences = differencesIn(form, fields);
    const change = { bound, target, changes, basedOn, differences, checked: () => dialog.tell([]) };
    const agreed = await agreeToChange(stage, action.title, change, controller.signal).catch(async (error: unknown) => {
      if (controller.signal.aborted) return false;
      dialog.tell(painted('danger', sentence(error)));
      await rebase();
      return false;
    });
    if (!agreed || controller.signal.aborted) {
      saving = false;
      return;
    }
    // From here on something may be done: the task compares, and says what came of it.
    stopWatching();
    dialog.tell(painted('dim', 'saving…'), 'more will come');
    const { ended } = services.tasks.run({
      action: action.id,
      title: `${action.title} of ${vm.name}`,
      work: [
        {
          id,
          name: vm.name,
          lane: endpointOf(id),
          run: async (signal) => ({ text: await editVm(services, bound, target, changes, basedOn, signal) }),
        },
      ],
    });
    const [item] = (await ended).items;
    saving = false;
    if (item?.state === 'done') {
      close();
      stage.message.say(item.text, 'good');
      return;
    }
    const why = item?.text ?? 'it did not work';
    if (controller.signal.aborted) {
      stage.message.trouble(why, item?.fix);
      return;
    }
    dialog.tell(painted('danger', why));
    // Of another machine there is nothing to compare with, and to close the form would hide what became of this one.
    if (whyAnother(bound, services) !== undefined) return;
    stopWatching = closeWhenAnother(stage, bound, controller.signal, close);
    await rebase();
  };

  /** After a refusal the form shows what is true now beside what was typed. */
  const rebase = async () => {
    try {
      form?.rebase({ ...form.before, ...(await read(target)) });
      stage.changed();
    } catch (error) {
      if (!controller.signal.aborted) stage.message.fail(error);
    }
  };

  const dialog = stage.dialogs.form({
    title: `Settings of ${clean(placeOfShown(bound, services.store.fleet))}`,
    form: () => form,
    cancel: close,
    edited() {
      const wanted = form?.values()[TARGET_KEY];
      const next = wanted === 'running' ? 'running' : 'config';
      if (!form || next === target) return;
      target = next;
      void load();
    },
    pressed(button) {
      if (button === 'cancel') close();
      else void save();
    },
  });
  stage.layers.open(dialog.layer);
  void load();
  stopWatching = closeWhenAnother(stage, bound, controller.signal, close);
}

/** What the form is filled with, and the other side of a VM that runs: that is only looked at, and the form does without it. */
async function readSides(
  read: (of: SettingsTarget) => Promise<Settings>,
  target: SettingsTarget,
  isOn: boolean,
): Promise<{ readonly before: Settings; readonly beside: Beside | undefined }> {
  const isSaved = target === 'config';
  const [before, values] = await Promise.all([
    read(target),
    isOn ? read(isSaved ? 'running' : 'config').catch(() => undefined) : undefined,
  ]);
  return { before, beside: values && { word: isSaved ? 'running' : 'saved', values } };
}

/** What the form shows is of this machine, at this address: it is closed when it is another one. Answers what ends that. */
function closeWhenAnother(stage: Stage, bound: Target, over: AbortSignal, close: () => void): () => void {
  const watching = new AbortController();
  const ended = AbortSignal.any([watching.signal, over]);
  void whileSame(
    stage,
    [bound],
    (until) =>
      new Promise<void>((resolve) => {
        until.addEventListener('abort', close, { once: true });
        ended.addEventListener('abort', () => resolve(), { once: true });
      }),
  );
  return () => watching.abort();
}

const without = (changes: Settings): Settings =>
  Object.fromEntries(Object.entries(changes).filter(([key]) => key !== TARGET_KEY));

const only = (keys: readonly string[], settings: Settings): Settings =>
  Object.fromEntries(Object.entries(settings).filter(([key]) => keys.includes(key)));
