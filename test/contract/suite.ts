import type { PlatformTestkit } from '../../src/platforms/testkit.ts';

export { contractSuite } from './contract-suite.ts';

const kits = import.meta.glob<PlatformTestkit>('../../src/platforms/*/testkit.ts', { import: 'testkit' });

/** Loads a platform's testkit by the name of its folder. */
export const testkitLoaders: ReadonlyMap<string, () => Promise<PlatformTestkit>> = new Map(
  Object.entries(kits).map(([path, load]) => [path.split('/').at(-2) ?? path, load]),
);

export async function loadTestkit(platform: string): Promise<PlatformTestkit> {
  const load = testkitLoaders.get(platform);
  if (!load) throw new Error(`src/platforms/${platform}/ has no testkit.ts`);
  return load();
}
