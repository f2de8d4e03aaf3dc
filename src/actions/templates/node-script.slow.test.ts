/** What scripts of templates meet on a node: the commands that drover sends there, run by the shell of this machine. */
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Template } from '../../state/templates/template.ts';
import { newFolder, prepareCommand, RESERVED, releaseCommand, reservationOf } from './node-store.ts';
import { scriptCommand, scriptFiles, undoCommand } from './script-files.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'drover-node-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const sh = (command: string) => {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
    env: { PATH: process.env['PATH'] ?? '', HOME: home },
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
};

const template: Template = {
  group: 'Lab',
  name: 'web',
  version: '1.0',
  platform: 'any',
  os: '',
  variables: {},
  vm: new Map(),
  platforms: new Map(),
  description: '',
  hasScript: true,
  folder: '/nowhere',
  changedAt: 0,
  older: [],
};
const BEGIN = '. "$(dirname "$0")/../../common/functions"\nread_arguments "$@"\n';
const VM = "it's web 1";
const reservation = reservationOf('host1', VM);
const file = (path: string, text: string) => ({ path, bytes: Buffer.from(text), executable: false });

interface Prepared {
  readonly folder: string;
  readonly kept: ReadonlySet<string>;
}
function prepare(): Prepared {
  const folder = newFolder();
  const { code, stdout } = sh(prepareCommand(reservation, folder));
  const [made, ...lines] = stdout.trim().split('\n');
  expect([code, made]).toEqual([0, folder]);
  return { folder, kept: new Set(lines.map((line) => line.slice(0, 64))) };
}
/** What would be sent, unpacked, and the command that runs it. */
function place({ folder, kept }: Prepared, script: string, more: Partial<Parameters<typeof scriptFiles>[0]> = {}) {
  const input = {
    template,
    entries: [file('provision.sh', BEGIN + script)],
    customScripts: [],
    vm: VM,
    server: 'host1',
    settings: { name: VM, memory: 1024, description: 'say "hi"' },
    fields: [],
    variables: { OWNER: "the shop's", HERE: home },
    ...more,
  };
  const tar = scriptFiles(input, kept);
  writeFileSync(join(folder, 'files.tar'), tar);
  return {
    bytes: tar.length,
    command: `cd ${folder} && tar -xf files.tar && exec ${scriptCommand(folder, reservation, template)}`,
  };
}
const isReserved = () => existsSync(join(home, '.cache/drover/making', reservation));
const release = ({ folder }: Prepared) => expect(sh(releaseCommand(folder, reservation)).code).toBe(0);
const run = (script: string, more?: Parameters<typeof place>[2]) => {
  const prepared = prepare();
  const result = sh(place(prepared, script, more).command);
  const held = isReserved();
  release(prepared);
  expect([existsSync(prepared.folder), isReserved()]).toEqual([false, false]);
  return { ...result, held };
};

it('F-155 F-157 a script reads its arguments, the settings and the variables, and writes its log', () => {
  const script =
    'log_msg "$OWNER: $VM_NAME on $SERVER_NAME"; vm_setting memory; vm_setting description; cat "$LOG_FILE"';
  const { code, stdout, stderr, held } = run(script);
  expect([code, stderr, held]).toEqual([0, '', true]);
  expect(stdout).toMatch(
    /^the shop's: it's web 1 on host1\n1024\nsay "hi"\n\d{4}-\S+ \S+ the shop's: it's web 1 on host1\n$/,
  );
});

it('F-153 F-206 fetches a kernel and its ramdisk to where the VM starts them from, once', () => {
  const settings = { name: VM, kernel: `${home}/boot/8.1/linux`, initrd: `${home}/boot/8.1/initrd` };
  writeFileSync(join(home, 'theirs'), 'ramdisk');
  const entries = [file('provision.sh', `${BEGIN}fetch_kernel`), file('boot/vmlinuz', 'kernel')];
  const fetched = (variables: Record<string, string>, more = {}) => run('', { entries, settings, variables, ...more });
  const both = fetched({ kernel_src: 'boot/vmlinuz', ramdisk_src: join(home, 'theirs') });
  expect([both.code, both.stderr]).toEqual([0, '']);
  expect(both.stdout).toContain(`fetching boot/vmlinuz to ${home}/boot/8.1/linux`);
  const has = () => ['linux', 'initrd'].map((name) => readFileSync(join(home, 'boot/8.1', name), 'utf8'));
  expect(has()).toEqual(['kernel', 'ramdisk']);
  expect(fetched({ kernel_src: '/no/such' })).toMatchObject({ code: 0, stdout: '' });
  expect(has()).toEqual(['kernel', 'ramdisk']);
  expect(fetched({ kernel_src: '/no/such' }, { settings: { ...settings, kernel: `${home}/new` } }).code).toBe(1);
  const without = fetched({ ramdisk_src: '/theirs' }, { settings: { name: VM } });
  expect([without.code, without.stderr]).toEqual([1, 'ramdisk_src is set, and the VM has no initrd to put it\n']);
});

