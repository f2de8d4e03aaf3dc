/** Files that have what a console writes: as it is, or as a recording. */
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { FleetError, sentence } from '../errors.ts';
import type { ConsoleSize } from '../platforms/contract.ts';
import { castHeader, castLine } from './asciicast.ts';

export interface OutputFile {
  readonly path: string;
  write(bytes: Uint8Array): void;
  resized(size: ConsoleSize): void;
  /** Resolves when the file can take more, so that the writer waits for a slow disk. */
  taken(): Promise<void>;
  /** Resolves when all is written. Rejects with op.failed when the file could not take it. */
  end(): Promise<void>;
}

/** Another user must not read what was typed into a guest and echoed. */
const MODE = 0o600;

interface Lines {
  put(text: string | Uint8Array): void;
  taken(): Promise<void>;
  end(): Promise<void>;
}

/** `failed` is called once when the file can take no more; nothing is written after that. */
async function openFile(path: string, how: 'a' | 'wx', failed: (error: FleetError) => void): Promise<Lines> {
  const handle = await open(path, how, MODE).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EEXIST')
      throw new FleetError('op.conflict', `${path} is there already`, { fix: 'choose another name', cause });
    throw new FleetError('op.failed', `${path} can't be written: ${sentence(cause)}`, { cause });
  });
  const stream = createWriteStream(path, { fd: handle });
  let broken: FleetError | undefined;
  let wake = () => {};
  stream.on('error', (cause) => {
    broken = new FleetError('op.failed', `${path} can't be written any more: ${sentence(cause)}`, { cause });
    wake();
    failed(broken);
  });
  stream.on('drain', () => wake());
  return {
    put: (text) => void (broken === undefined && stream.write(text)),
    taken: () =>
      broken === undefined && stream.writableNeedDrain
        ? new Promise((resolve) => {
            wake = resolve;
          })
        : Promise.resolve(),
    end: () =>
      new Promise((resolve, reject) => {
        if (broken) return reject(broken);
        // What waits for room would wait for ever.
        wake();
        stream.once('error', () => reject(broken)).end(() => resolve());
      }),
  };
}

/** The bytes of the guest as they came, behind what the file has already. */
export async function openLog(path: string, failed: (error: FleetError) => void): Promise<OutputFile> {
  const { put, taken, end } = await openFile(path, 'a', failed);
  return { path, write: put, resized: () => {}, taken, end };
}

export interface Recorded {
  readonly title: string;
  readonly size: ConsoleSize;
  readonly clock: Clock;
}

/** asciicast v2 of what the guest writes from now on; what is typed is not in it. Rejects with op.conflict for a file that is there. */
export async function openRecording(
  path: string,
  { title, size, clock }: Recorded,
  failed: (error: FleetError) => void,
): Promise<OutputFile> {
  const { put, taken, end } = await openFile(path, 'wx', failed);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const start = clock.ticks();
  const at = () => (clock.ticks() - start) / 1000;
  const output = (text: string) => {
    if (text !== '') put(castLine({ at: at(), kind: 'output', text }));
  };
  put(castHeader({ size, title }, clock.now()));
  return {
    path,
    write: (bytes) => output(decoder.decode(bytes, { stream: true })),
    resized: (size) => put(castLine({ at: at(), kind: 'resize', size })),
    taken,
    end() {
      output(decoder.decode());
      return end();
    },
  };
}
