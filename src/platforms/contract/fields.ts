/** What people fill in: endpoints, settings, options of actions. */
import type { ObjectKind } from './objects.ts';

/** Text by key: tags, metadata. */
export type Pairs = Readonly<Record<string, string>>;

/** Sizes in bytes. `null` clears or ejects; a list is rows, each a value by key of its item's fields. */
export type SettingValue = string | number | boolean | null | readonly Settings[] | Pairs;
/** Field key -> value. */
export type Settings = { readonly [key: string]: SettingValue };

/** Where a change of settings goes: what is saved for the next start, or what runs now (and is saved as well). */
export type SettingsTarget = 'config' | 'running';

/** What every kind of field has. */
interface Fillable {
  readonly key: string;
  readonly label: string;
  /** The first line is one sentence with a full stop; form, --help and docs print the same words. */
  readonly help: string;
  readonly required?: boolean;
  /** May be `null`, which is typed as `none`: an empty drive, no limit. */
  readonly nullable?: boolean;
  readonly advanced?: boolean;
  /** May be given several times on the command line; its values are kept in order, as text. */
  readonly repeatable?: boolean;
  /** Never shown, logged or printed. A secret may be a reference: env:NAME, file:PATH, cmd:COMMAND. */
  readonly sensitive?: boolean;
  /** The environment variable that users of this platform already set. */
  readonly env?: string;
  readonly examples?: readonly string[];
  /** Can't be changed once what it is of is there: an endpoint, since ids hang on it, or a row, which another value makes another one. */
  readonly fixed?: boolean;
  /** Shown only while another field has one of these values: TLS files for the tls transport. */
  readonly when?: { readonly key: string; readonly is: readonly string[] };
}

export interface TextField extends Fillable {
  readonly kind: 'text';
  readonly default?: string | null;
  /** What it must match, with the sentence for when it does not. */
  readonly pattern?: { readonly source: string; readonly complaint: string };
}

export interface PathField extends Fillable {
  readonly kind: 'path';
  readonly default?: string | null;
  /** Left as it is, it is in the folder that drover was started in. */
  readonly startFolder?: true;
}

export interface NumberField extends Fillable {
  readonly kind: 'count' | 'bytes';
  readonly default?: number | null;
  /** In bytes where it is bytes. */
  readonly min?: number;
  readonly max?: number;
}

export interface ChoiceField extends Fillable {
  readonly kind: 'choice';
  readonly default?: string | null;
  readonly options?: readonly string[];
}

export interface FlagField extends Fillable {
  readonly kind: 'flag';
  readonly default?: boolean | null;
}

/** One of what the endpoint has: a network, a storage. Its value is what the platform calls it. */
export interface ObjectField extends Fillable {
  readonly kind: 'object';
  readonly of: ObjectKind;
  /** Only those of this type are offered: a medium for a drive, not every image. */
  readonly type?: string;
  /** Key of another field: what can be chosen depends on what that says, as a storage on the node. */
  readonly under?: string;
  readonly default?: string | null;
}

/** Text of many lines: cloud-init's user data. */
export interface LinesField extends Fillable {
  readonly kind: 'lines';
  readonly default?: string | null;
}

/**
 * Disks, NICs: rows of the same few fields. To leave a row out of the value takes it off, and deletes nothing; what a row that
 * is there leaves out stays as it is.
 */
export interface ListField extends Fillable {
  readonly kind: 'list';
  /** `disk`, `disks`: `1 disk`, `2 disks`. */
  readonly one: string;
  readonly many: string;
  /** Key of the item's field that says which one a row is; rows that are not there yet may lack it. */
  readonly identity: string;
  readonly item: readonly Field[];
  readonly default?: readonly Settings[];
}

export interface PairsField extends Fillable {
  readonly kind: 'pairs';
  /** `tag`, `tags`. */
  readonly one: string;
  readonly many: string;
  readonly default?: Pairs;
}

/** One thing that people fill in. Forms, CLI flags, YAML checks, docs and redaction are all read from this. */
export type Field =
  | TextField
  | PathField
  | NumberField
  | ChoiceField
  | FlagField
  | ObjectField
  | LinesField
  | ListField
  | PairsField;

/** Asked when an endpoint is made. */
export type EndpointField = Field & {
  /** Says where the endpoint points: lists show these, in this order, as its address. */
  readonly place?: boolean;
  /** Text that may have commas when endpoints are added: one is made for each word, and a group of them (state/config/endpoints-apart.ts). */
  readonly apart?: true;
};

/** ConVirt's four dialogs, F-071 ff. */
export type SettingsMode = 'edit-config' | 'edit-running' | 'edit-image' | 'provision';

export type SettingsField = Field & {
  readonly in: Readonly<Partial<Record<SettingsMode, 'read' | 'write'>>>;
  readonly takesEffect?: 'now' | 'restart' | 'recreate';
  /** The same of a VM that runs when only what is saved is changed, where that is something else. */
  readonly whenSaved?: 'restart';
};
