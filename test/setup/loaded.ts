import { afterAll, vi } from 'vitest';

/**
 * What a test has begun to load is there before the next file comes: a module whose loading was cut off would be missing for all
 * files after it in this worker.
 */
afterAll(() => vi.dynamicImportSettled());
