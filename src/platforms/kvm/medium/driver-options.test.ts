import { expect, it } from 'vitest';
import { driverAttributes } from './driver-options.ts';

it('F-266 becomes attributes of the driver of a disk', () => {
  expect(driverAttributes('')).toBe('');
  expect(driverAttributes('detect_zeroes=unmap, queues=4')).toBe(' detect_zeroes="unmap" queues="4"');
});

it.each([
  ['cache=none', 'a disk has no driver option "cache=none"'],
  ['constructor=1', 'a disk has no driver option "constructor=1"'],
  ['queues', 'a disk has no driver option "queues"'],
  ['queues=0', 'the driver option queues of a disk can\'t be "0"'],
  ['detect_zeroes="/><x', 'the driver option detect_zeroes of a disk can\'t be "\\"/><x"'],
  ['packed=on packed=off', 'the driver option packed is said twice'],
])('refuses the driver option %s', (text, why) => {
  expect(() => driverAttributes(text)).toThrow(why);
});
