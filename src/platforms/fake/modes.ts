/** Modes of a VM beside its state. A new size is kept at once here, so that none waits for a word. */
import { FleetError } from '../../errors.ts';
import { type Accepted, type LossPlan, type OperationName, operations, type Vm, type VmMode } from '../contract.ts';
import { accepted } from './power.ts';
import { refuseUnknown } from './refuse-unknown.ts';
import type { FakeServer } from './server.ts';

/** What its disk takes to be written. */
const WRITE_MS = 800;

const conflict = (vm: Vm, why: string, fix: string) => new FleetError('op.conflict', `${vm.name} ${why}`, { fix });
const without = ({ modes = [] }: Vm, mode: VmMode) => modes.filter((one) => one !== mode);

const refusalsOfLock = (reason: string): NonNullable<Vm['disabled']> => {
  const why = `it is locked${reason === '' ? '' : ` (${reason})`}: unlock it first`;
  const names = (Object.keys(operations) as OperationName[]).filter(
    (name) => name.startsWith('vm.') && operations[name].kind === 'mutates' && name !== 'vm.unlock',
  );
  return Object.fromEntries(names.map((name) => [name, why]));
};

export function createModes(server: FakeServer) {
  const { agenda, drives, fleet } = server;

  /** Writes its disk, and is then on again where it was. */
  function write(vm: Vm, row: number, then: Partial<Vm>, said: string): Accepted {
    const state = vm.state === 'stopped' ? 'stopped' : 'running';
    server.enter(row, 'starting', then);
    agenda.plan(WRITE_MS, () => {
      if (fleet.vm(row)?.id !== vm.id) return;
      server.enter(row, state);
      server.news.event(vm.id, said);
    });
    return accepted();
  }

  return {
    lock(vm: Vm, row: number, reason: string): Accepted {
      server.change(row, { modes: [...without(vm, 'locked'), 'locked'], disabled: refusalsOfLock(reason) });
      return accepted();
    },
    unlock(vm: Vm, row: number): Accepted {
      server.change(row, { modes: without(vm, 'locked'), disabled: {} });
      return accepted();
    },
    shelve(vm: Vm, row: number): Accepted {
      if (vm.modes?.includes('shelved')) throw conflict(vm, 'is shelved already', 'start it to bring it back');
      server.enter(row, 'stopped', { modes: [...without(vm, 'shelved'), 'shelved'] });
      return accepted();
    },
    rescue(vm: Vm, row: number, image: string): Accepted {
      if (image !== '') refuseUnknown(server, 'image', image);
      if (vm.modes?.includes('rescue')) throw conflict(vm, 'is in rescue mode already', 'end that first');
      return write(vm, row, { modes: [...without(vm, 'rescue'), 'rescue'] }, 'In rescue mode');
    },
    unrescue(vm: Vm, row: number): Accepted {
      if (!vm.modes?.includes('rescue')) throw conflict(vm, 'is not in rescue mode', 'nothing is to be ended');
      return write(vm, row, { modes: without(vm, 'rescue') }, 'Rescue mode ended');
    },
    planRebuild(_vm: Vm, row: number, image: string): LossPlan {
      if (image !== '') refuseUnknown(server, 'image', image);
      const [first, ...others] = drives.disks(row).filter(({ readOnly }) => !readOnly);
      return { goes: first ? [first.path] : [], stays: others.map(({ path }) => path) };
    },
    rebuild(vm: Vm, row: number, image: string): Accepted {
      if (image !== '') refuseUnknown(server, 'image', image);
      return write(vm, row, image === '' ? {} : { image }, 'Rebuilt');
    },
  };
}
