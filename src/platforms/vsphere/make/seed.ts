/**
 * What a new guest is told at its first start, in options that it reads through VMware Tools: `guestinfo.metadata` and
 * `guestinfo.userdata` for cloud-init (its data source VMware), `guestinfo.ignition.config.data` for Ignition.
 */

import { nicsOfCloud } from '../../lib/seed/network-config.ts';
import { writeUserData } from '../../lib/seed/seed.ts';
import { writeNetworkConfig } from '../../user-files/network-config.ts';
import type { MakeSpec } from '../form/spec.ts';

export interface GuestInfo {
  readonly options: Readonly<Record<string, string>>;
  /** Nothing in it lets in a user. */
  readonly isClosed: boolean;
}

const encoded = (text: string): string => Buffer.from(text).toString('base64');

/** `macs`: of all its NICs. Undefined where it is told nothing. Throws op.refused for what the guest would not read. */
export async function writeGuestInfo(
  { name, image, guest, metadata }: MakeSpec,
  { macs, instance, date }: { readonly macs: readonly string[]; readonly instance: string; readonly date: Date },
): Promise<GuestInfo | undefined> {
  const told = await writeUserData({ name, image, ...guest, macs, instance, date, metadata });
  if (!told) return undefined;
  const { kind, text, isClosed } = told;
  if (kind === 'ignition') {
    const options = {
      'guestinfo.ignition.config.data': encoded(text),
      'guestinfo.ignition.config.data.encoding': 'base64',
    };
    return { options, isClosed };
  }
  const network = guest.network.isConfigured
    ? { network: encoded(await writeNetworkConfig(nicsOfCloud(guest.network, macs))), 'network.encoding': 'base64' }
    : {};
  const meta = JSON.stringify({ 'instance-id': instance, 'local-hostname': name, ...network });
  return {
    options: {
      'guestinfo.metadata': encoded(meta),
      'guestinfo.metadata.encoding': 'base64',
      'guestinfo.userdata': encoded(text),
      'guestinfo.userdata.encoding': 'base64',
    },
    isClosed,
  };
}
