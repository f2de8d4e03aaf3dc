import { FleetError, type FleetErrorOptions } from '../../errors.ts';
import { StatusError, statusError } from '../transport/http/rest-error.ts';
import { plainLine } from '../transport/http/wire.ts';

/** The part of the SDK's `ServiceException` that is needed: every answer of a service that says no is one. */
interface ServiceError extends Error {
  readonly $metadata: { readonly httpStatusCode?: number };
}

const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && '$metadata' in error && '$fault' in error;

/** The service's own word for what went wrong: `IncorrectInstanceState`. Undefined for what no service has said. */
const codeOf = (error: unknown): string | undefined => (isServiceError(error) ? error.name : undefined);

/** The service does not take this login, or not any more: another one may be better. */
const NOT_LOGGED_IN = new Set([
  'AuthFailure',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'InvalidAccessKeyId',
  'UnrecognizedClientException',
  'SignatureDoesNotMatch',
  'IncompleteSignature',
  'MissingAuthenticationToken',
]);
const CLOCK = new Set(['RequestExpired', 'RequestTimeTooSkewed', 'RequestInTheFuture']);
const BUSY =
  /^(RequestLimitExceeded|Throttl\w*|TooManyRequests\w*|RequestThrottled\w*|SlowDown|Unavailable|ServiceUnavailable\w*)$/;
const BROKEN = new Set(['InternalError', 'InternalFailure', 'InternalServiceError']);

export const isLoggedOut = (error: unknown): boolean => NOT_LOGGED_IN.has(codeOf(error) ?? '');

/** The SDK's reader follows an answer as deep as it is nested, and says of others what it expected of them. */
const isUnreadable = (error: unknown): boolean =>
  error instanceof Error &&
  ((error.name === 'RangeError' && /call stack/.test(error.message)) || /Deserialization error/.test(error.message));

/** A read may be asked again after a pause. */
export function isBusy(error: unknown): boolean {
  if (error instanceof StatusError) return [429, 500, 502, 503, 504].includes(error.status);
  const code = codeOf(error);
  return code !== undefined && (BUSY.test(code) || BROKEN.has(code));
}

/**
 * Codes of the EC2 API become ours (docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html). The only place
 * that knows them; what is no answer of a service comes back as it is.
 */
export function normalizeError(error: unknown, subject: string, mutates = false): unknown {
  if (error instanceof StatusError) return statusError(error, subject);
  if (isUnreadable(error)) {
    const why = `${subject}: the answer of the service can't be read`;
    if (!mutates) return new FleetError('host.protocol', why, { cause: error });
    return new FleetError('outcome.unknown', `${why}; it may have been done or not`, {
      fix: 'look at its state before you repeat it',
      cause: error,
    });
  }
  if (!isServiceError(error)) return error;
  const { name: code } = error;
  // What follows there is the whole policy decision, encoded: nothing that anybody can read.
  const [readable = ''] = error.message.split(/\s*Encoded authorization failure message:/);
  const said = plainLine(readable === '' ? code : readable);
  const make = (kind: FleetError['code'], message = `${subject}: ${said}`, options: FleetErrorOptions = {}) =>
    new FleetError(kind, message, { ...options, cause: error });

  if (CLOCK.has(code) || (code === 'SignatureDoesNotMatch' && /expired|not yet current/.test(said))) {
    return make('auth.rejected', `${subject}: the clock here and the clock of AWS disagree: ${said}`, {
      fix: `set the clock of this machine: it says ${new Date().toISOString()}`,
    });
  }
  if (NOT_LOGGED_IN.has(code)) {
    return make('auth.rejected', undefined, { fix: 'check the profile or the access key of the endpoint' });
  }
  if (code === 'UnauthorizedOperation' || code === 'AccessDenied' || code === 'AccessDeniedException') {
    if (/MultiFactorAuthentication/.test(said)) {
      return make('auth.rejected', undefined, { fix: 'wait for the next code of the MFA device, and connect again' });
    }
    const right = /not authorized to perform: ([\w-]+:\w+)/.exec(said)?.[1];
    return make('auth.forbidden', undefined, {
      fix: `ask for a policy that allows ${right ?? 'the action that the wire log shows'}`,
    });
  }
  if (/^InvalidInstanceID\.(NotFound|Malformed)$/.test(code)) {
    return make('vm.not-found', `${subject} is not in this region any more`);
  }
  if (BUSY.test(code)) return make('host.unreachable', `${subject}: AWS is busy: ${said}`, { retry: true });
  if (BROKEN.has(code)) {
    if (!mutates) return make('host.unreachable', `${subject}: AWS has trouble: ${said}`, { retry: true });
    return make('outcome.unknown', `${subject}: AWS has trouble: ${said}; it may have been done or not`, {
      fix: 'look at its state before you repeat it',
    });
  }
  if (code === 'OperationNotPermitted') return make('op.refused', undefined, protectionFix(said));
  const gone = NOT_FOUND.find(([pattern]) => pattern.test(code))?.[1];
  if (gone) return make(gone, `${subject}: it is not there any more (${said})`);
  if (TAKEN.test(code)) return make('op.conflict');
  if (IN_USE.test(code)) return make('op.refused');
  const [kind, fix] = CODES[code] ?? [];
  if (kind) return make(kind, undefined, fix === undefined ? {} : { fix });
  const status = error.$metadata.httpStatusCode ?? 0;
  return make(/^Invalid|^Missing|^Unsupported/.test(code) && status < 500 ? 'op.refused' : 'op.failed');
}

