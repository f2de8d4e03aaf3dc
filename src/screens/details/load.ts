import type { Services } from '../../actions/services.ts';
import type { Clock } from '../../clock.ts';
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

/** What is asked of: it is asked again when one of `of` is another than before. */
export interface Question<Value> {
  readonly of: readonly unknown[];
  /** How to ask, or the sentence why that is not possible. */
  readonly read: () => ((signal: AbortSignal) => Promise<Value>) | string;
}

/** How to ask a connection, or the sentence why it can't be asked. */
export type Reading<Id, Value> = (connection: Connection, id: Id) => ((signal: AbortSignal) => Promise<Value>) | string;

const LOADING = { state: 'loading' } as const;
const AGAIN_AFTER_MS = 30_000;

/** Asks the connection of a VM or a node. A new one, or a change of the object, makes what is shown old. */
export const createLoader = <Id extends VmId | NodeId, Value>(
  { store, sessions, clock }: Services,
  changed: () => void,
  reading: Reading<Id, Value>,
): Loader<Id, Value> =>
  createAsking(clock, changed, (id) => {
    const connection = sessions.connection(endpointOf(id));
    return {
      of: [connection, store.fleet.vms.get(id as VmId)],
      read: () => (connection ? reading(connection, id) : `${endpointOf(id)} is not connected`),
    };
  });

export function createAsking<Id extends string, Value>(
  clock: Clock,
  changed: () => void,
  questionOf: (id: Id) => Question<Value>,
): Loader<Id, Value> {
  let asked: { readonly id: Id; readonly of: readonly unknown[]; readonly at: number } | undefined;
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
      const question = id === undefined ? undefined : questionOf(id);
      const isSame = asked?.id === id && question?.of.every((one, at) => one === asked?.of[at]);
      if (isSame && asked && clock.ticks() - asked.at < AGAIN_AFTER_MS) return;
      controller.abort();
      controller = new AbortController();
      asked = id === undefined || !question ? undefined : { id, of: question.of, at: clock.ticks() };
      if (id === undefined || !question) return;
      const read = question.read();
      if (typeof read === 'string') answer = { id, loaded: { state: 'failed', message: read } };
      else void ask(id, read);
    },
    of: (id) => (answer?.id === id ? answer.loaded : LOADING),
  };
}
