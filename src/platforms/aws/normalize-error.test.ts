import { EC2ServiceException } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { FleetError } from '../../errors.ts';
import { StatusError } from '../transport/http/rest-error.ts';
import { isBusy, isLoggedOut, normalizeError } from './normalize-error.ts';

const said = (name: string, message: string, status = 400) =>
  new EC2ServiceException({ name, message, $fault: 'client', $metadata: { httpStatusCode: status } });

const NOT_ALLOWED =
  'You are not authorized to perform this operation. User: arn:aws:iam::123456789012:user/ada is not authorized to perform: ec2:StopInstances on resource: arn:aws:ec2:eu-central-1:123456789012:instance/i-1 because no identity-based policy allows the ec2:StopInstances action. Encoded authorization failure message: 5Zm9yYmlk';

it.each([
  ['AuthFailure', 'AWS was not able to validate the provided access credentials', 'auth.rejected', false],
  ['ExpiredToken', 'The security token included in the request is expired', 'auth.rejected', false],
  ['UnauthorizedOperation', NOT_ALLOWED, 'auth.forbidden', false],
  ['InvalidInstanceID.NotFound', "The instance ID 'i-1' does not exist", 'vm.not-found', false],
  ['InvalidInstanceID.Malformed', 'Invalid id: "x"', 'vm.not-found', false],
  [
    'IncorrectInstanceState',
    "The instance 'i-1' is not in a state from which it can be started.",
    'op.conflict',
    false,
  ],
  ['OperationNotPermitted', "The instance 'i-1' may not be terminated.", 'op.refused', false],
  ['InsufficientInstanceCapacity', 'We currently do not have sufficient m5.large capacity', 'op.failed', false],
  ['UnsupportedOperation', "You can't stop the Spot Instance", 'op.unsupported', false],
  ['RequestLimitExceeded', 'Request limit exceeded.', 'host.unreachable', true],
  ['InvalidParameterValue', 'nonsense.huge is no instance type', 'op.refused', false],
  ['InvalidSnapshot.NotFound', "The snapshot 'snap-1' does not exist.", 'volumesnapshot.not-found', false],
  ['InvalidSnapshot.InUse', 'The snapshot snap-1 is currently in use by ami-1', 'op.refused', false],
  ['SerialConsoleAccessDisabledException', 'not enabled', 'auth.forbidden', false],
  ['SerialConsoleSessionLimitExceededException', 'one session is there', 'op.conflict', false],
  ['EC2InstanceTypeInvalidException', 'not on Nitro', 'op.unsupported', false],
  ['SomethingNew', 'never heard of', 'op.failed', false],
])('%s is %s', (name, message, code, retry) => {
  expect(normalizeError(said(name, message), 'web1')).toMatchObject({ code, retry });
});

it('names the right that is missing, and spares the user what can not be read', () => {
  const error = normalizeError(said('UnauthorizedOperation', NOT_ALLOWED), 'web1');
  expect(error).toMatchObject({ fix: 'ask for a policy that allows ec2:StopInstances' });
  expect(String(error)).not.toMatch(/Encoded|5Zm9yYmlk/);
});

it.each([
  ['disableApiTermination', 'switch termination-protection off in its settings'],
  ['disableApiStop', 'aws ec2 modify-instance-attribute --no-disable-api-stop'],
])('says how a protection is switched off: %s', (attribute, fix) => {
  const message = `The instance 'i-1' may not be touched. Modify its '${attribute}' instance attribute and try again.`;
  expect(normalizeError(said('OperationNotPermitted', message), 'web1', true)).toMatchObject({
    code: 'op.refused',
    fix,
  });
});

it('says both times when the clocks disagree', () => {
  const message = 'Request has expired. Timestamp date is 2026-01-01T00:00:00Z. Current date is 2026-01-02T00:00:00Z.';
  const error = normalizeError(said('RequestExpired', message), 'web1');
  expect(error).toMatchObject({ code: 'auth.rejected', message: expect.stringContaining('2026-01-02') });
  expect(error).toMatchObject({ fix: expect.stringMatching(/^set the clock of this machine: it says \d{4}-/) });
});

