/**
 * The template that a VM was made of and its version, as two fields of a settings form (F-076): platforms keep both in one, as the
 * profile. A VM with any other profile has that as its platform shows it.
 */
import type { Settings, SettingValue } from '../../platforms/contract.ts';
import {
  compareVersions,
  profileOfTemplate,
  spellTemplate,
  type Template,
  templateOfProfile,
} from '../../state/templates/template.ts';
import { KEPT_AS } from '../../state/templates/template-settings.ts';
import type { AnyField } from './form-state.ts';

const TEMPLATE_KEY = '@template';
const VERSION_KEY = '@template-version';

const templateIn = (profile: SettingValue | undefined) =>
  templateOfProfile(typeof profile === 'string' ? profile : undefined);

/** The settings, with the two values beside the profile. */
export function withTemplate(settings: Settings): Settings {
  const of = templateIn(settings[KEPT_AS]);
  return of ? { ...settings, [TEMPLATE_KEY]: spellTemplate(of), [VERSION_KEY]: of.version } : settings;
}

/** The fields for such settings: in the place of the profile. A version is one that the library has, or can only be read. */
export function withTemplateFields(
  fields: readonly AnyField[],
  settings: Settings,
  templates: readonly Template[],
): readonly AnyField[] {
  const name = settings[TEMPLATE_KEY];
  if (name === undefined) return fields;
  const known = templates.find((one) => spellTemplate(one) === name);
  return fields.flatMap((field): readonly AnyField[] => {
    if (field.key !== KEPT_AS) return [field];
    const same = { ...(field.effectTold !== undefined && { effectTold: field.effectTold }) };
    const version = {
      ...same,
      key: VERSION_KEY,
      label: 'Version',
      writable: field.writable && known !== undefined,
    };
    return [
      { ...same, key: TEMPLATE_KEY, label: 'Template', help: 'What it was made of.', kind: 'text', writable: false },
      known
        ? { ...version, help: 'Its version that the VM is.', kind: 'choice', options: versionsOf(known, settings) }
        : { ...version, help: 'Its version that the VM is; the library has no such template.', kind: 'text' },
    ];
  });
}

/** Oldest first; that of the VM is there although the library may not have it any more. */
function versionsOf({ older, version }: Template, settings: Settings): readonly string[] {
  const own = String(settings[VERSION_KEY]);
  return [...new Set([own, ...older, version])].toSorted(compareVersions);
}

/** The changes as the platform takes them: those of the version are one of the profile. */
export function asProfile(changes: Settings, before: Settings): Settings {
  const { [VERSION_KEY]: version, ...others } = changes;
  const of = templateIn(before[KEPT_AS]);
  if (version === undefined || !of) return others;
  return { ...others, [KEPT_AS]: profileOfTemplate({ ...of, version: String(version) }) };
}
