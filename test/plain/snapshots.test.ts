import { afterEach, beforeEach, expect, it } from 'vitest';
import { type OpenLines, openLines } from './open-lines.ts';

let lines: OpenLines;
beforeEach(async () => {
  lines = await openLines({ vms: 120 });
  await lines.press('/');
  await lines.hear('Filter');
  await lines.type('metrics-web2');
  await lines.hear('1 VM matches');
});
afterEach(() => lines.close());

const row = () => {
  const { fleet } = lines.server;
  return fleet.rowOf(fleet.inventory().vms.find(({ name }) => name === 'metrics-web2')?.id ?? ('' as never));
};
const names = () => lines.server.snapshots.of(row()).map(({ name }) => name);

it('reads the snapshots of a VM, asks which and what to do, and reverts after the name was typed', async () => {
  await lines.press('4');
  await lines.hear('3 snapshots:');
  await lines.hear(/before-upgrade, memory yes, created \d{4}-\d\d-\d\d \d\d:\d\d/);
  await lines.hear(/golden, current yes/);
  await lines.type('1');
  await lines.hear('What to do with before-upgrade');
  await lines.type('Revert');
  await lines.hear('Is lost: what metrics-web2 has in memory');
  await lines.hear('Type its name');
  await lines.type('before-upgrade');
  await lines.hear('Number of a field');
  await lines.type('Revert');
  await lines.hear('before-upgrade of metrics-web2 is current again');
  expect(lines.server.snapshots.of(row()).find(({ current }) => current)?.name).toBe('before-upgrade');
});

it('takes another one, which is the last choice of the list', async () => {
  await lines.press('4');
  await lines.hear('Take snapshot');
  await lines.type('Take');
  await lines.hear('Name');
  await lines.type('monday');
  await lines.hear('Number of a field');
  await lines.type('Continue');
  await lines.hear('metrics-web2 has the snapshot monday');
  expect(names()).toContain('monday');
});

it('does nothing when the list is left with Esc', async () => {
  await lines.press('4');
  await lines.hear('Which of the snapshots');
  await lines.press('esc');
  await lines.idle(500);
  expect(names()).toEqual(['before-upgrade', 'clean', 'golden']);
});
