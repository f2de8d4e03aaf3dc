import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, expect, it } from 'vitest';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'drover-home-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const file = new URL('compiled-code.ts', import.meta.url).href;

/** The folder that a new process keeps its compiled code in; undefined for none. */
function keeps(umask: number, env: Readonly<Record<string, string>> = { HOME: home }): string | undefined {
  const script = `import module from 'node:module';
    import { rememberCompiledCode } from '${file}';
    process.umask(${umask});
    rememberCompiledCode(process.env);
    process.stdout.write(module.getCompileCacheDir() ?? '')`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    env: { NODE_OPTIONS: '--no-warnings', ...env },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout || undefined;
}
const modeOf = (path: string) => (statSync(join(home, path)).mode & 0o777).toString(8);

it('is kept in a folder that only its owner can write to, whatever the umask', () => {
  expect(keeps(0)).toContain(join(home, '.cache/drover/compiled'));
  expect([modeOf('.cache/drover'), modeOf('.cache/drover/compiled')]).toEqual(['700', '700']);
});

it('is not taken from a folder that others can write to, nor through a link', () => {
  mkdirSync(join(home, '.cache/drover/compiled'), { recursive: true, mode: 0o777 });
  spawnSync('chmod', ['777', join(home, '.cache/drover/compiled')]);
  expect(keeps(0o22)).toBeUndefined();
  rmSync(join(home, '.cache/drover/compiled'), { recursive: true });
  mkdirSync(join(home, 'elsewhere'));
  symlinkSync(join(home, 'elsewhere'), join(home, '.cache/drover/compiled'));
  expect(keeps(0o22)).toBeUndefined();
});

it('is where the user keeps such things, and nowhere where that is not known', () => {
  const caches = join(home, 'caches');
  expect(keeps(0o22, { HOME: '/no/such/home', XDG_CACHE_HOME: caches })).toContain(join(caches, 'drover/compiled'));
  expect(keeps(0o22, { HOME: home, XDG_CACHE_HOME: 'caches' })).toContain(join(home, '.cache/drover/compiled'));
  expect(keeps(0o22, { HOME: 'home', XDG_CACHE_HOME: '' })).toBeUndefined();
});

it.runIf(process.getuid?.() === 0)('is not made by root in the home of a user', () => {
  spawnSync('chown', ['12345:12345', home]);
  expect(keeps(0o22)).toBeUndefined();
  expect(existsSync(join(home, '.cache'))).toBe(false);
});
