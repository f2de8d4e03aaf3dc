import { FleetError } from '../../errors.ts';
import { createGate } from '../../gate.ts';
import type { EndpointName } from '../../ids.ts';
import type { Ask, Connection, Vm } from '../../platforms/contract.ts';
import { createSession, type Session, type SessionOptions } from './session.ts';
import type { SessionSpec } from './spec.ts';

/** ConVirt's connected servers: one session for every endpoint of the configuration. */
export interface Sessions {
  /** Starts a session; an earlier one of the same name is ended first. */
  open(spec: SessionSpec): void;
  /** Ends the session and takes the endpoint's rows away. */
  remove(name: EndpointName): Promise<void>;
  /** Tries at once, with a user to ask for a password or about a host key. Ends like `ready`. */
  reconnect(name: EndpointName, ask: Ask): Promise<void>;
  /** Undefined while there is none. */
  connection(name: EndpointName): Connection | undefined;
  /**
   * Stands for the address and login that the endpoint has now: another object once its configuration has changed, the
   * same one across lost and remade links.
   */
  current(name: EndpointName): object | undefined;
  /** Resolves when the endpoint has spoken after this call, so that what the store says of it is true again. */
  heard(name: EndpointName, signal: AbortSignal): Promise<void>;
  /** Resolves when all is known of the endpoint; rejects with the trouble of the attempt that is under way. */
  ready(name: EndpointName): Promise<void>;
  /** Its VMs that the filter of the endpoint leaves out, as far as they are known. */
  hidden(name: EndpointName): readonly Vm[];
  close(): Promise<void>;
}

/** More at once would be felt at the keys. */
const HANDSHAKES_AT_ONCE = 16;
const LOOK_EVERY_MS = 400;

export function createSessions(options: Omit<SessionOptions, 'handshakes'>): Sessions {
  const { store, clock } = options;
  const sessions = new Map<EndpointName, Session>();
  const handshakes = createGate(HANDSHAKES_AT_ONCE);
  let stopLooking: (() => void) | undefined;

  const look = () => {
    for (const session of sessions.values()) session.look();
    stopLooking = clock.after(LOOK_EVERY_MS, look);
  };

  const end = async (name: EndpointName): Promise<void> => {
    const session = sessions.get(name);
    sessions.delete(name);
    await session?.end();
  };

  return {
    open(spec) {
      // It may be another host now: what is known of the old one must not stand there under its name.
      if (sessions.has(spec.name)) store.removeEndpoint(spec.name);
      const before = end(spec.name);
      sessions.set(spec.name, createSession(spec, { ...options, handshakes }, before));
      stopLooking ??= clock.after(LOOK_EVERY_MS, look);
    },
    remove(name) {
      const ended = end(name);
      store.removeEndpoint(name);
      return ended;
    },
    reconnect: (name, ask) => sessions.get(name)?.reconnect(ask) ?? notThere(name),
    connection: (name) => sessions.get(name)?.connection,
    current: (name) => sessions.get(name),
    heard: (name, signal) => sessions.get(name)?.heard(signal) ?? notThere(name),
    ready: (name) => sessions.get(name)?.ready() ?? notThere(name),
    hidden: (name) => sessions.get(name)?.hidden() ?? [],
    async close() {
      stopLooking?.();
      await Promise.all([...sessions.keys()].map(end));
    },
  };
}

const notThere = (name: EndpointName): Promise<never> =>
  Promise.reject(new FleetError('endpoint.not-found', `there is no endpoint ${name}`));
