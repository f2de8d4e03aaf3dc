import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { until } from '../until.ts';
import type { Site } from './site.ts';

const STARTS_WITHIN_MS = 60_000;
const ENDS_WITHIN_MS = 10_000;

/** Of the server that runs for this site; undefined when none does. */
export function runningPid({ files }: Site): number | undefined {
  if (!existsSync(files.pid)) return undefined;
  const pid = Number(readFileSync(files.pid, 'utf8'));
  // A number that was left behind may be somebody else's by now.
  const command = `/proc/${pid}/cmdline`;
  return existsSync(command) && readFileSync(command, 'utf8').includes(`${files.cluster}\0`) ? pid : undefined;
}

export interface Said {
  readonly url: string;
  /** SHA-256 of its certificate, which it has signed itself. */
  readonly fingerprint: string;
}

export const saidBy = ({ files }: Site): Said => JSON.parse(readFileSync(files.answer, 'utf8'));

/** Starts it in the background, and resolves when it answers. */
export async function startServer(site: Site, binary: string): Promise<void> {
  const { files } = site;
  await rm(files.answer, { force: true });
  const child = spawn(binary, [files.cluster], {
    detached: true,
    stdio: ['ignore', openSync(files.answer, 'w'), openSync(files.log, 'w')],
  });
  child.unref();
  await writeFile(files.pid, String(child.pid));
  await until('the pretended Proxmox VE answers', STARTS_WITHIN_MS, () => {
    if (runningPid(site) === undefined) throw new Error(`it ended: ${readFileSync(files.log, 'utf8').slice(-2000)}`);
    return readFileSync(files.answer, 'utf8').includes('\n');
  });
}

export async function stopServer(site: Site): Promise<void> {
  const pid = runningPid(site);
  if (pid === undefined) return;
  process.kill(pid, 'SIGTERM');
  await until('the pretended Proxmox VE has ended', ENDS_WITHIN_MS, () => runningPid(site) === undefined);
}
