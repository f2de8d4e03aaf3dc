import { formDialog } from '../forms/form-layer.tsx';
import { openColumnPicker } from '../lists/column-picker.tsx';
import { openFilterPrompt } from '../prompts/filter-prompt.tsx';
import type { Stage } from '../stage.ts';
import { confirm, consent } from './confirm.tsx';
import type { Dialogs } from './dialogs.ts';
import { pick } from './picker.tsx';
import { confirmPlan } from './plan.tsx';
import { prompt } from './prompt.tsx';

/** Questions as panels that lie over the screen. */
export const panelDialogs = (stage: Stage): Dialogs => ({
  confirm: (question) => confirm(stage, question),
  consent: (question) => consent(stage, question),
  plan: (plan) => confirmPlan(stage, plan),
  prompt: (options) => prompt(stage, options),
  pick: (options) => pick(stage, options),
  form: (options) => formDialog(stage, options),
  filter: (options) => openFilterPrompt(stage, options),
  columns: (columns) => openColumnPicker(stage, columns),
});
