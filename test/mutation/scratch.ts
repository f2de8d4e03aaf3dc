import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mutation } from './mutations.ts';

/** A copy of the project in which sources are changed, so that the checkout never is. */
export interface Scratch {
  readonly root: string;
  /** Runs a program of node_modules/.bin; ends it, with what it has started, after `limitMs`. */
  run(argv: readonly [string, ...string[]], limitMs: number): Promise<'passed' | 'failed' | 'too long'>;
  /** Changes a source as long as `during` runs. */
  changed<T>(file: string, mutation: Mutation, during: () => Promise<T>): Promise<T>;
  remove(): void;
}

export function openScratch(project: string): Scratch {
  const root = mkdtempSync(join(tmpdir(), 'drover-mutation-'));
  const { stdout } = spawnSync('git', ['ls-files', '-z'], { cwd: project, encoding: 'utf8', maxBuffer: 1 << 26 });
  for (const file of stdout.split('\0').filter(Boolean)) cpSync(join(project, file), join(root, file));
  // The packages are those of the checkout; beside them stand what was built of its sources, and of which.
  mkdirSync(join(root, 'node_modules'));
  for (const name of readdirSync(join(project, 'node_modules'))) {
    if (!name.startsWith('.drover-'))
      symlinkSync(join(project, 'node_modules', name), join(root, 'node_modules', name));
  }
  // some tests ask git which files there are
  for (const argv of [
    ['init', '-q'],
    ['add', '-A'],
  ])
    spawnSync('git', argv, { cwd: root });
  return {
    root,
    run: ([program, ...args], limitMs) =>
      new Promise((resolve, reject) => {
        const child = spawn(join(root, 'node_modules/.bin', program), args, {
          cwd: root,
          detached: true,
          stdio: 'ignore',
        });
        const kill = () => {
          try {
            if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
          } catch {
            // it has ended
          }
        };
        let late = false;
        const timer = setTimeout(() => {
          late = true;
          kill();
        }, limitMs);
        child.once('error', reject);
        child.once('exit', (code) => {
          clearTimeout(timer);
          kill();
          resolve(late ? 'too long' : code === 0 ? 'passed' : 'failed');
        });
      }),
    async changed(file, { start, end, text }, during) {
      const path = join(root, file);
      const before = readFileSync(path, 'utf8');
      writeFileSync(path, before.slice(0, start) + text + before.slice(end));
      try {
        return await during();
      } finally {
        writeFileSync(path, before);
      }
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
