import { FleetError } from '../../errors.ts';
import type { Accepted, OperationName, StopHow, Vm, VmState } from '../contract.ts';
import { hash } from './random.ts';
import type { FakeServer } from './server.ts';

/** What the simulated hypervisor does to a running guest. Each answers as soon as it has begun. */
export interface Power {
  start(vm: Vm, row: number): Accepted;
  stop(vm: Vm, row: number, how: StopHow): Accepted;
  restart(vm: Vm, row: number, how: StopHow): Accepted;
  pause(vm: Vm, row: number): Accepted;
  resume(vm: Vm, row: number): Accepted;
}

const BOOT_MS = 1500;
const SHUTDOWN_MS = 1200;
const POWER_CUT_MS = 200;
/** Machines differ: up to this much is added, always the same for the same VM. */
const SPREAD_MS = 1500;

const OFF: readonly VmState[] = ['stopped', 'suspended'];
const CAN_START: readonly VmState[] = [...OFF, 'crashed', 'error'];

export const accepted = (task?: string): Accepted => ({ ...(task !== undefined && { task }), warnings: [] });

const already = (feature: OperationName, detail: string): Accepted => ({ warnings: [{ feature, detail }] });

const conflict = (vm: Vm, why: string, fix: string) => new FleetError('op.conflict', `${vm.name} ${why}`, { fix });

export function createPower(server: FakeServer): Power {
  const { agenda, faults, fleet, sheets, underway } = server;

  function after(row: number, ms: number, happen: () => void) {
    underway.get(row)?.();
    const takeBack = agenda.plan(ms, () => {
      underway.delete(row);
      happen();
    });
    underway.set(row, takeBack);
  }

  function calm(row: number) {
    underway.get(row)?.();
    underway.delete(row);
  }

  const spread = (row: number) => hash(fleet.seed, row, 111) % SPREAD_MS;

  function land(row: number, state: VmState, text: string) {
    const vm = fleet.vm(row);
    if (!vm) return;
    server.enter(row, state, state === 'stopped' ? sizeOf(row) : {});
    server.news.event(vm.id, text);
  }

  function sizeOf(row: number): Partial<Vm> {
    const { cpus, memory } = sheets.size(row);
    return { cpus, memory };
  }

  /** Half of the way, then it sticks, and the VM says so. */
  function stick(vm: Vm, row: number, ms: number, state: VmState, what: string) {
    after(row, ms / 2, () => {
      const message = `${what} half-way, by order of this demo`;
      server.enter(row, state, { trouble: { message, since: server.clock.now() } });
      server.news.event(vm.id, message);
    });
  }

  function boot(vm: Vm, row: number, text: string) {
    server.enter(row, 'starting', sizeOf(row));
    after(row, BOOT_MS + spread(row), () => land(row, 'running', text));
    return accepted(`boot-${vm.id}`);
  }

  function proceed(row: number) {
    calm(row);
    land(row, 'running', 'Resumed');
    return accepted();
  }

  return {
    start(vm, row) {
      if (vm.state === 'paused') return proceed(row);
      if (!CAN_START.includes(vm.state)) return already('vm.start', `${vm.name} was already ${vm.state}`);
      const answer = boot(vm, row, vm.state === 'suspended' ? 'Started (restored from disk)' : 'Started (booted)');
      if (faults.takeFailure('vm.start')) stick(vm, row, BOOT_MS, 'error', 'Starting failed');
      return answer;
    },
    stop(vm, row, how) {
      if (OFF.includes(vm.state)) return already('vm.stop', `${vm.name} was already ${vm.state}`);
      if (how === 'graceful' && vm.state === 'paused') {
        throw conflict(vm, 'is paused and its guest hears nothing', 'resume it first, or stop it by force');
      }
      const ms = how === 'force' ? POWER_CUT_MS : SHUTDOWN_MS + spread(row);
      server.enter(row, 'stopping');
      after(row, ms, () => land(row, 'stopped', how === 'force' ? 'Stopped (power cut)' : 'Stopped (shut down)'));
      if (faults.takeFailure('vm.stop')) stick(vm, row, ms, 'running', 'Stopping failed');
      return accepted(`stop-${vm.id}`);
    },
    restart(vm, row, how) {
      if (vm.state !== 'running') throw conflict(vm, `is ${vm.state}`, 'only a running VM can be restarted');
      const fails = faults.takeFailure('vm.restart');
      if (how === 'force') {
        boot(vm, row, 'Restarted (reset)');
        if (fails) stick(vm, row, BOOT_MS, 'error', 'Restarting failed');
        return accepted(`restart-${vm.id}`);
      }
      server.enter(row, 'stopping');
      after(row, SHUTDOWN_MS, () => void boot(vm, row, 'Restarted'));
      if (fails) stick(vm, row, SHUTDOWN_MS, 'running', 'Restarting failed');
      return accepted(`restart-${vm.id}`);
    },
    pause(vm, row) {
      if (vm.state === 'paused') return already('vm.pause', `${vm.name} was already paused`);
      if (vm.state !== 'running') throw conflict(vm, `is ${vm.state}`, 'only a running VM can be paused');
      if (faults.takeFailure('vm.pause')) throw new FleetError('op.failed', `pausing ${vm.name} failed half-way`);
      calm(row);
      land(row, 'paused', 'Paused');
      return accepted();
    },
    resume(vm, row) {
      if (vm.state === 'running') return already('vm.resume', `${vm.name} was already running`);
      if (vm.state !== 'paused') throw conflict(vm, `is ${vm.state}`, 'only a paused VM can be resumed');
      if (faults.takeFailure('vm.resume')) throw new FleetError('op.failed', `resuming ${vm.name} failed half-way`);
      return proceed(row);
    },
  };
}
