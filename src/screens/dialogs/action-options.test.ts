import { expect, it } from 'vitest';
import { disks, drive } from '../../../test/screens/light-fields.ts';
import { chosenOptions } from './action-options.ts';

it('tells the options that are not as usual, rows by what is in them', () => {
  const usual = [{ device: 'vda', size: 1024 }];
  const options = [{ ...disks, default: usual }, drive];
  const told = (args: Parameters<typeof chosenOptions>[1]) => chosenOptions({ title: 'Create', options }, args);
  expect(told({ disk: usual.map((row) => ({ ...row })), other: 'x' })).toBeUndefined();
  expect(told({ disk: [], cd: null })).toBe('Disks none, CD none');
  expect(told({ disk: [{ size: 2048, key: 'hunter2' }] })).toBe('Disks size=2KiB,key=********');
  expect(told({ disk: ['as it was typed'] })).toBeUndefined();
});
