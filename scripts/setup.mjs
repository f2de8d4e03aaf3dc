/**
 * Makes a checkout ready: installs what package-lock.json says, and with --build builds what has changed. Runs before
 * every npm script, so it is quick when there is nothing to do. Plain JavaScript for any Node from 18 on.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const inRoot = (...path) => join(root, ...path);

if (!isInstalled()) install();
if (process.argv.includes('--build')) {
  const stamp = stampOfSources();
  if (!isBuilt(stamp)) build(stamp);
}

/** Every package of the lock file is there in its version; those for other machines may be missing. */
function isInstalled() {
  const wanted = packagesOf(inRoot('package-lock.json'));
  const found = packagesOf(inRoot('node_modules', '.package-lock.json'));
  return (
    found !== undefined &&
    Object.entries(wanted).every(([path, { version, optional, link }]) => {
      if (!path.startsWith('node_modules/')) return true;
      if (found[path] === undefined) return optional === true;
      return link === true || found[path].version === version;
    }) &&
    Object.keys(found).every((path) => wanted[path] !== undefined)
  );
}

/** The `packages` of a lock file: path -> entry; undefined when there is no readable file. */
function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function install() {
  process.stderr.write('Installing what drover needs (once, about 60 MB) …\n');
  // Not `npm ci`: it refuses a registry that lacks packages for machines other than this one.
  const parameters = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const { status } = npm ? run(process.execPath, [npm, ...parameters]) : run('npm', parameters);
  if (status !== 0) fail('npm could not install the packages, see above.', status ?? 1);
}

function build(stamp) {
  const { status } = run(nodeForBuilding(), [inRoot('scripts', 'build.ts'), `--stamp=${stamp}`]);
  if (status !== 0) fail('drover could not be built, see above.', status ?? 1);
}

/** The Node that came with the packages; on machines for which there is none, our own where it runs TypeScript. */
function nodeForBuilding() {
  const packaged = inRoot('node_modules', '.bin', 'node');
  if (existsSync(packaged)) return packaged;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  return fail(`Building drover needs Node 22.18 or newer on this kind of machine; this is ${process.version}.`, 1);
}

/** Which sources there are, how long they are and when they were changed: enough to notice any edit. */
function stampOfSources() {
  const hash = createHash('sha256');
  const add = (path) => {
    const stat = statSync(inRoot(path));
    if (stat.isDirectory()) for (const entry of readdirSync(inRoot(path)).sort()) add(join(path, entry));
    else if (!/\.test\.tsx?$/.test(path)) hash.update(`${path} ${stat.size} ${stat.mtimeMs}\n`);
  };
  for (const path of ['src', 'scripts', 'package.json', 'package-lock.json']) add(path);
  return hash.digest('hex');
}

function isBuilt(stamp) {
  try {
    return (
      existsSync(inRoot('dist', 'drover.js')) && readFileSync(inRoot('node_modules', '.drover-built'), 'utf8') === stamp
    );
  } catch {
    return false;
  }
}

/** Output of the command goes to stderr: the caller may want stdout for data. */
function run(command, parameters) {
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
  return spawnSync(command, parameters, {
    cwd: root,
    stdio: ['ignore', process.stderr, process.stderr],
    env: { ...process.env, PATH: path },
  });
}

function fail(sentence, status) {
  process.stderr.write(`${sentence}\n`);
  process.exit(status);
}
