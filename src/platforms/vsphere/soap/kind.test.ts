import { expect, it } from 'vitest';
import { readXml } from '../../transport/xml.ts';
import { kindOf, typeOf } from './kind.ts';

it('keeps apart what a value is and what a reference points at', async () => {
  const value = await readXml('<val type="VirtualMachine" xmlns:x="u" x:type="y:ManagedObjectReference">vm-1</val>');
  expect([kindOf(value), typeOf(value)]).toEqual(['ManagedObjectReference', 'VirtualMachine']);
  expect([kindOf(undefined), typeOf(undefined)]).toEqual([undefined, undefined]);
});
