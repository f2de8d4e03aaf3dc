/**
 * What a new guest is told at its first start. Proxmox VE makes a cloud-init drive itself, out of settings that can be changed
 * later. What these have no words for is on a drive of our own: a small ISO file in a storage, named after the guest.
 */

import { isIgnitionImage } from '../../../login-user.ts';
import { addressText } from '../../lib/cidr.ts';
import { writeIso } from '../../lib/iso9660/write-iso.ts';
import type { NicAddresses } from '../../lib/seed/network-spec.ts';
import { type Seed, writeSeed } from '../../lib/seed/seed.ts';
import type { MakeSpec } from '../form/spec.ts';

type Form = Readonly<Record<string, string>>;

/** Files that were made for a guest, to go with it: `local:iso/drover-seed-web1-1a2b3c4d.iso`. */
export const SEED_FILE = /:iso\/drover-seed-[A-Za-z0-9.-]+\.iso$/;

/** Whether the guest needs a drive of our own. */
export function needsOwnDrive({ guest: { seed, network }, image }: MakeSpec): boolean {
  if (seed === undefined) return false;
  const isIgnition = seed.kind === 'ignition' || (seed.kind === '' && isIgnitionImage(image));
  return (
    isIgnition ||
    seed.whole !== '' ||
    seed.login.commands.length > 0 ||
    seed.files.length > 0 ||
    seed.root ||
    seed.storesMetadata ||
    seed.login.keys.some((key) => /^[~/]/.test(key)) ||
    network.nics.some(isPeculiar)
  );
}

/** `ipconfig0` has one address of each version of IP, and no word for none. */
const isPeculiar = ({ how, addresses }: NicAddresses): boolean =>
  how === 'none' || [4, 6].some((family) => addresses.filter((one) => one.family === family).length > 1);

/** The settings of Proxmox VE's own drive. */
export function cloudInitForm({ guest: { seed, network } }: MakeSpec): Form {
  if (seed === undefined) return {};
  const { user, password, keys } = seed.login;
  const addresses = network.nics.flatMap((nic, at) => {
    const text = ipText(nic);
    return text === '' ? [] : [[`ipconfig${at}`, text] as const];
  });
  return {
    ...(user !== '' && { ciuser: user }),
    ...(password !== '' && { cipassword: password }),
    // twice: the value itself is encoded, and the form is
    ...(keys.length > 0 && { sshkeys: encodeURIComponent(`${keys.join('\n')}\n`) }),
    ...Object.fromEntries(addresses),
    ...(network.dns.length > 0 && { nameserver: network.dns.join(' ') }),
    ...(network.domain !== '' && { searchdomain: network.domain }),
  };
}

/** `ip=10.0.0.5/24,gw=10.0.0.1`; also of a container's NIC. */
export function ipText({ how, addresses, gateways }: NicAddresses): string {
  if (how === 'dhcp') return 'ip=dhcp';
  if (how === 'none') return '';
  return ([4, 6] as const)
    .flatMap((family) => {
      const suffix = family === 4 ? '' : '6';
      const own = addresses.find((one) => one.family === family);
      const gateway = gateways.find((ip) => ip.includes(':') === (family === 6));
      return [
        ...(own ? [`ip${suffix}=${addressText(own.address, family)}/${own.length}`] : []),
        ...(own && gateway !== undefined ? [`gw${suffix}=${gateway}`] : []),
      ];
    })
    .join(',');
}

export interface OwnDrive {
  readonly file: string;
  readonly bytes: Buffer;
  readonly seed: Seed;
}

/** The file of our own drive. Rejects with op.refused for what a guest would not read. */
export async function writeOwnDrive(
  spec: MakeSpec,
  { macs, instance, now }: { readonly macs: readonly string[]; readonly instance: string; readonly now: number },
): Promise<OwnDrive | undefined> {
  const { name, image, guest, notes } = spec;
  const date = new Date(now);
  const seed = await writeSeed({ name, image, ...guest, macs, instance, date, metadata: notes.pairs });
  if (!seed) return undefined;
  const file = `drover-seed-${name}-${instance.slice(0, 8)}.iso`;
  if (seed.kind === 'cloud-init') return { file, bytes: seed.bytes, seed };
  // Ignition's provider `proxmoxve` reads its config from the same file of the same drive.
  const files = [
    { name: 'user-data', content: seed.bytes },
    { name: 'meta-data', content: Buffer.from(`instance-id: ${instance}\n`) },
  ];
  return { file, bytes: writeIso({ label: 'cidata', files, date }), seed };
}
