import { FleetError } from '../../../errors.ts';
import { isHostName, isUserName } from '../../../host-names.ts';

/** Throws config.invalid for names that OpenSSH refuses, whatever place they come from. */
export function checkSshNames({ host, user }: { readonly host: string; readonly user?: string | undefined }): void {
  if (!isHostName(host)) throw refused('a host name', host);
  if (user !== undefined && !isUserName(user)) throw refused('a user name', user);
}

const refused = (what: string, name: string): FleetError =>
  new FleetError('config.invalid', `${JSON.stringify(name.slice(0, 80))} can't be ${what} for SSH`, {
    fix: `OpenSSH refuses quotes, blanks, control characters, $ ; & < > | ( ) { } and a minus at the beginning in ${what}`,
  });
