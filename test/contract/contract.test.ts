import { expect, it } from 'vitest';
import { contractSuite, testkits } from './suite.ts';

it('F-499 runs the suite against the fake platform on any machine', () => {
  expect(testkits.map(([name]) => name)).toContain('fake');
});

// What needs a server that is not installed here is tested where it is: labs.lab.test.ts.
for (const [name, testkit] of testkits) {
  if ((await testkit.available()) === undefined) contractSuite(name, testkit);
}
