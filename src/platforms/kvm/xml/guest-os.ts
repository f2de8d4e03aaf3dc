/**
 * Which operating system a guest has: an id of libosinfo in the metadata of its domain, where virt-manager and others write it
 * and look for it.
 */
import { attribute, child, type XmlElement } from '../../transport/xml.ts';

export const OS_NAMESPACE = 'http://libosinfo.org/xmlns/libvirt/domain/1.0';
export const OS_PREFIX = 'libosinfo';

/** Of an element `domain`; '' where nothing is written down. */
export const guestOsOf = (domain: XmlElement): string =>
  attribute(child(child(child(domain, 'metadata'), OS_PREFIX), 'os'), 'id') ?? '';
