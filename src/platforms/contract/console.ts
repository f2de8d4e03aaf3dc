/** Consoles of VMs, and what else takes the terminal over. */
import type { Duplex } from 'node:stream';
import type { VmId } from '../../ids.ts';

export interface ConsoleSize {
  readonly columns: number;
  readonly rows: number;
}

/** Something to type into: either bytes both ways, or a command that takes over the terminal. */
export type Attachment =
  | {
      readonly kind: 'stream';
      readonly stream: Duplex;
      readonly resize?: (size: ConsoleSize) => void;
      /** Of the shell at the other end, once the stream has closed; undefined where it is not known. */
      readonly exitCode?: () => number | undefined;
    }
  | { readonly kind: 'command'; readonly argv: readonly [string, ...string[]] };

/** What a console has written, as far as the platform kept it. Hostile: the screen cleans it. */
export interface ConsoleOutput {
  readonly text: string;
  /** Epoch, ms: when the platform took it; undefined = now. */
  readonly at: number | undefined;
}

/** A connection to a display that speaks RFB, as VNC does; nothing has been said on it. */
export interface DisplayLink {
  readonly stream: Duplex;
  /** Of the display, where it has one; never shown. */
  readonly password?: string;
  /** The host that a certificate of the display must name, and the CA in PEM, where it is not one that the system trusts. */
  readonly host: string;
  readonly ca?: string;
  /** Nothing else protects the way there: a display without TLS must be refused. */
  readonly needsTls?: boolean;
}

/** Where a display listens, as its node sees it. */
export type DisplayPlace = { readonly host: string; readonly port: number } | { readonly socket: string };

/** A display of any kind, for a program of the desktop that shows it. */
export interface ViewerLink {
  readonly kind: 'vnc' | 'spice' | 'rdp';
  readonly place: DisplayPlace;
  /** A connection on which nothing has been said; programs for SPICE open several. */
  connect(signal: AbortSignal): Promise<Duplex>;
  /** Of the display, where it has one; never shown, and never in a command line. */
  readonly password?: string;
  /** Why no other program may be let there, as a sentence: drover can't see to it that it speaks TLS. */
  readonly unsafe?: string;
}

/** A command line for a terminal on this machine, without secrets. */
export interface ConsoleCommand {
  readonly argv: readonly [string, ...string[]];
}

export interface ConsoleOps {
  /** `force` takes the console over from its current user; without it a console in use is an op.conflict. */
  serial?(id: VmId, options: { readonly force: boolean }, signal: AbortSignal): Promise<Attachment>;
  /** What the VM's screen shows, with keys and mouse. Rejects with op.unsupported for a display of another kind. */
  display?(id: VmId, signal: AbortSignal): Promise<DisplayLink>;
  /** The way to the VM's display for another program. */
  viewer?(id: VmId, signal: AbortSignal): Promise<ViewerLink>;
  /** What a user types in a shell to get to the serial console without drover. */
  command?(id: VmId, signal: AbortSignal): Promise<ConsoleCommand>;
  /** What was written to the serial console so far, to be read only. */
  output?(id: VmId, signal: AbortSignal): Promise<ConsoleOutput>;
}
