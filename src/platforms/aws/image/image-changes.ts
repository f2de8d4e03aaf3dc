/** What can be changed of an AMI: who may use it, whether it can be deleted, and what is said of it. Its name stays for ever. */
import type { Image as Ec2Image } from '@aws-sdk/client-ec2';
import { FleetError } from '../../../errors.ts';
import type { ImageChanges } from '../../contract.ts';
import { type ChangeStep, sendSteps } from '../../lib/change-steps.ts';
import { refused } from '../../lib/spec-values.ts';
import type { About } from '../api.ts';
import type { AwsRegion } from '../region.ts';
import type { VmCall } from '../vm-call.ts';

/** Properties that are attributes of the AMI; all others are its tags. */
const DESCRIPTION = 'description';
/** The day from which on it is deprecated, in UTC: `2027-01-31`. */
const DEPRECATED = 'deprecated';
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const EVERYONE = [{ Group: 'all' as const }];

/** A tag that is called so can be neither shown nor changed as a property. */
const isAttribute = (key: string): boolean => key === DESCRIPTION || key === DEPRECATED;

/** The name is its own; what AWS writes is not changed by users. */
const isOfAws = (key: string): boolean => key === 'Name' || key.startsWith('aws:');

export const isProtected = ({ DeregistrationProtection = '' }: Ec2Image): boolean =>
  DeregistrationProtection.startsWith('enabled');

export function propertiesOf({ Description, DeprecationTime, Tags = [] }: Ec2Image): Readonly<Record<string, string>> {
  const tags = Tags.flatMap(({ Key = '', Value = '' }) =>
    isOfAws(Key) || isAttribute(Key) ? [] : [[Key, Value] as const],
  );
  return {
    ...Object.fromEntries(tags),
    ...(Description && { [DESCRIPTION]: Description }),
    ...(DeprecationTime && { [DEPRECATED]: DeprecationTime.replace(/T00:00:00(\.0+)?Z$/, '') }),
  };
}

/** One request for each; what was done before one fails stays done, and is named. Rejects with op.refused and op.unsupported beforehand. */
export async function changeImage(
  region: AwsRegion,
  image: Ec2Image,
  changes: ImageChanges,
  about: About,
): Promise<void> {
  const { ImageId = '', Name: name = ImageId } = image;
  if (changes.name !== undefined && changes.name !== name)
    throw new FleetError('op.unsupported', `${name}: an AMI keeps the name that it was made with`, {
      fix: 'make another image of an instance (vm export)',
    });
  const change: VmCall['change'] = (action, input) => region.api.change(action, input, { ...about, subject: name });
  const steps: ChangeStep[] = [];
  if (changes.public !== undefined) {
    const LaunchPermission = changes.public ? { Add: EVERYONE } : { Remove: EVERYONE };
    steps.push({
      keys: ['who may use it'],
      send: () => change('ModifyImageAttribute', { ImageId, LaunchPermission }),
    });
  }
  if (changes.protected !== undefined) {
    const action = changes.protected ? 'EnableImageDeregistrationProtection' : 'DisableImageDeregistrationProtection';
    steps.push({ keys: ['its protection'], send: () => change(action, { ImageId }) });
  }
  for (const [key, value] of Object.entries(changes.properties ?? {}))
    steps.push({ keys: [key], send: propertyStep(ImageId, name, key, value, change) });
  await sendSteps(
    steps,
    (made, failed, why) => `${name}: ${made.join(', ')} changed, but not ${failed.join(', ')}: ${why}`,
  );
}

/** Throws op.refused for what can't be written. */
function propertyStep(
  ImageId: string,
  name: string,
  key: string,
  value: string,
  change: VmCall['change'],
): ChangeStep['send'] {
  if (key === DESCRIPTION) return () => change('ModifyImageAttribute', { ImageId, Description: { Value: value } });
  if (key === DEPRECATED) {
    if (value === '') return () => change('DisableImageDeprecation', { ImageId });
    const DeprecateAt = new Date(`${value}T00:00:00Z`);
    if (!DAY.test(value) || Number.isNaN(DeprecateAt.getTime()))
      throw refused(`${name}: it is deprecated from a day on`, 'say it as 2027-01-31');
    return () => change('EnableImageDeprecation', { ImageId, DeprecateAt });
  }
  if (isOfAws(key)) throw refused(`${name}: the tag ${key} is not for properties`);
  const Resources = [ImageId];
  if (value === '') return () => change('DeleteTags', { Resources, Tags: [{ Key: key }] });
  return () => change('CreateTags', { Resources, Tags: [{ Key: key, Value: value }] });
}
