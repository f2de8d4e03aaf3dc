import { afterEach, describe, expect, it } from 'vitest';
import { objectOf } from '../../src/actions/action.ts';
import { actions } from '../../src/actions/index.ts';
import { type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
afterEach(() => fleet.close());

const VM_KEYS = [
  ...new Set(actions.flatMap((action) => (action.noun === 'vm' && objectOf(action) === 'vm' ? action.keys : []))),
];
const DOWN = 'endpoints:\n  gone: { platform: kvm, host: 127.0.0.1, transport: tcp, port: 1 }\n';
const EMPTY_POOL = 'pools:\n  Spare: {}\nendpoints:\n  demo: { platform: fake, vms: 6, events-every: 0 }\n';

/** The message line after each key of a VM that belongs to nothing else here. */
async function told(keys: readonly string[]) {
  const lines: string[] = [];
  for (const key of keys) {
    await fleet.press(key);
    lines.push(fleet.frame().split('\n').at(-2)?.trim() ?? '');
  }
  return lines;
}

/** `X`, `e` and what else is about other rows as well says another sentence there. */
const but = (...others: readonly string[]) => VM_KEYS.filter((key) => !others.includes(key));

describe('every key for a VM says what to do where there is none', () => {
  it('in a fleet without endpoints', async () => {
    fleet = await openFleet({ config: 'endpoints: {}\n', size: '120x40' });
    for (const line of await told(VM_KEYS)) expect(line).toMatch(/^[\w ]+: there is no VM yet; add an endpoint first$/);
    await fleet.press(':', 'test endpoint');
    await fleet.see('there is no endpoint yet; add one first');
  });

  it('behind a filter that nothing passes', async () => {
    fleet = await openFleet({ size: '120x40' });
    await fleet.press('/', 'nosuch', 'enter');
    for (const line of await told(VM_KEYS)) expect(line).toMatch(/: no VM matches nosuch; clear the filter first$/);
  });

  it('on an endpoint that is down', async () => {
    fleet = await openFleet({ config: DOWN, size: '120x40' });
    await fleet.see("can't connect");
    for (const line of await told(but('X', 'e', 'm')))
      expect(line).toMatch(/: no VM of gone is known: .*nothing listens there$/);
  });

  it('on an empty pool', async () => {
    fleet = await openFleet({ config: EMPTY_POOL, size: '120x40' });
    await fleet.press('g');
    for (const line of await told(but('X', 'e', 'm'))) {
      expect(line).toMatch(/: this pool is empty; move a node into it first$/);
    }
  });

  it('on a node, for what is not for many', async () => {
    fleet = await openFleet({ size: '120x40' });
    await fleet.press('j');
    for (const line of await told(['c', 'O', 'e'])) expect(line).toMatch(/: go to a VM first, or mark some$/);
  });
});

describe('a view that hides the fleet', () => {
  it('does nothing with the row behind it, and says where to go', async () => {
    fleet = await openFleet({ size: '120x40' });
    await fleet.press('jjj', 't');
    for (const line of await told(VM_KEYS.filter((key) => key !== 'x'))) {
      expect(line).toMatch(/: go back to the fleet first; 1 leads there$/);
    }
    expect(fleet.vm(({ name }) => name === 'billing-web1').state).toBe('stopped');
  });
});

describe('where there is nothing', () => {
  it('marking says so', async () => {
    fleet = await openFleet({ config: DOWN, size: '120x40' });
    await fleet.see("can't connect");
    for (const line of await told(['space', 'M', 'v']))
      expect(line).toContain('nothing to mark: no VM of gone is known');
  });

  it('says that there is no pool to move a node to', async () => {
    fleet = await openFleet();
    await fleet.press('j', 'm');
    await fleet.see('there is no pool to move it to; a makes one');
  });

  it('goes to the details of an endpoint with enter, where its trouble is told', async () => {
    fleet = await openFleet({ config: DOWN, size: '120x40' });
    await fleet.see("can't connect");
    await fleet.press('enter', 'l');
    await fleet.see('No events since');
  });
});
