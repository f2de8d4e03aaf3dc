/** What else QEMU can be told of how it drives a disk: https://libvirt.org/formatdomain.html, attributes of its `driver`. */
import { refused, wordsIn } from '../../lib/spec-values.ts';

const SWITCH = /^(on|off)$/;
/** With what libvirt takes for each; those that have a field of their own, or need more than the disk, are none of them. */
const OPTIONS: Readonly<Record<string, RegExp>> = {
  error_policy: /^(stop|report|ignore|enospace)$/,
  rerror_policy: /^(stop|report|ignore)$/,
  detect_zeroes: /^(on|off|unmap)$/,
  queues: /^[1-9]\d{0,2}$/,
  queue_size: /^(16|32|64|128|256|512|1024)$/,
  copy_on_read: SWITCH,
  ioeventfd: SWITCH,
  event_idx: SWITCH,
  packed: SWITCH,
  iommu: SWITCH,
  ats: SWITCH,
};

/** `detect_zeroes=unmap queues=4` as attributes, ready to stand in XML. Throws op.refused for what libvirt would not take. */
export function driverAttributes(text: string): string {
  const seen = new Set<string>();
  return wordsIn(text)
    .map((word) => {
      const [, key = '', value = ''] = /^([^=]+)=(.*)$/.exec(word) ?? [];
      const pattern = Object.hasOwn(OPTIONS, key) ? OPTIONS[key] : undefined;
      if (!pattern)
        throw refused(
          `a disk has no driver option ${JSON.stringify(word)}`,
          `there are ${Object.keys(OPTIONS).join(', ')}`,
        );
      if (!pattern.test(value)) throw refused(`the driver option ${key} of a disk can't be ${JSON.stringify(value)}`);
      if (seen.has(key)) throw refused(`the driver option ${key} is said twice`);
      seen.add(key);
      return ` ${key}="${value}"`;
    })
    .join('');
}
