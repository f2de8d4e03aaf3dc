/** VirtualDeviceConfigSpec: devices that a VM gets, changes and loses. */
import { nothing, type Xml, xml } from '../soap/envelope.ts';

/** `device`: a complete element of that name. `file`: what becomes of the file behind a disk. */
export const deviceChange = (operation: 'add' | 'edit' | 'remove', device: Xml, file?: 'create' | 'destroy'): Xml =>
  xml`<deviceChange xsi:type="VirtualDeviceConfigSpec"><operation>${operation}</operation>${
    file === undefined ? nothing : xml`<fileOperation>${file}</fileOperation>`
  }${device}</deviceChange>`;

/** The beginning of a device in the order of the WSDL (VirtualDevice): what kinds of devices add comes behind. */
export const DEVICE_ORDER = ['key', 'deviceInfo', 'backing', 'connectable'] as const;

/** Plugged in, now and from each start on. */
export const CONNECTED: Xml = xml`<connectable><startConnected>true</startConnected><allowGuestControl>true</allowGuestControl><connected>true</connected></connectable>`;
