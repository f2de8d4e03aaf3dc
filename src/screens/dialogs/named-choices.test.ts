import { expect, it } from 'vitest';
import { namedChoices } from './named-choices.ts';

it('F-089 offers volumes that are free first, and names the VMs that use the others', () => {
  const found = [
    { name: 'web.qcow2', users: ['web1', 'web2\x1b[2J'] },
    { name: 'spare.qcow2', users: [] },
    { name: 'unknown.raw', users: undefined },
    { name: 'spare.qcow2', users: [] },
  ];
  expect(namedChoices(found)).toEqual([
    { label: 'spare.qcow2', value: 'spare.qcow2' },
    { label: 'unknown.raw', value: 'unknown.raw' },
    { label: expect.stringMatching(/^web\.qcow2 {2}used by web1, web2/), value: 'web.qcow2' },
  ]);
  expect(
    namedChoices(found)
      .map(({ label }) => label)
      .join(),
  ).not.toContain('\x1b');
  expect(namedChoices([{ name: 'lan' }, { name: 'dmz' }]).map(({ value }) => value)).toEqual(['lan', 'dmz']);
});
