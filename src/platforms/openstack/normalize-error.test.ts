import { describe, expect, it } from 'vitest';
import type { FleetError } from '../../errors.ts';
import { StatusError } from '../transport/http/rest-error.ts';
import { normalizeError } from './normalize-error.ts';

const answered = (status: number, body: unknown, mutates = true): FleetError =>
  normalizeError(
    new StatusError('POST /servers/1/action', mutates, { status, reason: 'Reason', headers: {} }, body),
    'web1',
  ) as FleetError;
const nova = (code: number, fault: string, message: string) => answered(code, { [fault]: { code, message } });

const ID = '9168b536-cd40-4630-b43f-b259807c6e87';

/** Sentences of nova/exception.py, nova/api/openstack/common.py, keystonemiddleware and oslo.policy. */
it.each([
  [404, 'itemNotFound', `Instance ${ID} could not be found.`, 'vm.not-found'],
  [404, 'itemNotFound', 'The resource could not be found.', 'op.failed'],
  [409, 'conflictingRequest', `Cannot 'stop' instance ${ID} while it is in vm_state stopped`, 'op.conflict'],
  [409, 'conflictingRequest', `Instance ${ID} is locked`, 'op.conflict'],
  [400, 'badRequest', 'Unavailable console type serial.', 'op.unsupported'],
  [400, 'badRequest', 'Invalid input for field/attribute name.', 'op.refused'],
  [403, 'forbidden', 'Quota exceeded for cores: Requested 1, but already used 20 of 20 cores', 'op.refused'],
  [406, 'computeFault', 'Version 2.99 is not supported by the API.', 'op.unsupported'],
  [413, 'overLimit', 'This request was rate-limited.', 'op.failed'],
  [429, 'overLimit', 'This request was rate-limited.', 'host.unreachable'],
  [500, 'computeFault', 'Unexpected API Error.', 'op.failed'],
  [501, 'notImplemented', 'This version of the API does not support it', 'op.unsupported'],
  [503, 'serviceUnavailable', 'The service is unavailable', 'host.unreachable'],
  [504, 'gatewayTimeout', 'late', 'outcome.unknown'],
] as const)('%i %s: %s', (status, fault, message, code) => {
  const error = nova(status, fault, message);
  expect(error.code).toBe(code);
  expect(error.message).toMatch(/^web1/);
});

describe('an error', () => {
  it.each([
    [401, 'x', 'auth.rejected', 'web1: the cloud no longer knows this login', 'check the login of the endpoint'],
    [
      403,
      "Policy doesn't allow a:b to be performed",
      'auth.forbidden',
      'web1: this login lacks the right a:b',
      'ask for a role in this project that this policy allows',
    ],
    [403, 'not yours', 'auth.forbidden', 'web1: not yours', 'ask for a role in this project that allows it'],
    [403, 'Quota exceeded', 'op.refused', 'web1: Quota exceeded', undefined],
    [404, `Instance ${ID} could not be found.`, 'vm.not-found', 'web1 is not in this cloud any more', undefined],
    [
      409,
      `Instance ${ID} is locked`,
      'op.conflict',
      `web1: Instance ${ID} is locked`,
      'unlock it first (openstack server unlock)',
    ],
    [
      409,
      'while it is in vm_state error',
      'op.conflict',
      /vm_state error$/,
      'restart it by force, or look at its fault',
    ],
    [409, 'while it is in task_state x', 'op.conflict', /task_state x$/, 'wait until what is being done to it is done'],
    [409, 'no', 'op.conflict', 'web1: no', undefined],
    [406, 'no', 'op.unsupported', 'web1: no', undefined],
    [
      400,
      'Invalid console type',
      'op.unsupported',
      'web1: this cloud has no such console (Invalid console type)',
      'a display of another kind than VNC is opened in the dashboard of the cloud',
    ],
  ] as const)('%i "%s" is %s: %s; %s', (status, said, code, message, fix) => {
    const error = nova(status, 'fault', said);
    expect(error).toMatchObject({ code, fix, cause: expect.any(StatusError) });
    expect(error.message).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });

  it.each([
    [{ error: 'x', fault: { message: '' }, other: { message: 'said' } }, 'web1: said'],
    [{}, 'web1: Reason'],
    ['<html><title>no</title></html>', 'web1: Reason'],
    [[1], 'web1: Reason'],
  ])('with the body %j says %s', (body, message) => expect(answered(409, body).message).toBe(message));

  it('names the policy that says no', () => {
    const error = nova(403, 'forbidden', "Policy doesn't allow os_compute_api:os-server-diagnostics to be performed.");
    expect(error).toMatchObject({
      code: 'auth.forbidden',
      message: 'web1: this login lacks the right os_compute_api:os-server-diagnostics',
    });
  });

  it('says how to unlock a server', () => {
    expect(nova(409, 'conflictingRequest', `Instance ${ID} is locked`).fix).toContain('unlock');
  });

  it('of a service that answers with a page of HTML has its words', () => {
    const page =
      '<html>\n <head>\n  <title>403 Forbidden</title>\n </head>\n <body><h1>403 Forbidden</h1> Access denied.</body></html>';
    expect(answered(403, page).message).toBe('web1: 403 Forbidden Access denied.');
  });

  it('shows nothing of a server that could harm a terminal', () => {
    expect(nova(409, 'conflictingRequest', 'bad\u001b]0;owned\u0007\nthing').message).toBe('web1: bad ]0;owned thing');
  });

  it('that is none of the cloud stays what it is', () => {
    const bug = new TypeError('oops');
    expect(normalizeError(bug, 'web1')).toBe(bug);
  });
});
