import type { FilterProblem } from '../../state/query/compile-query.ts';
import type { FilterVocabulary } from '../../state/query/filter-words.ts';
import type { Form } from '../forms/form-state.ts';
import type { Layer } from '../frame/layers.ts';

export interface Question {
  readonly title: string;
  /** `Shut down web1 on host3?` */
  readonly question: string;
  /** What should be known before answering, one thing a line. */
  readonly details?: readonly string[];
  /** It comes by itself, while keys may be meant for something else. */
  readonly unasked?: boolean;
  /** The question is void: it is closed as if it had been answered with no. */
  readonly until?: AbortSignal;
}

/** What is asked about has options that can be chosen before. */
export interface Optional {
  readonly hasOptions?: boolean;
  /** It can be done at a time, in place of now. */
  readonly canWait?: boolean;
}

/** What an action would do to many, before it does it. */
export interface Plan {
  /** `Shut down`. */
  readonly title: string;
  /** `Shut down 12 VMs, leave 3 out?` */
  readonly question: string;
  /** What it costs, before the list. */
  readonly details?: readonly string[];
  /** Each object that it would be done to, in one line. */
  readonly does: readonly string[];
  /** Each that is left out, with why. */
  readonly leavesOut: readonly string[];
  /** What has to be typed in place of y: the count of many. */
  readonly typed?: string;
  /** The question is void: it is closed as if it had been answered with no. */
  readonly until?: AbortSignal;
}

export interface PromptOptions {
  readonly title: string;
  readonly lines: readonly string[];
  readonly start?: string;
  /** Shown as stars. */
  readonly secret?: boolean;
  /** Undefined when it may be entered, else what is wrong with it. */
  readonly complaint?: (text: string) => string | undefined;
  /** It comes by itself, while keys may be meant for something else. */
  readonly unasked?: boolean;
  /** The question is void: it is closed as if it had been given up. */
  readonly until?: AbortSignal;
}

export interface Choice<Value> {
  readonly label: string;
  readonly value: Value;
}

export interface PickOptions<Value> {
  readonly title: string;
  readonly lines?: readonly string[];
  /** Two thousand at most: the list draws them all. Undefined while it is not known yet what there is. */
  readonly choices: () => readonly Choice<Value>[] | undefined;
  /** Called with what was taken before the next key: what is typed right behind it goes to a form that has it already. */
  readonly taken?: (value: Value) => void;
  /** The question is void: it is closed as if it had been given up. */
  readonly until?: AbortSignal;
}

export interface FormDialog {
  readonly layer: Layer;
  /** Shown over the fields: what goes on, what went wrong. Painted. `more`: it is not known yet how that ends. */
  tell(lines: readonly string[], more?: 'more will come'): void;
}

export interface FormDialogOptions {
  readonly title: string;
  readonly form: () => Form | undefined;
  /** A button was pressed. */
  readonly pressed: (button: string) => void;
  /** Something was typed or chosen. */
  readonly edited?: () => void;
  readonly cancel: () => void;
  /** Its answer destroys something: only what is typed by a user who can see it counts. */
  readonly destroys?: boolean;
}

export interface FilterPromptOptions {
  readonly start: string;
  /** Of a list of nodes; undefined: the words of VMs. */
  readonly vocabulary?: FilterVocabulary;
  /** Called with every change: what is shown follows while typing. Answers what is wrong with it. */
  readonly apply: (text: string) => FilterProblem | undefined;
  /** Moves the cursor in what is shown; negative is up. Line mode shows nothing meanwhile. */
  readonly step?: (rows: number) => void;
  /** What was typed is what was meant: the cursor goes to a match. */
  readonly keep?: () => void;
}

/** The columns of a list, as the picker changes them. The list behind it follows at once. */
export interface PickedColumns {
  /** `tree`, `networks`: behind `Columns of the`. */
  readonly of: string;
  /** Ids in their order, without the name, which is always there. */
  shown(): readonly string[];
  /** All that there are. */
  readonly offered: readonly { readonly id: string; readonly help: string }[];
  /** Undefined: as usual. */
  choose(ids: readonly string[] | undefined): void;
  /** Those that a list of so many columns would have. */
  fitting(columns: number): ReadonlySet<string>;
  /** Where columns have widths of their own. */
  readonly widths?: { of(id: string): number; change(id: string, by: number): void };
}

/** The answer to a question that can also be answered by asking for the options of what it is about, or for a time to do it at. */
export type Consent = 'yes' | 'no' | 'options' | 'later';

/** How questions reach the user: as panels over the screen, or line by line. */
export interface Dialogs {
  /** False for anything but a clear yes. */
  confirm(question: Question): Promise<boolean>;
  /** `options`: its options are wanted first, where it has some. `later`: it is to be done at a time, where it can wait. */
  consent(question: Question & Optional): Promise<Consent>;
  plan(plan: Plan & Optional): Promise<Consent>;
  /** Undefined when it was given up. */
  prompt(options: PromptOptions): Promise<string | undefined>;
  /** Undefined when it was given up. */
  pick<Value>(options: PickOptions<Value>): Promise<Value | undefined>;
  form(options: FormDialogOptions): FormDialog;
  /** Shows only what matches, following what is typed where that can be seen. */
  filter(options: FilterPromptOptions): void;
  /** Which columns a list has, in which order and how wide. */
  columns(columns: PickedColumns): void;
}
