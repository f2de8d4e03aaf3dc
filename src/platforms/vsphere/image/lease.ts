/** HttpNfcLease (vSphere Web Services API): the files of a VM, as addresses that take or give them for a while. */
import { createHash } from 'node:crypto';
import { wait } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import type { Source, WireLine } from '../../contract.ts';
import { createHttp } from '../../transport/http/http.ts';
import type { HttpTarget } from '../../transport/http/target.ts';
import { childrenOf, textAt, type XmlElement } from '../../transport/xml.ts';
import { refOf, retrieveOne } from '../properties.ts';
import type { Session } from '../session.ts';
import { type MoRef, nothing, type Xml, xml } from '../soap/envelope.ts';
import { localizedFault } from '../soap/fault.ts';
import type { Digest, OvaFile } from './ova.ts';

/** The server makes the VM and its empty disks. */
const READY_WITHIN_MS = 600_000;
const LOOK_MS = 500;
/** A lease is over after some minutes without a word. */
const BEAT_MS = 15_000;
const CALL_MS = 60_000;
/** As long as a large file takes over a slow line; when nothing moves, the transport gives up. */
const SEND_MS = 86_400_000;
const HTTPS_PORT = 443;

export interface LeaseParts {
  readonly session: Session;
  /** Of the vCenter or host that is logged in to. */
  readonly own: HttpTarget;
  readonly wire: (line: WireLine) => void;
}

/** Where a file of the VM is sent to, or fetched from. */
export interface Device {
  /** Of an import, as CreateImportSpec has named it. */
  readonly importKey: string;
  readonly key: string;
  readonly isDisk: boolean;
  readonly url: string;
  readonly thumbprint: string;
}

export interface Lease {
  readonly ref: MoRef;
  /** The VM. */
  readonly entity: MoRef;
  /** By the key that CreateImportSpec has named. */
  readonly devices: ReadonlyMap<string, Device>;
  /** In the order in which the server names them. */
  readonly all: readonly Device[];
  /** Of all disks together, bytes; NaN where the server does not say. */
  readonly capacity: number;
}

const send = (session: Session, target: MoRef, method: string, args: Xml, signal: AbortSignal) =>
  session.call({ target, method, args, kind: 'mutates', signal, deadlineMs: CALL_MS });

/** Resolves when the server is ready for files. Rejects with its SoapFault, or a FleetError. */
export async function readyLease(session: Session, ref: MoRef, subject: string, signal: AbortSignal): Promise<Lease> {
  const until = session.clock.ticks() + READY_WITHIN_MS;
  while (session.clock.ticks() < until) {
    const values = await retrieveOne(session, ref, ['state', 'info', 'error'], signal);
    const state = values.get('state')?.text;
    const error = values.get('error');
    if (state === 'error' && error) throw localizedFault(error);
    if (state === 'ready') return leaseFrom(ref, values.get('info'));
    if (state !== 'initializing')
      throw new FleetError('op.failed', `${subject}: its transfer has ended before it began`);
    await wait(session.clock, LOOK_MS, signal);
  }
  throw new FleetError('op.failed', `${subject}: ${session.host} was not ready for its files in time`);
}

function leaseFrom(ref: MoRef, info: XmlElement | undefined): Lease {
  const entity = refOf(info?.children.find(({ name }) => name === 'entity'));
  const all = childrenOf(info, 'deviceUrl').map((one) => ({
    importKey: textAt(one, 'importKey') ?? '',
    key: textAt(one, 'key') ?? '',
    isDisk: textAt(one, 'disk') === 'true',
    url: textAt(one, 'url') ?? '',
    thumbprint: textAt(one, 'sslThumbprint') ?? '',
  }));
  const capacity = Number(textAt(info, 'totalDiskCapacityInKB') ?? Number.NaN) * 1024;
  return { ref, entity, all, capacity, devices: new Map(all.map((one) => [one.importKey, one])) };
}

/** Keeps the lease alive while `work` goes on, and tells the server how much of it is done: 0..1. */
export async function keptAlive<T>(
  session: Session,
  { ref }: Lease,
  share: () => number,
  work: () => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const beat = async () => {
    for (;;) {
      await wait(session.clock, BEAT_MS, done.signal);
      const percent = Math.min(99, Math.floor(share() * 100));
      // one that is not heard is followed by another; a lease that is over lets the transfer fail
      await send(session, ref, 'HttpNfcLeaseProgress', xml`<percent>${percent}</percent>`, done.signal).catch(
        () => undefined,
      );
    }
  };
  const beating = beat().catch(() => undefined);
  try {
    return await work();
  } finally {
    done.abort();
    await beating;
  }
}

