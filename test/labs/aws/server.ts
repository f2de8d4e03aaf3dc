import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { until } from '../until.ts';
import type { Site } from './site.ts';

const STARTS_WITHIN_MS = 120_000;
const ENDS_WITHIN_MS = 10_000;
const PROGRAM = `${import.meta.dirname}/serve.ts`;

/** Of the process that serves this site; undefined when none does. */
export function runningPid({ files, dir }: Site): number | undefined {
  if (!existsSync(files.pid)) return undefined;
  const pid = Number(readFileSync(files.pid, 'utf8'));
  // A number that was left behind may be somebody else's by now.
  const command = `/proc/${pid}/cmdline`;
  return existsSync(command) && readFileSync(command, 'utf8').includes(`${dir}\0`) ? pid : undefined;
}

/** `http://127.0.0.1:41234`. */
export function addressOf({ files }: Site): string {
  const { url }: { url: string } = JSON.parse(readFileSync(files.answer, 'utf8'));
  return url;
}

/** Starts it in the background, and resolves when the account is filled. */
export async function startServer(site: Site, vms: number): Promise<void> {
  const { files, dir, venv } = site;
  await rm(files.answer, { force: true });
  const child = spawn(process.execPath, [PROGRAM, venv, String(vms), dir], {
    detached: true,
    stdio: ['ignore', openSync(files.answer, 'w'), openSync(files.log, 'w')],
  });
  child.unref();
  await writeFile(files.pid, String(child.pid));
  await until('the account is filled', STARTS_WITHIN_MS, () => {
    if (runningPid(site) === undefined)
      throw new Error(`the server ended: ${readFileSync(files.log, 'utf8').slice(-2000)}`);
    return readFileSync(files.answer, 'utf8').includes('\n');
  });
}

export async function stopServer(site: Site): Promise<void> {
  const pid = runningPid(site);
  if (pid === undefined) return;
  process.kill(pid, 'SIGTERM');
  await until('the server has ended', ENDS_WITHIN_MS, () => runningPid(site) === undefined);
}
