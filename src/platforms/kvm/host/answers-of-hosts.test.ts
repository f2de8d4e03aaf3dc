import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { FleetError } from '../../../errors.ts';
import { createHostFiles, type Run } from './host-files.ts';

const { signal } = new AbortController();
const files = (run: Run) => createHostFiles(run, createTestClock());
/** Answers by what the command runs; `words` are the paths of each call. */
function scripted(answers: Readonly<Record<string, string | ((words: readonly string[]) => string)>>) {
  const calls: (readonly string[])[] = [];
  const run: Run = async (command, _signal, input) => {
    const words = String(input).split('\0').slice(0, -1);
    const key = Object.keys(answers).find((one) => command.includes(one));
    if (key === undefined) throw new Error(`the test sets no answer to ${command}`);
    calls.push([key, ...words]);
    const answer = answers[key] ?? '';
    return typeof answer === 'string' ? answer : answer(words);
  };
  return { run, calls };
}

describe('what a host says of its files', () => {
  it('tells files from folders and devices, and leaves out what it can not read', async () => {
    const { run } = scripted({
      '%d:%i:%t': [
        '1:2:0:0:81a4:1700000000 /d/file',
        '1:3:0:0:41ed:5 /d/folder',
        '1:4:fd:1:61b0:6 /dev/dm-1',
        'xargs: trouble',
        '1:5:0:0:81a4:1700000000 relative',
        '',
      ].join('\n'),
      'stat -L -c there': (words) =>
        `${words.map((word) => `stat: cannot stat '${word}': Permission denied`).join('\n')}\n`,
    });
    const looks = await files(run).look(['/d/file', '/d/folder', '/dev/dm-1', '/root/x'], signal);
    expect(Object.fromEntries(looks)).toEqual({
      '/d/file': { is: 'there', id: '1:2', isFile: true, changed: 1_700_000_000 },
      '/d/folder': { is: 'there', id: '1:3', isFile: false, changed: 5 },
      '/dev/dm-1': { is: 'there', id: 'block fd:1', isFile: false, changed: 6 },
      '/root/x': { is: 'unknown', why: 'Permission denied' },
    });
  });

  it('says what a device is used for, and which devices are parts of it', async () => {
    const { run, calls } = scripted({
      lsblk: [
        '/dev/sdb disk ',
        '/dev/sdb1 part /srv\\x20data',
        '/dev/sdb2 part [SWAP]',
        '/dev/sdb3 part ',
        '/dev/mapper/vg-data lvm ',
        '==',
        '/dev/sdb',
        '==',
        '',
      ].join('\n'),
    });
    expect(await files(run).device('/dev/disk/by-id/usb', signal)).toEqual({
      uses: ['/dev/sdb1 is mounted at /srv\\x20data', '/dev/sdb2 is swap', '/dev/mapper/vg-data (lvm) is made of it'],
      kin: ['/dev/sdb1', '/dev/sdb2', '/dev/sdb3', '/dev/mapper/vg-data'],
    });
    expect(calls).toEqual([['lsblk', '/dev/disk/by-id/usb']]);
    const free = scripted({ lsblk: '/dev/sdb1 part \n==\n/dev/sdb1\n/dev/sdb\n==\n' });
    expect(await files(free.run).device('/dev/sdb1', signal)).toEqual({ uses: [], kin: ['/dev/sdb'] });
    const none = scripted({ lsblk: 'lsblk: /d: not a block device\n' });
    await expect(files(none.run).device('/d', signal)).rejects.toThrow(
      "/d can't be seen: lsblk: /d: not a block device",
    );
  });

  it('says whether a file system was made', async () => {
    const made = scripted({ mkswap: 'Setting up swapspace version 1\n== made\n' });
    await files(made.run).makeFileSystem('/d/new.raw', { kind: 'swap', content: '' }, signal);
    expect(made.calls).toEqual([['mkswap', 'swap', '/d/new.raw']]);
    const none = scripted({ mkswap: 'sh: 1: mkfs.xfs: not found\n== not\n' });
    await expect(files(none.run).makeFileSystem('/d/new.raw', { kind: 'xfs', content: '' }, signal)).rejects.toThrow(
      '/d/new.raw got no xfs: sh: 1: mkfs.xfs: not found',
    );
  });

  it('F-086 may still make one when it is not waited for any more', async () => {
    const ending = new AbortController();
    const run: Run = async () => {
      ending.abort(new FleetError('op.cancelled', 'cancelled'));
      throw ending.signal.reason;
    };
    const filled = files(run).makeFileSystem('/d/new.raw', { kind: 'ext4', content: '/srv/a.tar' }, ending.signal);
    await expect(filled).rejects.toMatchObject({
      code: 'outcome.unknown',
      message: 'the host may still write ext4 on /d/new.raw: cancelled',
    });
  });

  it.each([
    ['== 0\n', undefined],
    [
      'tar: a\n== 0\n: cut\n/srv/a.tar can not be unpacked\n== 1\n',
      '/d/new.raw got no ext4 with /srv/a.tar: tar: a == 0 : cut',
    ],
    ['== 1\n', '/d/new.raw got no ext4 with /srv/a.tar: the host does not say why'],
    ['mkfs.ext4: killed', 'the host may still write ext4 on /d/new.raw: it does not say how it ended'],
  ])('F-086 says whether a file system got its files: %j', async (answer, why) => {
    const { run, calls } = scripted({ 'mkfs.$kind': answer });
    const filled = files(run).makeFileSystem('/d/new.raw', { kind: 'ext4', content: '/srv/a.tar' }, signal);
    await (why === undefined ? filled : expect(filled).rejects.toThrow(why));
    expect(calls).toEqual([['mkfs.$kind', 'ext4', '/d/new.raw', '/srv/a.tar']]);
  });

  it('may be less than was asked, or nothing that is known', async () => {
    const half = scripted({ '%d:%i:%t': '', 'stat -L -c there': 'there\n' });
    const looks = await files(half.run).look(['/a', '/b\u007f', '/c'], signal);
    expect(Object.fromEntries(looks)).toEqual({
      '/a': { is: 'unknown', why: 'the host does not say' },
      '/b\u007f': { is: 'unknown', why: 'its name has control characters' },
      '/c': { is: 'unknown', why: 'the host does not say' },
    });
    const odd = scripted({ '%d:%i:%t': '', 'stat -L -c there': 'there\nthere\n' });
    expect((await files(odd.run).look(['/a', '/c'], signal)).get('/a')).toEqual({ is: 'unknown', why: 'not read' });
    const links = scripted({ readlink: '/target\n' });
    expect(await files(links.run).links(['/a', '/c'], signal)).toEqual(new Map());
    expect(await files(links.run).links(['/a'], signal)).toEqual(new Map([['/a', '/target']]));
    expect(await files(links.run).links(['a\n'], signal)).toEqual(new Map());
    expect(links.calls).toHaveLength(2);
    const none = scripted({ readlink: '\n' });
    expect(await files(none.run).links(['/a'], signal)).toEqual(new Map());
  });

  it('is asked two thousand files, and 64 images at a time', async () => {
    const { run, calls } = scripted({
      '%d:%i:%t': (words) => words.map((word, i) => `1:${i}:0:0:81a4:1 ${word}\n`).join(''),
      'qemu-img': (words) => words.flatMap((_, i) => (i % 2 === 0 ? ['{}\n== 0\n'] : [])).join(''),
    });
    const paths = Array.from({ length: 2_001 }, (_, i) => `/d/${i}`);
    expect((await files(run).look(paths, signal)).size).toBe(2_001);
    expect(calls.map((words) => words.length - 1)).toEqual([2_000, 1]);
    calls.length = 0;
    const images = paths.slice(0, 65).map((path) => ({ path, format: path === '/d/0' ? undefined : 'qcow2' }));
    expect((await files(run).backings([...images, { path: '/x\n', format: 'raw' }], signal)).size).toBe(65);
    expect(calls.map((words) => (words.length - 1) / 2)).toEqual([64, 1]);
    expect(calls[0]?.slice(1, 5)).toEqual(['', '/d/0', 'qcow2', '/d/1']);
  });

  it.each<[string, unknown]>([
    [
      '{"backing-filename":"b","full-backing-filename":"/d/b","backing-filename-format":"raw"}',
      { path: '/d/b', format: 'raw' },
    ],
    ['{"backing-filename":"/d/b"}', { path: '/d/b', format: undefined }],
    ['{"full-backing-filename":7,"backing-filename-format":7}', undefined],
    ['{}', undefined],
  ])('of an image is %s', async (json, backing) => {
    const { run } = scripted({ 'qemu-img': `${json}\n== 0\n` });
    expect([...(await files(run).backings([{ path: '/d/a', format: 'qcow2' }], signal))]).toEqual([['/d/a', backing]]);
  });

  it('is nothing of an image that qemu-img can not read, or says nonsense of', async () => {
    const { run } = scripted({ 'qemu-img': '{}\n== 1\n{"half\n== 0\n' });
    const images = ['/d/a', '/d/b'].map((path) => ({ path, format: undefined }));
    expect(await files(run).backings(images, signal)).toEqual(new Map());
  });

  it.each([
    ['gone\n', undefined],
    ['rm: cannot remove: Read-only file system\n', '/d/a: rm: cannot remove: Read-only file system'],
    ['\n', '/d/a: it is another file by now'],
  ])('when a file is removed: %j', async (said, message) => {
    const { run, calls } = scripted({ 'rm -f': said });
    const removing = files(run).remove('/d/a', '1:2', signal);
    if (message === undefined) await removing;
    else await expect(removing).rejects.toMatchObject({ code: 'op.failed', message });
    expect(calls).toEqual([['rm -f', '1:2', '/d/a']]);
  });

  it('is not asked of a name with control characters, and its own name is', async () => {
    const { run, calls } = scripted({ 'uname -n': ' db1 \n' });
    await expect(files(run).remove('/d/a\n', '1:2', signal)).rejects.toMatchObject({
      message: '/d/a\n: its name has control characters',
    });
    expect(await files(run).hostname(signal)).toBe('db1');
    expect(await files(run).firstLine('/d/a\n', signal)).toBeUndefined();
    expect(calls).toEqual([['uname -n']]);
  });

  it('is waited for for six seconds; what is to be removed is not known to be gone then', async () => {
    const clock = createTestClock();
    const hanging: Run = (_command, ended) =>
      new Promise((_resolve, reject) => ended.addEventListener('abort', () => reject(ended.reason), { once: true }));
    let ended = false;
    const removing = createHostFiles(hanging, clock)
      .remove('/d/a', '1:2', signal)
      .finally(() => {
        ended = true;
      });
    const refused = expect(removing).rejects.toMatchObject({
      code: 'op.timeout',
      message: 'the files of the host do not answer',
    });
    await clock.pass(5_999);
    expect(ended).toBe(false);
    await clock.pass(1);
    await refused;
  });

  it('rejects with the reason of a caller that gives up, and has no host name when the command fails', async () => {
    const ending = new AbortController();
    const reason = new Error('enough');
    const run: Run = async () => {
      ending.abort(reason);
      throw reason;
    };
    await expect(files(run).hostname(ending.signal)).rejects.toBe(reason);
    const aborted: Run = () => Promise.reject(new DOMException('over', 'AbortError'));
    await expect(files(aborted).hostname(signal)).rejects.toMatchObject({ name: 'AbortError' });
    const broken: Run = () => Promise.reject(new Error('no such host'));
    expect(await files(broken).hostname(signal)).toBe('');
  });
});
