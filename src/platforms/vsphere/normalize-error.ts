import { FleetError, type FleetErrorOptions } from '../../errors.ts';
import { plainLine } from '../transport/http/wire.ts';
import { child, textAt } from '../transport/xml.ts';
import { SoapFault } from './soap/fault.ts';
import { typeOf } from './soap/kind.ts';

/**
 * vSphere's faults become our codes; the only place that knows them (vSphere Web Services API, "Faults"). Messages are
 * translated by the server, so they are passed on and never looked into. What is no fault comes back as it is.
 */
export function normalizeError(error: unknown, subject: string, gone: 'vm' | 'node' | 'list' = 'vm'): unknown {
  if (!(error instanceof SoapFault)) return error;
  const { fault, detail } = error;
  const field = (name: string): string => plainLine(textAt(detail, name) ?? '', 120);
  const said = `${subject}: ${error.message === '' ? wordsOf(fault) : error.message}`;
  const make = (code: FleetError['code'], message: string, options: FleetErrorOptions = {}) =>
    new FleetError(code, message, { ...options, cause: error });

  switch (fault) {
    case 'InvalidLogin':
      return make('auth.rejected', said);
    case 'NotAuthenticated':
      return make('auth.rejected', `${subject}: the server does not know the session that it has just given`, {
        fix: 'look whether sessions are ended by an administrator, or by a proxy in between',
      });
    case 'NoPermission': {
      const right = field('privilegeId');
      return make('auth.forbidden', `${subject}: the right ${right === '' ? 'for it' : right} is missing`, {
        fix: `ask for a role with ${right === '' ? 'that right' : right} on it`,
      });
    }
    case 'ManagedObjectNotFound':
      if (typeOf(child(detail, 'obj')) === 'VirtualMachineSnapshot') {
        return make('snapshot.not-found', `${subject}: the snapshot is not there any more`);
      }
      if (gone === 'list') {
        return make('op.conflict', `${subject}: something went away while it was read`, { fix: 'read it again' });
      }
      return gone === 'vm'
        ? make('vm.not-found', `${subject} is not in this inventory any more`)
        : make('node.not-found', `there is no host ${subject}`);
    case 'InvalidPowerState': {
      const [now, needed] = [field('existingState'), field('requestedState')];
      return make(
        'op.conflict',
        `${subject} is ${now === needed ? `${now} already` : `${now}, and that needs ${needed}`}`,
      );
    }
    case 'ToolsUnavailable':
      return make('op.conflict', `${subject}: VMware Tools do not run in it, so the guest can't be asked`, {
        fix: 'do it by force, or install open-vm-tools',
      });
    case 'ConcurrentAccess':
      return make('op.conflict', `${subject} was changed by another client at the same moment`, {
        fix: 'look at it again',
      });
    case 'MemorySnapshotOnIndependentDisk':
      return make('op.unsupported', said, { fix: 'take it without the memory, or stop it first' });
    case 'TooManySnapshotLevels':
      return make('op.refused', said, { fix: 'delete some of its snapshots first' });
    case 'TaskInProgress':
      return make('op.conflict', `${subject} is busy with another task`, { fix: 'wait until that is done' });
    case 'NotSupported':
    case 'NotImplemented':
    case 'MethodNotFound':
      return make('op.unsupported', said);
    case 'RequestCanceled':
      return make('op.cancelled', said);
    default:
      return make(CODES[fault] ?? 'op.failed', said);
  }
}

/** The rest of what is no plain failure. */
const CODES: Readonly<Record<string, FleetError['code']>> = {
  InvalidState: 'op.conflict',
  ResourceInUse: 'op.conflict',
  FileLocked: 'op.conflict',
  FileAlreadyExists: 'op.conflict',
  DuplicateName: 'op.conflict',
  SnapshotLocked: 'op.conflict',
  SnapshotDisabled: 'op.unsupported',
  SnapshotIncompatibleDeviceInVm: 'op.unsupported',
  VmConfigFault: 'op.refused',
  InvalidVmConfig: 'op.refused',
  InvalidArgument: 'op.refused',
  InvalidProperty: 'op.refused',
  InvalidName: 'op.refused',
  MethodDisabled: 'op.refused',
  RestrictedVersion: 'op.refused',
  LicenseExpired: 'op.refused',
  TooManyDevices: 'op.refused',
  CpuHotPlugNotSupported: 'op.refused',
  MemoryHotPlugNotSupported: 'op.refused',
};

/** `InsufficientHostMemoryCapacity` → `insufficient host memory capacity`. */
const wordsOf = (fault: string): string =>
  fault === '' ? 'it failed for no stated reason' : fault.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
