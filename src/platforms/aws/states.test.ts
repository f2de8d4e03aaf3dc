import { AvailabilityZoneState, InstanceStateName } from '@aws-sdk/client-ec2';
import { expect, it } from 'vitest';
import { isGone, isUnderWay, stateOf, zoneStateOf } from './states.ts';

it.each([
  ['pending', 'starting'],
  ['running', 'running'],
  ['stopping', 'stopping'],
  ['shutting-down', 'stopping'],
  ['stopped', 'stopped'],
  ['terminated', 'stopped'],
])('shows %s as %s, with the word of AWS beside it', (word, state) => {
  expect(stateOf(word, undefined)).toEqual({ state, rawState: word });
});

it('knows every word that AWS has for an instance and for a zone', () => {
  for (const word of Object.values(InstanceStateName)) expect(stateOf(word, undefined).state).not.toBe('unknown');
  for (const word of Object.values(AvailabilityZoneState)) expect(zoneStateOf(word)).not.toBe('unknown');
});

it('keeps a word that it does not know', () => {
  expect(stateOf('levitating', undefined)).toEqual({ state: 'unknown', rawState: 'levitating' });
  expect(zoneStateOf('levitating')).toBe('unknown');
  expect(stateOf(undefined, undefined)).toEqual({ state: 'unknown', rawState: 'no state' });
});

it('shows an instance whose memory was saved as suspended', () => {
  const suspended = { state: 'suspended', rawState: 'stopped (hibernated)' };
  expect(stateOf('stopped', 'Client.UserInitiatedHibernate')).toEqual(suspended);
  expect(stateOf('stopped', 'Client.UserInitiatedShutdown').state).toBe('stopped');
  expect(stateOf('stopping', 'Client.UserInitiatedHibernate').state).toBe('stopping');
});

it('takes a terminated instance for gone, and looks often at those on their way', () => {
  expect(isGone('terminated')).toBe(true);
  expect(isGone('shutting-down')).toBe(false);
  expect(['starting', 'stopping', 'running'].map((state) => isUnderWay(state as 'starting'))).toEqual([
    true,
    true,
    false,
  ]);
});

it.each([
  ['available', 'up'],
  ['information', 'up'],
  ['impaired', 'up'],
  ['constrained', 'up'],
  ['unavailable', 'down'],
  [undefined, 'unknown'],
])('shows a zone that is %s as %s', (word, state) => expect(zoneStateOf(word)).toBe(state));
