import type { SettingValue } from '../../platforms/contract.ts';
import { type Scanned, spellTemplate, templateOfProfile } from './template.ts';

/**
 * Why a VM can't be given this profile: it names a version that its template has not. Undefined where it can, and where the library has
 * no such template, since it may be that of another user.
 */
export function versionComplaint(
  profile: SettingValue | undefined,
  { templates }: Pick<Scanned, 'templates'>,
): string | undefined {
  const of = typeof profile === 'string' ? templateOfProfile(profile) : undefined;
  const known = of && templates.find(({ group, name }) => group === of.group && name === of.name);
  if (!of || !known) return undefined;
  const versions = [...known.older, known.version];
  if (versions.includes(of.version)) return undefined;
  return `the library has no version ${of.version} of ${spellTemplate(of)}, but ${versions.join(', ')}`;
}
