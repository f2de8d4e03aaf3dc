/** The template library at the command line, and VMs that are made of its templates. */
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
let library = '';
const fleet = JSON.parse(simulated({ one: { vms: 3, latency: 0 } }));
beforeEach(async () => {
  desk = await openDesk(JSON.stringify(fleet));
  library = join(desk.home, '.local/share/drover/templates');
});
afterEach(() => desk.clear());

const said = async (...args: readonly string[]) => {
  const { code, stderr } = await desk.run(...args);
  return [code, stderr] as const;
};
const add = (...more: readonly string[]) => said('template', 'add', 'Lab/web', 'any', '-P', 'memory=512', ...more);
const textOf = (path: string) => readFile(join(library, path), 'utf8');

describe('the template library', () => {
  it('F-152 F-422 is empty at first, and takes the templates that come with drover on demand', async () => {
    expect(await said('template', 'list')).toEqual([
      0,
      `${library} has no templates: drover template add --built-in writes those that come with drover\n`,
    ]);
    expect((await desk.run('template', 'add', '--built-in')).code).toBe(0);
    const { stdout, stderr } = await desk.run('template', 'list', '-o', 'name');
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toEqual([
      'Common/linux-cloud',
      'Common/linux-iso',
      'Common/linux-network',
      'Common/windows-iso',
    ]);
  });

  it('F-163 takes a template by the words of add_image, and says what is called so now', async () => {
    expect(await said('add_image', 'shop', 'kvm', 'Lab')).toEqual([
      0,
      'drover add_image is drover template add here\nLab/shop is in the library\n',
    ]);
    const rows = (await desk.run('template', 'list', '-o', 'json')).json<readonly object[]>();
    expect(rows).toMatchObject([{ group: 'Lab', name: 'shop', version: '1.0', platform: 'kvm' }]);
  });

  it('F-149 tells what is wrong in it by file and line, and lists the rest', async () => {
    await add();
    await mkdir(join(library, 'Lab/bad'));
    await writeFile(join(library, 'Lab/bad/template.yaml'), 'version: 1.0\nmemory: 5\n');
    await symlink('/etc', join(library, 'Lab/link'));
    const { code, stdout, stderr } = await desk.run('template', 'list', '-o', 'name');
    expect([code, stdout]).toEqual([1, 'Lab/web\n']);
    expect(stderr).toContain('Lab/bad/template.yaml:2:1: unknown key "memory"');
    expect(stderr).toContain('Lab/link: is a symbolic link, and is left out');
  });

  it('F-100 keeps the version before when it gets a new one; comments stay', async () => {
    await add();
    await writeFile(join(library, 'Lab/web/template.yaml'), '# ours\nversion: 1.0\nvm: { memory: 512 }\n');
    expect(await said('template', 'edit', 'web', 'memory=1024', '--new-version', '1.1')).toEqual([
      0,
      'Lab/web is saved\n',
    ]);
    expect(await textOf('Lab/web/template.yaml')).toBe('# ours\nversion: "1.1"\nvm: { memory: 1024 }\n');
    expect(await textOf('Lab/web/versions/1.0.yaml')).toContain('memory: 512');
    expect(await said('template', 'edit', 'web', '--new-version', '0.9')).toEqual([
      2,
      expect.stringContaining('version 0.9 is older than 1.1'),
    ]);
  });

  it('F-160 F-161 F-162 clones, renames, moves and deletes; groups too', async () => {
    await add();
    expect(await said('template', 'clone', 'web', 'shop')).toEqual([0, 'Lab/shop is a copy of Lab/web\n']);
    expect(await said('template', 'clone', 'web', 'shop')).toEqual([1, expect.stringContaining('is there already')]);
    expect(await said('template', 'rename', 'shop', 'a b')).toEqual([2, expect.stringContaining("can't be called")]);
    expect(await said('template', 'rename', 'shop', '../x')).toEqual([2, expect.stringContaining("can't be called")]);
    expect(await said('template', 'rename', 'shop', 'store')).toEqual([0, 'Lab/shop is Lab/store now\n']);
    expect(await said('template', 'move', 'store', 'Prod')).toEqual([0, 'Lab/store is Prod/store now\n']);
    expect(await said('template-group', 'rename', 'Prod', 'Live')).toEqual([0, 'the group Prod is Live now\n']);
    expect(await said('template', 'delete', 'store', '--yes')).toEqual([0, 'Live/store is deleted\n']);
    expect((await desk.run('template-group', 'list', '-o', 'json')).json()).toEqual([
      { name: 'Lab', templates: 1 },
      { name: 'Live', templates: 0 },
    ]);
    expect(await said('template-group', 'delete', 'Lab', '--yes')).toEqual([0, 'the group Lab is deleted\n']);
  });

  it('asks before it deletes, and says what is lost', async () => {
    await add();
    const { code, stderr } = await desk.runWith({ answers: ['n'] }, 'template', 'delete', 'web');
    expect(code).toBe(130);
    expect(stderr).toContain('lost: ');
    expect(stderr).toContain('its one version');
    expect(await textOf('Lab/web/template.yaml')).toContain('memory');
  });

  it('F-148 is in the folder that the configuration says; nothing is written in a dry run or read-only', async () => {
    library = join(desk.home, 'shared');
    await desk.write(JSON.stringify({ ...fleet, templates: library }));
    expect((await add('--dry-run'))[1]).toContain('nothing was written');
    expect(await add('--read-only')).toEqual([3, expect.stringContaining('read-only')]);
    await expect(textOf('Lab/web/template.yaml')).rejects.toThrow('ENOENT');
    await add();
    expect(await textOf('Lab/web/template.yaml')).toBe('version: "1.0"\nplatform: any\nvm:\n  memory: 512\n');
    await desk.write(JSON.stringify({ ...fleet, templates: 'here' }));
    expect((await said('template', 'list'))[1]).toContain('templates must be the path of a folder');
  });

  it('a secret in the words of a command is refused', async () => {
    expect((await add('-P', 'rootpassword=hush'))[1]).toContain('would show the secret in the list of processes');
  });

  it('F-474 comes out as an archive, and goes in again under another name', async () => {
    await add();
    await writeFile(join(library, 'Lab/web/provision.sh'), 'exit 0\n', { mode: 0o700 });
    const archive = join(desk.home, 'web.tar.gz');
    expect(await said('template', 'export', 'web', archive)).toEqual([0, `Lab/web is in ${archive}\n`]);
    expect((await said('template', 'export', 'web', archive))[1]).toContain('is there already');
    expect((await said('template', 'import', archive, 'Lab/web'))[1]).toContain('is there already');
    expect(await said('template', 'import', archive, 'Prod/web')).toEqual([0, 'Prod/web is in the library\n']);
    expect(await textOf('Prod/web/template.yaml')).toBe(await textOf('Lab/web/template.yaml'));
    expect(await textOf('Prod/web/provision.sh')).toBe('exit 0\n');
  });

  it('refuses a folder with a link in it, and writes nothing', async () => {
    const folder = join(desk.home, 'mine');
    await mkdir(folder);
    await writeFile(join(folder, 'template.yaml'), 'version: 2.0\n');
    await symlink('/etc/passwd', join(folder, 'passwd'));
    const { code, stderr } = await desk.run('template', 'add', 'Lab/mine', '--folder', folder);
    expect([code, stderr]).toEqual([3, expect.stringContaining('"passwd" is a link, a device node or a named pipe')]);
    expect((await desk.run('template', 'list', '-o', 'name')).stdout.trim()).toBe('');
  });
});

