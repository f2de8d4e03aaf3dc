import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openWithPool } from '../../../test/screens/light-fleet.ts';
import { settled } from '../../../test/screens/light-stage.tsx';
import { exportShown } from './export.ts';

describe('exporting', () => {
  const start = async (prepare: (light: ReturnType<typeof openWithPool>) => void = () => {}) => {
    const directory = await mkdtemp(join(tmpdir(), 'drover-export-'));
    const light = openWithPool();
    prepare(light);
    const done = exportShown(light.stage, light.state);
    await settled();
    const path = join(directory, 'vms.csv');
    const type = (text: string) => {
      light.press('ctrl-a', 'ctrl-k', ...[...text].map((letter) => (letter === ' ' ? 'space' : letter)), 'enter');
    };
    return { ...light, done, path, type, close: () => rm(directory, { recursive: true }) };
  };

  it('writes what is shown, with the columns of this view', async () => {
    const { drawn, done, path, type, said, tone, close } = await start(({ state }) => state.setFilter('name:web*'));
    expect(drawn()).toContain('Export 2 VMs');
    expect(drawn()).toContain('name, state, cpus, cpu, mem, memory, disk, net, uptime, ip,');
    expect(drawn()).toContain('vms.csv');
    type(path);
    await done;
    expect([said(), tone()]).toEqual([`2 VMs were written to ${path}`, 'good']);
    expect((await readFile(path, 'utf8')).split('\n')[1]).toMatch(/^host1\/web1,web1,running,2,/);
    await close();
  });

  it('writes the marked ones, also those that are not shown, and asks before it writes over a file', async () => {
    const { drawn, done, path, type, said, press, close, stage, state, clock } = await start(({ state, to }) => {
      to('vm host1/db1');
      state.view.toggleMark();
      state.setFilter('name:web*');
    });
    expect(drawn()).toContain('Export 1 VM ');
    await writeFile(path, 'old');
    type(path);
    while (!stage.layers.top) await settled();
    // Where its path breaks depends on the folder for temporary files.
    expect(drawn().replace(/[\s│]+/g, ' ')).toContain('is there already. Write over it?');
    await clock.pass(500);
    press('y');
    await done;
    expect([said(), await readFile(path, 'utf8')]).toEqual([
      `1 VM was written to ${path}`,
      expect.stringContaining('db1'),
    ]);
    const again = exportShown(stage, state);
    await settled();
    type(path);
    while (!stage.layers.top) await settled();
    drawn();
    await clock.pass(500);
    press('n');
    await again;
    expect(said()).toBe('nothing was written');
    await close();
  });

  it('says that there is nothing, and writes nothing when it is given up', async () => {
    const none = await start(({ state }) => state.setFilter('name:nothing'));
    await none.done;
    expect([none.said(), none.tone()]).toEqual(['there is no VM to export', 'warning']);
    await none.close();
    const other = await start();
    other.press('esc');
    await other.done;
    expect(other.said()).toBeUndefined();
    await other.close();
  });
});
