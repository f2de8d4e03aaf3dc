import type { FleetState } from '../fleet/fleet-state.ts';
import type { FormDialog, FormDialogOptions } from '../forms/form-layer.tsx';
import type { FilterPromptOptions } from '../prompts/filter-prompt.tsx';
import type { Question } from './confirm.tsx';
import type { PickOptions } from './picker.tsx';
import type { Plan } from './plan.tsx';
import type { PromptOptions } from './prompt.tsx';

/** How questions reach whoever sits here: as panels over the screen, or line by line. */
export interface Dialogs {
  /** False for anything but a clear yes. */
  confirm(question: Question): Promise<boolean>;
  plan(plan: Plan): Promise<boolean>;
  /** Undefined when it was given up. */
  prompt(options: PromptOptions): Promise<string | undefined>;
  /** Undefined when it was given up. */
  pick<Value>(options: PickOptions<Value>): Promise<Value | undefined>;
  form(options: FormDialogOptions): FormDialog;
  /** Shows only what matches, following what is typed where that can be seen. */
  filter(options: FilterPromptOptions): void;
  /** Which columns of the tree, in which order and how wide. */
  columns(state: FleetState): void;
}
