import { expect, it } from 'vitest';
import { isPartOfStart, lifecycleText } from '../watch/lifecycle-events.ts';
import { stateOf } from './states.ts';

it.each([
  [0, 0, 'unknown', 'no state'],
  [1, 1, 'running', 'running'],
  [1, 10, 'migrating', 'running (post-copy migration)'],
  [2, 0, 'running', 'idle'],
  [3, 1, 'paused', 'paused'],
  [3, 2, 'migrating', 'paused (migrating)'],
  [3, 3, 'paused', 'paused (saving)'],
  [3, 4, 'paused', 'paused (dumping)'],
  [3, 5, 'paused', 'paused (I/O error)'],
  [3, 6, 'paused', 'paused (watchdog)'],
  [3, 9, 'paused', 'paused (taking a snapshot)'],
  [3, 10, 'crashed', 'paused (guest crashed)'],
  [3, 11, 'starting', 'paused (starting up)'],
  [3, 12, 'migrating', 'paused (post-copy migration)'],
  [3, 13, 'error', 'paused (post-copy migration failed)'],
  [4, 1, 'stopping', 'in shutdown'],
  [5, 1, 'stopped', 'shut off'],
  [5, 3, 'crashed', 'shut off (crashed)'],
  [5, 4, 'stopped', 'shut off (migrated)'],
  [5, 5, 'stopped', 'shut off'],
  [5, 6, 'stopped', 'shut off (failed to start)'],
  [6, 0, 'crashed', 'crashed'],
  [6, 1, 'crashed', 'crashed (panicked)'],
  [7, 0, 'suspended', 'pmsuspended'],
  [99, 0, 'unknown', 'state 99'],
] as const)('F-067 state %i for reason %i is %s', (state, reason, ours, words) => {
  expect(stateOf(state, reason)).toEqual({ state: ours, rawState: words });
});

it('calls a guest suspended whose memory is saved, and only while it is off', () => {
  expect(stateOf(5, 5, true)).toEqual({ state: 'suspended', rawState: 'shut off (saved)' });
  expect(stateOf(1, 1, true)).toEqual({ state: 'running', rawState: 'running' });
});

it('calls a guest paused that libvirt does nothing with, also where it says that it migrates', () => {
  expect(stateOf(3, 2, false, true)).toEqual({ state: 'paused', rawState: 'paused (restored)' });
  expect(stateOf(3, 5, false, true)).toEqual({ state: 'paused', rawState: 'paused (I/O error)' });
});

it('puts lifecycle events into words, also those that are not known yet', () => {
  const said = (event: number) => {
    const texts: string[] = [];
    for (let detail = 0; !/\(\d+\)$/.test(lifecycleText(event, detail)); detail++)
      texts.push(lifecycleText(event, detail));
    return texts;
  };
  expect(said(0)).toEqual(['Defined (added)', 'Defined (changed)', 'Defined (renamed)', 'Defined (from a snapshot)']);
  expect(said(1)).toEqual(['Undefined (removed)', 'Undefined (renamed)']);
  expect(said(2)).toHaveLength(5);
  expect(lifecycleText(2, 0)).toBe('Started (booted)');
  expect(said(3)).toEqual([
    'Paused (on request)',
    'Paused (migrated)',
    'Paused (I/O error)',
    'Paused (watchdog)',
    'Paused (restored)',
    'Paused (from a snapshot)',
    'Paused (failed operation)',
    'Paused (post-copy)',
    'Paused (post-copy failed)',
  ]);
  expect(said(4)).toEqual([
    'Resumed (on request)',
    'Resumed (migrated)',
    'Resumed (from a snapshot)',
    'Resumed (post-copy)',
    'Resumed (post-copy failed)',
  ]);
  expect(said(5)).toEqual([
    'Stopped (shut down)',
    'Stopped (forced off)',
    'Stopped (crashed)',
    'Stopped (migrated away)',
    'Stopped (saved)',
    'Stopped (failed)',
    'Stopped (from a snapshot)',
  ]);
  expect(said(6)).toEqual(['Shut down (finished)', 'Shut down (by the guest)', 'Shut down (by the host)']);
  expect(said(7)).toEqual(['Suspended by the guest (to memory)', 'Suspended by the guest (to disk)']);
  expect(said(8)).toEqual(['Crashed (panicked)', 'Crashed (crash kernel loaded)']);
  expect(lifecycleText(2, 77)).toBe('Started (77)');
  expect(lifecycleText(77, 0)).toBe('Event 77 (0)');
});

it('tells a start once, and that a paused guest was resumed', () => {
  // What libvirt sends for a start: resumed, started.
  const resumed = lifecycleText(4, 0);
  expect(resumed).toBe('Resumed (on request)');
  expect(isPartOfStart(resumed, 'stopped')).toBe(true);
  expect(isPartOfStart(lifecycleText(2, 0), 'stopped')).toBe(false);
  expect(isPartOfStart(resumed, 'paused')).toBe(false);
  expect(isPartOfStart(lifecycleText(4, 1), 'stopped')).toBe(false);
});
