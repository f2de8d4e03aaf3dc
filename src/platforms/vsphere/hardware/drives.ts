/** Drives for CDs: VirtualCdrom, with a medium of a datastore or with none. */
import type { XmlElement } from '../../transport/xml.ts';
import { type Xml, xml } from '../soap/envelope.ts';
import { rewritten, typed } from '../soap/rewrite.ts';
import { CONNECTED, DEVICE_ORDER, deviceChange } from './device-change.ts';
import type { Slots } from './slots.ts';

/** `[iso] debian.iso`; '' is an empty drive. */
const backingOf = (path: string): Xml =>
  path === ''
    ? typed(
        'backing',
        'VirtualCdromRemotePassthroughBackingInfo',
        xml`<deviceName></deviceName><useAutoDetect>false</useAutoDetect><exclusive>false</exclusive>`,
      )
    : typed('backing', 'VirtualCdromIsoBackingInfo', xml`<fileName>${path}</fileName>`);

const EMPTY: Xml = xml`<connectable><startConnected>false</startConnected><allowGuestControl>true</allowGuestControl><connected>false</connected></connectable>`;

export const putMedium = (drive: XmlElement, path: string): Xml =>
  deviceChange(
    'edit',
    rewritten(
      'device',
      drive,
      { backing: backingOf(path), connectable: path === '' ? EMPTY : CONNECTED },
      DEVICE_ORDER,
    ),
  );

export function addDrive(slots: Slots, path: string): Xml {
  const { controllerKey, unit } = slots.take('sata');
  const place = xml`<controllerKey>${controllerKey}</controllerKey><unitNumber>${unit}</unitNumber>`;
  const inside = xml`<key>${slots.newKey()}</key>${backingOf(path)}${path === '' ? EMPTY : CONNECTED}${place}`;
  return deviceChange('add', typed('device', 'VirtualCdrom', inside));
}
