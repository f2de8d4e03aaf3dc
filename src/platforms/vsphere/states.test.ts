import { expect, it } from 'vitest';
import { bootTimeOf, nodeStateOf, stateOf } from './states.ts';

it.each([
  ['poweredOn', 'connected', undefined, 'running', 'poweredOn'],
  ['poweredOff', 'connected', undefined, 'stopped', 'poweredOff'],
  ['suspended', 'connected', undefined, 'suspended', 'suspended'],
  ['poweredOn', undefined, undefined, 'running', 'poweredOn'],
  ['poweredOn', 'disconnected', undefined, 'unknown', 'poweredOn (disconnected)'],
  ['poweredOff', 'orphaned', 'powerOn', 'unknown', 'poweredOff (orphaned)'],
  ['poweredOff', 'inaccessible', undefined, 'unknown', 'poweredOff (inaccessible)'],
  ['poweredOff', 'connected', 'powerOn', 'starting', 'poweredOff (powerOn)'],
  ['poweredOn', 'connected', 'powerOff', 'stopping', 'poweredOn (powerOff)'],
  ['poweredOn', 'connected', 'shutdownGuest', 'stopping', 'poweredOn (shutdownGuest)'],
  ['poweredOn', 'connected', 'suspend', 'stopping', 'poweredOn (suspend)'],
  ['poweredOn', 'connected', 'reset', 'starting', 'poweredOn (reset)'],
  ['poweredOff', 'connected', 'migrate', 'migrating', 'poweredOff (migrate)'],
  ['hibernating', 'connected', 'clone', 'unknown', 'hibernating (clone)'],
  ['poweredOn', 'connected', 'relocate', 'migrating', 'poweredOn (relocate)'],
  ['poweredOn', 'connected', 'createSnapshot', 'running', 'poweredOn (createSnapshot)'],
  ['hibernating', 'connected', undefined, 'unknown', 'hibernating'],
  [undefined, 'connected', undefined, 'unknown', 'no power state'],
])('a VM that is %s, %s, with the task %s', (power, connection, task, state, rawState) => {
  expect(stateOf(power, connection, task)).toEqual({ state, rawState });
});

it.each([
  ['connected', 'poweredOn', 'false', 'up'],
  ['connected', 'poweredOn', 'true', 'maintenance'],
  ['connected', 'standBy', 'false', 'down'],
  ['connected', 'poweredOff', 'false', 'down'],
  ['notResponding', 'unknown', 'false', 'down'],
  ['disconnected', 'unknown', undefined, 'down'],
  [undefined, undefined, undefined, 'unknown'],
])('a host that is %s, %s, maintenance %s', (connection, power, maintenance, state) => {
  expect(nodeStateOf(connection, power, maintenance)).toBe(state);
});

it.each([
  ['poweredOn', 'connected', '2026-01-01T00:00:00Z', Date.UTC(2026, 0, 1)],
  ['poweredOn', undefined, '2026-01-01T00:00:00Z', Date.UTC(2026, 0, 1)],
  ['poweredOn', 'orphaned', '2026-01-01T00:00:00Z', undefined],
  ['suspended', 'connected', '2026-01-01T00:00:00Z', undefined],
  ['poweredOn', 'connected', '1970-01-01T00:00:00Z', undefined],
  ['poweredOn', 'connected', undefined, undefined],
])('a VM that is %s, %s, and says %s has run since %s', (power, connection, said, at) => {
  expect(bootTimeOf(power, connection, said)).toBe(at);
});
