/**
 * Which names of hosts and users are passed on at all: OpenSSH's own rule (ssh_valid_hostname and ssh_valid_ruser of its
 * readconf.c, release 10), since `%h` and `%r` of a ProxyCommand end in a shell.
 */
import { FleetError } from '../../errors.ts';

/** Also refused in host names: ssh takes `a@b` and `ssh://b` for more than a host. */
const NOT_IN_HOST = /['`"$\\;&<>|(){},@/\s\p{Cc}]/u;
const NOT_IN_USER = /['`";&<>|(){}\p{Cc}]|\s-|\\$/u;

const isHostName = (name: string): boolean => name !== '' && !name.startsWith('-') && !NOT_IN_HOST.test(name);
const isUserName = (name: string): boolean => name !== '' && !name.startsWith('-') && !NOT_IN_USER.test(name);

/** Throws config.invalid for names that OpenSSH refuses, whatever place they come from. */
export function checkSshNames({ host, user }: { readonly host: string; readonly user?: string | undefined }): void {
  if (!isHostName(host)) throw refused('a host name', host);
  if (user !== undefined && !isUserName(user)) throw refused('a user name', user);
}

const refused = (what: string, name: string): FleetError =>
  new FleetError('config.invalid', `${JSON.stringify(name.slice(0, 80))} can't be ${what} for SSH`, {
    fix: `OpenSSH refuses quotes, blanks, control characters, $ ; & < > | ( ) { } and a minus at the beginning in ${what}`,
  });
