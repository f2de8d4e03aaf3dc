/** What is done with the host itself: it is looked at, logged in to, and leads to its guests. */
import type { Clock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import type { Absences, NodeLogin, NodeOps } from '../../contract.ts';
import { lacking } from '../../lib/listed.ts';
import type { HostFacts } from '../host/host.ts';
import type { Host } from '../host/host-call.ts';
import { readHostInfo } from '../host/host-info.ts';
import type { Address } from '../link/address.ts';
import type { Daemon } from '../link/daemon.ts';
import type { Dialer } from '../link/dial.ts';
import { createNodeFiles } from './node-files.ts';
import { runCommand } from './run-command.ts';

interface NodeSetting {
  readonly daemon: Daemon;
  readonly dialer: Dialer;
  readonly facts: HostFacts;
  readonly address: Address;
  readonly clock: Clock;
  readonly beside: Host;
}

/** What needs no login to the host, and what migration has its own reasons for. */
const WITHOUT_LOGIN = [
  'node.info',
  'node.route',
  'node.planReceive',
  'node.receive',
  'node.enterMaintenance',
  'node.exitMaintenance',
] as const;

/** `whyNot`: why one is missing. */
export function createNodeOps({ daemon, dialer, facts, address, clock, beside }: NodeSetting): {
  readonly ops: NodeOps;
  readonly whyNot: Absences;
} {
  const { shell, command, files, host } = dialer;
  const here = (id: string) => {
    if (id !== facts.node.id) throw new FleetError('node.not-found', `there is no host ${id}`);
  };
  const ops: NodeOps = {
    async info(id, signal) {
      here(id);
      return readHostInfo(daemon, dialer, facts, clock, signal);
    },
    async route(id) {
      here(id);
      return { jump: loginOf(address) };
    },
    ...(shell && {
      async shell(id, size, signal) {
        here(id);
        return shell(size, signal);
      },
    }),
    ...(command && {
      async run(id, line, how, signal) {
        here(id);
        return runCommand({ command, host }, line, how, clock, signal);
      },
    }),
    ...(files && createNodeFiles({ files }, beside, clock, here)),
  };
  const noLogin = `${host} is reached by ${address.transport}: only an endpoint over ssh has a shell, commands and files`;
  return { ops, whyNot: shell ? {} : lacking(noLogin, ['node'], WITHOUT_LOGIN) };
}

/** As the endpoint is reached; undefined where that is not by ssh. */
function loginOf(address: Address): NodeLogin | undefined {
  if (address.transport !== 'ssh') return undefined;
  const { host, port, user, keyFile, knownHostsFile } = address;
  return { host, port, user, keyFile, knownHostsFile };
}
