import type { Services } from '../../actions/services.ts';
import { sentence } from '../../errors.ts';
import { endpointOf, type NodeId, type VmId } from '../../ids.ts';
import type { Connection } from '../../platforms/contract.ts';

/** What was asked of a platform for the details: under way, here, or why not. */
export type Loaded<Value> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly value: Value }
  | { readonly state: 'failed'; readonly message: string };

/** Asks for one object at a time: what is not looked at any more is given up. */
export interface Loader<Id, Value> {
  /** Asks when the object is not the one that was asked for last, or has changed since; undefined = nothing is wanted. */
  want(id: Id | undefined): void;
  of(id: Id): Loaded<Value>;
}

/** How to ask a connection, or the sentence why it can't be asked. */
export type Reading<Id, Value> = (connection: Connection, id: Id) => ((signal: AbortSignal) => Promise<Value>) | string;

const LOADING = { state: 'loading' } as const;
const AGAIN_AFTER_MS = 30_000;

export function createLoader<Id extends VmId | NodeId, Value>(
  { store, sessions, clock }: Services,
  changed: () => void,
  reading: Reading<Id, Value>,
): Loader<Id, Value> {
  let asked: { id: Id; connection: unknown; object: unknown; at: number } | undefined;
  let controller = new AbortController();
  let answer: { readonly id: Id; readonly loaded: Loaded<Value> } | undefined;

  async function ask(id: Id, read: (signal: AbortSignal) => Promise<Value>): Promise<void> {
    const { signal } = controller;
    if (answer?.id !== id) answer = { id, loaded: LOADING };
    try {
      const value = await read(signal);
      if (!signal.aborted) answer = { id, loaded: { state: 'ready', value } };
    } catch (error) {
      if (!signal.aborted) answer = { id, loaded: { state: 'failed', message: sentence(error) } };
    }
    if (!signal.aborted) changed();
  }

  return {
    want(id) {
      const connection = id === undefined ? undefined : sessions.connection(endpointOf(id));
      // A new connection or a change of the object makes what is shown old.
      const object = id === undefined ? undefined : store.fleet.vms.get(id as VmId);
      const isSame = asked?.id === id && asked?.connection === connection && asked?.object === object;
      if (isSame && asked && clock.ticks() - asked.at < AGAIN_AFTER_MS) return;
      controller.abort();
      controller = new AbortController();
      asked = id === undefined ? undefined : { id, connection, object, at: clock.ticks() };
      if (id === undefined) return;
      const read = connection ? reading(connection, id) : `${endpointOf(id)} is not connected`;
      if (typeof read === 'string') answer = { id, loaded: { state: 'failed', message: read } };
      else void ask(id, read);
    },
    of: (id) => (answer?.id === id ? answer.loaded : LOADING),
  };
}
