import { EC2ServiceException } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { FleetError } from '../../errors.ts';
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
  ['SomethingNew', 'never heard of', 'op.failed', false],
])('%s is %s', (name, message, code, retry) => {
  expect(normalizeError(said(name, message), 'web1')).toMatchObject({ code, retry });
});

it('names the right that is missing, and spares the reader what nobody can read', () => {
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
