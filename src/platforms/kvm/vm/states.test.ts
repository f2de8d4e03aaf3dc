import { expect, it } from 'vitest';
import { isPartOfStart, lifecycleText } from '../watch/lifecycle-events.ts';
import { stateOf } from './states.ts';

it.each([
  [1, 1, 'running', 'running'],
  [3, 1, 'paused', 'paused'],
  [3, 2, 'migrating', 'paused (migrating)'],
  [3, 5, 'paused', 'paused (I/O error)'],
  [4, 1, 'stopping', 'in shutdown'],
  [5, 1, 'stopped', 'shut off'],
  [5, 3, 'crashed', 'shut off (crashed)'],
  [5, 5, 'stopped', 'shut off'],
  [7, 0, 'suspended', 'pmsuspended'],
  [99, 0, 'unknown', 'state 99'],
] as const)('F-067 state %i for reason %i is %s', (state, reason, ours, words) => {
  expect(stateOf(state, reason)).toEqual({ state: ours, rawState: words });
});

it('calls a guest suspended whose memory is saved, and only while it is off', () => {
  expect(stateOf(5, 5, true)).toEqual({ state: 'suspended', rawState: 'shut off (saved)' });
  expect(stateOf(1, 1, true)).toEqual({ state: 'running', rawState: 'running' });
});

it('puts lifecycle events into words, also those that are not known yet', () => {
  expect(lifecycleText(2, 0)).toBe('Started (booted)');
  expect(lifecycleText(5, 1)).toBe('Stopped (forced off)');
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
