import type { FleetError } from '../errors.ts';
import type { ConsoleSize } from '../platforms/contract.ts';
import type { OutputFile } from './output-file.ts';

export type FileKind = 'log' | 'recording';

/** The files that get what a console writes, one of each kind at most. */
export interface SessionFiles {
  get(kind: FileKind): OutputFile | undefined;
  set(kind: FileKind, file: OutputFile): void;
  write(bytes: Uint8Array): void;
  /** Resolves when all of them can take more. */
  taken(): Promise<unknown>;
  resized(size: ConsoleSize): void;
  /** Resolves with its path when all of it is written; undefined when there was none. */
  stop(kind: FileKind): Promise<string | undefined>;
  /** Ends all; what could not be written is reported. */
  close(tell: (error: FleetError) => void): Promise<void>;
}

export function createSessionFiles(): SessionFiles {
  const files = new Map<FileKind, OutputFile>();
  const all = () => [...files.values()];
  return {
    get: (kind) => files.get(kind),
    set: (kind, file) => void files.set(kind, file),
    write(bytes) {
      for (const file of all()) file.write(bytes);
    },
    taken: () => Promise.all(all().map((file) => file.taken())),
    resized(size) {
      for (const file of all()) file.resized(size);
    },
    async stop(kind) {
      const file = files.get(kind);
      files.delete(kind);
      await file?.end();
      return file?.path;
    },
    async close(tell) {
      const left = all();
      files.clear();
      await Promise.all(left.map((file) => file.end().catch(tell)));
    },
  };
}
