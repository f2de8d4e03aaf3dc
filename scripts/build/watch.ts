import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { context, type Plugin } from 'esbuild';
import { buildOptions, root } from './options.ts';

/** Builds and runs the demo; after each change that builds, ends it and runs the new one. Until the demo is left. */
export async function watch(): Promise<void> {
  let demo: ChildProcess | undefined;

  async function restart(): Promise<void> {
    const old = demo;
    demo = undefined;
    if (old?.exitCode === null && old.signalCode === null) {
      old.kill('SIGTERM');
      await once(old, 'exit');
    }
    const fresh = spawn(process.execPath, [join(root, 'dist/drover.js'), '--demo'], { stdio: 'inherit' });
    demo = fresh;
    fresh.once('exit', (code) => {
      if (demo === fresh) process.exit(code ?? 1);
    });
  }

  const onBuilt: Plugin = {
    name: 'restart',
    setup(build) {
      build.onEnd(({ errors }) => (errors.length === 0 ? restart() : undefined));
    },
  };
  const watched = await context({ ...buildOptions, plugins: [...buildOptions.plugins, onBuilt] });
  await watched.watch();
}
