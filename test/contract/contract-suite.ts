import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import type { PlatformEntry } from '../../src/platforms/registry.ts';
import type { PlatformFacts, PlatformTestkit } from '../../src/platforms/testkit.ts';
import { backups } from './backups.ts';
import { type Bench, openBench } from './bench.ts';
import { clouds } from './clouds.ts';
import { consoles } from './consoles.ts';
import { deleting } from './deleting.ts';
import { details } from './details.ts';
import { errors } from './errors.ts';
import { files } from './files.ts';
import { httpFaults } from './http-faults.ts';
import { images } from './images.ts';
import { lifecycle } from './lifecycle.ts';
import { listed } from './listed.ts';
import { making } from './making.ts';
import { migrating } from './migrating.ts';
import { modes } from './modes.ts';
import { nodes } from './nodes.ts';
import { operations } from './operations.ts';
import { parts } from './parts.ts';
import { reading } from './reading.ts';
import { settings } from './settings.ts';
import { snapshots } from './snapshots.ts';
import { writeSupport } from './support.ts';
import { volumeOffers } from './volume-offers.ts';
import { volumeSnapshots } from './volume-snapshots.ts';
import { wrappers } from './wrappers.ts';

/** Tests of one topic; which there are depends on what the platform can do, as its testkit says. */
type Topic = (bench: () => Bench, facts: PlatformFacts) => void;
const TOPICS: Readonly<Record<string, Topic>> = {
  operations,
  reading,
  details,
  lifecycle,
  deleting,
  making,
  migrating,
  modes,
  settings,
  snapshots,
  parts,
  files,
  backups,
  volumeSnapshots,
  volumeOffers,
  listed,
  images,
  clouds,
  consoles,
  nodes,
  errors,
  wrappers,
};

/** What every platform promises. `entry`: the platform, where it is not in the registry. */
export function contractSuite(name: string, testkit: PlatformTestkit, entry?: PlatformEntry): void {
  describe(name, () => {
    let bench: Bench | undefined;
    const present = (): Bench => {
      if (!bench) throw new Error('the test server did not start');
      return bench;
    };
    beforeAll(async () => {
      bench = await openBench(testkit, entry);
    });
    afterEach(() => bench?.clear());
    afterAll(async () => {
      await bench?.close();
      if (bench) writeSupport(bench.server.endpoint.platform);
    });
    for (const [topic, tests] of Object.entries(TOPICS)) describe(topic, () => tests(present, testkit.facts));
    const { http } = testkit;
    if (http) describe('http faults', () => httpFaults(present, http));
  });
}
