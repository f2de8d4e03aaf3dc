import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRoles } from './read-roles.ts';
import { roleAt } from './roles.ts';

let folder = '';
let file = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-roles-'));
  file = join(folder, 'policy.yaml');
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

const owner = process.getuid?.() ?? 0;
const anna = { name: 'anna', groups: ['staff', 'ops', '1004'] };
const read = async (text: string, user = anna) => {
  await writeFile(file, text, { mode: 0o644 });
  return readRoles({ file, owner, user });
};

describe('roles', () => {
  it('F-223 are those of the first rule for the user, or for a group of theirs, that fits the pool', async () => {
    const text = `
roles:
  - { users: [root], may: administer }
  - { users: [anna], pools: [lab, host7], may: administer }
  - { groups: [ops], pools: [prod], may: operate }
  - { groups: [1004], pools: [2], may: operate }
default: view
`;
    const roles = await read(text);
    const at = (...places: readonly string[]) => roles && roleAt(roles, places);
    expect([at('lab', 'all'), at('host7'), at('prod'), at('2'), at('other'), at()]).toEqual([
      'administer',
      'administer',
      'operate',
      'operate',
      'view',
      'view',
    ]);
    const others = await read(text, { name: 'bob', groups: [] });
    expect(others && roleAt(others, ['lab'])).toBe('view');
    expect(await readRoles({ file: join(folder, 'missing.yaml'), owner, user: anna })).toBeUndefined();
  });

  it.each([
    ['roles: [', 'it is no YAML'],
    ['[]', 'it must have roles, a list'],
    ['role: []', 'unknown key "role": there are roles and default'],
    ['roles: []\ndefault: all', 'default must be one of view, operate, administer'],
    ['roles: [{ users: [root], may: everything }]', 'role 1: may must be one of view, operate, administer'],
    ['roles: [{ users: anna, may: administer }]', 'role 1: users must be a list of names'],
    ['roles: [{ may: administer }]', 'role 1: it must have users or groups'],
    [
      'roles: [{ users: [bob], pool: [lab], may: view }]',
      'role 1: unknown key "pool": there are users, groups, pools and may',
    ],
  ])('allow nothing but to look where the file is %j', async (text, trouble) => {
    expect(await read(text)).toEqual({ file, rules: [], otherwise: 'view', trouble });
  });

  it('F-223 are none of a file that others could have written', async () => {
    const text = 'roles: [{ users: [anna], may: administer }]';
    expect((await read(text))?.trouble).toBeUndefined();
    expect((await readRoles({ file, owner: owner + 1, user: anna }))?.trouble).toContain('does not belong to user');
    await chmod(file, 0o664);
    expect((await readRoles({ file, owner, user: anna }))?.trouble).toBe('it can be written by others than its owner');
    await chmod(file, 0o644);
    await chmod(folder, 0o777);
    expect((await readRoles({ file, owner, user: anna }))?.trouble).toBe(
      'its folder can be written by others than its owner',
    );
  });
});
