import { expect, it } from 'vitest';
import { stateOf } from './states.ts';

it.each([
  ['stopped', undefined, undefined, 'stopped', 'stopped'],
  ['running', undefined, undefined, 'running', 'running'],
  ['running', 'running', undefined, 'running', 'running'],
  ['running', 'paused', undefined, 'paused', 'paused'],
  ['running', 'prelaunch', undefined, 'starting', 'prelaunch'],
  ['running', 'io-error', undefined, 'error', 'io-error'],
  ['running', 'guest-panicked', undefined, 'crashed', 'guest-panicked'],
  ['running', 'finish-migrate', 'migrate', 'migrating', 'finish-migrate (migrate)'],
  ['running', 'running', 'migrate', 'migrating', 'running (migrate)'],
  ['running', 'running', 'backup', 'running', 'running (backup)'],
  ['stopped', undefined, 'suspended', 'suspended', 'stopped (suspended)'],
  ['running', 'running', 'suspended', 'running', 'running (suspended)'],
  ['running', 'running', 'suspending', 'stopping', 'running (suspending)'],
  ['unknown', undefined, undefined, 'unknown', 'unknown'],
  ['paused', undefined, undefined, 'paused', 'paused'],
  ['suspended', undefined, undefined, 'suspended', 'suspended'],
  ['prelaunch', undefined, undefined, 'starting', 'prelaunch'],
  ['running', 'restore-vm', undefined, 'starting', 'restore-vm'],
  ['running', 'inmigrate', undefined, 'migrating', 'inmigrate'],
  ['running', 'finish-migrate', undefined, 'migrating', 'finish-migrate'],
  ['running', 'postmigrate', undefined, 'migrating', 'postmigrate'],
  ['running', 'colo', undefined, 'running', 'colo'],
  ['running', 'save-vm', undefined, 'paused', 'save-vm'],
  ['running', 'debug', undefined, 'paused', 'debug'],
  ['running', 'watchdog', undefined, 'paused', 'watchdog'],
  ['running', 'internal-error', undefined, 'error', 'internal-error'],
  ['running', 'suspended', undefined, 'suspended', 'suspended'],
  ['running', 'shutdown', undefined, 'stopping', 'shutdown'],
  // What is told of a process that does not run is old.
  ['stopped', 'paused', undefined, 'stopped', 'stopped'],
  ['running', 'levitating', undefined, 'unknown', 'levitating'],
  ['frozen', undefined, undefined, 'unknown', 'frozen'],
  ['constructor', undefined, 'toString', 'unknown', 'constructor (toString)'],
])('%s, %s, lock %s is %s', (status, runState, lock, state, rawState) => {
  expect(stateOf({ status, runState, lock })).toEqual({ state, rawState });
});
