import { afterEach, describe, expect, it } from 'vitest';
import { type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
afterEach(() => fleet.close());

const stateOf = (name: string | undefined) => fleet.vm((vm) => vm.name === name).state;
const reusesIds = { 'reuses-ids': true };

/** The id of this VM is given to another machine. `isReported`: drover is told at once; else it still shows the old one. */
function replace(name: string, isReported: boolean): () => string | undefined {
  const { id, uuid } = fleet.vm((vm) => vm.name === name);
  const { server } = fleet;
  const row = server.fleet.rowOf(id);
  const vm = server.fleet.vm(row);
  if (!vm) throw new Error(`${name} is not there`);
  const other = { name: 'payroll', uuid: `${uuid}-2`, identity: 'created later' };
  if (isReported) server.change(row, other);
  else server.fleet.replaceVm(row, { ...vm, ...other });
  return () => server.fleet.vm(row)?.state;
}

describe('a question about a VM whose id is given to another machine', () => {
  const toGateway = async () => {
    fleet = await openFleet({ values: reusesIds });
    await fleet.press('/', ...'name:gateway', 'enter');
    expect(fleet.cursor()).toBe('gateway');
  };

  it('sends nothing to the new one, although drover still shows the old one', async () => {
    await toGateway();
    await fleet.press('D');
    await fleet.see('Force off gateway');
    const state = replace('gateway', false);
    await fleet.press('y');
    await fleet.see(/is another VM now, called payroll; gateway was/);
    expect(state()).toBe('running');
  });

  it('deletes nothing, although the name was typed', async () => {
    await toGateway();
    await fleet.press('D', 'y');
    await fleet.see('is stopped');
    await fleet.press('X');
    await fleet.see('Type its name');
    const state = replace('gateway', false);
    await fleet.press(...'gateway', 'enter', 'enter');
    await fleet.see(/is another VM now, called payroll/);
    expect(state()).toBe('stopped');
  });

  it('is closed with a sentence as soon as drover sees the new one', async () => {
    await toGateway();
    await fleet.press('D');
    await fleet.see('Force off gateway');
    replace('gateway', true);
    await fleet.see('nothing was done');
    fleet.dontSee('Force off gateway');
  });

  it('closes the form of its settings, and saves nothing', async () => {
    await toGateway();
    await fleet.press('e');
    await fleet.see('Settings of gateway');
    replace('gateway', true);
    await fleet.see('nothing was done');
    fleet.dontSee('Settings of gateway');
  });

  it('leaves out what was marked before it was replaced', async () => {
    await toGateway();
    await fleet.press('space');
    replace('gateway', true);
    await fleet.idle();
    await fleet.press('D');
    await fleet.see('is another VM now, called payroll; gateway was');
    fleet.dontSee('Force off gateway');
  });
});

it('what is marked and gone is not replaced by the VM under the cursor', async () => {
  fleet = await openFleet();
  await fleet.press('/', ...'name:gateway', 'enter', 'space');
  await fleet.press('/', 'ctrl-u', ...'state:running', 'enter', 'j', 'j', 'j');
  fleet.removeVm('gateway');
  await fleet.idle();
  await fleet.see('1 marked');
  const cursor = fleet.cursor();
  expect(stateOf(cursor)).toBe('running');
  await fleet.press('D');
  await fleet.see('what is marked is not there any more');
  fleet.dontSee(/Force off [^:]+\?/);
});

describe("a question about a VM whose endpoint's configuration changes", () => {
  it('is closed with a sentence, and nothing is sent to the new address', async () => {
    fleet = await openFleet();
    fleet.follow();
    await fleet.press('/', ...'name:gateway', 'enter', 'D');
    await fleet.see('Force off gateway');
    await fleet.rewrite((text) => text.replace('events-every: 0', 'events-every: 0\n    latency: 5'));
    await fleet.see('the configuration of demo has changed');
    fleet.dontSee('Force off gateway');
  });

  it('leaves out what was marked under the old one', async () => {
    fleet = await openFleet();
    fleet.follow();
    await fleet.press('/', ...'name:gateway', 'enter', 'space');
    await fleet.rewrite((text) => text.replace('events-every: 0', 'events-every: 0\n    latency: 5'));
    await fleet.reconnected();
    await fleet.see('gateway');
    await fleet.press('S');
    await fleet.see('the configuration of demo has changed');
    fleet.dontSee('Shut down gateway');
  });

  it('says of settings that were being saved that what became of them is not known', async () => {
    fleet = await openFleet();
    fleet.follow();
    await fleet.press('/', ...'name:gateway', 'enter', 'e');
    await fleet.see('Settings of gateway');
    await fleet.see('Memory');
    await fleet.press('down', 'ctrl-u', ...'2GiB', 'pgdn', 'enter');
    await fleet.see('Change gateway');
    // The file is watched in real time: the answer must be longer under way than that takes.
    fleet.server.faults.slow(30_000);
    await fleet.press('y');
    await fleet.see('saving');
    await fleet.rewrite((text) => text.replace('events-every: 0', 'events-every: 0\n    latency: 5'));
    await fleet.see(/not known: the configuration of demo has changed/);
    // What lands of the new address does not take the sentence away.
    await fleet.idle(10_000);
    await fleet.see(/not known: the configuration of demo has changed/);
    fleet.dontSee('nothing was done');
  });
});
