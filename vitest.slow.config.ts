import { defineConfig, mergeConfig } from 'vitest/config';
import quick from './vitest.config.ts';

const TESTS = '*.slow.test.{ts,tsx}';

/** What starts many processes or waits for real time, and needs no lab: run by `npm run check` and CI, beside the quick suite. */
export default mergeConfig(
  { ...quick, test: { ...quick.test, include: undefined, exclude: undefined } },
  defineConfig({
    test: {
      include: [`src/**/${TESTS}`, `test/**/${TESTS}`],
      exclude: ['**/node_modules/**'],
      testTimeout: 180_000,
      hookTimeout: 180_000,
    },
  }),
);
