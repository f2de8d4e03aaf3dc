import { FleetError } from '../../errors.ts';
import { plainLine } from '../transport/http/wire.ts';
import type { Account } from './account.ts';
import { normalizeError } from './normalize-error.ts';

const ofProfile = ({ profile }: Account): string => (profile === undefined ? '' : ` --profile ${profile}`);

const howToGive = (account: Account): string =>
  `aws configure${ofProfile(account)}, or give the endpoint another profile or an access key: drover endpoint edit ${account.endpoint}`;

/** Neither the files nor the environment nor the machine gives a login. */
export const noLogin = (account: Account): FleetError =>
  new FleetError('auth.needs-secret', `${account.endpoint}: nothing gives it a login`, { fix: howToGive(account) });

/** A code was needed, and no user could be asked. */
export const mfaMissing = (serial: string, { endpoint }: Account): FleetError =>
  new FleetError('auth.needs-secret', `${endpoint}: the code of ${serial} is needed`, {
    fix: `connect it where the code can be typed: drover endpoint test ${endpoint}`,
  });

/**
 * What the SDK's providers say when they can't log in (`CredentialsProviderError` and `TokenProviderError` of
 * `@smithy/core`, whose sentences have no codes), and what STS answers.
 */
export function loginError(error: unknown, account: Account): unknown {
  const { endpoint, login } = account;
  const name = error instanceof Error ? error.name : '';
  if (name !== 'CredentialsProviderError' && name !== 'TokenProviderError') {
    return normalizeError(error, login.kind === 'role' ? login.role.arn : endpoint);
  }
  const said = plainLine(error instanceof Error ? error.message : '');
  const words = `${endpoint}: ${said}`;
  if (/aws sso login|SSO session|SSO token|Token is expired/i.test(said)) {
    return new FleetError('auth.rejected', words, { fix: `aws sso login${ofProfile(account)}`, cause: error });
  }
  if (/aws login/i.test(said)) {
    return new FleetError('auth.rejected', words, { fix: `aws login${ofProfile(account)}`, cause: error });
  }
  return new FleetError('auth.needs-secret', words, { fix: howToGive(account), cause: error });
}
