import { expect, it } from 'vitest';
import { phraseOf } from '../../src/actions/phrase.ts';
import { tables } from '../../src/actions/tables.ts';

const said = (id: string, what: string, args = {}): string => {
  const action = tables.actions.find((one) => one.id === id);
  if (action?.kind !== 'object') throw new Error(`no action ${id} on objects`);
  return phraseOf(action, what, args);
};

it.each([
  ['vm.start', 'web1 on host3', 'Start web1 on host3'],
  ['vm.clone', 'web1 on host3', 'Clone web1 on host3'],
  ['vm.save', 'web1 on host3', 'Save memory of web1 on host3 to a file'],
  ['vm.export', 'web1 on host3', 'Export web1 on host3 as an image'],
  ['vm.define', 'web1 on host3', 'Edit definition of web1 on host3'],
  ['vm.create', 'host3', 'Create VM on host3'],
  ['vm.restore', 'host3', 'Restore from file on host3'],
  ['disk.create', 'web1', 'Add disk to web1'],
  ['nic.create', '$& $1', 'Add NIC to $& $1'],
  ['snapshot.create', '2 VMs', 'Take snapshot of 2 VMs'],
  ['snapshot.revert', 'monday of web1 on host3', 'Revert to monday of web1 on host3'],
])('%s on %s is said as: %s', (id, what, sentence) => expect(said(id, what)).toBe(sentence));

it('what is made has its name, once that is known', () => {
  expect(said('vm.create', 'host3', { name: 'web9' })).toBe('Create VM web9 on host3');
});
