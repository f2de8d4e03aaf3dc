/** Operations on what a host has beside guests: pools, volumes and networks. */
import type { Clock } from '../../../clock.ts';
import { FleetError, sentence } from '../../../errors.ts';
import { endpointOf, type Id, nativeOfListed } from '../../../ids.ts';
import type { Trouble } from '../../contract.ts';
import { noListed } from '../../lib/listed.ts';
import { XmlError } from '../../transport/xml.ts';
import type { Daemon } from '../link/daemon.ts';
import { mutationError, normalizeError } from '../link/normalize-error.ts';
import { uuidBytes } from '../link/uuid.ts';
import type { RpcClient } from '../rpc/client.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';
import type { Procedure } from '../rpc/protocol.ts';
import { isAboutGuest, type Place } from '../vm/guest.ts';
import type { HostFiles } from './host-files.ts';

export interface Host {
  readonly daemon: Daemon;
  readonly place: Place;
  readonly clock: Clock;
  /** As in GuestCalls. */
  readonly files?: HostFiles;
}

export interface HostCall {
  readonly client: RpcClient;
  readonly signal: AbortSignal;
  /** A change: when no answer comes, it ends as outcome.unknown. `verb` is for that sentence. */
  change<T>(verb: string, call: () => Promise<T>): Promise<T>;
}

/** Makes sentences of what goes wrong; `subject` is what they are about. */
export async function onHost<T>(
  { daemon }: Host,
  subject: string,
  signal: AbortSignal,
  work: (call: HostCall) => Promise<T>,
): Promise<T> {
  const client = await daemon.control(signal);
  const change: HostCall['change'] = (verb, call) =>
    call().catch((error: unknown) => {
      throw mutationError(error, subject, verb);
    });
  try {
    return await work({ client, signal, change });
  } catch (error) {
    throw normalizeError(error, subject);
  }
}

/** The same with one pool or network, as the daemon finds it now. Rejects with `network.not-found` … for one that is gone. */
export async function onListed<O extends { readonly name: string }, T>(
  host: Host,
  kind: 'storage' | 'network',
  lookUp: Procedure<{ readonly uuid: Buffer }, O>,
  id: Id,
  signal: AbortSignal,
  work: (call: HostCall, one: O) => Promise<T>,
): Promise<T> {
  const uuid = uuidBytes(nativeOfListed(id));
  if (!uuid) throw noListed(kind, id);
  const one = await onHost(host, endpointOf(id), signal, ({ client }) =>
    client.call(lookUp, { uuid }, { signal }).catch((error: unknown) => {
      throw error instanceof LibvirtError && GONE.has(error.code) ? noListed(kind, id) : error;
    }),
  );
  return onHost(host, one.name, signal, (call) => work(call, one));
}

/**
 * Defines something and does what makes it usable. When that fails the definition goes again; when that fails too, op.failed
 * says what is left. Nothing is taken back without a link: then it is unknown how much was done.
 */
export const makeWhole = <O extends { readonly name: string }>(
  { change }: HostCall,
  define: () => Promise<O>,
  finish: (made: O) => Promise<void>,
  undo: (made: O) => Promise<void>,
): Promise<O> =>
  change('create', async () => {
    const made = await define();
    try {
      await finish(made);
      return made;
    } catch (error) {
      if (error instanceof FleetError) throw error;
      await undo(made).catch((left: unknown) => {
        const why = `${sentence(error)}; it is defined, and could not be taken back: ${sentence(left)}`;
        throw new FleetError('op.failed', `${made.name}: ${why}`, { cause: error });
      });
      throw error;
    }
  });

/** One of several objects, with what was read of it. */
export interface Read<O, T> {
  readonly one: O;
  /** Undefined where it can't be read; `trouble` says why then. */
  readonly read: T | undefined;
  readonly trouble: { readonly trouble?: Trouble };
}

/** Objects that are asked for at once. */
const AT_ONCE = 64;
const GONE: ReadonlySet<number> = new Set([VIR_ERR.noPool, VIR_ERR.noVolume, VIR_ERR.noNetwork]);

/** Reads each, in the order of their names. One that can't be read stays among them; one that went away meanwhile does not. */
export async function readEach<O extends { readonly name: string }, T>(
  all: readonly O[],
  clock: Clock,
  read: (one: O) => Promise<T>,
): Promise<readonly Read<O, T>[]> {
  const sorted = all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const results: Read<O, T>[] = [];
  const attempt = async (one: O): Promise<readonly Read<O, T>[]> => {
    try {
      return [{ one, read: await read(one), trouble: {} }];
    } catch (error) {
      if (error instanceof LibvirtError && GONE.has(error.code)) return [];
      if (!isAboutGuest(error) && !(error instanceof XmlError)) throw error;
      return [{ one, read: undefined, trouble: { trouble: { message: error.message, since: clock.now() } } }];
    }
  };
  for (let at = 0; at < sorted.length; at += AT_ONCE)
    results.push(...(await Promise.all(sorted.slice(at, at + AT_ONCE).map(attempt))).flat());
  return results;
}
