/** One operation on one guest: finds it, asks how it is, and follows what it begins. */
import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import { nativeOf, type VmId } from '../../ids.ts';
import type { Accepted, Warning } from '../contract.ts';
import { asRow } from '../lib/json.ts';
import { type Api, type CallOptions, segment, unclear } from './api.ts';
import { type Current, type Guest, readCurrent } from './guests.ts';
import type { GuestIndex } from './index-of-guests.ts';
import { acceptedTask, type FollowContext, finishedTask } from './tasks.ts';

export interface GuestCall {
  readonly guest: Guest;
  /** For sentences. */
  readonly name: string;
  /** As it is now. */
  readonly current: Current;
  readonly signal: AbortSignal;
  get(below: string, query?: CallOptions['query']): Promise<unknown>;
  /** Sent once. Answers as soon as the task is under way; rejects when it has failed by then. */
  task(method: 'post' | 'delete', below: string, form?: CallOptions['form']): Promise<Accepted>;
  /** The same for one step of several: answers when its task has ended well, with what that task warns of. */
  finished(method: 'post' | 'delete', below: string): Promise<readonly Warning[]>;
  /** Sent once; done when it is answered, which is with nothing. */
  put(below: string, form: CallOptions['form']): Promise<Accepted>;
}

export interface GuestCalls {
  readonly api: Api;
  readonly clock: Clock;
  readonly index: GuestIndex;
  /** The watch reads this guest again. */
  readonly touched: (key: string) => void;
}

export const pathOf = ({ node, kind, vmid }: Pick<Guest, 'node' | 'kind' | 'vmid'>): string =>
  `/nodes/${segment(node)}/${kind}/${vmid}`;

export async function onGuest<T>(
  { api, clock, index, touched }: GuestCalls,
  id: VmId,
  signal: AbortSignal,
  work: (call: GuestCall) => Promise<T>,
): Promise<T> {
  const key = nativeOf(id);
  const read = async (guest: Guest) => {
    const answer = await api.get(`${pathOf(guest)}/status/current`, { signal, subject: guest.name });
    return { guest, current: readCurrent(asRow(answer, guest.name)) };
  };
  const { guest, current } = await read(await index.guest(key, signal)).catch(async (error: unknown) => {
    // It may have moved to another node since the list was read.
    if (!(error instanceof FleetError && error.code === 'vm.not-found')) throw error;
    return read(await index.refreshed(key, signal));
  });
  const name = current.name ?? guest.name;
  /** Sends what the server makes a task of, and follows that. */
  const begin = async <Answer>(
    follow: (answer: unknown, context: FollowContext) => Promise<Answer>,
    method: 'post' | 'delete',
    below: string,
    form?: CallOptions['form'],
  ): Promise<Answer> => {
    try {
      const answer = await api[method](`${pathOf(guest)}${below}`, { signal, subject: name, ...(form && { form }) });
      touched(key);
      return await follow(answer, { api, clock, signal, subject: name });
    } finally {
      touched(key);
    }
  };
  return work({
    guest,
    name,
    current,
    signal,
    get: (below, query) => api.get(`${pathOf(guest)}${below}`, { signal, subject: name, ...(query && { query }) }),
    task: (method, below, form) => begin(acceptedTask, method, below, form),
    finished: (method, below) => begin(finishedTask, method, below),
    async put(below, form) {
      try {
        const answer = await api.put(`${pathOf(guest)}${below}`, { signal, subject: name, ...(form && { form }) });
        if (answer === null) return { warnings: [] };
        throw unclear(name, 'the answer is not the one that this change has');
      } finally {
        touched(key);
      }
    },
  });
}
