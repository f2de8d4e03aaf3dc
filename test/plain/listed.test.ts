import { afterEach, beforeEach, expect, it } from 'vitest';
import { type OpenLines, openLines } from './open-lines.ts';

let lines: OpenLines;
beforeEach(async () => {
  lines = await openLines({ vms: 40 });
});
afterEach(() => lines.close());

it('reads the networks of an endpoint, asks which and what to do, and deletes one after its name was typed', async () => {
  await lines.press('j', '5');
  await lines.hear('5 networks:');
  await lines.hear(/lab, active yes, type nat, mode nat, cidr 192\.168\.150\.0\/24, dhcp yes/);
  await lines.type('4');
  await lines.hear('What to do with lab');
  await lines.type('Delete');
  await lines.hear('Is lost: the network lab');
  await lines.hear('Type its name');
  await lines.type('lab');
  await lines.hear('Number of a field');
  await lines.type('Delete');
  await lines.hear('lab of demo is deleted');
  expect(lines.server.collections.network.all().map(({ name }) => name)).not.toContain('lab');
});
