/** What leads to the serial console of a guest without drover: virsh, on its node where that is reached by ssh. */
import { nativeOf } from '../../../ids.ts';
import { commandLine } from '../../../shell-word.ts';
import type { ConsoleOps } from '../../contract.ts';
import { hostPort } from '../../transport/socket.ts';
import { systemShell } from '../../transport/ssh/system-ssh.ts';
import type { Address } from '../link/address.ts';
import { type GuestCalls, onGuest } from '../vm/guest-call.ts';

/** A guest is named by its uuid, which no host can make into something else. */
export const createConsoleCommand =
  (calls: GuestCalls, address: Address): NonNullable<ConsoleOps['command']> =>
  (id, signal) =>
    onGuest(calls, id, signal, async () => ({ argv: argvFor(nativeOf(id), address) }));

function argvFor(uuid: string, address: Address): readonly [string, ...string[]] {
  const virsh = (uri: string) => ['virsh', '--connect', uri, 'console', uuid] as const;
  const { driver } = address;
  if (address.transport === 'ssh') return [...systemShell(address), commandLine(virsh(driver))];
  if (address.transport === 'unix') return virsh(driver);
  const [scheme = '', path = ''] = driver.split('://');
  return virsh(`${scheme}+${address.transport}://${hostPort(address.host, address.port)}${path}`);
}
