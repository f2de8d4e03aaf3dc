import { FleetError, sentence } from '../../errors.ts';
import { type EndpointName, type NodeId, nativeOf, type VmId } from '../../ids.ts';
import { type Context, type Node, type OperationName, operations, type Vm } from '../contract.ts';
import type { FakeServer } from './server.ts';
import { think } from './think.ts';

/** One request and its answer, with all that may come between; `act` is what the server does. */
export interface Calls {
  vm<T>(
    operation: OperationName,
    id: VmId,
    signal: AbortSignal,
    act: (vm: Vm, row: number) => T | Promise<T>,
  ): Promise<T>;
  /** About what the endpoint has as a whole. */
  endpoint<T>(operation: OperationName, signal: AbortSignal, act: () => T | Promise<T>): Promise<T>;
  node<T>(operation: OperationName, id: NodeId, signal: AbortSignal, act: (node: Node) => T | Promise<T>): Promise<T>;
}

/** `alive` aborts, with the error to throw, when the link is lost or the connection is closed. */
export function createCalls(server: FakeServer, context: Context, alive: AbortSignal): Calls {
  const { clock, endpoint, faults, fleet } = server;

  async function exchange<T>(
    operation: OperationName,
    name: string,
    nodeRow: number,
    signal: AbortSignal,
    act: () => T | Promise<T>,
  ): Promise<T> {
    const { kind } = operations[operation];
    try {
      await think(server, nodeRow, AbortSignal.any([signal, alive]));
      if (kind === 'reads' && faults.takeFailure(operation)) {
        throw new FleetError('op.failed', `${name}: the answer broke off half-way`, { retry: true });
      }
      const answer = await act();
      if (kind === 'mutates' && faults.takeLoss(operation)) server.link.cut(server.options.dropForMs);
      alive.throwIfAborted();
      return answer;
    } catch (error) {
      if (kind === 'mutates' && alive.aborted && !signal.aborted) {
        throw new FleetError('outcome.unknown', `the link died before ${name} had answered`, { cause: error });
      }
      throw error;
    }
  }

  async function told<T>(
    operation: OperationName,
    id: VmId | NodeId | EndpointName,
    signal: AbortSignal,
    run: () => Promise<T>,
  ) {
    signal.throwIfAborted();
    alive.throwIfAborted();
    const at = clock.now();
    const began = clock.ticks();
    const text = `${operation} ${nativeOf(id)}`;
    const line = () => ({ at, endpoint, channel: 'control', text, tookMs: clock.ticks() - began, bytes: text.length });
    try {
      const answer = await run();
      context.wire(line());
      return answer;
    } catch (error) {
      context.wire({ ...line(), failed: sentence(error) });
      throw error;
    }
  }

  return {
    vm: (operation, id, signal, act) =>
      told(operation, id, signal, async () => {
        const row = fleet.rowOf(id);
        const name = fleet.vm(row)?.name ?? id;
        return exchange(operation, name, fleet.columns.node[row] ?? -1, signal, () => {
          // Looked up again: it may have gone or changed while the server was thinking.
          const vm = fleet.vm(fleet.rowOf(id));
          if (!vm) throw new FleetError('vm.not-found', `VM ${name} not found`);
          const refusal = vm.disabled?.[operation];
          if (refusal !== undefined) throw new FleetError('op.refused', refusal);
          return act(vm, row);
        });
      }),
    endpoint: (operation, signal, act) =>
      told(operation, endpoint, signal, () => exchange(operation, endpoint, -1, signal, act)),
    node: (operation, id, signal, act) =>
      told(operation, id, signal, async () => {
        const row = fleet.nodeRowOf(id);
        return exchange(operation, fleet.nodes()[row]?.name ?? id, row, signal, () => {
          const node = fleet.nodes()[row];
          if (!node) throw new FleetError('node.not-found', `node ${id} not found`);
          return act(node);
        });
      }),
  };
}
