import type { EndpointField, SettingsField } from '../../platforms/contract.ts';
import type { FormField } from '../../state/fields.ts';

/** A field of whatever a form is for: an endpoint, settings, options of an action. */
export type AnyField = FormField<EndpointField & Partial<Pick<SettingsField, 'takesEffect'>>> & {
  /** When a change of it counts, as a sentence behind its help. */
  readonly effectTold?: string;
};
