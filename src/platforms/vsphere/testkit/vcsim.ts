import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Where the lab `vsphere` leaves what it has built (test/labs/vsphere). */
export const vcsimPath = (env: Readonly<Record<string, string | undefined>>): string =>
  join(env['DROVER_LAB_CACHE'] ?? join(homedir(), '.cache', 'drover-lab'), 'vsphere', 'vcsim');

export const USER = 'administrator@vsphere.local';
export const PASSWORD = 'drover-lab';

/** A private vCenter on this machine. */
export interface Vcsim {
  readonly port: number;
  /** PEM file of the authority that its certificate is from. */
  readonly ca: string;
  /** The status of a request past drover: the datastore's files, and faults on order. */
  status(method: 'HEAD' | 'POST' | 'PUT' | 'DELETE', path: string): Promise<number>;
  /** Its own objects of a type, past the property collector (test/labs/vsphere/vcsim/estate.go). */
  objects(type: string): Promise<readonly unknown[]>;
  stop(): Promise<void>;
}

/** A thousand VMs take half of it on an idle machine. */
const STARTS_WITHIN_MS = 90_000;

/** It ends with this process, whatever becomes of that. */
export async function startVcsim(binary: string, vms: number, ...more: readonly string[]): Promise<Vcsim> {
  const dir = await mkdtemp(join(tmpdir(), 'drover-vcsim-'));
  const args = ['-dir', dir, '-vms', String(vms), '-user', USER, '-password', PASSWORD, '-tied', ...more];
  const child = spawn(binary, args, { stdio: ['pipe', 'pipe', 'ignore'], env: { ...process.env, TMPDIR: dir } });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const [line] = await once(createInterface(child.stdout), 'line', { signal: AbortSignal.timeout(STARTS_WITHIN_MS) });
  const { url }: { url: string } = JSON.parse(String(line));
  const port = Number(new URL(url).port);
  const ca = join(dir, 'ca.pem');
  const authority = await readFile(ca);

  return {
    port,
    ca,
    status: (method, path) =>
      new Promise((resolve, reject) => {
        const asked = request({ host: '127.0.0.1', port, path, method, ca: authority }, (response) => {
          response.resume();
          response.once('end', () => resolve(response.statusCode ?? 0));
        });
        asked.once('error', reject).end();
      }),
    objects: (type) =>
      new Promise((resolve, reject) => {
        const path = `/lab/objects?type=${type}`;
        const asked = request({ host: '127.0.0.1', port, path, ca: authority }, (response) => {
          const pieces: Buffer[] = [];
          response.on('data', (piece: Buffer) => pieces.push(piece));
          response.once('end', () => resolve(JSON.parse(Buffer.concat(pieces).toString('utf8'))));
        });
        asked.once('error', reject).end();
      }),
    async stop() {
      child.kill('SIGTERM');
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
