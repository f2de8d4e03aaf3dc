import { expect, it } from 'vitest';
import { disks, drive } from '../../../test/screens/light-fields.ts';
import { chosenOptions } from './action-options.ts';

it('tells the options that are not as usual, rows by what is in them', () => {
  const usual = [{ device: 'vda', size: 1024 }];
  const options = [{ ...disks, default: usual }, drive];
  const shown = (args: Parameters<typeof chosenOptions>[1]) => chosenOptions({ title: 'Create', options }, args);
  expect(shown({ disk: usual.map((row) => ({ ...row })), other: 'x' })).toBeUndefined();
  expect(shown({ disk: [], cd: null })).toBe('Disks none, CD none');
  expect(shown({ disk: [{ size: 2048, key: 'hunter2' }] })).toBe('Disks size=2KiB,key=********');
  expect(shown({ disk: ['as it was typed'] })).toBeUndefined();
});
