import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';
import { builtins } from './builtins.ts';
import { namedExports } from './named-exports.ts';
import { swaps } from './swaps.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** One launcher, and what it loads when it is needed as chunks beside it. */
export const buildOptions = {
  absWorkingDir: root,
  // A thread is started by the name of its file.
  entryPoints: {
    drover: 'src/drover.ts',
    'aws-thread': 'src/platforms/aws/sdk/thread.ts',
    'ssh-key-thread': 'src/platforms/transport/ssh-key-thread.ts',
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
  // What a platform's manifest `needs` is installed beside drover by those who want it.
  external: ['@aws-sdk/*'],
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
  // What libraries in CommonJS take for granted.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url), __dirname = import.meta.dirname;",
  },
  plugins: [...swaps, namedExports, builtins],
} as const satisfies BuildOptions;
