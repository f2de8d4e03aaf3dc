import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeTerminals, type FreshTerminal, openFresh } from './fresh-terminal.ts';
import { host3 } from './hosts.ts';
import { type ManyDomains, makeMany, manyConfig } from './many-domains.ts';

const COUNT = 10_000;

closeTerminals();
let folder: string;
let config: string;
let domains: ManyDomains;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-many-'));
  config = join(folder, 'config.yaml');
  await writeFile(config, manyConfig(host3), { mode: 0o600 });
  domains = await makeMany(host3, COUNT);
});
afterAll(async () => {
  domains.close();
  await rm(folder, { recursive: true });
});

/** The driver has a domain of its own from the start. */
const all = `${COUNT / 10 + 1}/${COUNT + 1} VMs running`;

const open = async (): Promise<FreshTerminal> => {
  const drover = await openFresh({ columns: 120, rows: 40, config });
  await drover.until(all, 30_000);
  return drover;
};

it('lists, scrolls and filters ten thousand domains of one daemon', async () => {
  const drover = await open();
  drover.type('G');
  await drover.until('─ test ─');
  expect(drover.row('many09999')).toContain('stopped');
  // two pages up
  drover.type('\x02\x02');
  await drover.until(/─ many099[45]\d ─/);
  expect(drover.row('many09999')).toBeUndefined();
  drover.type('gj');
  await drover.until('─ many00000 ─');
  drover.type('j'.repeat(500));
  await drover.until('─ many00500 ─');
  expect(drover.row('many00500')).toMatch(/running/);

  await drover.filter('0777');
  await drover.until('(11)');
  await drover.untilRow('many07779', 'stopped');
  await drover.filter('state:running name:many0000*');
  await drover.until('(1)');
});

it('starts and stops one of ten thousand while the list is still being read', async () => {
  const drover = await open();
  await drover.goTo('many06543');
  drover.type('s');
  await drover.until('many06543 is running');
  expect(await domains.isOn('many06543')).toBe(true);
  await drover.untilRow('many06543', 'running');

  drover.type('S');
  await drover.answer('Shut down many06543 on');
  await drover.until('many06543 is stopped');
  expect(await domains.isOn('many06543')).toBe(false);
  drover.type('q');
  expect(await drover.exit).toEqual({ code: 0, signal: 0 });
});
