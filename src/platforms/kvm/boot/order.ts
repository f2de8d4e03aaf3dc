/** What a new guest starts from, in which order. */
import { FleetError } from '../../../errors.ts';
import type { Settings } from '../../contract.ts';
import { type BootDevice, bootDeviceIn } from './boot-device.ts';

export interface BootPlan {
  /** It needs a NIC to start from. */
  readonly bootsNetwork: boolean;
  /** Kinds of devices; the first of each kind gets the number of its place. */
  readonly bootOrder: readonly BootDevice[];
  readonly nextBoot: BootDevice | undefined;
}

/**
 * From the medium when there is something on the disk already: an empty disk is passed over until something is. What `boot` says
 * comes before that. Throws op.refused for what the guest will not have.
 */
export function bootOf(settings: Settings, hasImage: boolean, hasMedium: boolean): BootPlan {
  const [first, nextBoot] = [bootDeviceIn(settings['boot']), bootDeviceIn(settings['next-boot'])];
  const asksNetwork = settings['boot-network'] === true;
  if (asksNetwork && first !== undefined && first !== 'network')
    throw refused('starts from the network first, or from what boot says', 'leave one of them out');
  if (!hasMedium && (first === 'cdrom' || nextBoot === 'cdrom'))
    throw refused('has no CD drive without a medium', 'name one as the ISO');
  const bootsNetwork = asksNetwork || first === 'network' || nextBoot === 'network';
  const usual: readonly BootDevice[] = hasMedium && hasImage ? ['cdrom', 'disk'] : ['disk', 'cdrom'];
  const lead = first ?? (asksNetwork ? 'network' : undefined);
  const all = lead === undefined ? usual : [lead, ...usual.filter((kind) => kind !== lead)];
  return { bootsNetwork, bootOrder: all.filter((kind) => kind !== 'cdrom' || hasMedium), nextBoot };
}

const refused = (why: string, fix: string): FleetError => new FleetError('op.refused', `a new VM ${why}`, { fix });
