import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { PASSWORD, USER } from '../../../src/platforms/vsphere/testkit/vcsim.ts';
import { until } from '../until.ts';
import type { Site } from './site.ts';

/** A thousand VMs are made one after the other: half a minute on an idle machine. */
const STARTS_WITHIN_MS = 180_000;
const ENDS_WITHIN_MS = 10_000;

/** Of the simulator that runs for this site; undefined when none does, and for one that is going down. */
export function runningPid(site: Site): number | undefined {
  const { pid: file } = site.files;
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8'));
  return isOurs(pid, site) ? pid : undefined;
}

/** A number that was left behind may belong to another process by now. */
function isOurs(pid: number, { dir }: Site): boolean {
  const command = `/proc/${pid}/cmdline`;
  return existsSync(command) && readFileSync(command, 'utf8').includes(`${dir}\0`);
}

/** `https://127.0.0.1:41234/sdk`. */
export function addressOf({ files }: Site): string {
  const { url }: { url: string } = JSON.parse(readFileSync(files.answer, 'utf8'));
  return url;
}

/** Starts it in the background, and resolves when it answers. */
export async function startServer(site: Site, vms: number): Promise<void> {
  const { files, dir, binary } = site;
  await rm(files.answer, { force: true });
  const args = ['-vms', String(vms), '-user', USER, '-password', PASSWORD, '-dir', dir];
  const child = spawn(binary, args, {
    detached: true,
    // The datastores' files too: nothing may be left elsewhere.
    env: { ...process.env, TMPDIR: dir },
    stdio: ['ignore', openSync(files.answer, 'w'), openSync(files.log, 'w')],
  });
  child.unref();
  await writeFile(files.pid, String(child.pid));
  await until('the simulator answers', STARTS_WITHIN_MS, () => {
    if (runningPid(site) === undefined)
      throw new Error(`the simulator ended: ${readFileSync(files.log, 'utf8').slice(-2000)}`);
    return readFileSync(files.answer, 'utf8').includes('\n');
  });
}

/** One that does not end within `endsWithinMs` is killed. */
export async function stopServer(site: Site, endsWithinMs = ENDS_WITHIN_MS): Promise<void> {
  const pid = runningPid(site);
  if (pid === undefined) return;
  // From here on it counts as gone: whoever comes next starts another one.
  await rm(site.files.pid);
  const gone = () => !isOurs(pid, site);
  process.kill(pid, 'SIGTERM');
  await until('the simulator has ended', endsWithinMs, gone).catch(() => {
    if (!gone()) process.kill(pid, 'SIGKILL');
    return until('the simulator was killed', endsWithinMs, gone);
  });
}
