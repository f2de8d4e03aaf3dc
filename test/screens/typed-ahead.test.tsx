import { afterEach, describe, expect, it } from 'vitest';
import { type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
afterEach(() => fleet.close());

const stateOf = (name: string) => fleet.vm((vm) => vm.name === name).state;
const toGateway = async () => {
  fleet = await openFleet();
  await fleet.press('/', ...'name:gateway', 'enter');
};

describe('keys that were typed before a question could be seen', () => {
  it('do not force a VM off', async () => {
    await toGateway();
    await fleet.type('Dy');
    await fleet.see('Force off gateway');
    await fleet.idle(5_000);
    expect(stateOf('gateway')).toBe('running');
    await fleet.press('y');
    await fleet.see('is stopped');
  });

  it('do not force a branch off, whatever an unmarked paste holds', async () => {
    fleet = await openFleet();
    await fleet.press('g');
    const running = [...fleet.server.fleet.inventory().vms].filter(({ state }) => state === 'running').length;
    await fleet.type('Dyyy48\r48\ry');
    await fleet.see(/Force off \d+ VMs in pool/);
    await fleet.idle(5_000);
    expect(fleet.server.fleet.inventory().vms.filter(({ state }) => state === 'running')).toHaveLength(running);
  });

  it('do not delete a VM, although its name is among them', async () => {
    await toGateway();
    await fleet.press('D', 'y');
    await fleet.see('is stopped');
    await fleet.type('Xgateway\r\r');
    await fleet.see('Type its name');
    await fleet.idle(5_000);
    expect(stateOf('gateway')).toBe('stopped');
    await fleet.press(...'gateway', 'enter', 'enter');
    await fleet.see('is deleted');
  });
});

it('a range that is open is in the title until it is marked', async () => {
  fleet = await openFleet();
  await fleet.press('j', 'j', 'v', 'j');
  await fleet.see('range open');
  await fleet.press('v');
  await fleet.see('2 marked');
  fleet.dontSee('range open');
});

it('a wrong name stays where it was typed, to be put right', async () => {
  await toGateway();
  await fleet.press('D', 'y');
  await fleet.see('is stopped');
  await fleet.press('X', ...'gatewya', 'enter');
  await fleet.see('that is not gateway');
  await fleet.press('backspace', 'backspace', 'a', 'y', 'enter', 'enter');
  await fleet.see('is deleted');
});
