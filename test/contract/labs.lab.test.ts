import { expect, it } from 'vitest';
import { contractSuite, testkits } from './suite.ts';

for (const [name, testkit] of testkits) {
  if (testkit.lab === undefined) continue;
  const missing = await testkit.available();
  it(`has what ${name} needs`, () => expect(missing).toBeUndefined());
  if (missing === undefined) contractSuite(name, testkit);
}
