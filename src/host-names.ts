/**
 * Which names of hosts and users are passed on at all: OpenSSH's own rule (ssh_valid_hostname and ssh_valid_ruser of its
 * readconf.c, release 10), since `%h` and `%r` of a ProxyCommand end in a shell.
 */

/** Also refused in host names: ssh takes `a@b` and `ssh://b` for more than a host. */
const NOT_IN_HOST = /['`"$\\;&<>|(){},@/\s\p{Cc}]/u;
const NOT_IN_USER = /['`";&<>|(){}\p{Cc}]|\s-|\\$/u;

export const isHostName = (name: string): boolean => name !== '' && !name.startsWith('-') && !NOT_IN_HOST.test(name);
export const isUserName = (name: string): boolean => name !== '' && !name.startsWith('-') && !NOT_IN_USER.test(name);
