import { expect, it } from 'vitest';
import { contractSuite, loadTestkit, testkitLoaders } from './suite.ts';

for (const name of testkitLoaders.keys()) {
  const testkit = await loadTestkit(name);
  if (testkit.lab === undefined) continue;
  const missing = await testkit.available();
  it(`has what ${name} needs`, () => expect(missing).toBeUndefined());
  if (missing === undefined) contractSuite(name, testkit);
}
