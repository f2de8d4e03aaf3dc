import { expect, it } from 'vitest';
import { uuidBytes, uuidText } from './uuid.ts';

const TEXT = '6695eb01-f6a4-8304-79aa-97f2502e193f';
const BYTES = Buffer.from('6695eb01f6a4830479aa97f2502e193f', 'hex');

it('reads and writes uuids, in whatever case', () => {
  expect(uuidText(BYTES)).toBe(TEXT);
  expect(uuidBytes(TEXT)).toEqual(BYTES);
  expect(uuidBytes(TEXT.toUpperCase())).toEqual(BYTES);
});

it.each(['', 'web1', TEXT.slice(1), `${TEXT}0`, ` ${TEXT}`, TEXT.replaceAll('-', ''), TEXT.replace('6', 'g')])(
  'takes %j for none',
  (text) => expect(uuidBytes(text)).toBeUndefined(),
);