it('F-157 makes disks, copies files, and touches nothing that it has not made', () => {
  writeFileSync(join(home, 'theirs'), 'keep');
  symlinkSync('/nowhere', join(home, 'link'));
  const { code, stdout, stderr } = run(`
cd "$HERE"
create_disk "$HERE/new.img" 3 && wc -c <new.img
fetch_file theirs copy && fetch_file /nothing copy && cat copy
for one in theirs link; do create_disk "$HERE/$one" 1 || echo refused; done
create_disk new2.img 1 || create_disk /dev/disk/by-id/x 1 || create_disk /dev/x 1 || create_disk "$HERE/x" 0 || echo refused
create_disk /dev/../etc/x 1 lvm || make_fs "$HERE/theirs" ext4 || copy_disk_content copy "$HERE/theirs" || echo refused`);
  expect([code, stdout]).toEqual([0, '3145728\nkeeprefused\nrefused\nrefused\nrefused\n']);
  expect(stderr).toContain('theirs is there already');
  expect(stderr).toContain('theirs was not made here');
  expect(readFileSync(join(home, 'theirs'), 'utf8')).toBe('keep');
  expect(readdirSync(home).sort()).toEqual(['.cache', 'copy', 'link', 'new.img', 'theirs']);
});

it('F-158 runs the custom scripts of the template, then of the library, in the order of their names', () => {
  const own = [
    file('provision.sh', `${BEGIN}run_custom_scripts`),
    file('custom_scripts/app/1', `${BEGIN}echo "own 1 $VM_NAME"`),
  ];
  const customScripts = [
    file('app/1', 'echo never'),
    file('base/20-b', `. "$(dirname "$0")/../../common/functions"; read_arguments "$@"; echo "b $VM_NAME"`),
    file('base/10-a', 'echo a; false; true'),
    file('broken/1', 'exit 4'),
  ];
  const variables = (list: string) => ({ entries: own, customScripts, variables: { custom_list: list } });
  expect(run('', variables('base app'))).toMatchObject({
    code: 0,
    stdout: "running base/10-a\na\nrunning base/20-b\nb it's web 1\nrunning app/1\nown 1 it's web 1\n",
  });
  const overridden = {
    ...variables('app'),
    entries: [...own, file('common/functions', 'read_arguments() { VM_NAME=other; }')],
  };
  expect(run('', overridden)).toMatchObject({ stdout: 'running app/1\nown 1 other\n' });
  expect(run('', variables('broken,app'))).toMatchObject({ code: 1, stderr: 'broken/1 has failed\n' });
  expect(run('', variables('../x'))).toMatchObject({ code: 1, stderr: 'custom_list: ../x is no name\n' });
  expect(run('', variables('none'))).toMatchObject({ code: 1, stderr: 'custom_list: there is no folder none\n' });
});

it('F-154 sends the files that have changed alone', () => {
  const big = file('data', 'x'.repeat(100_000));
  const script = (text: string) => ({ entries: [file('provision.sh', text), big] });
  const show = 'wc -c <"$(dirname "$0")/data"';
  const first = prepare();
  const sent = place(first, '', script(show));
  expect([sent.bytes > 100_000, sh(sent.command).stdout]).toEqual([true, '100000\n']);
  release(first);
  const second = prepare();
  const again = place(second, '', script(`echo new; ${show}`));
  expect([again.bytes < 20_000, sh(again.command).stdout]).toEqual([true, 'new\n100000\n']);
  release(second);
});

