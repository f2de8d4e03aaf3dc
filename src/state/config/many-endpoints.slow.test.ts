import { expect, it } from 'vitest';
import { openYaml } from './yaml-file.ts';

const fileOf = (count: number): string =>
  `endpoints:\n${Array.from({ length: count }, (_, at) => `  host${at}:\n    platform: kvm\n    host: h${at}.test\n`).join('')}`;

/** CPU time, ms, of reading a file with so many endpoints. */
async function costOf(count: number): Promise<number> {
  const text = fileOf(count);
  const before = process.cpuUsage();
  const { broken, tree } = await openYaml('config.yaml', text);
  const { user, system } = process.cpuUsage(before);
  expect(broken).toEqual([]);
  const endpoints = tree.kind === 'map' ? tree.entries.get('endpoints')?.value : undefined;
  expect(endpoints?.kind === 'map' ? endpoints.entries.size : 0).toBe(count);
  return (user + system) / 1000;
}

it('takes no more for an endpoint in a file of 32,000 than in one of 1,000', async () => {
  await costOf(1_000);
  const small = Math.min(await costOf(1_000), await costOf(1_000));
  const large = await costOf(32_000);
  // Measured: 13 times as much, and 90 to 200 times when each key is compared with all others.
  expect(large / small, `${large} ms and ${small} ms`).toBeLessThan(50);
});

it('finds a key that is there twice among thousands', async () => {
  const { broken } = await openYaml('config.yaml', `${fileOf(3_000)}  host7:\n    platform: kvm\n`);
  expect(broken).toMatchObject([{ message: 'this key is there twice', at: { line: 9_002, column: 3 } }]);
});
