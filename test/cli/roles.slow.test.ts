import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
let file = '';
beforeEach(async () => {
  const config = JSON.parse(simulated({ demo: { vms: 12, latency: 0 } }));
  desk = await openDesk(JSON.stringify({ ...config, pools: { prod: { nodes: ['demo'] } } }));
  await mkdir(join(desk.home, 'etc'));
  file = join(desk.home, 'etc', 'policy.yaml');
});
afterEach(() => desk.clear());

const roles = () => ({ file, owner: process.getuid?.() ?? 0, user: { name: 'anna', groups: [] } });
const run = (...words: readonly string[]) => desk.runWith({ roles: roles() }, ...words);

it('F-223 lets an operator pause and not delete, a viewer look, and an administrator do all', async () => {
  const may = (role: string) =>
    writeFile(file, `roles:\n  - { users: [anna], pools: [prod], may: ${role} }\ndefault: view\n`);
  const name = 'billing-db1';
  await may('view');
  expect((await run('vm', 'list', '-o', 'csv')).stdout).toContain(name);
  const looked = await run('vm', 'pause', name);
  expect([looked.code, looked.stderr]).toEqual([3, expect.stringContaining('your role here is to view, says ')]);

  await may('operate');
  expect((await run('vm', 'pause', name)).stderr).toContain('is paused');
  const refused = await run('vm', 'delete', name, '--yes');
  expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('your role here is to operate, says ')]);
  expect((await run('vm', 'list', '-o', 'csv')).stdout).toContain(name);

  await may('administer');
  expect((await run('vm', 'stop', name, '--force')).code).toBe(0);
  expect((await run('vm', 'delete', name, '--snapshots', '--yes')).code).toBe(0);
  expect((await run('vm', 'list', '-o', 'csv')).stdout).not.toContain(name);
});

it('F-223 changes nothing, and says why, where others could have written the roles', async () => {
  await writeFile(file, 'roles: [{ users: [anna], may: administer }]');
  await chmod(file, 0o666);
  const { code, stderr } = await run('vm', 'pause', 'billing-db1');
  expect(code).toBe(3);
  expect(stderr).toContain(`${file}: it can be written by others than its owner; nothing can be changed`);
  expect(stderr).toContain(`${file} can't be used`);
});

it('F-223 lets a demo, in which there are no roles, connect to nothing that is real', async () => {
  const { code, stderr } = await run('vm', 'list', '--demo', '3', '-C', 'qemu+unix:///system?socket=/nowhere/socket');
  expect([code, stderr]).toEqual([2, expect.stringContaining('--demo is a simulated fleet alone')]);
});
