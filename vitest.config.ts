import { defineConfig } from 'vitest/config';

/** The quick suite: nothing but Node is needed. The labs have a configuration of their own. */
export default defineConfig({
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'test/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', 'test/**/*.lab.test.ts'],
    globalSetup: 'test/global-setup.ts',
    // Two cores are common where this runs, and a few files wait for servers most of their time.
    maxWorkers: 3,
    testTimeout: 20_000,
    // A golden file that is missing fails here as in CI, and is not written by the run that it should check; -u writes it.
    update: 'none',
  },
});
