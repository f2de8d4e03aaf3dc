/** A connection to a pretended cluster, whose every request is held against the published API. */
import { type Clock, systemClock } from '../../../clock.ts';
import { endpointName } from '../../../ids.ts';
import type { Connection } from '../../contract.ts';
import { connect } from '../connection.ts';
import { ACCOUNTS } from './access.ts';
import { type FakeProxmox, startFakeProxmox } from './server.ts';

export const PVE = endpointName('pve');

/** Short waits take next to no time; deadlines take all of theirs, so that a slow machine misses none. */
const clock: Clock = { ...systemClock, after: (ms, call) => systemClock.after(ms < 3_000 ? ms / 100 : ms, call) };

export interface Connected {
  readonly server: FakeProxmox;
  readonly connection: Connection;
  /** Rejects when a request was none of the published API. */
  close(): Promise<void>;
}

export async function openConnected(): Promise<Connected> {
  const server = await startFakeProxmox(clock);
  const values = { host: server.origin, user: ACCOUNTS.token.id, secret: ACCOUNTS.token.secret };
  const context = { signal: new AbortController().signal, clock, wire: () => {}, ask: {} };
  const connection = await connect({ name: PVE, platform: 'proxmox', values }, context);
  return {
    server,
    connection,
    async close() {
      await connection.close();
      await server.close();
      if (server.complaints.length > 0) throw new Error(`not in Proxmox' API:\n${server.complaints.join('\n')}`);
    },
  };
}