it('does not know what became of a change that AWS itself has stumbled over', () => {
  const broken = said('InternalError', 'An internal error has occurred', 500);
  expect(normalizeError(broken, 'web1', true)).toMatchObject({ code: 'outcome.unknown' });
  expect(normalizeError(broken, 'web1', false)).toMatchObject({ code: 'host.unreachable', retry: true });
});

describe('what is done about it before anybody is told', () => {
  it('is a new login where the old one is not taken', () => {
    expect(isLoggedOut(said('ExpiredToken', ''))).toBe(true);
    expect(isLoggedOut(said('UnauthorizedOperation', ''))).toBe(false);
  });

  it('is a pause where AWS is busy', () => {
    expect(isBusy(said('RequestLimitExceeded', '', 503))).toBe(true);
    expect(isBusy(said('ThrottlingException', ''))).toBe(true);
    expect(isBusy(said('InvalidParameterValue', ''))).toBe(false);
  });
});

it('leaves what no service has said as it is', () => {
  const bug = new TypeError('undefined is not a function');
  const known = new FleetError('host.unreachable', 'cable');
  expect(normalizeError(bug, 'web1')).toBe(bug);
  expect(normalizeError(known, 'web1')).toBe(known);
});

it.each([
  Object.assign(new Error('Maximum call stack size exceeded'), { name: 'RangeError' }),
  new Error('XML parse error.\n  Deserialization error: to see the raw response, inspect the hidden field'),
])('says of an answer that the SDK can not read what that means', (error) => {
  const message = "web1: the answer of the service can't be read";
  expect(normalizeError(error, 'web1')).toMatchObject({ code: 'host.protocol', message });
  expect(normalizeError(error, 'web1', true)).toMatchObject({ code: 'outcome.unknown' });
});

it.each([
  ['AuthFailure', true],
  ['ExpiredToken', true],
  ['ExpiredTokenException', true],
  ['InvalidClientTokenId', true],
  ['InvalidAccessKeyId', true],
  ['UnrecognizedClientException', true],
  ['SignatureDoesNotMatch', true],
  ['IncompleteSignature', true],
  ['MissingAuthenticationToken', true],
  ['AccessDenied', false],
])('%s means that another login may be better: %s', (name, is) => {
  expect(isLoggedOut(said(name, 'why'))).toBe(is);
  if (is) {
    const fix = 'check the profile or the access key of the endpoint';
    expect(normalizeError(said(name, 'why'), 'web1')).toMatchObject({
      code: 'auth.rejected',
      message: 'web1: why',
      fix,
    });
  }
});

it.each([
  ['InternalError', true],
  ['InternalFailure', true],
  ['InternalServiceError', true],
  ['SlowDown', true],
  ['Unavailable', true],
  ['ServiceUnavailable', true],
  ['TooManyRequestsException', true],
  ['RequestThrottledException', true],
  ['Throttling', true],
  ['Slow', false],
])('%s means that a read may be asked again: %s', (name, busy) => expect(isBusy(said(name, 'why'))).toBe(busy));

it.each([
  [429, true],
  [500, true],
  [502, true],
  [503, true],
  [504, true],
  [501, false],
  [403, false],
])('the status %i of a gateway means that a read may be asked again: %s', (status, busy) => {
  const error = new StatusError('POST /', false, { status, reason: 'x', headers: {} }, '');
  expect(isBusy(error)).toBe(busy);
  expect(isLoggedOut(error)).toBe(false);
  expect(normalizeError(error, 'web1')).toMatchObject({ message: expect.stringMatching(/^web1: x/) });
  expect(isBusy(new Error('x'))).toBe(false);
});

