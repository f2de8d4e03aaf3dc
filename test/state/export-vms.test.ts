import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { vmWithColumns } from '../../src/cli/schema/vm.ts';
import { endpointName } from '../../src/ids.ts';
import { createStore } from '../../src/state/fleet/store.ts';
import { exportComplaint } from '../../src/state/query/export-rows.ts';
import { exportVms } from '../../src/state/query/export-vms.ts';
import { readColumns, type VmColumn, vmColumns } from '../../src/state/query/vm-columns.ts';
import { clean } from '../../src/terminal/width.ts';
import { createTestClock } from '../clock.ts';
import { aNode, aVm, cpuBlock, inventory } from './objects.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drover-export-'));
});
afterEach(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));

function openExport(count = 3, columns = readColumns('name,cpu,tag') as readonly VmColumn[]) {
  const store = createStore(createTestClock());
  const host1 = endpointName('host1');
  const vms = Array.from({ length: count }, (_, i) => aVm(`vm${i}`, { tags: ['a', 'b'] }));
  vms.push(aVm('=cmd()', { native: 'evil' }));
  store.push(host1, inventory([aNode('n1')], vms));
  store.push(host1, { kind: 'samples', block: cpuBlock(vms.slice(0, 1), 0.123456789) });
  store.flush();
  const to = (name: string, replace = false) =>
    exportVms({
      path: join(directory, name),
      fleet: store.fleet,
      ids: vms.map(({ id }) => id).reverse(),
      columns,
      replace,
      clean,
    });
  return { to, read: (name: string) => readFile(join(directory, name), 'utf8') };
}

describe('an export', () => {
  it('is CSV in the order of the rows, empty where nothing is known, and no formula to a spreadsheet', async () => {
    const { to, read } = openExport();
    expect(await to('vms.csv')).toBe(4);
    expect((await read('vms.csv')).split('\n')).toEqual([
      'id,name,cpu,tags',
      "host1/evil,'=cmd(),,",
      'host1/vm2,vm2,,a b',
      'host1/vm1,vm1,,a b',
      'host1/vm0,vm0,12.35,a b',
      '',
    ]);
  });

  it('is JSON with every key in every row, named as in vm list', async () => {
    const { to, read } = openExport();
    await to('vms.JSON');
    const rows = JSON.parse(await read('vms.JSON'));
    expect(rows).toHaveLength(4);
    expect(rows[0]).toEqual({ id: 'host1/evil', name: '=cmd()', cpu: null, tags: [] });
  });

  it('has the names and kinds of vm list, for every column', async () => {
    const { to, read } = openExport(
      0,
      vmColumns.filter(({ drawn }) => !drawn),
    );
    await to('vms.json');
    const validate = new Ajv2020({ allowUnionTypes: true }).compile({ type: 'array', items: vmWithColumns });
    const rows = JSON.parse(await read('vms.json'));
    expect(validate(rows), JSON.stringify(validate.errors)).toBe(true);
    expect(Object.keys(rows[0])).toEqual(expect.arrayContaining(['ips', 'tags', 'error', 'cpu', 'memory']));
  });

  it('has every row of a large fleet', async () => {
    const { to, read } = openExport(3_000);
    expect(await to('vms.json')).toBe(3_001);
    expect(JSON.parse(await read('vms.json'))).toHaveLength(3_001);
  });

  it('never writes over a file unless that was said, and then all or nothing', async () => {
    const { to, read } = openExport();
    await writeFile(join(directory, 'vms.csv'), 'precious');
    await expect(to('vms.csv')).rejects.toMatchObject({ code: 'op.conflict' });
    expect(await read('vms.csv')).toBe('precious');
    expect(await to('vms.csv', true)).toBe(4);
    expect(await read('vms.csv')).toContain('vm2');
    expect(await readdir(directory)).toEqual(['vms.csv']);
  });

  it('leaves a file as private as it was', async () => {
    const { to } = openExport();
    await writeFile(join(directory, 'vms.csv'), 'old', { mode: 0o600 });
    await to('vms.csv', true);
    expect((await stat(join(directory, 'vms.csv'))).mode & 0o777).toBe(0o600);
  });

  it('writes to what a symbolic link points to', async () => {
    const { to, read } = openExport();
    await writeFile(join(directory, 'real.csv'), 'old');
    await symlink(join(directory, 'real.csv'), join(directory, 'link.csv'));
    await to('link.csv', true);
    expect(await read('real.csv')).toContain('vm2');
  });

  it('says why a place can not be written to', async () => {
    const { to } = openExport();
    await expect(to('nowhere/vms.csv')).rejects.toMatchObject({
      code: 'op.failed',
      message: expect.stringContaining('it is not there'),
    });
    expect(exportComplaint('vms.txt')).toBe('its name must end in .csv or .json');
  });
});
