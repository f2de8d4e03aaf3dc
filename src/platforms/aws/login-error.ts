import { FleetError } from '../../errors.ts';
import { plainLine } from '../transport/http-wire.ts';
import type { Account } from './account.ts';
import { normalizeError } from './normalize-error.ts';

/**
 * What the SDK's providers say when they can't log in (`CredentialsProviderError` and `TokenProviderError` of
 * `@smithy/core`, whose sentences have no codes), and what STS answers.
 */
export function loginError(error: unknown, account: Account): unknown {
  const name = error instanceof Error ? error.name : '';
  if (name !== 'CredentialsProviderError' && name !== 'TokenProviderError') {
    return normalizeError(error, account.role?.arn ?? account.endpoint);
  }
  const said = plainLine(error instanceof Error ? error.message : '');
  const { endpoint, profile } = account;
  const words = `${endpoint}: ${said}`;
  const ofProfile = profile === undefined ? '' : ` --profile ${profile}`;
  if (/aws sso login|SSO session|SSO token|Token is expired/i.test(said)) {
    return new FleetError('auth.rejected', words, { fix: `aws sso login${ofProfile}`, cause: error });
  }
  if (/aws login/i.test(said)) {
    return new FleetError('auth.rejected', words, { fix: `aws login${ofProfile}`, cause: error });
  }
  return new FleetError('auth.needs-secret', words, {
    fix: `aws configure${ofProfile}, or give the endpoint another profile or an access key: drover endpoint edit ${endpoint}`,
    cause: error,
  });
}
