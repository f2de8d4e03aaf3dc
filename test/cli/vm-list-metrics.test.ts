import { afterEach, beforeEach, expect, it } from 'vitest';
import { quickClock } from '../../src/platforms/testkit-clock.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeEach(async () => {
  // VMs on a node that hangs are listed, and tell no metrics.
  desk = await openDesk(simulated({ demo: { vms: 60, 'hanging-node': 1 } }));
});
afterEach(() => desk.clear());

it.each<[readonly string[], boolean]>([
  [[], false],
  [['--columns', 'name,cpu'], true],
  [['--filter', 'cpu>0'], true],
  [['--columns', 'name,state', '--filter', 'state:running'], false],
])('vm list %j waits for metrics: %s', async (flags, waits) => {
  const { code, stderr } = await desk.runWith({ clock: quickClock(20) }, 'vm', 'list', ...flags);
  expect([code, /no metrics received for \d+ running VMs within 10 s/.test(stderr)]).toEqual([0, waits]);
});
