/** A pretended cloud with one connection to it, for tests of what is sent and what is left. */
import { type Clock, systemClock } from '../../../clock.ts';
import { endpointName } from '../../../ids.ts';
import type { Connection } from '../../contract.ts';
import { connect } from '../connection.ts';
import { type FakeCloud, startFakeCloud } from './fake-cloud.ts';
import { ACCOUNTS, PROJECT } from './keystone.ts';

export const CLOUD = endpointName('lab');

/** What the cloud takes, and the pauses between two looks, are over at once; deadlines are as long as they are. */
const PAUSE_MS = 2_000;
const clock: Clock = {
  ...systemClock,
  after: (ms, call) => systemClock.after(ms > PAUSE_MS ? ms : ms / 100, call),
};

export async function withCloud(run: (cloud: FakeCloud, connection: Connection) => Promise<void>): Promise<void> {
  const cloud = await startFakeCloud(clock);
  const { username, password } = ACCOUNTS.admin;
  const values = { 'auth-url': `${cloud.origin}/identity`, username, password, project: PROJECT.name };
  const { signal } = new AbortController();
  const connection = await connect(
    { name: CLOUD, platform: 'openstack', values },
    { signal, clock, wire: () => {}, ask: {} },
  );
  try {
    await run(cloud, connection);
  } finally {
    await connection.close();
    await cloud.close();
  }
}
