import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** Says what it was asked to do and leaves behind what the real one does. */
const BUILD = `
import { mkdirSync, writeFileSync } from 'node:fs';
const stamp = process.argv[2].replace('--stamp=', '');
console.log('building');
if (stamp === '') process.exit(5);
mkdirSync('dist', { recursive: true });
writeFileSync('dist/drover.js', 'console.log(JSON.stringify(process.argv.slice(2)))');
writeFileSync('node_modules/.drover-built', stamp);
`;
const lock = (packages: unknown): string => JSON.stringify({ packages });
const ONE = { 'node_modules/a': { version: '1.0.0' }, 'node_modules/only-mac': { version: '1.0.0', optional: true } };

let root: string;
const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'drover-checkout-')));
  for (const path of ['scripts/setup.mjs', 'bin/drover']) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    copyFileSync(path, join(root, path));
  }
  write('scripts/build.ts', BUILD);
  write('src/drover.ts', '');
  write('package.json', '{ "type": "module" }');
  write('package-lock.json', lock(ONE));
  write('node_modules/.package-lock.json', lock({ 'node_modules/a': { version: '1.0.0' } }));
  write('npm/npm', '#!/bin/sh\necho "npm $*"\nexit 9\n');
  chmodSync(join(root, 'npm/npm'), 0o755);
});
afterEach(() => rmSync(root, { recursive: true }));

const run = (command: string, ...argv: string[]) =>
  spawnSync(command, argv, { encoding: 'utf8', env: { PATH: `${join(root, 'npm')}:${process.env['PATH']}` } });
const setup = () => {
  const { stdout, stderr, status } = run(process.execPath, join(root, 'scripts/setup.mjs'), '--build');
  expect(stdout).toBe('');
  return { said: stderr.trim(), status };
};

describe('setup', () => {
  it('builds once, and again when a source has changed', () => {
    expect(setup()).toEqual({ said: 'building', status: 0 });
    expect(setup()).toEqual({ said: '', status: 0 });
    write('src/new.test.ts', 'a test is no reason');
    expect(setup()).toEqual({ said: '', status: 0 });
    appendFileSync(join(root, 'src/drover.ts'), '// changed');
    expect(setup()).toEqual({ said: 'building', status: 0 });
    rmSync(join(root, 'dist'), { recursive: true });
    expect(setup()).toEqual({ said: 'building', status: 0 });
  });

  it('says when the build failed, with its exit code', () => {
    write('scripts/build.ts', 'process.exit(7)');
    expect(setup()).toEqual({ said: 'drover could not be built, see above.', status: 7 });
  });

  it.each([
    ['there are no packages', () => rmSync(join(root, 'node_modules'), { recursive: true })],
    ['one is missing', () => write('node_modules/.package-lock.json', lock({}))],
    ['one has another version', () => write('package-lock.json', lock({ 'node_modules/a': { version: '2.0.0' } }))],
    ['one is too many', () => write('package-lock.json', lock({}))],
  ])('installs when %s, and says what to look at when that fails', (_when, change) => {
    change();
    const { said, status } = setup();
    expect(said).toMatch(
      /^Installing what drover needs .*\nnpm install --no-save --ignore-scripts .*\nnpm could not install/,
    );
    expect(status).toBe(9);
  });
});

describe('bin/drover', () => {
  it('starts what was built, from anywhere and through links', () => {
    setup();
    symlinkSync('bin/drover', join(root, 'link'));
    symlinkSync(join(root, 'link'), join(root, 'npm/drover'));
    expect(run(join(root, 'npm/drover'), 'vm', 'two words', '*').stdout).toBe('["vm","two words","*"]\n');
  });

  it('says what to do when nothing was built', () => {
    const { stderr, status } = run(join(root, 'bin/drover'));
    expect(stderr).toBe(`drover is not built yet: run \`npm run build\` in ${root} once.\n`);
    expect(status).toBe(1);
  });
});
