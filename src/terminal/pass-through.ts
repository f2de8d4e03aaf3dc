import { type Duplex, Transform } from 'node:stream';
import type { ScreenSize } from './compositor.ts';
import type { GuestFilter } from './guest-filter.ts';
import type { Input } from './input.ts';
import type { Loan } from './loan.ts';
import type { ConsoleTerminal } from './screen.ts';

export interface PassThroughOptions {
  readonly screen: ConsoleTerminal;
  readonly input: Input;
  /** A console or a shell: what is typed goes in, what comes out goes to the terminal, byte by byte. */
  readonly stream: Duplex;
  readonly resize?: (size: ScreenSize) => void;
  /** What of its bytes the terminal may have; all of them without it. */
  readonly filter?: GuestFilter;
  /** The byte that ends it: 0x1d for ctrl-]. It never reaches the other side. */
  readonly detachByte: number;
  /** Shown first: what this is, and the key that leads back. */
  readonly notice: string;
  readonly signal: AbortSignal;
}

/**
 * Connects the terminal with a stream until the detach key, the stream's end or the signal, and takes it back.
 * On `detached` the stream is left open for its owner to close. Rejects with the stream's error or the signal's reason.
 */
export function passThrough(options: PassThroughOptions): Promise<'detached' | 'closed'> {
  return options.screen.lend('raw', (loan) => connect(options, loan));
}

async function connect(options: PassThroughOptions, loan: Loan): Promise<'detached' | 'closed'> {
  const { input, stream, detachByte, notice, signal, screen } = options;
  const resize = options.resize ?? (() => {});
  const { promise, resolve, reject } = Promise.withResolvers<'detached' | 'closed'>();
  const onClose = () => resolve('closed');
  const onAbort = () => reject(signal.reason);

  stream.once('close', onClose).once('end', onClose).once('error', reject);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const stopResizing = loan.onResize(resize);
  const stopTyping = input.divert((bytes) => {
    const detach = bytes.indexOf(detachByte);
    const typed = detach < 0 ? bytes : bytes.subarray(0, detach);
    if (typed.length > 0) stream.write(typed);
    if (detach >= 0) resolve('detached');
  });
  loan.output.write(`${notice}\r\n`);
  const shown = filtered(options.filter);
  shown?.pipe(loan.output);
  const to = shown ?? loan.output;
  stream.pipe(to);
  resize(screen.size());
  try {
    return await promise;
  } finally {
    stopTyping();
    stopResizing();
    signal.removeEventListener('abort', onAbort);
    stream.unpipe(to);
    shown?.unpipe(loan.output);
    stream.off('close', onClose).off('end', onClose).off('error', reject);
  }
}

/** One chunk waits in it at most, so that the other side is held back as the terminal is. */
const filtered = (filter: GuestFilter | undefined): Transform | undefined =>
  filter &&
  new Transform({
    writableHighWaterMark: 1,
    readableHighWaterMark: 1,
    transform: (bytes: Buffer, _encoding, done) => done(null, filter.push(bytes)),
  });
