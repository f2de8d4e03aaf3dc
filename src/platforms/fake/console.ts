import { Duplex } from 'node:stream';
import { FleetError } from '../../errors.ts';
import type { Attachment, ConsoleOps, Node, NodeOps, Vm } from '../contract.ts';
import { bootLog } from './boot-log.ts';
import type { Calls } from './call.ts';
import { makeSamples, sampleRows } from './curves.ts';
import { openFakeDisplay } from './display.ts';
import { bootedAt } from './info.ts';
import { createPower } from './power.ts';
import type { FakeServer } from './server.ts';
import { createShell } from './shell.ts';
import type { Host } from './shell-host.ts';

export interface Lifeline {
  /** Aborts, with the error to tell, when the link is lost or the connection is closed. */
  readonly alive: AbortSignal;
  /** Aborts when the connection is closed: terminals then end without an error. */
  readonly closed: AbortSignal;
}

/** Serial consoles: one visitor per VM; who comes with force throws the other out. */
export function createConsoleOps(server: FakeServer, calls: Calls, lifeline: Lifeline): Required<ConsoleOps> {
  return {
    serial: (id, { force }, signal) =>
      calls.vm('console.serial', id, signal, (vm, row) => {
        if (vm.state !== 'running') {
          throw new FleetError('op.conflict', `${vm.name} is ${vm.state}: its console is not available`, {
            fix: 'start it first',
          });
        }
        const visitor = server.visitors.get(row);
        if (visitor && !force) {
          throw new FleetError('op.conflict', `another client is at the console of ${vm.name}`, {
            fix: 'take it over',
          });
        }
        visitor?.('The console was taken over.');
        const { attachment, hangUp } = openTerminal(guestOf(server, vm, row), lifeline, undefined, () => {
          if (server.visitors.get(row) === hangUp) server.visitors.delete(row);
        });
        server.visitors.set(row, hangUp);
        if (server.faults.takeFailure('console.serial')) hangUp('The console broke down half-way.');
        return attachment;
      }),
    display: (id, signal) =>
      calls.vm('console.display', id, signal, (vm) => {
        if (vm.state !== 'running' && vm.state !== 'paused')
          throw new FleetError('op.conflict', `${vm.name} is ${vm.state}: it has no display`, {
            fix: 'start it first',
          });
        const stream = openFakeDisplay(vm.name);
        const drop = () => void stream.destroy(lifeline.closed.aborted ? undefined : lifeline.alive.reason);
        lifeline.alive.addEventListener('abort', drop, { once: true });
        stream.once('close', () => lifeline.alive.removeEventListener('abort', drop));
        if (server.faults.takeFailure('console.display')) stream.destroy(new Error('the display broke down half-way'));
        return { stream, host: 'simulated' };
      }),
    viewer: (id, signal) =>
      calls.vm('console.viewer', id, signal, (vm) => {
        if (vm.state !== 'running' && vm.state !== 'paused')
          throw new FleetError('op.conflict', `${vm.name} is ${vm.state}: it has no display`, {
            fix: 'start it first',
          });
        return {
          kind: 'vnc',
          place: { host: 'simulated', port: 5900 },
          connect: async () => openFakeDisplay(vm.name),
        };
      }),
    command: (id, signal) =>
      // no other program gets there
      calls.vm('console.command', id, signal, (vm) => ({ argv: ['drover', '--demo', 'vm', 'console', vm.id] })),
    output: (id, signal) => calls.vm('console.output', id, signal, (vm, row) => bootLog(server, vm, row)),
  };
}

export const createNodeShell =
  (server: FakeServer, calls: Calls, lifeline: Lifeline): Required<NodeOps>['shell'] =>
  (id, _size, signal) =>
    calls.node(
      'node.shell',
      id,
      signal,
      (node) => openTerminal(nodeHost(server, node), lifeline, 'root', () => {}).attachment,
    );

interface Terminal {
  readonly attachment: Attachment;
  /** Says a last sentence, and ends. */
  hangUp(why: string): void;
}

function openTerminal(host: Host, lifeline: Lifeline, user: string | undefined, closed: () => void): Terminal {
  const stream = new Duplex({
    read() {},
    write(chunk: Uint8Array, _encoding, done) {
      shell.input(chunk);
      done();
    },
    final(done) {
      stream.push(null);
      done();
    },
    destroy(error, done) {
      lifeline.alive.removeEventListener('abort', drop);
      shell.close();
      closed();
      done(error);
    },
  });
  const end = () => {
    if (!stream.readableEnded && !stream.destroyed) stream.push(null);
    stream.end();
  };
  const drop = () => void stream.destroy(lifeline.closed.aborted ? undefined : lifeline.alive.reason);
  const shell = createShell(host, { write: (text) => void stream.push(text), end }, user);
  lifeline.alive.addEventListener('abort', drop, { once: true });
  return {
    attachment: { kind: 'stream', stream, resize: () => {} },
    hangUp(why) {
      stream.push(`\r\n${why}\r\n`);
      end();
    },
  };
}

function guestOf(server: FakeServer, vm: Vm, row: number): Host {
  const { clock, fleet } = server;
  const power = createPower(server);
  const samples = makeSamples(1);
  const rows = Int32Array.of(row);
  const now = () => fleet.vm(row) ?? vm;
  return {
    name: vm.name,
    system: vm.image ?? 'Linux',
    cpus: vm.cpus,
    memory: vm.memory,
    clock,
    bootedAt: () => bootedAt(server, row),
    load() {
      sampleRows(fleet.columns, fleet.seed, rows, clock.now(), samples);
      return { cpu: samples.cpu[0] ?? Number.NaN, memory: samples.memory[0] ?? Number.NaN };
    },
    files: ['README', 'backup.sh', 'notes.txt'],
    powerOff: () => void power.stop(now(), row, 'graceful'),
    reboot: () => void power.restart(now(), row, 'graceful'),
    panic() {
      server.underway.get(row)?.();
      server.enter(row, 'crashed');
    },
  };
}

/** Its shell knows the machine, but can't end it: the demo would be over. */
export function nodeHost({ clock, startedAt }: FakeServer, node: Node): Host {
  return {
    name: node.name,
    system: node.version,
    cpus: node.cpus,
    memory: node.memory,
    clock,
    bootedAt: () => startedAt,
    load: () => ({ cpu: 0.2, memory: node.memory * 0.4 }),
    files: ['iso', 'vms'],
    powerOff: () => {},
    reboot: () => {},
    panic: () => {},
  };
}
