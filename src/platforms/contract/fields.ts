/** What people fill in: endpoints, settings, options of actions. */

export type SettingValue = string | number | boolean;
/** Field key -> value; sizes in bytes. */
export type Settings = Readonly<Record<string, SettingValue>>;

/** Where a change of settings goes: what is saved for the next start, or what runs now (and is saved as well). */
export type SettingsTarget = 'config' | 'running';

export type FieldKind = 'text' | 'count' | 'bytes' | 'choice' | 'flag' | 'path';

/** One thing that people fill in. Forms, CLI flags, YAML checks, docs and redaction are all read from this. */
export interface Field {
  readonly key: string;
  readonly label: string;
  /** The first line is one sentence with a full stop; form, --help and docs print the same words. */
  readonly help: string;
  readonly kind: FieldKind;
  readonly required?: boolean;
  readonly default?: SettingValue;
  /** Limits of count and bytes (in bytes). */
  readonly min?: number;
  readonly max?: number;
  readonly options?: readonly string[];
  /** Of a text: what it must match, with the sentence for when it does not. */
  readonly pattern?: { readonly source: string; readonly complaint: string };
  readonly advanced?: boolean;
  /** May be given several times on the command line; its values are kept in order, as text. */
  readonly repeatable?: boolean;
  /** Never shown, logged or printed. A secret may be a reference: env:NAME, file:PATH, cmd:COMMAND. */
  readonly sensitive?: boolean;
  /** The environment variable that users of this platform already set. */
  readonly env?: string;
  readonly examples?: readonly string[];
}

/** Asked when an endpoint is made. */
export interface EndpointField extends Field {
  /** Can't be changed once the endpoint exists, since ids hang on it. */
  readonly fixed?: boolean;
  /** Says where the endpoint points: lists show these, in this order, as its address. */
  readonly place?: boolean;
  /** Shown only while another field has one of these values: TLS files for the tls transport. */
  readonly when?: { readonly key: string; readonly is: readonly string[] };
}

/** ConVirt's four dialogs, F-071 ff. */
export type SettingsMode = 'edit-config' | 'edit-running' | 'edit-image' | 'provision';

export interface SettingsField extends Field {
  readonly in: Readonly<Partial<Record<SettingsMode, 'read' | 'write'>>>;
  readonly takesEffect?: 'now' | 'restart' | 'recreate';
}
