import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import { FleetError, sentence } from '../errors.ts';
import { ANSWER, type Field, type Fields, fieldsOf, packet, REQUEST, STATUS, u32 } from './wire.ts';

/** Requests and their answers over one stream. Several may be under way at a time. */
export interface SftpSession {
  /** Whether the server knows this extension of OpenSSH. */
  has(extension: string): boolean;
  /** Resolves with the answer of the type that is wanted; rejects with an SftpRefusal for a status that is none. */
  ask(type: number, fields: readonly Field[], wanted: number): Promise<Fields>;
  /** For requests that are answered with a status alone. */
  tell(type: number, fields: readonly Field[]): Promise<void>;
  close(): void;
}

export interface SftpOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long the greeting may take, where a login is before it that asks the user. */
  readonly greetingMs?: number;
}

/** What the server answered in place of what was asked for. */
export class SftpRefusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** OpenSSH's own limit; a larger packet is none of a server. */
const LARGEST = 256 * 1024;
/** A server with requests to answer that says nothing for so long has gone. */
const SILENT_MS = 30_000;

interface Waiting {
  readonly wanted: number;
  resolve(fields: Fields): void;
  reject(error: unknown): void;
}

/** Greets the server. The session has ended when the stream has, or the signal aborts, which destroys it. */
export async function openSession(
  stream: Duplex,
  { clock, signal, greetingMs = SILENT_MS }: SftpOptions,
): Promise<SftpSession> {
  const waiting = new Map<number, Waiting>();
  const extensions = new Set<string>();
  const greeted = Promise.withResolvers<void>();
  greeted.promise.catch(() => undefined);
  let last = 0;
  let ended: unknown;
  let stopClock = () => {};

  const end = (error: unknown) => {
    if (ended !== undefined) return;
    ended = error;
    stopClock();
    signal.removeEventListener('abort', abort);
    greeted.reject(error);
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    stream.destroy();
  };
  const abort = () => end(signal.reason);
  const watchSilence = (ms = SILENT_MS) => {
    stopClock();
    const late = () => end(new FleetError('host.unreachable', `no answer to SFTP within ${ms / 1000} s`));
    if (ended === undefined) stopClock = clock.after(ms, late);
  };
  const heard = (type: number, fields: Fields) => {
    if (type === ANSWER.version) {
      fields.u32();
      while (fields.left > 0) {
        extensions.add(fields.text());
        fields.data();
      }
      greeted.resolve();
      return;
    }
    const id = fields.u32();
    const one = waiting.get(id);
    if (!one) throw new FleetError('host.protocol', 'SFTP: an answer to no question');
    waiting.delete(id);
    if (type === one.wanted) return one.resolve(fields);
    if (type !== ANSWER.status) throw new FleetError('host.protocol', `SFTP: an answer of type ${type}`);
    one.reject(new SftpRefusal(fields.u32(), fields.left > 0 ? fields.text() : ''));
  };

  stream.on('data', packetsOf(heard, end));
  stream.on('data', () => (waiting.size > 0 ? watchSilence() : stopClock()));
  stream.once('error', (error) => end(new FleetError('host.unreachable', sentence(error), { cause: error })));
  stream.once('close', () => end(new FleetError('host.unreachable', 'the connection for files was closed')));
  stream.once('end', () => end(new FleetError('host.unreachable', 'the other side has no SFTP, or ended it')));
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  watchSilence(greetingMs);
  if (stream.writable) stream.write(packet(REQUEST.init, u32(3)));
  await greeted.promise;
  stopClock();

  const ask: SftpSession['ask'] = (type, fields, wanted) =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) return reject(ended);
      last = (last + 1) % 2 ** 32;
      if (waiting.size === 0) watchSilence();
      waiting.set(last, { wanted, resolve, reject });
      stream.write(packet(type, u32(last), ...fields));
    });
  return {
    has: (extension) => extensions.has(extension),
    ask,
    async tell(type, fields) {
      const answer = await ask(type, fields, ANSWER.status);
      const status = answer.u32();
      if (status !== STATUS.ok) throw new SftpRefusal(status, answer.left > 0 ? answer.text() : '');
    },
    close: () => end(new FleetError('host.unreachable', 'the connection for files was closed')),
  };
}

/** Puts what comes together to packets. What does not fit ends the session. */
function packetsOf(
  heard: (type: number, fields: Fields) => void,
  fail: (error: unknown) => void,
): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let had = 0;
  return (chunk) => {
    chunks.push(chunk);
    had += chunk.length;
    try {
      for (;;) {
        if (had < 5) return;
        if ((chunks[0]?.length ?? 0) < 5) chunks = [Buffer.concat(chunks)];
        const length = (chunks[0] as Buffer).readUInt32BE();
        if (length < 1 || length > LARGEST) throw new FleetError('host.protocol', 'the other side speaks no SFTP');
        if (had < 4 + length) return;
        const all = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
        const rest = all.subarray(4 + length);
        had = rest.length;
        chunks = had === 0 ? [] : [rest];
        heard(all[4] as number, fieldsOf(all.subarray(5, 4 + length)));
      }
    } catch (error) {
      fail(error);
    }
  };
}