/** The server has all of it, and the VM is whole. */
export const completeLease = (session: Session, { ref }: Lease, signal: AbortSignal): Promise<unknown> =>
  send(session, ref, 'HttpNfcLeaseComplete', nothing, signal);

/** The server takes the VM back. One that is over already is no failure. */
export const abortLease = (session: Session, ref: MoRef): Promise<unknown> =>
  send(session, ref, 'HttpNfcLeaseAbort', nothing, new AbortController().signal).catch(() => undefined);

export interface SentFile {
  readonly file: OvaFile;
  readonly digest: Digest | undefined;
  readonly source: Source;
  /** The server has made no file for it yet. */
  readonly isNew: boolean;
  readonly sent: (bytes: number) => void;
}

/** Rejects with op.failed when its bytes were other ones than its manifest says, or when the host refuses it. */
export async function sendToDevice(
  { session, own, wire }: LeaseParts,
  device: Device,
  { file, digest, source, isNew, sent }: SentFile,
  signal: AbortSignal,
): Promise<void> {
  const { path, ...target } = placeOf(device, own, file.name);
  const http = createHttp({ target, endpoint: session.endpoint, clock: session.clock, wire, channel: 'files' });
  const hash = digest && createHash(digest.algorithm);
  async function* pieces() {
    for await (const piece of source.read(file.at, file.size)) {
      hash?.update(piece);
      yield piece;
      sent(piece.length);
    }
  }
  try {
    const answer = await http.send({
      method: isNew ? 'PUT' : 'POST',
      path,
      kind: 'mutates',
      signal,
      deadlineMs: SEND_MS,
      headers: {
        'content-type': 'application/x-vnd.vmware-streamVmdk',
        ...(isNew && { overwrite: 't' }),
      },
      stream: { length: file.size, pieces },
    });
    if (answer.status < 200 || answer.status > 299)
      throw new FleetError('op.failed', `${file.name}: ${http.name} answered with the status ${answer.status}`);
  } finally {
    http.close();
  }
  if (hash && hash.digest('hex') !== digest?.hex)
    throw new FleetError('op.failed', `${file.name} of ${source.name} is not what its manifest says`, {
      fix: 'get the file again: it was damaged on its way',
    });
}

/** Hands on what the file holds. Rejects with op.failed when the host refuses it, and as `into` does. */
export async function fetchFromDevice(
  { session, own, wire }: LeaseParts,
  device: Device,
  name: string,
  into: (piece: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { path, ...target } = placeOf(device, own, name);
  const http = createHttp({ target, endpoint: session.endpoint, clock: session.clock, wire, channel: 'files' });
  try {
    const { status } = await http.send({ method: 'GET', path, kind: 'reads', signal, deadlineMs: SEND_MS, into });
    if (status < 200 || status > 299)
      throw new FleetError('op.failed', `${name}: ${http.name} answered with the status ${status}`);
  } finally {
    http.close();
  }
}

/** A single host says `*` for itself; others are known by the certificate that was named over a verified link. */
function placeOf({ url, thumbprint }: Device, own: HttpTarget, name: string): HttpTarget & { readonly path: string } {
  const at = URL.parse(url.replace('//*/', `//${own.host.includes(':') ? `[${own.host}]` : own.host}:${own.port}/`));
  if (!at || (at.protocol !== 'https:' && own.secure))
    throw new FleetError('host.protocol', `${name}: the server names no address for it`);
  const host = at.hostname.replace(/^\[(.*)\]$/, '$1');
  const secure = at.protocol === 'https:';
  const port = at.port === '' ? (secure ? HTTPS_PORT : 80) : Number(at.port);
  const trust = thumbprint === '' || host === own.host ? trustIn(own) : { fingerprint: thumbprint };
  return { secure, host, port, base: '', path: `${at.pathname}${at.search}`, ...trust };
}

const trustIn = ({ ca, fingerprint }: HttpTarget): Pick<HttpTarget, 'ca' | 'fingerprint'> => ({
  ...(ca !== undefined && { ca }),
  ...(fingerprint !== undefined && { fingerprint }),
});
