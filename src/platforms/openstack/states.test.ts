import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isGone, QUIET_TASKS, stateOf } from './states.ts';

/** Every word that nova's source has. */
const nova: Readonly<Record<'vmStates' | 'taskStates' | 'statuses', readonly string[]>> = JSON.parse(
  readFileSync(new URL('./fixtures/nova-states.json', import.meta.url), 'utf8'),
);
const raw = (status: string, vmState?: string, taskState?: string, powerState?: number) => ({
  status,
  vmState,
  taskState,
  powerState,
});

describe('the state of a server', () => {
  it.each(nova.vmStates)('is known for the vm_state %s', (word) => {
    expect(stateOf(raw('X', word)).state).not.toBe('unknown');
  });

  it.each(nova.taskStates)('is known for the task_state %s', (word) => {
    const changed = stateOf(raw('X', 'active', word)).state !== 'running';
    expect(changed).toBe(!QUIET_TASKS.has(word));
  });

  it.each(nova.statuses)('is known for the status %s alone', (word) => {
    expect(stateOf(raw(word)).state === 'unknown').toBe(word === 'UNKNOWN');
  });

  it.each([
    [raw('ACTIVE', 'active', undefined, 1), 'running', 'ACTIVE'],
    [raw('ACTIVE', 'active', 'powering-off', 1), 'stopping', 'ACTIVE (powering-off)'],
    [raw('SHUTOFF', 'stopped', 'powering-on', 4), 'starting', 'SHUTOFF (powering-on)'],
    [raw('REBOOT', 'active', 'reboot_started', 1), 'starting', 'REBOOT (reboot_started)'],
    [raw('ACTIVE', 'active', 'image_uploading', 1), 'running', 'ACTIVE (image_uploading)'],
    [raw('SHELVED_OFFLOADED', 'shelved_offloaded', undefined, 4), 'stopped', 'SHELVED_OFFLOADED'],
    [raw('ACTIVE', 'active', 'shelving', 1), 'stopping', 'ACTIVE (shelving)'],
    [raw('VERIFY_RESIZE', 'resized', undefined, 1), 'running', 'VERIFY_RESIZE'],
    [raw('VERIFY_RESIZE', 'resized', undefined, 4), 'stopped', 'VERIFY_RESIZE'],
    [raw('ACTIVE', 'active', undefined, 6), 'crashed', 'ACTIVE'],
    [raw('ERROR', 'error', undefined, 0), 'error', 'ERROR'],
    [raw('BUILD', 'building', 'scheduling', 0), 'starting', 'BUILD (scheduling)'],
    [raw('DREAMING', 'dreaming'), 'unknown', 'DREAMING'],
    [raw('constructor', 'toString', 'valueOf'), 'unknown', 'constructor (valueOf)'],
  ])('%o is %s', (given, state, rawState) => expect(stateOf(given)).toEqual({ state, rawState }));

  it.each([
    [
      'starting',
      'scheduling block_device_mapping networking spawning rebooting reboot_pending reboot_started rebooting_hard reboot_pending_hard reboot_started_hard resuming powering-on rescuing unrescuing rebuilding rebuild_block_device_mapping rebuild_spawning restoring unshelving',
    ],
    [
      'stopping',
      'suspending powering-off deleting soft-deleting shelving shelving_image_pending_upload shelving_image_uploading',
    ],
    ['migrating', 'resize_prep resize_migrating resize_migrated resize_finish resize_reverting migrating'],
  ])('is %s while this is done to it: %s', (state, tasks) => {
    for (const task of tasks.split(' ')) expect([task, stateOf(raw('X', 'active', task)).state]).toEqual([task, state]);
  });

  it.each([
    ['running', 'active rescued resized', 'ACTIVE PASSWORD VERIFY_RESIZE RESCUE'],
    ['starting', 'building', 'BUILD REBOOT HARD_REBOOT REBUILD'],
    ['migrating', '', 'MIGRATING RESIZE REVERT_RESIZE'],
    ['paused', 'paused', 'PAUSED'],
    ['suspended', 'suspended', 'SUSPENDED'],
    [
      'stopped',
      'stopped soft-delete deleted shelved shelved_offloaded',
      'SHUTOFF DELETED SOFT_DELETED SHELVED SHELVED_OFFLOADED',
    ],
    ['error', 'error', 'ERROR'],
    ['unknown', '', 'UNKNOWN'],
  ])('is %s as vm_state %s, and where only the status is told as %s', (state, vmStates, statuses) => {
    for (const word of vmStates.split(' ').filter(Boolean))
      expect([word, stateOf(raw('X', word)).state]).toEqual([word, state]);
    for (const word of statuses.split(' ')) expect([word, stateOf(raw(word)).state]).toEqual([word, state]);
  });

  it.each([
    ['ACTIVE', 'stopped', 6, 'stopped'],
    ['ACTIVE', 'active', 4, 'running'],
    ['X', 'resized', 6, 'running'],
  ])('%s, %s with the power state %i is %s', (status, vmState, power, state) => {
    expect(stateOf(raw(status, vmState, undefined, power)).state).toBe(state);
  });

  it('says that it is gone', () => {
    for (const gone of [raw('DELETED'), raw('SOFT_DELETED'), raw('X', 'deleted'), raw('X', 'soft-delete')])
      expect(isGone(gone)).toBe(true);
    expect(isGone(raw('SHUTOFF', 'stopped'))).toBe(false);
    expect(isGone(raw('DELETED', 'deleted'))).toBe(true);
    expect(isGone(raw('SOFT_DELETED', 'soft-delete'))).toBe(true);
    expect(isGone(raw('ACTIVE', 'active', 'deleting'))).toBe(false);
  });
});
