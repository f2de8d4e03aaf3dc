import { Panel } from '../components/panel.tsx';
import type { FormDialog, FormDialogOptions } from '../dialogs/dialogs.ts';
import { seenQuestion } from '../dialogs/stray-keys.ts';
import type { Layer } from '../frame/layers.ts';
import type { Stage } from '../stage.ts';
import { formHints } from './form-hints.ts';
import { formLines } from './form-lines.ts';
import { openField } from './open-field.ts';

const COLUMNS = 92;

/** A form in a panel; what its buttons do is the business of who opens it. */
export function formDialog(stage: Stage, options: FormDialogOptions): FormDialog {
  let told: readonly string[] = [];
  const seen = seenQuestion(stage);
  const layer: Layer = {
    hints: () => formHints(options.form()),
    press(key) {
      if (options.destroys && !seen.isAnswer(key)) return;
      if (key.name === 'esc') return options.cancel();
      const form = options.form();
      const opened = form?.opens(key);
      if (form && opened) {
        void openField(stage, form, opened, layer).then(options.edited).catch(stage.message.fail);
        return;
      }
      const button = form?.press(key);
      if (button === undefined) options.edited?.();
      else options.pressed(button);
      stage.changed();
    },
    paste(text) {
      options.form()?.paste(text);
      options.edited?.();
      stage.changed();
    },
    dismiss: options.cancel,
    draw(room) {
      seen.drawn();
      const columns = Math.min(COLUMNS, room.columns - 4);
      const form = options.form();
      const body = form ? formLines(form, columns, room.rows - 2 - told.length, stage.look) : [];
      return <Panel title={options.title} look={stage.look} room={room} lines={[...told, ...body]} columns={columns} />;
    },
  };
  return {
    layer,
    tell(lines) {
      told = lines;
      stage.changed();
    },
  };
}
