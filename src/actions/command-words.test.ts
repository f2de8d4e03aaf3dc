import { expect, it } from 'vitest';
import type { ObjectAction } from './action.ts';
import { commandWords } from './command-words.ts';
import { tables } from './tables.ts';

const actionOf = (id: string) => tables.actions.find((one) => one.id === id) as ObjectAction;
const ask = (id: string, args: Parameters<typeof commandWords>[2], ids = ['host1/a1']) =>
  commandWords(actionOf(id), ids, args, []);

it('are what a user would type, with ids and the fingerprints of what they stand for', () => {
  expect(ask('vm.stop', { force: true, wait: undefined as never }, ['host1/a1', 'host2/b2'])).toEqual({
    words: ['vm', 'stop', 'host1/a1', 'host2/b2', '--force'],
  });
  expect(commandWords(actionOf('vm.start'), ['host1/a1'], {}, ['0123456789ab'])).toEqual({
    words: ['vm', 'start', 'host1/a1', '--expect=0123456789ab'],
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

it('have a flag for each of several pairs', () => {
  const properties = { os_distro: 'debian', note: 'a, b=c' };
  expect(ask('image.update', { properties })).toEqual({
    words: ['image', 'update', 'host1/a1', '--properties=os_distro=debian', '--properties=note=a, b=c'],
  });
});

it.each(['volume.download', 'image.download', 'file.download', 'vm.download'])(
  'are none where %s would write to the folder that drover is started in then',
  (id) => {
    const no = expect.stringMatching(/^(File|Here) must be an absolute path$/);
    for (const args of [{}, { file: '' }, { file: '.' }, { file: 'disk.img' }]) expect(ask(id, args)).toEqual({ no });
    expect(ask(id, { file: '/srv/disk.img' })).toMatchObject({
      words: expect.arrayContaining(['--file=/srv/disk.img']),
    });
  },
);

it('are none for more than can be looked through', () => {
  const ids = Array.from({ length: 51 }, (_, at) => `host1/${at}`);
  expect(ask('vm.stop', {}, ids)).toEqual({ no: '51 are too many for one command: choose 50 at most' });
});
