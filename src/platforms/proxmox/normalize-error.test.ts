import { describe, expect, it } from 'vitest';
import type { FleetError } from '../../errors.ts';
import { StatusError } from '../transport/http/rest-error.ts';
import { normalizeError, taskError } from './normalize-error.ts';

const answered = (status: number, message: string, more: object = {}, mutates = true): FleetError =>
  normalizeError(
    new StatusError('POST /x', mutates, { status, reason: message, headers: {} }, { data: null, message, ...more }),
    'web1',
  ) as FleetError;

/** The sentences of PVE::API2::Qemu, PVE::AbstractConfig, PVE::RPCEnvironment and pveproxy. */
it.each([
  [500, "Configuration file 'nodes/pve1/qemu-server/100.conf' does not exist", 'vm.not-found'],
  [500, "hostname lookup 'pve9' failed - failed to get address info", 'node.not-found'],
  [500, 'VM is locked (backup)', 'op.conflict'],
  [500, "can't lock file '/var/lock/qemu-server/lock-100.conf' - got timeout", 'op.conflict'],
  [500, 'VM 100 already running', 'op.conflict'],
  [500, 'VM 100 not running', 'op.conflict'],
  [500, 'VM 100 is running - destroy failed', 'op.conflict'],
  [500, 'VM is paused - cannot shutdown', 'op.conflict'],
  [500, 'detected modified configuration - file changed by other user? Try again.', 'op.conflict'],
  [500, "can't remove VM 100 - protection mode enabled", 'op.conflict'],
  [500, 'unable to remove VM 100 - used in HA resources and purge parameter not set.', 'op.conflict'],
  [500, 'cluster not ready - no quorum?', 'op.conflict'],
  [500, 'unable to find a serial interface', 'op.unsupported'],
  [500, "storage 'nfs1' does not exist", 'op.failed'],
  [400, 'Parameter verification failed.', 'op.refused'],
  [401, 'permission denied - invalid PVE ticket', 'auth.rejected'],
  [501, "Method 'POST /x' not implemented", 'op.unsupported'],
  [595, 'No route to host', 'host.unreachable'],
  [596, 'Connection timed out', 'outcome.unknown'],
  [599, 'Too many redirections', 'outcome.unknown'],
  [500, 'no such VM', 'vm.not-found'],
  [500, 'unable to find configuration file for VM 100', 'vm.not-found'],
  [500, 'no such cluster node pve9', 'node.not-found'],
  [500, 'unable to acquire lock', 'op.conflict'],
  [500, 'VM 100 is suspended', 'op.conflict'],
  [500, 'unable to create VM 100: config already exists', 'op.conflict'],
  [500, 'mismatched digest', 'op.conflict'],
  [403, 'Permission check failed', 'auth.forbidden'],
] as const)('%i %s', (status, message, code) => {
  const error = answered(status, message);
  expect(error.code).toBe(code);
  expect(error.message).toMatch(/^web1: /);
});

