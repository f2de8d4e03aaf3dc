/** kcli (github.com/karmab/kcli) on a host of the lab: what another manager of the same VMs says of them, and does to them. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import { run } from '../command.ts';
import type { Host, Site } from './site.ts';

const VERSION = '99.0.202610251748';
/** Debian's own Python: its libvirt module (python3-libvirt) is for no other. */
const PYTHON = '/usr/bin/python3';
const INSTALL_MS = 5 * 60_000;
const COMMAND_MS = 60_000;

const execute = promisify(execFile);

/** A home with the one host in it. */
export interface Kcli {
  /** What it prints. Rejects with that when it fails. */
  run(...args: readonly string[]): Promise<string>;
  /** The same as JSON. */
  json<T>(...args: readonly string[]): Promise<T>;
  /** Everything that it says of a VM. */
  info(vm: string): Promise<Readonly<Record<string, unknown>>>;
  close(): Promise<void>;
}

/** Installs it where it is not in the cache yet. The caller closes it, which takes its home away. */
export async function openKcli(site: Site, host: Host): Promise<Kcli> {
  const python = await install(site);
  const home = await mkdtemp(join(tmpdir(), 'drover-kcli-'));
  await mkdir(join(home, '.kcli'));
  const config = { default: { client: 'lab' }, lab: { type: 'kvm', url: host.uri } };
  await writeFile(join(home, '.kcli/config.yml'), stringify(config));
  // Nothing of the user's, and no compiled files in the cache.
  const env = {
    HOME: home,
    TMPDIR: home,
    LC_ALL: 'C.UTF-8',
    PATH: process.env['PATH'],
    PYTHONDONTWRITEBYTECODE: '1',
  };
  const kcli = join(python, '../kcli');
  const call = async (...args: readonly string[]) => {
    const { stdout } = await execute(python, [kcli, ...args], { env, timeout: COMMAND_MS });
    return stdout;
  };
  return {
    run: call,
    async json(...args) {
      const text = await call(...args, '-o', 'json');
      // Some lists have a heading.
      return JSON.parse(text.slice(text.search(/^[[{]/m)));
    },
    info: async (vm) => parse(await call('info', 'vm', vm, '-o', 'yaml')),
    close: () => rm(home, { recursive: true, force: true }),
  };
}

/** Its interpreter. A folder that is there is whole: it gets its name last. */
async function install({ cache }: Site): Promise<string> {
  const folder = join(cache, `kcli-${VERSION}`);
  const python = join(folder, 'bin/python');
  if (existsSync(python)) return python;
  const making = `${folder}.${process.pid}`;
  try {
    await run([PYTHON, '-m', 'venv', '--system-site-packages', making], INSTALL_MS);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `kcli==${VERSION}`] as const;
    await run([join(making, 'bin/python'), ...pip], INSTALL_MS);
    await rename(making, folder);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    if (existsSync(python)) return python;
    throw new Error('kcli could not be installed: it needs the packages python3-libvirt and python3-venv, and PyPI', {
      cause: error,
    });
  }
  return python;
}
