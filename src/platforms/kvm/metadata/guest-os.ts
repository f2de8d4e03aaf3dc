import { escapeXml } from '../../transport/xml.ts';
import { METADATA } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { CHANGE_MS, type GuestCall } from '../vm/guest-call.ts';
import { OS_NAMESPACE, OS_PREFIX } from '../xml/guest-os.ts';

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
