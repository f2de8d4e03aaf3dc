import { FleetError } from '../../../errors.ts';
import { escapeXml } from '../../transport/xml.ts';
import { METADATA } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { CHANGE_MS, type GuestCall } from '../vm/guest-call.ts';
import { OS_NAMESPACE, OS_PREFIX } from '../xml/guest-os.ts';

const ID = /^https?:\/\/[!-~]+$/;

/** Writes down which operating system the guest has, where `flags` say: AFFECT.live or AFFECT.config. '' takes it away. */
export async function setGuestOs({ client, domain, signal }: GuestCall, id: string, flags: number): Promise<void> {
  // libvirt puts prefix and namespace on what it is given.
  const named =
    id === ''
      ? { metadata: undefined, key: undefined }
      : { metadata: `<${OS_PREFIX}><os id="${escapeXml(id)}"/></${OS_PREFIX}>`, key: OS_PREFIX };
  const args = { domain, type: METADATA.element, ...named, uri: OS_NAMESPACE, flags };
  await client.call(procedures.setMetadata, args, { signal, deadlineMs: CHANGE_MS });
}

/** Throws op.refused for what is no id. */
export function refuseOs(id: string): void {
  if (id === '' || ID.test(id)) return;
  throw new FleetError('op.refused', `${JSON.stringify(id)} is no operating system as libosinfo has them`, {
    fix: 'write its id, such as http://debian.org/debian/12',
  });
}

/** In the metadata of a new domain. */
export const guestOsXml = (id: string): string =>
  id === ''
    ? ''
    : `<${OS_PREFIX}:${OS_PREFIX} xmlns:${OS_PREFIX}="${OS_NAMESPACE}"><${OS_PREFIX}:os id="${escapeXml(id)}"/></${OS_PREFIX}:${OS_PREFIX}>`;
