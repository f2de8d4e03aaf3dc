import type { Entry } from './archive/entries.ts';
import { spellTemplate, type TemplateName } from './template.ts';

/** What of a template a user writes: its settings, what people read of it, and what runs on the node when a VM is made. */
export type TemplatePart = 'settings' | 'description' | 'script';

/** Every edit of the library. */
export type TemplateChange =
  /** Its group is made where it is not there. Refused when there is one of that name. */
  | { readonly kind: 'template-add'; readonly to: TemplateName; readonly entries: readonly Entry[] }
  | {
      readonly kind: 'template-write';
      readonly of: TemplateName;
      readonly part: TemplatePart;
      readonly text: string;
      /** What the user saw; undefined where there was nothing. Anything else by now is config.conflict. */
      readonly basedOn: string | undefined;
    }
  /** Also into another group. */
  | { readonly kind: 'template-rename'; readonly from: TemplateName; readonly to: TemplateName }
  /** With all its versions. */
  | { readonly kind: 'template-remove'; readonly of: TemplateName }
  | { readonly kind: 'template-group-add'; readonly group: string }
  | { readonly kind: 'template-group-rename'; readonly group: string; readonly to: string }
  /** With all that is in it. */
  | { readonly kind: 'template-group-remove'; readonly group: string };

/** What it is done to, for the audit log and a dry run. */
export function objectOfChange(change: TemplateChange): string {
  switch (change.kind) {
    case 'template-add':
      return spellTemplate(change.to);
    case 'template-rename':
      return spellTemplate(change.from);
    case 'template-write':
    case 'template-remove':
      return spellTemplate(change.of);
    default:
      return change.group;
  }
}

/** The rest of it, without the contents of files. */
export function detailsOfChange(change: TemplateChange): Readonly<Record<string, string>> {
  switch (change.kind) {
    case 'template-add':
      return { files: change.entries.map(({ path }) => path).join(', ') };
    case 'template-rename':
      return { to: spellTemplate(change.to) };
    case 'template-write':
      return { part: change.part };
    case 'template-group-rename':
      return { to: change.to };
    default:
      return {};
  }
}
