import { defineConfig } from 'vitest/config';

// The suite waits for a real server, one test after the other.
export default defineConfig({ test: { include: ['*.test.mjs'], testTimeout: 180_000, hookTimeout: 180_000 } });
