import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';
import { builtins } from './builtins.ts';
import { namedExports } from './named-exports.ts';
import { swaps } from './swaps.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The program's second line is a string to JavaScript, and the whole program to the shell that its first line names: it looks
 * which signals are ignored, which Node would forget (src/terminal/ignored-signals.ts), gives a closed output back as one that
 * refuses what is written (see bin/drover), and starts Node.
 */
const SHELL_LINE =
  '":" //; while read -r k v; do case $k in SigIgn:) DROVER_IGNORED_SIGNALS=$v;; esac; done 2>/dev/null </proc/self/status ' +
  '|| DROVER_IGNORED_SIGNALS=$(trap); export DROVER_IGNORED_SIGNALS; { true 3>&1; } 2>/dev/null || exec 1</dev/null; exec node "$0" "$@"';

/** One launcher, and what it loads when it is needed as chunks beside it. */
export const buildOptions = {
  absWorkingDir: root,
  // A thread is started by the name of its file.
  entryPoints: {
    drover: 'src/drover.ts',
    'aws-thread': 'src/platforms/aws/sdk/thread.ts',
    'ssh-key-thread': 'src/platforms/transport/ssh/key-thread.ts',
    'metrics-thread': 'src/state/metrics/thread.ts',
    'plugin-thread': 'src/plugins/probe-thread.ts',
    // For those who write a plugin: `drover/testkit`.
    testkit: 'test/contract/exported.ts',
  },
  outdir: 'dist',
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  jsx: 'automatic',
  // 8 MB less memory, since Node keeps the source of what it has loaded. The maps are for reading a stack afterwards.
  minify: true,
  sourcemap: 'linked',
  sourcesContent: false,
  // What a platform's manifest `needs` is installed beside drover by those who want it; vitest by those who test a plugin.
  external: ['@aws-sdk/*', 'vitest'],
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
  // And what libraries in CommonJS take for granted.
  banner: {
    js: `${SHELL_LINE}\nimport { createRequire } from 'node:module'; const require = createRequire(import.meta.url), __dirname = import.meta.dirname;`,
  },
  plugins: [...swaps, namedExports, builtins],
} as const satisfies BuildOptions;
