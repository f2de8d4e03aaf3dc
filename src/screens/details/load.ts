import type { Services } from '../../actions/services.ts';
import { sentence } from '../../errors.ts';
import { endpointOf, type NodeId, type VmId } from '../../ids.ts';
import type { NodeInfo, VmInfo } from '../../platforms/contract.ts';

/** What was asked of a platform for the details: under way, here, or why not. */
export type Loaded<Value> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly value: Value }
  | { readonly state: 'failed'; readonly message: string };

/** Asks for one object at a time: what is not looked at any more is given up. */
export interface Loader {
  /** Asks when the object is not the one that was asked for last, or has changed since. */
  want(subject: { readonly vm: VmId } | { readonly node: NodeId } | undefined): void;
  vm(id: VmId): Loaded<VmInfo>;
  node(id: NodeId): Loaded<NodeInfo>;
}

const LOADING = { state: 'loading' } as const;
const AGAIN_AFTER_MS = 30_000;

export function createLoader({ store, sessions, clock }: Services, changed: () => void): Loader {
  let asked: { id: VmId | NodeId; connection: unknown; object: unknown; at: number } | undefined;
  let controller = new AbortController();
  let answer: { readonly id: VmId | NodeId; readonly info: Loaded<VmInfo | NodeInfo> } | undefined;

  async function ask(id: VmId | NodeId, read: (signal: AbortSignal) => Promise<VmInfo | NodeInfo>): Promise<void> {
    controller.abort();
    controller = new AbortController();
    const { signal } = controller;
    if (answer?.id !== id) answer = { id, info: LOADING };
    try {
      const value = await read(signal);
      if (!signal.aborted) answer = { id, info: { state: 'ready', value } };
    } catch (error) {
      if (!signal.aborted) answer = { id, info: { state: 'failed', message: sentence(error) } };
    }
    if (!signal.aborted) changed();
  }

  return {
    want(subject) {
      if (!subject) return;
      const id = 'vm' in subject ? subject.vm : subject.node;
      const connection = sessions.connection(endpointOf(id));
      // A new connection or a change of the object makes what is shown old.
      const object = 'vm' in subject ? store.fleet.vms.get(subject.vm) : undefined;
      const isSame = asked?.id === id && asked.connection === connection && asked.object === object;
      if (isSame && asked && clock.ticks() - asked.at < AGAIN_AFTER_MS) return;
      asked = { id, connection, object, at: clock.ticks() };
      if (!connection) answer = { id, info: { state: 'failed', message: `${endpointOf(id)} is not connected` } };
      else if ('vm' in subject) void ask(id, (signal) => connection.vm.info(subject.vm, signal));
      else if (connection.node.info) {
        const { info } = connection.node;
        void ask(id, (signal) => info(subject.node, signal));
      } else {
        answer = { id, info: { state: 'failed', message: connection.whyNot['node.info'] ?? 'nothing more is known' } };
      }
    },
    vm: (id) => (answer?.id === id ? (answer.info as Loaded<VmInfo>) : LOADING),
    node: (id) => (answer?.id === id ? (answer.info as Loaded<NodeInfo>) : LOADING),
  };
}
