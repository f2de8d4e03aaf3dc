import type { EditAction } from '../../actions/action.ts';
import { editVm } from '../../actions/edit.ts';
import { permitted } from '../../actions/permitted.ts';
import { bind, whyAnother } from '../../actions/target.ts';
import { FleetError, sentence } from '../../errors.ts';
import { endpointOf, type VmId } from '../../ids.ts';
import { type Settings, type SettingsTarget, whyAbsent } from '../../platforms/contract.ts';
import { fieldsOf } from '../../state/fields.ts';
import { clean } from '../../terminal/width.ts';
import { whileSame } from '../actions/while-same.ts';
import { wrapped } from '../components/wrap.ts';
import { deadline } from '../deadline.ts';
import type { Stage } from '../stage.ts';
import { type AnyField, createForm, type Form } from './form-state.ts';
import { toldColumns } from './told-columns.ts';

const LOAD_MS = 15_000;
const BUTTONS = [
  { id: 'save', label: 'Save' },
  { id: 'cancel', label: 'Cancel' },
] as const;

/** What goes to `configure`: nothing of the dialog's own. */
const TARGET: AnyField = {
  key: '@target',
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
  let saving = false;
  let stopWatching = () => {};

  const painted = (colour: 'danger' | 'dim', text: string) =>
    wrapped(text, toldColumns(stage)).map((line) => look.theme.paint(colour, line));
  const close = () => {
    controller.abort();
    stage.layers.close(dialog.layer);
  };
  const read = (): Promise<Settings> => {
    // The link may be another one than when the form was opened.
    const readNow = services.sessions.connection(endpointOf(id))?.vm.settings ?? settings;
    const signal = deadline(services.clock, LOAD_MS, `the settings of ${vm.name} did not come`, controller.signal);
    return readNow(id, target, signal);
  };

  const load = async () => {
    form = undefined;
    const asked = target;
    dialog.tell(painted('dim', 'loading…'), 'more will come');
    try {
      const before = await read();
      if (asked !== target || controller.signal.aborted) return;
      const mode = target === 'config' ? 'edit-config' : 'edit-running';
      const own = choosable ? [TARGET] : [];
      const chosen = choosable ? { [TARGET.key]: target === 'config' ? 'saved' : 'running' } : {};
      form = createForm({
        fields: [...own, ...fieldsOf(manifest.settings, mode)],
        before: { ...before, ...chosen },
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
    const changes = without(form.changes());
    const keys = Object.keys(changes);
    if (keys.length === 0) {
      close();
      stage.message.say('nothing was changed');
      return;
    }
    const basedOn = Object.fromEntries(
      keys.flatMap((key) => (form?.before[key] === undefined ? [] : [[key, form.before[key]]])),
    );
    saving = true;
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
    watch();
    await rebase();
  };

  /** After a refusal the form shows what is true now beside what was typed. */
  const rebase = async () => {
    try {
      form?.rebase({ ...form.before, ...(await read()) });
      stage.changed();
    } catch (error) {
      if (!controller.signal.aborted) stage.message.fail(error);
    }
  };

  const dialog = stage.dialogs.form({
    title: `Settings of ${clean(vm.name)}`,
    form: () => form,
    cancel: close,
    edited() {
      const wanted = form?.values()[TARGET.key];
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
  watch();

  /** What the form shows is of this machine, at this address: it is closed when it is another one. */
  function watch(): void {
    const watching = new AbortController();
    stopWatching = () => watching.abort();
    const ended = AbortSignal.any([watching.signal, controller.signal]);
    void whileSame(
      stage,
      [bound],
      (until) =>
        new Promise<void>((resolve) => {
          until.addEventListener('abort', close, { once: true });
          ended.addEventListener('abort', () => resolve(), { once: true });
        }),
    );
  }
}

const without = (changes: Settings): Settings =>
  Object.fromEntries(Object.entries(changes).filter(([key]) => key !== TARGET.key));
