import { FleetError } from '../../errors.ts';
import type { Accepted, OperationName, PlatformTask, StopHow, Vm, VmState } from '../contract.ts';
import { hash } from './random.ts';
import type { FakeServer } from './server.ts';

/** What the simulated hypervisor does to a running guest. Each answers as soon as it has begun. */
export interface Power {
  start(vm: Vm, row: number): Accepted;
  stop(vm: Vm, row: number, how: StopHow): Accepted;
  restart(vm: Vm, row: number, how: StopHow): Accepted;
  pause(vm: Vm, row: number): Accepted;
  resume(vm: Vm, row: number): Accepted;
  suspend(vm: Vm, row: number): Accepted;
}

const BOOT_MS = 1500;
const SHUTDOWN_MS = 1200;
const POWER_CUT_MS = 200;
/** Saving memory is told in steps, as platforms with tasks do. */
const SAVE_STEPS = 5;
const SAVE_STEP_MS = 400;
/** Machines differ: up to this much is added, always the same for the same VM. */
const SPREAD_MS = 1500;

const OFF: readonly VmState[] = ['stopped', 'suspended'];
const CAN_START: readonly VmState[] = [...OFF, 'crashed', 'error'];

export const accepted = (task?: string): Accepted => ({ ...(task !== undefined && { task }), warnings: [] });

const already = (feature: OperationName, detail: string): Accepted => ({ warnings: [{ feature, detail }] });

const conflict = (vm: Vm, why: string, fix: string) => new FleetError('op.conflict', `${vm.name} ${why}`, { fix });

export function createPower(server: FakeServer): Power {
  const { agenda, faults, fleet, sheets, underway } = server;

  const tell = (task: string, vm: Vm, state: PlatformTask['state'], share: number, text: string) =>
    server.news.task({ task, subject: vm.id, state, share, text });

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
    return { cpus, memory, ...(fleet.vm(row)?.pending && { pending: [] }) };
  }

  /** Half of the way, then it sticks, and the VM says so. */
  function stick(vm: Vm, row: number, ms: number, state: VmState, what: string) {
    after(row, ms / 2, () => {
      const message = `${what} half-way, by order of this demo`;
      server.enter(row, state, { trouble: { message, since: server.clock.now() } });
      server.news.event(vm.id, message);
    });
  }

  /** Memory goes to disk step by step; what sticks goes on running, and only the task says why. */
  function save(vm: Vm, row: number, task: string, fails: boolean, step = 1) {
    after(row, SAVE_STEP_MS, () => {
      if (fails && step > SAVE_STEPS / 2) {
        const message = 'Saving failed half-way, by order of this demo';
        server.enter(row, vm.state);
        tell(task, vm, 'failed', Number.NaN, message);
        return;
      }
      if (step < SAVE_STEPS) {
        tell(task, vm, 'running', step / SAVE_STEPS, 'Saving its memory');
        return save(vm, row, task, fails, step + 1);
      }
      tell(task, vm, 'done', 1, 'Its memory is saved');
      land(row, 'suspended', 'Suspended to disk');
    });
  }

  function boot(vm: Vm, row: number, text: string) {
    const { modes } = vm;
    const shelved = modes?.includes('shelved') ? { modes: modes.filter((mode) => mode !== 'shelved') } : {};
    server.enter(row, 'starting', { ...sizeOf(row), ...shelved });
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
      const node = fleet.nodes()[fleet.columns.node[row] ?? -1];
      if (node?.state === 'maintenance')
        throw conflict(vm, `is on ${node.name}, which is in maintenance`, 'put the node into service, or move the VM');
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
      const isSaved = vm.state === 'suspended';
      if (vm.state !== 'paused' && !isSaved) throw conflict(vm, `is ${vm.state}`, 'only a paused VM can be resumed');
      if (faults.takeFailure('vm.resume')) throw new FleetError('op.failed', `resuming ${vm.name} failed half-way`);
      return isSaved ? boot(vm, row, 'Started (restored from disk)') : proceed(row);
    },
    suspend(vm, row) {
      if (vm.state === 'suspended') return already('vm.suspend', `${vm.name} was already suspended`);
      if (vm.state !== 'running' && vm.state !== 'paused') {
        throw conflict(vm, `is ${vm.state}`, 'only a VM that is on can be suspended');
      }
      const task = `save-${vm.id}-${server.clock.now()}`;
      tell(task, vm, 'running', 0, 'Saving its memory');
      save(vm, row, task, faults.takeFailure('vm.suspend'));
      return accepted(task);
    },
  };
}
