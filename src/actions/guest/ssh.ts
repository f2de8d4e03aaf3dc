/**
 * How the machine's own ssh logs in to a guest. It reads ~/.ssh/config, asks its agent and asks the user itself; drover adds
 * the address, the user, the way through the node, and the name under which the key of the guest is known.
 */
import { FleetError } from '../../errors.ts';
import { isHostName, isUserName } from '../../host-names.ts';
import { loginUserOf } from '../../login-user.ts';
import type { Connection, NodeLogin, Vm } from '../../platforms/contract.ts';
import { commandLine } from '../../shell-word.ts';
import { readSshConfig, type SshSays } from './ssh-config.ts';

/** What the user wants otherwise than it would be. */
export interface SshWish {
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  /** A file with a private key. */
  readonly identity?: string | undefined;
  /** Instead of the first address that is known. */
  readonly address?: string | undefined;
  /** Not through the node. */
  readonly direct?: boolean;
  /** The key of a guest that is not known yet is taken without a question. One that has changed never is. */
  readonly acceptNew?: boolean;
}

export interface GuestSsh {
  /** `debian@192.168.122.7 by way of host1`, for people. */
  readonly said: string;
  /** `options` are ssh's own, before the address; `command` stands behind it. */
  argv(options?: readonly string[], command?: readonly string[]): readonly [string, ...string[]];
}

/** Looks where the guest is now. Rejects with op.refused where it has no address, op.unsupported where nothing answers there. */
export async function sshTo(
  vm: Vm,
  connection: Connection,
  wish: SshWish,
  signal: AbortSignal,
  read: (address: string, signal: AbortSignal) => Promise<SshSays> = readSshConfig,
): Promise<GuestSsh> {
  const [info, route] = await Promise.all([
    connection.vm.info(vm.id, signal),
    vm.node === undefined ? undefined : connection.node?.route?.(vm.node, signal),
  ]);
  if (route?.unreachable !== undefined) throw new FleetError('op.unsupported', `${vm.name}: ${route.unreachable}`);
  const address = wish.address ?? (info.row?.ips ?? vm.ips)[0];
  if (address === undefined)
    throw new FleetError('op.refused', `${vm.name} has no address that is known`, {
      fix: 'wait until it has one, or name one: --address',
    });
  if (!isHostName(address))
    throw new FleetError('op.refused', `${JSON.stringify(address)} can't be an address for ssh`);
  const says = await read(address, signal);
  const user = wish.user ?? says.user ?? info.user ?? loginUserOf(vm.image ?? '');
  if (!isUserName(user)) throw new FleetError('op.refused', `${JSON.stringify(user)} can't be a user for ssh`);
  const jump = wish.direct || says.hasProxy ? undefined : route?.jump;
  const fixed = [
    '-o',
    `HostKeyAlias=${aliasOf(vm)}`,
    '-o',
    `StrictHostKeyChecking=${wish.acceptNew ? 'accept-new' : 'ask'}`,
    ...(jump ? ['-o', `ProxyCommand=${proxyCommand(jump)}`] : []),
    '-l',
    user,
    ...(wish.port === undefined ? [] : ['-p', String(wish.port)]),
    ...(wish.identity === undefined ? [] : ['-i', wish.identity]),
  ];
  return {
    said: `${user}@${address}${jump ? ` by way of ${jump.host}` : ''}`,
    argv: (options = [], command = []) => ['ssh', ...fixed, ...options, '--', address, ...command],
  };
}

/**
 * The name of the guest's key in known_hosts. An address is given to one guest after the other, and the networks of two
 * hosts have the same ones; the machine stays the same.
 */
const aliasOf = ({ uuid, id }: Vm): string => `drover-${(uuid || id).replaceAll(/[^\w.-]/g, '-')}`;

/** What `ssh -J` would do, with the login of the endpoint, which -J does not take. ssh gives it to a shell, and replaces `%`. */
export function proxyCommand(jump: NodeLogin): string {
  const spelled = (words: readonly string[]) => commandLine(words).replaceAll('%', '%%');
  return `${spelled(loginWords(jump).slice(0, -2))} -W '[%h]:%p' -- ${spelled([jump.host])}`;
}

/** The words with which ssh logs in to a node; the last ones are `--` and its name. */
export function loginWords({ host, port, user, keyFile, knownHostsFile }: NodeLogin): readonly string[] {
  if (!isHostName(host) || (user !== undefined && !isUserName(user)))
    throw new FleetError('op.refused', `${JSON.stringify(host)} can't be jumped over by ssh`);
  return [
    'ssh',
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(keyFile === undefined ? [] : ['-i', keyFile]),
    ...(knownHostsFile === undefined ? [] : ['-o', `UserKnownHostsFile=${knownHostsFile}`]),
    '--',
    host,
  ];
}
