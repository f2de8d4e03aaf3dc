import { expect, it } from 'vitest';
import type { ObjectAction } from './action.ts';
import { commandWords } from './command-words.ts';
import { tables } from './tables.ts';

const actionOf = (id: string) => tables.actions.find((one) => one.id === id) as ObjectAction;
const ask = (id: string, args: Parameters<typeof commandWords>[2], ids = ['host1/a1']) =>
  commandWords(actionOf(id), ids, args);

it('are what a user would type, with ids, which go on meaning the same machines', () => {
  expect(ask('vm.stop', { force: true, wait: undefined as never }, ['host1/a1', 'host2/b2'])).toEqual({
    words: ['vm', 'stop', 'host1/a1', 'host2/b2', '--force'],
  });
  expect(ask('snapshot.create', { name: 'before', description: '', memory: false })).toEqual({
    words: ['snapshot', 'create', 'host1/a1', 'before', '--no-memory'],
  });
  expect(ask('volume.create', { name: 'data', size: 2 ** 30 }, ['host1'])).toMatchObject({
    words: expect.arrayContaining(['volume', 'create', '--client=host1', 'data', '--size=1GiB']),
  });
});

it.each<[string, Parameters<typeof commandWords>[2], string]>([
  ['vm.delete', { 'delete-unknown': ['/srv/a.img'] }, "Delete unknown can't be said by one flag"],
  ['vm.stop', { other: 'x' }, "other can't be said by one flag"],
  ['node.run', { command: 'reboot' }, 'no command does what this form says'],
])('are none of %s with %j, and it is said why', (id, args, no) => {
  expect(ask(id, args)).toEqual({ no });
});

it('are none for more than can be looked through', () => {
  const ids = Array.from({ length: 51 }, (_, at) => `host1/${at}`);
  expect(ask('vm.stop', {}, ids)).toEqual({ no: '51 are too many for one command: choose 50 at most' });
});
