import { existsSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import support from '../../docs/support.json' with { type: 'json' };
import { platforms } from '../../src/platforms/registry.ts';
import { loadTestkit, testkitLoaders } from './suite.ts';

const testkits = await Promise.all(
  [...testkitLoaders.keys()].map(async (name) => [name, await loadTestkit(name)] as const),
);
const quick = testkits.filter(([, { lab }]) => lab === undefined);
const inLabs = testkits.flatMap(([name, { lab }]) => (lab === undefined ? [] : [name]));

// Aloud, so that a green run is not taken for more than it is.
afterAll(() => {
  const how = 'vitest run --config vitest.labs.config.ts test/contract';
  process.stderr.write(`\nThe contract is not run here for ${inLabs.join(', ')}, which need servers: ${how}\n`);
});

describe('the contract', () => {
  it('F-188 F-208 is run for every platform of the registry', () => {
    expect(testkits.map(([name]) => name).sort()).toEqual(platforms.map(({ manifest }) => manifest.id).sort());
  });

  it('F-499 is run on any machine for the fake platform, and for every other one that needs no lab', () => {
    const names = quick.map(([name]) => name);
    expect(names).toContain('fake');
    const isRun = (name: string) =>
      ['test.ts', 'slow.test.ts'].some((ending) => existsSync(new URL(`${name}.${ending}`, import.meta.url)));
    expect(names.filter((name) => !isRun(name))).toEqual([]);
  });

  // of the others CI compares what it has seen: scripts/check-features.ts
  it.each(quick)('has shown for %s what docs/support.json says, and all of it', (name, { facts }) => {
    expect(support[name as keyof typeof support]).toEqual([...facts.operations, ...(facts.elsewhere ?? [])].sort());
  });
});
