import { defineConfig, mergeConfig } from 'vitest/config';
import quick, { WHOLE_PROGRAM } from './vitest.config.ts';

const TESTS = '*.slow.test.{ts,tsx}';

/** The whole program, and what starts many processes or waits for real time, and needs no lab: run by `npm run check` and CI, beside the quick suite. */
export default mergeConfig(
  { ...quick, test: { ...quick.test, include: undefined, exclude: undefined } },
  defineConfig({
    test: {
      // Many of these wait for programs and servers most of their time.
      maxWorkers: 8,
      include: [`src/**/${TESTS}`, `test/**/${TESTS}`, `${WHOLE_PROGRAM}/*.test.{ts,tsx}`],
      exclude: ['**/node_modules/**'],
      testTimeout: 180_000,
      hookTimeout: 180_000,
    },
  }),
);
