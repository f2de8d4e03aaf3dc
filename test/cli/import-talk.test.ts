/** What `drover import` shows and says, and how it ends. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, type Surroundings } from './run-drover.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk('endpoints:\n  old:\n    platform: kvm\n    transport: unix\n');
});
afterEach(() => desk.clear());

/** What kcli has is this; then the command runs, and ends with this. */
async function imported(clients: string, surroundings: Surroundings = {}, ...more: readonly string[]) {
  await mkdir(join(desk.home, '.kcli'), { recursive: true });
  await writeFile(join(desk.home, '.kcli', 'config.yml'), clients);
  return said(await desk.runWith(surroundings, 'import', 'kcli', ...more));
}
const said = ({ code, stdout, stderr }: { code: number | null; stdout: string; stderr: string }) => ({
  code,
  rows: stdout
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.replaceAll(/ {2,}/g, ' | ')),
  lines: stderr.replaceAll(desk.config, 'CONFIG').trimEnd().split('\n'),
});

const HOST = 'hv 1:\n host: h1\n';
const HOSTS = `${HOST}b:\n host: h2\n`;
const RENAMED = 'hv-1: it is called "hv 1" there';
const TRY_IT = 'drover endpoint test NAME tries one of them';

describe('an import at a terminal', () => {
  it('asks about the one that is new, and about all that are', async () => {
    expect(await imported(HOST, { answers: ['n'] })).toEqual({
      code: 130,
      rows: ['hv-1 | kvm | h1 | root | - | new'],
      lines: [RENAMED, 'Add this endpoint to CONFIG? [y/N] n', 'nothing was written'],
    });
    expect(await imported(HOSTS, { answers: [''] })).toEqual({
      code: 130,
      rows: ['hv-1 | kvm | h1 | root | - | new', 'b | kvm | h2 | root | - | new'],
      lines: [RENAMED, 'Add these 2 new endpoints to CONFIG? [y/N] ', 'nothing was written'],
    });
    expect((await imported(HOST, { answers: ['y'] })).lines.slice(1)).toEqual([
      'Add this endpoint to CONFIG? [y/N] y',
      'hv-1 is saved',
      TRY_IT,
    ]);
    expect(await imported(HOSTS, { answers: ['y'] })).toEqual({
      code: 0,
      rows: ['hv-1 | kvm | h1 | root | - | there already', 'b | kvm | h2 | root | - | new'],
      lines: ['Add this endpoint to CONFIG? [y/N] y', 'b is saved', TRY_IT],
    });
  });

  it('asks nothing where nothing can be done, and in a dry run', async () => {
    expect(await imported('g:\n type: group\n members: [a]\n', { answers: ['y'] })).toEqual({
      code: 3,
      rows: ['g | - | - | - | - | left out'],
      lines: [
        'g: it is a group of other clients (a): drover pool add makes a pool for them',
        'nothing of it can be imported',
      ],
    });
    expect((await imported(HOST, { answers: ['y'] }, '--dry-run')).lines).toEqual([RENAMED, 'nothing was written']);
    expect((await imported(HOST, { answers: ['y'] }, '-o', 'name')).lines).toEqual(['nothing was written']);
  });
});

