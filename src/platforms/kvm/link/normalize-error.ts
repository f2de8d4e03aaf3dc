import { FleetError } from '../../../errors.ts';
import { XmlError } from '../../transport/xml.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';

/**
 * libvirt's numbers become our codes; the only place that knows them. Its messages are translated, so they are passed
 * on and never looked into. What is no answer of a daemon comes back as it is.
 */
export function normalizeError(error: unknown, subject: string): unknown {
  if (error instanceof XmlError) {
    return new FleetError('host.protocol', `${subject}: the XML that libvirt sent can't be read: ${error.message}`, {
      fix: 'look at it with virsh dumpxml or virsh capabilities',
      cause: error,
    });
  }
  if (!(error instanceof LibvirtError)) return error;
  const { code, message } = error;
  const said = `${subject}: ${message}`;
  const cause = { cause: error };
  switch (code) {
    case VIR_ERR.noDomain:
      return new FleetError('vm.not-found', `${subject} is not on this host any more`, cause);
    case VIR_ERR.noSnapshot:
      return new FleetError('snapshot.not-found', said, cause);
    case VIR_ERR.noPool:
      return new FleetError('storage.not-found', said, cause);
    case VIR_ERR.noVolume:
      return new FleetError('volume.not-found', said, cause);
    case VIR_ERR.noNetwork:
      return new FleetError('network.not-found', said, cause);
    case VIR_ERR.operationInvalid:
    case VIR_ERR.revertRisky:
    case VIR_ERR.exists:
    case VIR_ERR.volumeExists:
    case VIR_ERR.busy:
      return new FleetError('op.conflict', said, cause);
    case VIR_ERR.timeout:
      return new FleetError('op.timeout', `${subject} is busy with something else, or hangs: ${message}`, {
        fix: 'wait until the other operation is done, or stop it by force',
        ...cause,
      });
    case VIR_ERR.readOnly:
    case VIR_ERR.accessDenied:
      return new FleetError('auth.forbidden', said, { fix: 'log in as a user who may manage libvirt', ...cause });
    case VIR_ERR.authFailed:
    case VIR_ERR.authCancelled:
    case VIR_ERR.authUnavailable:
      return new FleetError('auth.forbidden', said, {
        fix: 'add the user to the group libvirt on that host',
        ...cause,
      });
    case VIR_ERR.noSupport:
    case VIR_ERR.configUnsupported:
    case VIR_ERR.argumentUnsupported:
    case VIR_ERR.operationUnsupported:
      return new FleetError('op.unsupported', said, cause);
    // An older daemon that doesn't know the procedure, or one that couldn't read the call.
    case VIR_ERR.rpc:
      return new FleetError(
        'op.unsupported',
        `${subject}: this libvirt can't do ${error.procedure}: ${message}`,
        cause,
      );
    case VIR_ERR.invalidArgument:
    case VIR_ERR.xml:
    case VIR_ERR.unsafeMigration:
      return new FleetError('op.refused', said, cause);
    case VIR_ERR.aborted:
      return new FleetError('op.cancelled', said, cause);
    default:
      return new FleetError('op.failed', said, cause);
  }
}

const LINK_TROUBLE = new Set(['host.unreachable', 'host.protocol', 'op.timeout']);

/**
 * The error of a call that changes something. When the call was sent and no answer came, it is unknown whether it was
 * done: it is never sent again, and the error says so.
 */
export function mutationError(error: unknown, subject: string, verb: string): unknown {
  if (error instanceof FleetError && LINK_TROUBLE.has(error.code)) {
    return new FleetError(
      'outcome.unknown',
      `${subject}: no answer to "${verb}" came, it may have been done or not (${error.message})`,
      {
        fix: 'look at its state once the host answers again',
        cause: error,
      },
    );
  }
  return normalizeError(error, subject);
}
