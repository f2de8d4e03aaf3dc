/** Consoles of VMs, and what else takes the terminal over. */
import type { Duplex } from 'node:stream';
import type { VmId } from '../../ids.ts';

export interface ConsoleSize {
  readonly columns: number;
  readonly rows: number;
}

/** Something to type into: either bytes both ways, or a command that takes over the terminal. */
export type Attachment =
  | { readonly kind: 'stream'; readonly stream: Duplex; readonly resize?: (size: ConsoleSize) => void }
  | { readonly kind: 'command'; readonly argv: readonly [string, ...string[]] };

/** What a console has written, as far as the platform kept it. Hostile: the screen cleans it. */
export interface ConsoleOutput {
  readonly text: string;
  /** Epoch, ms: when the platform took it; undefined = now. */
  readonly at: number | undefined;
}

export interface ConsoleOps {
  /** `force` takes the console over from its current user; without it a console in use is an op.conflict. */
  serial?(id: VmId, options: { readonly force: boolean }, signal: AbortSignal): Promise<Attachment>;
  /** What was written to the serial console so far, to be read only. */
  output?(id: VmId, signal: AbortSignal): Promise<ConsoleOutput>;
}
