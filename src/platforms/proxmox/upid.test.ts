import { expect, it } from 'vitest';
import { readUpid, taskWord } from './upid.ts';

const UPID = 'UPID:pve1:0000C530:001C9BEC:5A9F8F1C:qmstart:100:root@pam:';

it('reads the name of a task', () => {
  expect(readUpid(UPID)).toEqual({ upid: UPID, node: 'pve1', type: 'qmstart', about: '100', user: 'root@pam' });
  expect(readUpid('UPID:n:00000001:000000001:5A9F8F1C:aptupdate::root@pam:')).toMatchObject({ about: '' });
});

it.each([[7], [undefined], ['100'], [`${UPID}x`], [UPID.slice(0, -1)], [`x${UPID}`]])(
  'takes %j for no name of a task',
  (text) => expect(readUpid(text)).toBeUndefined(),
);

it.each([
  ['qmstart', 'Start'],
  ['qmstop', 'Stop'],
  ['qmshutdown', 'Shutdown'],
  ['qmreboot', 'Reboot'],
  ['qmreset', 'Reset'],
  ['qmpause', 'Pause'],
  ['qmsuspend', 'Suspend to disk'],
  ['qmresume', 'Resume'],
  ['qmdestroy', 'Delete'],
  ['qmconfig', 'Change of settings'],
  ['qmigrate', 'Migration'],
  ['qmclone', 'Clone'],
  ['qmcreate', 'Creation'],
  ['qmrestore', 'Restore'],
  ['qmtemplate', 'Conversion to a template'],
  ['qmmove', 'Move of a disk'],
  ['qmsnapshot', 'Snapshot'],
  ['qmdelsnapshot', 'Deletion of a snapshot'],
  ['qmrollback', 'Rollback to a snapshot'],
  ['resize', 'Resize of a disk'],
  ['vzstart', 'Start'],
  ['vzstop', 'Stop'],
  ['vzshutdown', 'Shutdown'],
  ['vzreboot', 'Reboot'],
  ['vzdestroy', 'Delete'],
  ['vzmigrate', 'Migration'],
  ['vzclone', 'Clone'],
  ['vzcreate', 'Creation'],
  ['vzrestore', 'Restore'],
  ['vzsnapshot', 'Snapshot'],
  ['vzdelsnapshot', 'Deletion of a snapshot'],
  ['vzrollback', 'Rollback to a snapshot'],
  ['vzdump', 'Backup'],
  ['hastart', 'Start by high availability'],
  ['hastop', 'Stop by high availability'],
  ['hamigrate', 'Migration by high availability'],
  ['imgdel', 'Deletion of a volume'],
  ['download', 'Download'],
  ['vncproxy', undefined],
  ['aptupdate', undefined],
  ['constructor', undefined],
])('says of %s what it does: %s', (type, word) => expect(taskWord(type)).toBe(word));
