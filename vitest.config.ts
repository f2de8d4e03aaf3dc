import { defineConfig } from 'vitest/config';

/** The quick suite: nothing but Node is needed. The labs have a configuration of their own. */
export default defineConfig({
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'test/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', 'test/**/*.lab.test.ts'],
    // Two cores are common where this runs; a pty test must not starve.
    maxWorkers: 2,
    testTimeout: 20_000,
  },
});
