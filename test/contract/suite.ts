import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import type { PlatformTestkit } from '../../src/platforms/testkit.ts';
import { type Bench, openBench } from './bench.ts';
import { consoles } from './consoles.ts';
import { deleting } from './deleting.ts';
import { details } from './details.ts';
import { errors } from './errors.ts';
import { httpFaults } from './http-faults.ts';
import { lifecycle } from './lifecycle.ts';
import { reading } from './reading.ts';
import { settings } from './settings.ts';
import { writeSupport } from './support.ts';
import { wrappers } from './wrappers.ts';

/** Every platform's testkit, by the name of its folder. */
export const testkits: readonly (readonly [string, PlatformTestkit])[] = Object.entries(
  import.meta.glob<PlatformTestkit>('../../src/platforms/*/testkit.ts', { eager: true, import: 'testkit' }),
).map(([path, testkit]) => [path.split('/').at(-2) ?? path, testkit]);

const TOPICS = { reading, details, lifecycle, deleting, settings, consoles, errors, wrappers };

/** What every platform promises by having a folder here. */
export function contractSuite(name: string, testkit: PlatformTestkit): void {
  describe(name, () => {
    let bench: Bench | undefined;
    const present = (): Bench => {
      if (!bench) throw new Error('the test server did not start');
      return bench;
    };
    beforeAll(async () => {
      bench = await openBench(testkit);
    });
    afterEach(() => bench?.clear());
    afterAll(async () => {
      await bench?.close();
      if (bench) writeSupport(bench.server.endpoint.platform);
    });
    for (const [topic, tests] of Object.entries(TOPICS)) describe(topic, () => tests(present));
    const { http } = testkit;
    if (http) describe('http faults', () => httpFaults(present, http));
  });
}