/** Termination protection is a setting here, stop protection is not. */
function protectionFix(said: string): FleetErrorOptions {
  if (/disableApiStop/i.test(said)) return { fix: 'aws ec2 modify-instance-attribute --no-disable-api-stop' };
  return /disableApiTermination/i.test(said) ? { fix: 'switch termination-protection off in its settings' } : {};
}

/** `InvalidVpcID.NotFound`, `NoSuchBucket`: what is not there any more, by what its code begins with. */
const NOT_FOUND: readonly (readonly [RegExp, FleetError['code']])[] = [
  [/^InvalidVpcID\.NotFound/, 'network.not-found'],
  [/^InvalidSubnetID\.NotFound/, 'subnet.not-found'],
  [/^InvalidGroup\.NotFound|^InvalidGroupId\./, 'securitygroup.not-found'],
  [/^InvalidSecurityGroupRuleId\.NotFound|^InvalidPermission\.NotFound/, 'securityrule.not-found'],
  [/^InvalidKeyPair\.NotFound/, 'keypair.not-found'],
  [/^InvalidAllocationID\.NotFound|^InvalidAddress\.NotFound/, 'address.not-found'],
  [/^InvalidVolume\.NotFound/, 'volume.not-found'],
  [/^InvalidSnapshot\.NotFound/, 'volumesnapshot.not-found'],
  [/^InvalidAMIID\.(NotFound|Unavailable)/, 'image.not-found'],
  [/^NoSuchBucket$/, 'bucket.not-found'],
  [/^(NoSuchKey|NotFound)$/, 'file.not-found'],
  [/^NoSuchHostedZone$/, 'zone.not-found'],
  [/^LoadBalancerNotFound/, 'balancer.not-found'],
];
/** What is there already. */
const TAKEN =
  /\.Duplicate$|^(CidrConflict|InvalidSubnet\.Conflict|BucketAlreadyExists|BucketAlreadyOwnedByYou|PreconditionFailed|HostedZoneAlreadyExists|Duplicate(LoadBalancerName|TargetGroupName)(Exception)?|InvalidAMIName\.Duplicate|Resource\.AlreadyAssociated)$/;
/** What is in use. */
const IN_USE =
  /\.InUse$|^(DependencyViolation|VolumeInUse|BucketNotEmpty|HostedZoneNotEmpty|ResourceInUse(Exception)?|OperationNotPermittedException|InvalidNetworkInterface\.InUse)$/;

const CODES: Readonly<Record<string, readonly [kind: FleetError['code'], fix?: string]>> = {
  AuthException: ['auth.forbidden', 'ask for a policy that allows ec2-instance-connect:SendSerialConsoleSSHPublicKey'],
  EC2InstanceNotFoundException: ['vm.not-found'],
  EC2InstanceStateInvalidException: ['op.conflict', 'start it first'],
  EC2InstanceTypeInvalidException: ['op.unsupported', 'only instances on Nitro have a serial console'],
  EC2InstanceUnavailableException: ['op.conflict', 'wait some minutes'],
  SerialConsoleAccessDisabledException: ['auth.forbidden', 'aws ec2 enable-serial-console-access'],
  SerialConsoleSessionLimitExceededException: ['op.conflict', 'close the other session: AWS lets no user take it over'],
  SerialConsoleSessionUnavailableException: ['op.failed', 'try it again'],
  SerialConsoleSessionUnsupportedException: ['op.unsupported', 'restart the instance: that renews its firmware'],
  IncorrectInstanceState: ['op.conflict', 'wait until it is done with what it does now'],
  IncorrectState: ['op.conflict'],
  InsufficientInstanceCapacity: [
    'op.failed',
    'try it again later: AWS has no such machine free in this zone now, and another instance type may do',
  ],
  InsufficientHostCapacity: ['op.failed', 'try it again later, or on another host'],
  InstanceLimitExceeded: ['op.failed', 'ask AWS for a larger quota, or stop something else'],
  VcpuLimitExceeded: ['op.failed', 'ask AWS for a larger quota, or stop something else'],
  NoSuchBucketPolicy: ['op.refused'],
  InvalidChangeBatch: ['op.refused'],
  UnsupportedOperation: ['op.unsupported'],
  UnsupportedHibernationConfiguration: ['op.unsupported'],
  OptInRequired: ['auth.forbidden', 'enable the service or the region for this account'],
  Blocked: ['auth.forbidden', 'ask AWS support'],
  PendingVerification: ['auth.forbidden', 'wait until AWS has verified the account'],
};
