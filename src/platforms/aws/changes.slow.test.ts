/** What is sent to EC2 when an instance is stopped or terminated. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import { endpointName, type VmId, vmId } from '../../ids.ts';
import type { Connection } from '../contract.ts';
import { connect } from './connection.ts';
import { KEYS, REGION } from './testkit/access.ts';
import { type FakeAws, startFakeAws } from './testkit/server.ts';

const NAME = endpointName('cloud');
const { signal } = new AbortController();

let server: FakeAws;
let connection: Connection;

beforeEach(async () => {
  server = await startFakeAws(systemClock);
  const login = { 'access-key-id': KEYS.accessKeyId, 'secret-access-key': KEYS.secretAccessKey };
  connection = await connect(
    { name: NAME, platform: 'aws', values: { region: REGION, 'endpoint-url': server.origin, ...login } },
    { signal, clock: systemClock, wire: () => {}, ask: {} },
  );
});
afterEach(async () => {
  await connection.close();
  await server.close();
  expect(server.complaints).toEqual([]);
});

const idOf = ({ id }: { readonly id: string }): VmId => vmId(NAME, id);
/** The parameters of each request of this action. */
const sent = (action: string) =>
  server.requests.map((body) => new URLSearchParams(body)).filter((form) => form.get('Action') === action);

describe('stopping an instance', () => {
  it('by force does not wait for its guest', async () => {
    await connection.vm.stop(idOf(server.world.add({ state: 'running' })), 'force', signal);
    expect(sent('StopInstances').map((form) => [form.get('Force'), form.get('SkipOsShutdown')])).toEqual([
      ['true', 'true'],
    ]);
  });

  it('otherwise asks the guest', async () => {
    await connection.vm.stop(idOf(server.world.add({ state: 'running' })), 'graceful', signal);
    expect(sent('StopInstances').map((form) => [form.get('Force'), form.get('SkipOsShutdown')])).toEqual([
      [null, null],
    ]);
  });
});

describe('an instance that is protected against termination', () => {
  it.each([true, false])(
    'is refused in a sentence that names the setting, keeping its disks: %s',
    async (keepDisks) => {
      const instance = server.world.add();
      instance.protected = true;
      const removal = connection.vm.delete?.(idOf(instance), { keepDisks, snapshots: false }, signal);
      await expect(removal).rejects.toMatchObject({
        code: 'op.refused',
        message: expect.stringContaining('is protected against termination (DisableApiTermination)'),
        fix: 'switch termination-protection off in its settings',
      });
      // Its volumes keep their marks too.
      expect([...sent('TerminateInstances'), ...sent('ModifyInstanceAttribute')]).toEqual([]);
    },
  );
});