it('F-154 one run at a time makes a VM of this name; a script that fails gives it free, and what it made is removed', () => {
  const first = prepare();
  const unused = newFolder();
  const other = sh(prepareCommand(reservation, unused));
  const mine = `${home}/.cache/drover/making/${reservation}`;
  expect([other.code, other.stderr]).toEqual([RESERVED, `${mine}\n${first.folder}\n`]);
  // It has none of it, and takes nothing away.
  release({ folder: unused, kept: new Set() });
  expect(isReserved()).toBe(true);
  const failing = place(first, 'create_disk "$HERE/a.img" 1; : >"$HERE/b"; note_made "$HERE/b"; ls "$HERE"; exit 3');
  expect(sh(failing.command)).toMatchObject({ code: 3, stdout: 'a.img\nb\n' });
  expect([readdirSync(home), isReserved()]).toEqual([['.cache'], false]);
  const second = prepare();
  // That of another run, which the end of the first must leave alone.
  release(first);
  expect(isReserved()).toBe(true);
  expect(sh(place(second, 'create_disk "$HERE/a.img" 1').command).code).toBe(0);
  expect(existsSync(join(home, 'a.img'))).toBe(true);
  // The VM could not be made.
  expect(sh(undoCommand(second.folder, reservation)).code).toBe(0);
  expect([readdirSync(home), isReserved()]).toEqual([['.cache'], false]);
  release(second);
});

it.each([
  ['F-154 a script whose link dies is ended, and leaves no disk and no reservation', ''],
  ['F-154 a script whose link dies and that ignores it is ended too, and leaves neither', 'trap "" TERM;'],
])('%s', async (_title, begin) => {
  const prepared = prepare();
  const { command } = place(prepared, `${begin} create_disk "$HERE/a.img" 1; echo made; exec sleep 600`);
  // As the shell that kvm's commands run in does it: SIGTERM for the session, and what it says is read no more.
  const child = spawn('sh', ['-c', command], {
    env: { PATH: process.env['PATH'] ?? '', HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  expect(existsSync(join(home, 'a.img'))).toBe(true);
  child.stdout.destroy();
  child.stderr.destroy();
  process.kill(-(child.pid ?? 0), 'SIGTERM');
  await ended;
  await expect.poll(() => [readdirSync(home), isReserved()], { timeout: 30_000 }).toEqual([['.cache'], false]);
  release(prepared);
});

it('F-157 says why a disk can not be made, and takes no other file for one that is to be formatted or copied', () => {
  const { code, stderr } = run(`
cd "$HERE"
printf 'QFI\\373' >"$HERE/layered"; note_made "$HERE/layered"
create_disk "$HERE/target" 1
qemu-img create -q -f raw secret 64K && qemu-img create -q -f qcow2 -b secret -F raw layer
create_disk "$HERE/large" 99999999999999
make_fs "$HERE/layered" ext4
copy_disk_content layer "$HERE/target"
copy_disk_content layer "$HERE/target" raw raw && copy_disk_content secret "$HERE/target" && exit 9`);
  expect(code).toBe(9);
  expect(stderr).toMatch(/large: .*offset/);
  expect(stderr).toContain('layered is an image with a format');
  expect(stderr).toContain('layer names another file: say its format');
});

it('F-154 what can not be removed is named each time, also after the script, and what is gone already is not', () => {
  const prepared = prepare();
  mkdirSync(join(home, 'stays'));
  const script = 'for one in gone stays goes; do note_made "$HERE/$one"; done; : >"$HERE/goes"; exit 3';
  expect(sh(place(prepared, script).command)).toMatchObject({ code: 3, stdout: '' });
  expect(readdirSync(home).sort()).toEqual(['.cache', 'stays']);
  const undo = () => sh(undoCommand(prepared.folder, reservation));
  expect(undo()).toMatchObject({ code: 1, stdout: `${home}/stays\n` });
  rmSync(join(home, 'stays'), { recursive: true });
  expect(undo()).toMatchObject({ code: 0, stdout: '' });
  release(prepared);
});

it('F-154 what is ended while it prepares leaves no reservation', async () => {
  const folder = newFolder();
  const bin = join(home, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'sha256sum'), '#!/bin/sh\necho begun\nexec sleep 600\n', { mode: 0o755 });
  const child = spawn('sh', ['-c', `true >/dev/null; ${prepareCommand(reservation, folder)}`], {
    env: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let said = '';
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (data) => {
      said += data;
      if (said.includes('begun')) resolve();
    });
  });
  expect(isReserved()).toBe(true);
  process.kill(-(child.pid ?? 0), 'SIGTERM');
  await ended;
  expect([existsSync(folder), isReserved()]).toEqual([false, false]);
});
