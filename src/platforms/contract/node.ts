/** What can be done with a node. */
import type { NodeId } from '../../ids.ts';
import type { Attachment, ConsoleSize } from './console.ts';
import type { NodeInfo } from './info.ts';

export interface NodeOps {
  info?(id: NodeId, signal: AbortSignal): Promise<NodeInfo>;
  /** A login shell on the node. */
  shell?(id: NodeId, size: ConsoleSize, signal: AbortSignal): Promise<Attachment>;
}
