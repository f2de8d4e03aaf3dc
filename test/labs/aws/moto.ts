/** moto: a server that knows the state of a whole AWS account (github.com/getmoto/moto), from PyPI. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { run } from '../command.ts';
import type { Tell } from '../lab-contract.ts';
import { until } from '../until.ts';
import { MOTO, type Site } from './site.ts';

/** 300 MB, since moto brings the descriptions of all services along. */
const INSTALL_MS = 8 * 60_000;
const STARTS_WITHIN_MS = 60_000;
const HOST = '127.0.0.1';

/** Written last: a venv that was broken off is made anew. */
const mark = ({ venv }: Pick<Site, 'venv'>): string => join(venv, '.complete');

export const isInstalled = (site: Pick<Site, 'venv'>): boolean => existsSync(mark(site));

/** Where PATH has it. */
export const pythonProgram = (): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(':')
    .map((folder) => join(folder, 'python3'))
    .find((path) => existsSync(path));

/** Scripts in a venv know its path: it is made where it stays. */
export async function provideMoto(site: Site, tell: Tell): Promise<void> {
  const { venv } = site;
  if (isInstalled(site)) return;
  tell(`Installing moto ${MOTO} …`);
  await mkdir(dirname(venv), { recursive: true });
  await rm(venv, { recursive: true, force: true });
  await run([pythonProgram() ?? 'python3', '-m', 'venv', venv], INSTALL_MS);
  const packages = `moto[ec2,cloudwatch,sts,s3,route53,elbv2,server]==${MOTO}`;
  await run([join(venv, 'bin/pip'), 'install', '--quiet', packages], INSTALL_MS);
  await writeFile(mark(site), `${packages}\n`);
}

const packagesIn = (venv: string): string => {
  const [python] = readdirSync(join(venv, 'lib')).filter((name) => name.startsWith('python'));
  return join(venv, 'lib', python ?? '', 'site-packages');
};

const RESOURCES = 'moto/ec2/resources';
const readResource = (venv: string, name: string): Buffer =>
  gunzipSync(readFileSync(join(packagesIn(venv), RESOURCES, name)));

/** Names of all types that moto knows. */
export const instanceTypesIn = ({ venv }: Pick<Site, 'venv'>): readonly string[] =>
  Object.keys(JSON.parse(readResource(venv, 'instance_types.json.gz').toString('utf8')) as object);

/** moto's own 44 images as a file. By itself it adds 1,200 of other services, and tells a snapshot of each in every list of them. */
function fewImages(venv: string): string {
  const file = join(venv, 'amis.json');
  if (existsSync(file)) return file;
  const making = `${file}.${process.pid}`;
  writeFileSync(making, readResource(venv, 'amis.json.gz'));
  renameSync(making, file);
  return file;
}

/** What the API of a service takes, as AWS has published it with botocore: `service-2.json.gz`. */
export function modelOf({ venv }: Pick<Site, 'venv'>, service: string): string {
  const folder = join(packagesIn(venv), 'botocore/data', service);
  const [newest = ''] = readdirSync(folder).sort().toReversed();
  return join(folder, newest, 'service-2.json.gz');
}

export interface Moto {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts it on a port of its own, and resolves when it answers. */
export async function startMoto({ venv }: Pick<Site, 'venv'>): Promise<Moto> {
  const port = await freePort();
  const child = spawn(join(venv, 'bin/moto_server'), ['-H', HOST, '-p', String(port)], {
    stdio: 'ignore',
    env: { ...process.env, MOTO_AMIS_PATH: fewImages(venv) },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await until('moto answers', STARTS_WITHIN_MS, () => {
    if (child.exitCode !== null) throw new Error(`moto ended with exit code ${child.exitCode}`);
    return fetch(`http://${HOST}:${port}/moto-api/`).then(
      ({ ok }) => ok,
      () => false,
    );
  });
  return { port, close: () => stop(child, ended) };
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
