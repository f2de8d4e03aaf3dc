import { afterEach, describe, expect, it } from 'vitest';
import { type FleetOptions, type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
const open = async (options?: FleetOptions) => {
  fleet = await openFleet(options);
};
afterEach(() => fleet.close());

describe('an endpoint that is not heard of', () => {
  it('F-041 keeps its rows, marks them stale with the time, and comes back by itself', async () => {
    await open();
    fleet.server.faults.freeze();
    await fleet.see('stale since 12:00:0');
    expect(fleet.line('billing-db1')).toMatch(/^ ~ /);
    expect(fleet.line('billing-db1')).not.toMatch(/%|█/);
    await fleet.press('jj');
    await fleet.see(/State +~ was running/);
    await fleet.see(/Last heard +12:00:0/);
    expect(fleet.frame().split('─ billing-db1')[1]).not.toMatch(/%|█/);
    await fleet.press('k');
    await fleet.see(/State +~ was up/);
    expect(fleet.frame().split('─ fra-01')[1]).not.toMatch(/%|█/);
    expect(fleet.frame()).toContain('1 stale');
    fleet.server.faults.thaw();
    await fleet.idle(3_000);
    fleet.dontSee('stale since');
  });

  it('F-230 F-412 says why its link is down, and lives on', async () => {
    await open();
    fleet.server.faults.cutLink();
    await fleet.see('the link to demo is down');
    await fleet.press('jj', 's');
    await fleet.see(/Start: demo is not connected: the link to demo is down/);
    fleet.server.faults.restoreLink();
    await fleet.idle(20_000);
    await fleet.press('i', 'i');
    await fleet.idle(1_000);
    fleet.dontSee('the link to demo is down');
    fleet.dontSee('not connected');
  });

  it('tells an action whose link died as unknown, until it is seen what became of it', async () => {
    await open({ values: { loses: 'vm.start' } });
    await fleet.press('jjj', 's');
    await fleet.see(/billing-web1 is running \(the link was lost on the way\)/);
  });

  it('F-028 F-228 shows what a rejected login says, and asks for nothing by itself', async () => {
    await open({ values: { password: 'wrong' } });
    await fleet.see(/demo +blocked, press E: demo refused this login/);
    await fleet.press('g');
    await fleet.see('give it another password: press E (Edit endpoint) on demo');
  });

  it('F-028 asks about an unknown host key when the user connects', async () => {
    await open({ values: { 'host-key': 'unknown' } });
    await fleet.see('blocked');
    await fleet.press('r');
    await fleet.see('Trust demo');
    await fleet.see('SHA256:');
    await fleet.idle(500);
    await fleet.press('y');
    await fleet.see(/\/60 VMs running/);
  });

  it('trusts no host by a key that was on its way to something else when the question came', async () => {
    await open({ values: { 'host-key': 'unknown' } });
    await fleet.see('blocked');
    await fleet.press('r');
    await fleet.see('Trust demo');
    await fleet.press('y', 'n', 'esc');
    await fleet.idle(500);
    await fleet.see('Trust demo');
    await fleet.press('n');
    fleet.dontSee('Trust demo');
  });

  it('asks no longer once its endpoint has another configuration', async () => {
    await open({ values: { 'host-key': 'unknown' } });
    fleet.follow();
    await fleet.see('blocked');
    await fleet.press('r');
    await fleet.see('Trust demo');
    await fleet.rewrite((text) => text.replace('seed: 1', 'seed: 2'));
    await fleet.unsee('Trust demo');
  });

  it('refuses a changed host key without asking', async () => {
    await open({ values: { 'host-key': 'changed' } });
    await fleet.press('r');
    await fleet.idle(2_000);
    fleet.dontSee('Trust demo');
    await fleet.see('is another one than before');
  });
});

describe('a VM in trouble', () => {
  it('F-236 stays in the list with a sign and the reason', async () => {
    await open({ values: { fails: 'vm.start' } });
    await fleet.press('jjj', 's');
    await fleet.see('! Starting failed half-way');
    expect(fleet.line('billing-web1 ')).toMatch(/^ ! .*✗ error/);
  });
});