describe('an error', () => {
  it.each([
    [401, 'no ticket', 'web1: no ticket', 'check the login of the endpoint'],
    [403, 'Permission check failed', 'web1: Permission check failed', undefined],
    [
      403,
      'Permission check failed (/vms/100, VM.PowerMgmt)',
      'web1: this login lacks the right VM.PowerMgmt on /vms/100',
      'grant it in Datacenter, Permissions; an API token with separated privileges needs it too',
    ],
    [595, 'No route', 'web1: its node does not answer: No route', undefined],
    [
      596,
      'timed out',
      'web1: its node did not answer: timed out; it may have been done or not',
      'look at its state once the node answers again',
    ],
    [500, 'protection mode enabled', 'web1: protection mode enabled', 'switch the protection off first'],
    [500, 'used in HA resources', 'web1: used in HA resources', 'take it out of high availability first'],
    [500, 'no quorum?', 'web1: no quorum?', undefined],
    [
      500,
      'cluster not ready - no quorum?',
      'web1: cluster not ready - no quorum?',
      'bring the missing nodes of the cluster back',
    ],
    [500, 'VM is locked (x)', 'web1: VM is locked (x)', 'wait until the task that locked it is done'],
    [500, 'VM 100 already running', 'web1: VM 100 already running', undefined],
  ])('says what to do about it: %i %s', (status, said, message, fix) => {
    const error = answered(status, said);
    expect([error.message, error.fix]).toEqual([message, fix]);
    expect(error.cause).toBeInstanceOf(StatusError);
  });

  it.each([
    [{ message: '' }, 'web1: the reason'],
    [{ message: 7 }, 'web1: the reason'],
    ['text', 'web1: the reason'],
    [null, 'web1: the reason'],
    [{ message: 'its own', errors: null }, 'web1: its own'],
    [{ message: 'its own', errors: 'x' }, 'web1: its own'],
    [{ message: 'its own', errors: { a: 'b', c: 7 } }, 'web1: its own; a: b; c: 7'],
  ])('says what the answer says, else the words behind its number: %j', (body, message) => {
    const answer = { status: 500, reason: 'the reason', headers: {} };
    expect(normalizeError(new StatusError('GET /x', false, answer, body), 'web1')).toMatchObject({ message });
  });

  it('of a node that was never reached is the same for a read and a change', () => {
    for (const mutates of [true, false]) {
      expect(answered(595, 'No route', {}, mutates)).toMatchObject({ code: 'host.unreachable', retry: true });
    }
  });

  it('of a node that does not answer may be tried again when it was a read', () => {
    expect(answered(596, 'Connection timed out', {}, false)).toMatchObject({ code: 'host.unreachable', retry: true });
  });

  it('names the right that is missing, and where', () => {
    const error = answered(403, 'Permission check failed (/vms/100, VM.Config.CPU|VM.Config.Memory)');
    expect(error.message).toBe('web1: this login lacks the right VM.Config.CPU or VM.Config.Memory on /vms/100');
    expect(error.fix).toMatch(/API token/);
  });

  it('names the parameter that was refused', () => {
    const error = answered(400, 'Parameter verification failed.', { errors: { memory: 'must be at least 16' } });
    expect(error.message).toBe('web1: Parameter verification failed.; memory: must be at least 16');
  });

  it('shows nothing of a server that could harm a terminal', () => {
    expect(answered(500, 'bad\u001b]0;owned\u0007\nthing').message).toBe('web1: bad ]0;owned thing');
  });

  it('of a task is as good as that of a request', () => {
    expect(taskError('VM is locked (snapshot)', 'web1')).toMatchObject({ code: 'op.conflict', fix: /./ });
    expect(taskError("start failed: org.qemu.Machine: can't allocate memory", 'web1').code).toBe('op.failed');
  });

  it('that is none of the server stays what it is', () => {
    const bug = new TypeError('oops');
    expect(normalizeError(bug, 'web1')).toBe(bug);
  });
});

it.each([
  ["snapshot 'x' does not exist", 'snapshot.not-found', undefined],
  ["can't rollback, snapshot 'x' does not exist on 'local-zfs:vm-1-disk-0'", 'snapshot.not-found', undefined],
  ["Configuration file 'nodes/pve1/qemu-server/100.conf' does not exist", 'vm.not-found', undefined],
  ["can't rollback, 'x' is not most recent snapshot on 'y'", 'op.conflict', 'delete the newer snapshots first'],
  ["snapshot name 'x' already used", 'op.conflict', 'choose another name'],
  ['unable to rollback to incomplete snapshot (snapstate = delete)', 'op.conflict', 'delete it'],
  [
    "snapshot 'x' needed by replication job '100-0' - run replication first",
    'op.conflict',
    'run the replication first',
  ],
  ['snapshot feature is not available', 'op.unsupported', undefined],
  ['VM is locked (suspended)', 'op.conflict', 'start it first: it is suspended to disk'],
])('the sentence of a task on snapshots has a meaning: %s', (said, code, fix) => {
  const error = taskError(said, 'web1');
  expect([error.code, error.fix]).toEqual([code, fix]);
});
