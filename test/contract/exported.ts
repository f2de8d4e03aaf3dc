/**
 * `drover/testkit`: the contract suite for plugins, and what their test servers are made of. It runs in vitest, in the plugin's
 * own folder; docs/plugins.md goes through it.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlatformTestkit } from '../../src/platforms/testkit.ts';
import { DESCRIPTION_FILE, readDescription } from '../../src/plugins/description.ts';
import { loadPlugin } from '../../src/plugins/load-plugin.ts';
import { contractSuite } from './contract-suite.ts';

export { systemClock } from '../../src/clock.ts';
export * as ids from '../../src/ids.ts';
export { quickClock } from '../../src/platforms/testkit-clock.ts';
export { startLink } from '../../src/platforms/testkit-link.ts';

/** Runs the suite on the plugin of this folder, against the server that `testkit` starts. Rejects for a plugin that can't be loaded. */
export async function pluginSuite(folder: string, testkit: PlatformTestkit): Promise<void> {
  const { id } = JSON.parse(await readFile(join(folder, DESCRIPTION_FILE), 'utf8'));
  const description = await readDescription(folder, id);
  const platform = await loadPlugin(description);
  contractSuite(id, testkit, { manifest: description.manifest, load: async () => platform });
}
