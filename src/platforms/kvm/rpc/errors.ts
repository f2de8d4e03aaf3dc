import { plainLine } from '../../transport/http/wire.ts';
import type { remoteError } from './protocol.ts';
import type { ValueOf } from './xdr.ts';

/**
 * The daemon's answer "no". `code` and `domain` are numbers of libvirt's virterror.h and stable; the message is
 * translated, so it is shown and never compared. normalize-error.ts makes a FleetError of it.
 */
export class LibvirtError extends Error {
  override readonly name = 'LibvirtError';
  readonly code: number;
  readonly domain: number;
  readonly procedure: string;
  /** Of a system call that failed, its errno; else 0. */
  readonly errno: number;

  constructor(procedure: string, body: ValueOf<typeof remoteError>) {
    super(plainLine(body.message ?? `libvirt error ${body.code}`, MOST_SAID));
    this.code = body.code;
    this.domain = body.domain;
    this.procedure = procedure;
    this.errno = body.code === SYSTEM_ERROR ? body.number1 : 0;
  }
}

/** VIR_ERR_SYSTEM_ERROR: the first number that comes with it is errno. */
const SYSTEM_ERROR = 38;
/** Of libvirt's longest sentences: a message may be 4 MiB. */
const MOST_SAID = 500;

/** The codes that drover decides by. */
export const VIR_ERR = {
  noSupport: 3,
  invalidArgument: 8,
  operationFailed: 9,
  exists: 28,
  readOnly: 29,
  xml: 27,
  rpc: 39,
  noDomain: 42,
  noNetwork: 43,
  authFailed: 45,
  noPool: 49,
  noVolume: 50,
  noNodeDevice: 53,
  operationInvalid: 55,
  noInterface: 57,
  noFilter: 62,
  noSecret: 66,
  configUnsupported: 67,
  timeout: 68,
  noSnapshot: 72,
  argumentUnsupported: 74,
  revertRisky: 77,
  aborted: 78,
  authCancelled: 79,
  noMetadata: 80,
  unsafeMigration: 81,
  operationUnsupported: 84,
  busy: 87,
  accessDenied: 88,
  volumeExists: 90,
  authUnavailable: 94,
} as const;

/** For `catch`: undefined where libvirt answers with one of these codes. */
export const unlessCode =
  (...codes: readonly number[]) =>
  (error: unknown): undefined => {
    if (!(error instanceof LibvirtError) || !codes.includes(error.code)) throw error;
  };