const CAPACITY = 'try it again later: AWS has no such machine free in this zone now, and another instance type may do';
const LATER = 'look at its state before you repeat it';
it.each<[string, string, string, string, string | undefined]>([
  [
    'RequestTimeTooSkewed',
    'why',
    'auth.rejected',
    'web1: the clock here and the clock of AWS disagree: why',
    undefined,
  ],
  ['RequestInTheFuture', 'why', 'auth.rejected', 'web1: the clock here and the clock of AWS disagree: why', undefined],
  [
    'SignatureDoesNotMatch',
    'Signature not yet current',
    'auth.rejected',
    'web1: the clock here and the clock of AWS disagree: Signature not yet current',
    undefined,
  ],
  [
    'AccessDenied',
    'no',
    'auth.forbidden',
    'web1: no',
    'ask for a policy that allows the action that the wire log shows',
  ],
  [
    'AccessDeniedException',
    'MultiFactorAuthentication failed',
    'auth.rejected',
    'web1: MultiFactorAuthentication failed',
    'wait for the next code of the MFA device, and connect again',
  ],
  ['RequestLimitExceeded', 'why', 'host.unreachable', 'web1: AWS is busy: why', ''],
  ['InternalError', 'why', 'host.unreachable', 'web1: AWS has trouble: why', ''],
  ['OperationNotPermitted', 'why', 'op.refused', 'web1: why', ''],
  ['IncorrectInstanceState', 'why', 'op.conflict', 'web1: why', 'wait until it is done with what it does now'],
  ['IncorrectState', 'why', 'op.conflict', 'web1: why', ''],
  ['InsufficientInstanceCapacity', 'why', 'op.failed', 'web1: why', CAPACITY],
  ['InsufficientHostCapacity', 'why', 'op.failed', 'web1: why', 'try it again later, or on another host'],
  ['InstanceLimitExceeded', 'why', 'op.failed', 'web1: why', 'ask AWS for a larger quota, or stop something else'],
  ['VcpuLimitExceeded', 'why', 'op.failed', 'web1: why', 'ask AWS for a larger quota, or stop something else'],
  ['UnsupportedOperation', 'why', 'op.unsupported', 'web1: why', ''],
  ['UnsupportedHibernationConfiguration', 'why', 'op.unsupported', 'web1: why', ''],
  ['OptInRequired', 'why', 'auth.forbidden', 'web1: why', 'enable the service or the region for this account'],
  ['Blocked', 'why', 'auth.forbidden', 'web1: why', 'ask AWS support'],
  ['PendingVerification', 'why', 'auth.forbidden', 'web1: why', 'wait until AWS has verified the account'],
  ['InvalidInstanceID.NotFound', 'why', 'vm.not-found', 'web1 is not in this region any more', ''],
  ['SomethingNew', '', 'op.failed', 'web1: SomethingNew', ''],
  ['MissingParameter', 'why', 'op.refused', 'web1: why', ''],
  ['UnsupportedThing', 'why', 'op.refused', 'web1: why', ''],
])('%s (%s) is told as %s: %s', (name, message, code, sentence, fix) => {
  const error = normalizeError(said(name, message), 'web1');
  expect(error).toMatchObject({ code, message: sentence, cause: expect.anything() });
  expect((error as FleetError).fix).toEqual(
    fix === undefined ? expect.stringMatching(/^set the clock/) : fix || undefined,
  );
});

it('does not take what a broken service says for a refusal', () => {
  expect(normalizeError(said('InvalidSomething', 'why', 500), 'web1')).toMatchObject({ code: 'op.failed' });
  expect(normalizeError(said('InvalidSomething', 'why', 499), 'web1')).toMatchObject({ code: 'op.refused' });
  const nameless = new EC2ServiceException({ name: 'InvalidX', message: 'why', $fault: 'client', $metadata: {} });
  expect(normalizeError(nameless, 'web1')).toMatchObject({ code: 'op.refused' });
});

it('says what to do where it is not known whether it was done', () => {
  const broken = normalizeError(said('InternalError', 'why', 500), 'web1', true);
  expect(broken).toMatchObject({ message: 'web1: AWS has trouble: why; it may have been done or not', fix: LATER });
  const unread = Object.assign(new Error('Maximum call stack size exceeded'), { name: 'RangeError' });
  expect(normalizeError(unread, 'web1', true)).toMatchObject({
    message: "web1: the answer of the service can't be read; it may have been done or not",
    fix: LATER,
  });
  const other = Object.assign(new Error('Invalid array length'), { name: 'RangeError' });
  expect(normalizeError(other, 'web1')).toBe(other);
  const text = 'Maximum call stack size exceeded';
  expect(normalizeError(new Error(text), 'web1')).toBeInstanceOf(Error);
  const half = Object.assign(new Error('x'), { $fault: 'client' });
  expect(normalizeError(half, 'web1')).toBe(half);
  const lone = Object.assign(new Error('x'), { $metadata: {} });
  expect(normalizeError(lone, 'web1')).toBe(lone);
});
