import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runningPid, stopServer } from './server.ts';
import { type Site, siteFrom } from './site.ts';

let folder: string;
let site: Site;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-lab-'));
  site = siteFrom({ DROVER_LAB_DIR: folder, DROVER_LAB_CACHE: folder });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('a simulator that is going down does not count as up, and one that stays is killed', async () => {
  const stubborn = `process.on('SIGTERM', () => console.log('asked')); console.log('up'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['-e', stubborn, 'x', site.dir, ''], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  site = { ...site, files: { ...site.files, pid: join(folder, 'vsphere-pid') } };
  writeFileSync(site.files.pid, String(child.pid));
  expect(runningPid(site)).toBe(child.pid);
  const asked = once(child.stdout, 'data');
  const stopped = stopServer(site, 200);
  await asked;
  expect(child.exitCode).toBeNull();
  expect(runningPid(site)).toBeUndefined();
  await stopped;
  expect((await ended)[1]).toBe('SIGKILL');
});
