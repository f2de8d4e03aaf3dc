import { FleetError } from '../../errors.ts';
import type { Manifest, Settings, SettingValue } from '../../platforms/contract.ts';
import { readWritten, withDefaults } from '../fields.ts';
import { inPool, POOL, settingsIn } from '../presets/settings-in.ts';
import { profileOfTemplate, type Template } from './template.ts';
import { filledTemplate, type Made } from './variables.ts';

/** Where VMs keep the template that they were made of, on platforms that have such a field. */
export const KEPT_AS = 'profile';

/**
 * The settings that a new VM on this platform has by this template, what it keeps of the template among them. Throws usage for
 * what the platform can't take, by the file and the line.
 */
export function templateSettings(template: Template, manifest: Manifest, made: Made): Settings {
  const fields = manifest.settings.filter(({ in: access }) => access.provision === 'write');
  const says = filledTemplate(template, manifest.id, made);
  const values: Record<string, SettingValue> = {};
  for (const { key, where, written } of settingsIn(says, fields)) {
    const field = fields.find((one) => one.key === key);
    if (!field) continue;
    const read = readWritten(field, written);
    if ('wrong' in read) throw new FleetError('usage', `${where}: ${read.wrong}`);
    values[key] = withDefaults(field, read.value);
  }
  const pool = says.get(POOL);
  const placed = pool === undefined ? values : inPool(values, pool, fields);
  return fields.some(({ key }) => key === KEPT_AS) ? { ...placed, [KEPT_AS]: profileOfTemplate(template) } : placed;
}
