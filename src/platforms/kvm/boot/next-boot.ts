/**
 * What a guest starts from after its first start: an element of drover's own in its metadata, so that any drover that starts it
 * knows. What starts it otherwise (virsh, its host) does not.
 */
import { FleetError, sentence } from '../../../errors.ts';
import type { SettingValue, Warning } from '../../contract.ts';
import { attribute, child, childrenOf, type XmlElement } from '../../transport/xml.ts';
import { readWhole, redefine } from '../files/definition.ts';
import { unlessCode, VIR_ERR } from '../rpc/errors.ts';
import { AFFECT, METADATA } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { CHANGE_MS, type GuestCall } from '../vm/guest-call.ts';
import { DOMAIN } from '../vm/states.ts';
import { readDocument } from '../xml/document.ts';
import { editXml } from '../xml/edit-xml.ts';
import { type BootDevice, bootDeviceIn } from './boot-device.ts';
import { firstBoot, refuseNoBoot, setFirstBoot } from './boot-xml.ts';

/** Of drover's elements in the metadata of a domain. */
const NAMESPACE = 'urn:drover';
const PREFIX = 'drover';

/** Both settings, of a saved definition. What it starts from is left out where that is something else. */
export async function readBoot(xml: string): Promise<{ readonly boot?: string; readonly 'next-boot': string | null }> {
  const root = await readDocument(xml, 'domain');
  const boot = firstBoot(root);
  return { ...(boot && { boot }), 'next-boot': bootDeviceIn(attribute(nextOf(root), 'boot')) ?? null };
}

const nextOf = (domain: XmlElement): XmlElement | undefined =>
  childrenOf(child(domain, 'metadata'), 'next').find(({ attributes }) => Object.values(attributes).includes(NAMESPACE));

/** For a new domain. */
export const nextBootXml = (next: BootDevice | undefined): string =>
  next === undefined ? '' : `<${PREFIX}:next xmlns:${PREFIX}="${NAMESPACE}" boot="${next}"/>`;

/** Defines the guest with another first device. Rejects with op.refused where it has none of that kind. */
export async function setBoot(call: GuestCall, value: SettingValue): Promise<Warning | undefined> {
  const { name } = call.domain;
  const editor = await editXml(await readWhole(call), 'domain');
  const kind = bootDeviceIn(value);
  if (kind === undefined) throw new FleetError('op.refused', `${name} starts from a disk, a CD drive or the network`);
  setFirstBoot(editor, name, kind);
  await redefine(call, editor.text());
  return child(child(editor.root, 'os'), 'kernel')
    ? { feature: 'boot', detail: `${name} has a kernel of its host, and starts from that` }
    : undefined;
}

/** `null` takes it away. */
export async function setNextBoot(call: GuestCall, value: SettingValue): Promise<Warning | undefined> {
  const { client, domain, signal } = call;
  const next = bootDeviceIn(value);
  if (next !== undefined) refuseNoBoot(await readDocument(await readWhole(call), 'domain'), domain.name, next);
  const metadata = next === undefined ? undefined : `<next boot="${next}"/>`;
  const args = { domain, type: METADATA.element, metadata, key: PREFIX, uri: NAMESPACE, flags: AFFECT.config };
  await client.call(procedures.setMetadata, args, { signal, deadlineMs: CHANGE_MS });
  return undefined;
}

/**
 * Right after a start: the next one is from the device that was chosen for it, in one change. It has started whatever becomes of
 * this: what is left then is a warning.
 */
export async function switchBoot(call: Omit<GuestCall, 'libvirt'>): Promise<readonly Warning[]> {
  const { client, domain, signal } = call;
  const { name } = domain;
  const warn = (why: string): readonly Warning[] => [
    { feature: 'next-boot', detail: `${name} has started, but ${why}` },
  ];
  let first: BootDevice | undefined;
  try {
    const args = { domain, type: METADATA.element, uri: NAMESPACE, flags: AFFECT.config };
    const found = await client.call(procedures.domainMetadata, args, { signal }).catch(unlessNone);
    first = found === undefined ? undefined : bootDeviceIn(attribute(await readDocument(found, 'next'), 'boot'));
    if (first === undefined) return [];
    const { state } = await client.call(procedures.domainState, { domain, flags: 0 }, { signal });
    if (state !== DOMAIN.running && state !== DOMAIN.blocked) return warn(`does not run: boot is not ${first} yet`);
    const editor = await editXml(await readWhole(call), 'domain');
    setFirstBoot(editor, name, first);
    const next = nextOf(editor.root);
    if (next) editor.cut(next);
    await redefine(call, editor.text());
    return [];
  } catch (error) {
    const why = sentence(error);
    return first === undefined
      ? warn(`it could not be read what it is to start from the next time: ${why}`)
      : warn(`it still starts from what it did (${why}): set boot to ${first} and next-boot to none`);
  }
}

/** It has none, or no saved definition, or can have none. */
const unlessNone = unlessCode(
  VIR_ERR.noMetadata,
  VIR_ERR.operationInvalid,
  // Drivers of libvirt without metadata.
  VIR_ERR.noSupport,
  VIR_ERR.argumentUnsupported,
  VIR_ERR.operationUnsupported,
);
