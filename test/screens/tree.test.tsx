import { afterEach, describe, expect, it } from 'vitest';
import { type FleetOptions, type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
const open = async (options?: FleetOptions) => {
  fleet = await openFleet(options);
  return fleet;
};
afterEach(() => fleet.close());

describe('the tree', () => {
  it.each(['80x24', '120x40', '250x70'])('F-001 looks like this at %s', async (size) => {
    await open({ size, vms: 60 });
    await fleet.press('jjj');
    await fleet.idle(1_000);
    await expect(fleet.frame()).toMatchFileSnapshot(`../golden/fleet-${size}.txt`);
  });
});
