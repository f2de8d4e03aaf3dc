import { afterEach, expect, it } from 'vitest';
import { type FleetOptions, type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
const open = async (options?: FleetOptions) => {
  fleet = await openFleet(options);
};
afterEach(() => fleet.close());

it('F-222 a task that failed is counted in the title until somebody looks, and leads to its VM', async () => {
  await open({ values: { fails: 'vm.start' } });
  await fleet.press('jjj', 's');
  await fleet.see(/ 1 (new|notification) \(z\)/);
  await fleet.press('z');
  await fleet.see(/task-failed Start billing-web1: /);
  fleet.dontSee(/ 1 (new|notification) \(z\)/);
  await fleet.press('enter');
  await fleet.see('NAME');
  expect(fleet.cursor()).toBe('billing-web1');
});

it('F-224 an endpoint that goes away and comes back is told of', async () => {
  await open();
  fleet.follow();
  fleet.server.faults.cutLink();
  await fleet.see(/ 1 (new|notification) \(z\)/);
  fleet.server.faults.restoreLink();
  await fleet.see(/ 2 (new|notifications) \(z\)/);
  await fleet.press('z');
  await fleet.see('demo is reachable again');
  await fleet.see(/demo is unreachable: /);
});
