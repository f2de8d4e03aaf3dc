/**
 * Which operating system a guest has: an id of libosinfo in the metadata of its domain, where virt-manager and others write it
 * and look for it.
 */
import { FleetError } from '../../../errors.ts';
import { attribute, child, escapeXml, type XmlElement } from '../../transport/xml.ts';

export const OS_NAMESPACE = 'http://libosinfo.org/xmlns/libvirt/domain/1.0';
export const OS_PREFIX = 'libosinfo';
const ID = /^https?:\/\/[!-~]+$/;

/** Of an element `domain`; '' where nothing is written down. */
export const guestOsOf = (domain: XmlElement): string =>
  attribute(child(child(child(domain, 'metadata'), OS_PREFIX), 'os'), 'id') ?? '';

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
