/** What is defined for a pool, by keys. */
import { afterEach, expect, it } from 'vitest';
import { type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
afterEach(() => fleet.close());

const endpoint = '{ platform: fake, vms: 4 }';
const config = `endpoints:\n  one: ${endpoint}\n  two: ${endpoint}\npools:\n  Prod:\n    nodes: [one, two]\n`;

it('F-020 F-178 F-180 a storage of a pool is defined, made on its nodes, and removed, by keys alone', async () => {
  fleet = await openFleet({ size: '120x40', config });
  await fleet.see('Prod');
  await fleet.press('g', '=');
  await fleet.see('Storages and networks of Prod');
  await fleet.press('enter');
  await fleet.see('For the nodes of Prod:');
  await fleet.press('images', 'down', 'down', '/srv/images', 'pgdn', 'enter');
  await fleet.see('images is defined for Prod');
  expect(await fleet.config()).toContain('images: { path: /srv/images }');
  await fleet.press('=');
  await fleet.see('images  storage  2 missing');
  await fleet.press('enter');
  await fleet.see('one  missing');
  await fleet.press('enter');
  await fleet.see('done on all');
  await fleet.press('=');
  await fleet.see('images  storage  2 in sync');
  await fleet.press('enter');
  await fleet.see('Remove from nodes and pool');
  await fleet.press('up', 'enter');
  await fleet.see('storage images on two is taken off');
  await fleet.press('y');
  await fleet.see('images of Prod is removed');
  expect(await fleet.config()).not.toContain('images');
});

it('F-016 F-178 m moves a node, which has then what its new pool defines', async () => {
  const pools = `pools:
  Prod:
    nodes: [one]
  Test:
    nodes: [two]
    storages:
      media: { path: /srv/media }
`;
  fleet = await openFleet({ size: '120x40', config: `endpoints:\n  one: ${endpoint}\n  two: ${endpoint}\n${pools}` });
  await fleet.see('Test');
  await fleet.press('g', 'j', 'j', 'm');
  await fleet.see('Move to pool: ');
  await fleet.press('down', 'enter');
  await fleet.see('storage media comes to one');
  await fleet.press('y');
  await fleet.see('is in pool Test now');
  expect((await fleet.config()).split('Test:')[1]).toContain('one');
  await fleet.press('g', 'j', 'j', '=');
  await fleet.see('media  storage  1 in sync, 1 missing');
});
