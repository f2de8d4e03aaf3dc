import type { EndpointField, SettingValue } from '../../platforms/contract.ts';
import type { EndpointConfig } from '../../state/config/model.ts';
import type { Plan } from './plan.ts';
import type { SecretFiles } from './secret-files.ts';

/** Fields that say which machine or account it is. */
export const PLACE = [
  'uri',
  'url',
  'host',
  'auth-url',
  'cloud',
  'clouds-file',
  'profile',
  'region',
  'endpoint-url',
] as const;

/** Of those, the ones whose absence says something too: the usual file, the provider's own address. */
const USUAL: readonly string[] = ['clouds-file', 'endpoint-url'];

export const isSamePlace = ({ platform, values }: Plan, existing: EndpointConfig): boolean =>
  existing.platform === platform && PLACE.every((key) => isEqual(values[key], existing.values[key]));

/**
 * Labels of the fields in which the endpoint is another one than the plan; none when they agree. What it has beyond the
 * plan is its user's business, and so is where its secret is, unless that is the file of an earlier import.
 */
export async function differing(
  { platform, values, secrets }: Plan,
  existing: EndpointConfig,
  fields: readonly EndpointField[],
  files: SecretFiles,
): Promise<readonly string[]> {
  if (existing.platform !== platform) return ['platform'];
  const others: string[] = [];
  for (const { key, label, sensitive } of fields) {
    const [planned, there] = [values[key], existing.values[key]];
    const secret = secrets[key];
    if (secret !== undefined) {
      const isOurs = there === files.reference(existing.name, key);
      if (isOurs && (await files.read(existing.name, key)) !== secret) others.push(label.toLowerCase());
    } else if (
      key !== 'enabled' &&
      (planned !== undefined || USUAL.includes(key)) &&
      !sensitive &&
      !isEqual(planned, there)
    ) {
      others.push(label.toLowerCase());
    }
  }
  return others;
}

const isEqual = (a: SettingValue | undefined, b: SettingValue | undefined): boolean => String(a) === String(b);
