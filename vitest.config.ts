import { defineConfig } from 'vitest/config';
import { inkAsBuilt } from './test/setup/ink-as-built.ts';
import { MixedOrder } from './test/setup/order.ts';

const TESTS = '*.test.{ts,tsx}';
/** Where the whole program is driven: by keys, as a command, and line by line. */
export const WHOLE_PROGRAM = 'test/{screens,cli,plain}/**';

/** The quick suite, of parts: nothing but Node is needed. The whole program, what is slow, and the labs have configurations of their own. */
export default defineConfig({
  resolve: { alias: inkAsBuilt },
  oxc: { jsx: { development: false } },
  test: {
    // Two cores are common where this runs, a few files wait for servers, and each worker loads all modules once.
    maxWorkers: 4,
    sequence: { sequencer: MixedOrder },
    // Half of the garbage collections of young objects, which were a tenth of the time.
    execArgv: ['--max-semi-space-size=32'],
    // For a machine that has other work: what waits for ever is found all the same.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A golden file that is missing fails here as in CI, and is not written by the run that it should check; -u writes it.
    update: 'none',
    globalSetup: ['test/setup/fresh-build.ts', 'test/setup/ink-as-built.ts', 'test/setup/own-home.ts'],
    setupFiles: ['test/setup/loaded.ts'],
    // A worker runs one file after the other in the modules that are loaded already: no file leaves anything behind.
    isolate: false,
    include: [`src/**/${TESTS}`, `test/**/${TESTS}`],
    exclude: ['**/node_modules/**', WHOLE_PROGRAM, 'test/**/*.lab.test.ts', '**/*.slow.test.{ts,tsx}'],
  },
});
