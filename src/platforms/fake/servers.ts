import type { Clock } from '../../clock.ts';
import type { Endpoint } from '../contract.ts';
import { createServer } from './create-server.ts';
import { fakeOptions } from './options.ts';
import type { FakeServer } from './server.ts';

/**
 * Simulated servers outlive their connections, as real ones do: who connects again finds what was left.
 * They live on a clock, so that tests with a clock of their own have a world of their own.
 */
const worlds = new WeakMap<Clock, Map<string, Promise<FakeServer>>>();

/** The server of an endpoint, made when it is asked for first; other values are another server. */
export function fakeServer(endpoint: Endpoint, clock: Clock): Promise<FakeServer> {
  let world = worlds.get(clock);
  if (!world) {
    world = new Map();
    worlds.set(clock, world);
  }
  // The password is the client's part of it, not the server's.
  const { password: _client, ...values } = endpoint.values;
  const key = JSON.stringify([endpoint.name, values]);
  let server = world.get(key);
  if (!server) {
    server = createServer(endpoint.name, fakeOptions(endpoint), clock);
    world.set(key, server);
  }
  return server;
}
