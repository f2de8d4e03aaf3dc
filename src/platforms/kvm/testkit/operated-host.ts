import { endpointName } from '../../../ids.ts';
import { createDaemon, type Daemon } from '../link/daemon.ts';
import type { GuestCalls } from '../vm/guest-call.ts';
import { type HandClock, settle } from './played-daemon.ts';
import type { PlayedHost } from './played-host.ts';

/** A played host on a clock of the test's, for operations on its guests. */
export async function operate(host: PlayedHost, clock: HandClock) {
  const { signal } = new AbortController();
  const touched: string[] = [];
  const dialer = { host: 'db1', open: async () => host.open(), close: () => undefined };
  const daemon: Daemon = await createDaemon(
    { endpoint: endpointName('a'), dialer, driver: 'qemu:///system', clock, wire: () => undefined },
    signal,
  );
  const calls: GuestCalls = { daemon, touched: (uuid) => void touched.push(uuid) };
  return {
    clock,
    signal,
    touched,
    daemon,
    calls,
    /** In steps in which the daemon can answer. */
    async pass(ms: number) {
      await settle();
      for (let left = ms; left > 0; left -= 2_000) {
        await clock.pass(Math.min(2_000, left));
        await settle();
      }
    },
  };
}
