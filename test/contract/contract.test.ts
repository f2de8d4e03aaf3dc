import { existsSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import support from '../../docs/support.json' with { type: 'json' };
import { platforms } from '../../src/platforms/registry.ts';
import { loadTestkit, testkitLoaders } from './suite.ts';

const testkits = await Promise.all(
  [...testkitLoaders.keys()].map(async (name) => [name, await loadTestkit(name)] as const),
);
const inLabs = testkits.flatMap(([name, { lab }]) => (lab === undefined ? [] : [name]));

// Aloud, so that a green run is not taken for more than it is.
afterAll(() => {
  const how = 'vitest run --config vitest.labs.config.ts test/contract';
  process.stderr.write(`\nThe contract is not run here for ${inLabs.join(', ')}, which need servers: ${how}\n`);
});

describe('the contract', () => {
  it('is run for every platform of the registry', () => {
    expect(testkits.map(([name]) => name).sort()).toEqual(platforms.map(({ manifest }) => manifest.id).sort());
  });

  it('F-499 is run on any machine for the fake platform, and for every other one that needs no lab', () => {
    const quick = testkits.flatMap(([name, { lab }]) => (lab === undefined ? [name] : []));
    expect(quick).toContain('fake');
    for (const name of quick)
      expect([name, existsSync(new URL(`${name}.test.ts`, import.meta.url))]).toEqual([name, true]);
  });

  it.each(testkits)(
    'has shown for %s what docs/support.json says, and nothing that its testkit lacks',
    (name, { facts }) => {
      const shown: readonly string[] = support[name as keyof typeof support];
      expect(shown.filter((operation) => !(facts.operations as readonly string[]).includes(operation))).toEqual([]);
    },
  );
});