interface Info {
  readonly memory: number;
  readonly cpus: number;
  readonly profile: string | null;
  readonly description: string;
}

describe('a VM that is made of a template', () => {
  const make = async (name: string, ...more: readonly string[]) => {
    const { code, stderr } = await desk.run('vm', 'create', name, '--no-start', '--template', 'web', ...more);
    expect([code, stderr]).toEqual([0, `one has the VM ${name}\n`]);
    const { memory, cpus, profile, description } = (await desk.run('vm', 'info', name, '-o', 'json')).json<Info>();
    return { memory: memory / 2 ** 20, cpus, profile, description };
  };
  const variables = ['--var', 'MEMORY=512', '--var', 'OWNER='];
  const parameters = ['-P', 'memory=$MEMORY', '-P', 'numcpus=1', '-P', 'description=of $OWNER: $VM_NAME'];

  it('F-154 F-165 takes what flags do not say from it, with the variables of the pool, and keeps its version', async () => {
    await desk.write(
      JSON.stringify({ ...fleet, pools: { Lab: { nodes: ['one'], variables: { MEMORY: 768, OWNER: 'lab' } } } }),
    );
    expect((await said('template', 'add', 'Lab/web', 'any', ...variables, ...parameters))[0]).toBe(0);
    expect(await make('a')).toEqual({ memory: 768, cpus: 1, profile: 'Lab/web@1.0', description: 'of lab: a' });
    expect(await make('b', '--var', 'MEMORY=1024', '--vcpus', '3')).toMatchObject({ memory: 1024, cpus: 3 });
  });

  it('F-164 is refused without a value for each variable, and on another platform', async () => {
    await said('template', 'add', 'Lab/web', 'any', ...variables, ...parameters);
    expect(await said('vm', 'create', 'a', '--template', 'web')).toEqual([
      2,
      expect.stringContaining('Lab/web needs a value for OWNER\n  give it: --var OWNER=VALUE'),
    ]);
    await said('template', 'add', 'Lab/virt', 'kvm');
    expect(await said('vm', 'create', 'a', '--template', 'virt')).toEqual([
      3,
      expect.stringContaining('Lab/virt is for kvm, and this is '),
    ]);
    expect((await said('vm', 'create', 'a', '--template', 'web', '--profile', 'small'))[1]).toContain('not of both');
    expect((await said('vm', 'create', 'a', '--var', 'A=1'))[1]).toContain('--var is for the variables');
  });

  it('F-162 F-166 is listed with its template, also by an older version, and keeps that from being deleted', async () => {
    await add();
    await make('a');
    await said('template', 'edit', 'web', 'memory=1024', '--new-version', '1.1');
    expect(await make('b')).toMatchObject({ memory: 1024, profile: 'Lab/web@1.1' });
    expect(await make('c', '--template', 'web@1.0')).toMatchObject({ memory: 512, profile: 'Lab/web@1.0' });
    const made = (await desk.run('template', 'vms', 'web', '-o', 'json')).json<readonly object[]>();
    expect(made).toMatchObject([
      { name: 'a', version: '1.0', isOld: true, endpoint: 'one' },
      { name: 'b', version: '1.1', isOld: false },
      { name: 'c', version: '1.0', isOld: true },
    ]);
    expect(await said('template', 'delete', 'web', '--yes')).toEqual([
      3,
      expect.stringContaining('VMs were made of it: one/a, one/b, one/c'),
    ]);
  });
});
