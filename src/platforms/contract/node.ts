/** What can be done with a node. */
import type { NodeId } from '../../ids.ts';
import type { Bytes } from '../../units.ts';
import type { Accepted } from './accepted.ts';
import type { Attachment, ConsoleSize } from './console.ts';
import type { NodeInfo } from './info.ts';
import type { ReceivingOps } from './migration.ts';
import type { Destination, Source } from './transfer.ts';

/** How a user logs in to a node by ssh. */
export interface NodeLogin {
  /** A name, an address, or a `Host` of ~/.ssh/config. */
  readonly host: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly knownHostsFile?: string | undefined;
}

/** The way to what guests of a node listen on. */
export interface GuestRoute {
  /** The node that is jumped over; undefined where guests are reached from here. */
  readonly jump: NodeLogin | undefined;
  /** Why nothing of a guest may be asked at its address, as a sentence: the address may be another machine's. */
  readonly unreachable?: string;
}

/** A piece of what a command has written. Hostile: it is cleaned where it is shown. */
export interface CommandOutput {
  readonly from: 'stdout' | 'stderr';
  readonly data: Uint8Array;
}

export interface RunHow {
  /** Hears what it writes, which is held back while it is busy. */
  readonly tell: (output: CommandOutput) => void | Promise<void>;
  /** Ends the command on the node when it aborts; the answer comes when it has ended. */
  readonly stop: AbortSignal;
}

/** How a command ended; its answer is that it has. */
export interface CommandEnd extends Accepted {
  /** As a shell has it: 128 + n where signal n ended it. Undefined where nothing was sent. */
  readonly code?: number;
}

/** A file, folder or link of a node. Names are hostile; those that are no UTF-8 can't be opened. */
export interface FileEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly size: Bytes | undefined;
  /** Epoch, ms. */
  readonly changed: number | undefined;
  /** Permission bits. */
  readonly mode: number | undefined;
  /** By number, as the node has them. */
  readonly owner: number | undefined;
  readonly group: number | undefined;
}

export interface FolderList {
  /** The absolute path, links followed. */
  readonly path: string;
  /** What the path is itself. */
  readonly is: FileEntry;
  /** What is in it, in no order; undefined where it is no folder. */
  readonly entries: readonly FileEntry[] | undefined;
}

export interface FileWrite {
  /** A file that is there is written over; without it that is an op.conflict. */
  readonly overwrite: boolean;
  /** What was there when it was read: any other by now is an op.conflict. */
  readonly basedOn?: FileEntry;
  /** Permission bits of a new file. One that is written over keeps its own, and its owner. */
  readonly mode?: number;
}

export interface NodeOps extends ReceivingOps {
  info?(id: NodeId, signal: AbortSignal): Promise<NodeInfo>;
  /** A login shell on the node. */
  shell?(id: NodeId, size: ConsoleSize, signal: AbortSignal): Promise<Attachment>;
  /** How the addresses of its guests are reached. */
  route?(id: NodeId, signal: AbortSignal): Promise<GuestRoute>;
  /**
   * Runs a shell command, without a terminal and without input. It does not outlive the connection: when that goes, or the
   * signal aborts, it is ended on the node as well, which then is not seen any more.
   */
  run?(id: NodeId, command: string, how: RunHow, signal: AbortSignal): Promise<CommandEnd>;
  /** What is at this path; an empty one is the folder that a login starts in. */
  files?(id: NodeId, path: string, signal: AbortSignal): Promise<FolderList>;
  /** Goes on behind what `to` has already, where that is the beginning of this file. */
  readFile?(id: NodeId, path: string, to: Destination, signal: AbortSignal): Promise<Accepted>;
  /** Atomic: the file is the old one or the new one, whatever breaks on the way. */
  writeFile?(id: NodeId, path: string, from: Source, how: FileWrite, signal: AbortSignal): Promise<Accepted>;
  makeFolder?(id: NodeId, path: string, signal: AbortSignal): Promise<Accepted>;
  /** A file, a link or a folder has another path afterwards, in one step. What is in use is an op.conflict, and so is a path that is taken. */
  renameFile?(id: NodeId, from: string, to: string, signal: AbortSignal): Promise<Accepted>;
  /**
   * Deletes a file, a link (and not what it leads to) or an empty folder. `seen` is what the user was shown of it: any other by
   * now is an op.conflict, and so is what a VM uses, which is named. A folder that is not empty is refused.
   */
  deleteFile?(id: NodeId, path: string, seen: FileEntry, signal: AbortSignal): Promise<Accepted>;
  /**
   * It takes no VMs from now on: its state becomes `maintenance`. One that runs VMs is refused with op.conflict, which names
   * them, unless its platform moves them away by itself. In maintenance already: accepted with a warning.
   */
  enterMaintenance?(id: NodeId, signal: AbortSignal): Promise<Accepted>;
  /** It takes VMs again. In service already: accepted with a warning. */
  exitMaintenance?(id: NodeId, signal: AbortSignal): Promise<Accepted>;
}
