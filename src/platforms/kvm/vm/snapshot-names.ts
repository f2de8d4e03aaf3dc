import { FleetError } from '../../../errors.ts';

/** libvirt 9.0 keeps a snapshot in NAME.xml, written as NAME.xml.new first: 247 bytes is the most that Linux takes. */
const MOST_BYTES = 240;
const CONTROLS = /[\x00-\x1f\x7f-\x9f]/;
/** Not in XML 1.0, however it is written; \p{Cs} is half of a pair. */
const NOT_XML = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\p{Cs}]/u;

/**
 * QEMU's qcow2 driver looks among the numbers of snapshots first, then among the names: going back to the one named 2
 * becomes going back to the second one (seen with QEMU 7.2). An image has at most 65,536; virsh names its own by the second.
 */
export const isTakenForNumber = (name: string): boolean => /^[1-9]\d{0,4}$/.test(name);

/** Asked before anything is sent: libvirt answers some of these with half of a snapshot made. */
export function refuseWords(vm: string, name: string, description: string): void {
  const why = whyNoName(name);
  const say = (text: string) => new FleetError('op.refused', `${vm}: ${text}`, { fix: 'choose another name' });
  if (why !== undefined) throw say(why);
  if (NOT_XML.test(description)) {
    throw new FleetError('op.refused', `${vm}: the description has characters that libvirt can't keep`);
  }
}

function whyNoName(name: string): string | undefined {
  const quoted = JSON.stringify(name);
  if (name === '') return 'a snapshot needs a name';
  if (CONTROLS.test(name) || NOT_XML.test(name)) return `${quoted} has characters that no name can have`;
  if (name.includes('/') || name.startsWith('.')) return `${quoted} has a slash or starts with a dot`;
  if (Buffer.byteLength(name) > MOST_BYTES) return `the name is longer than ${MOST_BYTES} bytes`;
  if (isTakenForNumber(name)) return `QEMU may take ${quoted} for the number of another snapshot`;
  return undefined;
}