describe('an import by a script', () => {
  it('writes with --yes what is picked, by either name', async () => {
    expect((await imported(HOSTS)).lines).toEqual([
      RENAMED,
      'nothing was written: there is no terminal to ask at',
      '  add --yes to write it',
    ]);
    const picked = await desk.run('import', 'kcli', '--only', 'hv 1,b', '-o', 'name');
    expect([picked.code, picked.stdout]).toEqual([0, 'hv-1\nb\n']);
    const both = await desk.run('import', 'kcli', '--only', 'hv-1', '--only', 'b', '-o', 'name');
    expect(both.stdout).toBe('hv-1\nb\n');
    const one = await desk.run('import', 'kcli', '--only', 'b', '-o', 'json', '--yes');
    expect([one.json(), one.stderr]).toEqual([
      [
        {
          name: 'b',
          status: 'new',
          platform: 'kvm',
          where: 'h2',
          login: 'root',
          secrets: {},
          why: null,
          notes: [],
          values: { transport: 'ssh', host: 'h2', user: 'root' },
          written: true,
        },
      ],
      `b is saved\n${TRY_IT}\n`,
    ]);
    const wrong = await desk.run('import', 'kcli', '--only', 'c');
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      'there is nothing called "c" (did you mean b?)\n  there is hv-1, b\n',
    ]);
    const again = await desk.run('import', 'kcli', '--only', 'b', '--yes');
    expect([again.code, again.stderr]).toEqual([0, 'nothing to do: what can be imported is there already\n']);
  });

  it('says one thing once, of all that it is true of', async () => {
    const client = ' type: vsphere\n host: vc\n user: u\n password: p\n';
    expect((await imported(`a:\n${client}b:\n${client.replace('vc', 'vd')}`)).lines.slice(0, 2)).toEqual([
      'a, b: the password is copied into a file of its own in secrets, beside the configuration',
      expect.stringMatching(/^a, b: kcli does not verify its certificate/),
    ]);
  });

  it('says why a client can be no endpoint of its platform', async () => {
    const clients =
      'p:\n type: proxmox\n host: h\n user: nouser\n password: x\n' +
      'q:\n type: proxmox\n host: h\n' +
      'r:\n host: h\n protocol: sctp\n';
    expect((await imported(clients)).lines).toEqual([
      'p: a user looks like root@pam, with a token like root@pam!drover',
      'q: User is missing',
      'r: Transport must be ssh, unix, tls or tcp',
      'nothing of it can be imported',
    ]);
  });

  it('refers to what the environment has, and says that it must stay there', async () => {
    const env = { GOVC_URL: 'vc', GOVC_USERNAME: 'u', GOVC_PASSWORD: 'x' };
    expect(said(await desk.runWith({ env }, 'import', 'govc', '--yes'))).toEqual({
      code: 0,
      rows: ['vc | vsphere | vc | u | env:GOVC_PASSWORD | new'],
      lines: ['vc: GOVC_PASSWORD has to be set whenever drover runs', 'vc is saved', TRY_IT],
    });
    expect(said(await desk.runWith({ env }, 'import', 'govc', '--yes')).rows[0]).toMatch(/there already$/);
    expect(await readdir(desk.home)).not.toContain('secrets');
  });

  it('names everything in which an endpoint is another one, and gives another machine another name', async () => {
    const pve = 'p:\n type: proxmox\n host: h\n user: u@pam\n password: x\n';
    await imported(pve, {}, '--yes');
    expect(await imported(pve.replace('u@pam', 'v@pam').replace(': x', ': y'), {}, '--yes')).toEqual({
      code: 3,
      rows: ['p | proxmox | h | v@pam | copied | refused'],
      lines: [
        'p: the endpoint p is there already and has another user, password: drover endpoint edit p',
        'nothing of it can be imported',
      ],
    });
    expect(await imported('p:\n type: aws\n access_key_id: i\n access_key_secret: s\n')).toMatchObject({
      code: 2,
      rows: ['p-kcli | aws | eu-west-3 | i | copied | new'],
      lines: [
        'p-kcli: it is called "p" there',
        'p-kcli: the secret key is copied into a file of its own in secrets, beside the configuration',
        'nothing was written: there is no terminal to ask at',
        '  add --yes to write it',
      ],
    });
    expect((await imported(`${pve} enabled: false\n`)).rows).toEqual([
      'p | proxmox | h | u@pam | copied | there already',
    ]);
  });

  it('gives the second of two that are called alike the name of the tool, and then a number', async () => {
    const clients = ['a b', 'a-b', 'a_b', 'a  b', 'a.b'].map((name, at) => `"${name}":\n host: h${at}\n`).join('');
    expect((await imported(clients)).rows.map((row) => row.split(' | ')[0])).toEqual([
      'a-b',
      'a-b-kcli',
      'a_b',
      'a-b-kcli-2',
      'a.b',
    ]);
  });

  it('writes no more once it is interrupted', async () => {
    const interrupted = await imported(
      HOSTS,
      { onStderr: (text, interrupt) => text.includes('is saved') && interrupt() },
      '--yes',
    );
    expect([interrupted.code, interrupted.lines]).toEqual([130, [RENAMED, 'hv-1 is saved', 'interrupted']]);
    expect((await desk.run('endpoint', 'list', '-o', 'name')).stdout).toBe('old\nhv-1\n');
  });

  it.each([
    ['kcli', /: looked for HOME\/\.kcli\/config\.yml, HOME\/\.kcli\/config\.yaml\n$/],
    ['pvetui', /: looked for HOME\/\.config\/pvetui\/config\.yml, \S+\/config\.yml\n$/],
    ['govc', /: looked for \$GOVC_URL\n$/],
    ['openstack', /, HOME\/\.config\/openstack\/clouds\.yaml, .*\$OS_AUTH_URL\n$/],
    ['aws', /: looked for HOME\/\.aws\/config, HOME\/\.aws\/credentials, \$AWS_ACCESS_KEY_ID\n$/],
  ])('names every place where it looked for something of %s', async (tool, places) => {
    const { code, stderr } = await desk.run('import', tool);
    expect([code, stderr.replaceAll(desk.home, 'HOME')]).toEqual([1, expect.stringMatching(places)]);
    expect(stderr).toContain(`found nothing of ${tool}: looked for `);
  });

  it('names the file that a secret is in the way of', async () => {
    await mkdir(join(desk.home, 'secrets'));
    await writeFile(join(desk.home, 'secrets', 'p.password'), 'other\n');
    expect(await imported('p:\n type: proxmox\n host: h\n user: u@pam\n password: x\n', {}, '--yes')).toEqual({
      code: 3,
      rows: ['p | proxmox | h | u@pam | copied | refused'],
      lines: [
        'p: another secret is in the way: remove secrets/p.password beside the configuration',
        'nothing of it can be imported',
      ],
    });
  });
});
