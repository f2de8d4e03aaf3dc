import { defineConfig } from 'vitest/config';

/** Tests against real servers: `npm run lab -- up NAME` first, then `vitest run --config vitest.labs.config.ts test/labs/NAME`. */
export default defineConfig({
  test: {
    include: ['test/**/*.lab.test.ts'],
    globalSetup: 'test/setup/fresh-build.ts',
    setupFiles: ['test/labs/libvirt/restore-before.ts'],
    // a lab is one machine room: two files that cut the same cable would see each other's faults
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    update: 'none',
  },
});
