import { expect, it } from 'vitest';
import { refusal } from '../../../../test/contract/refusal.ts';
import { networkId } from '../../../ids.ts';
import type { Connection, NetworkOps, NetworkSettings } from '../../contract.ts';
import { LAN } from '../testkit/neutron-store.ts';
import { CLOUD, withCloud } from '../testkit/with-cloud.ts';

const { signal } = new AbortController();
const ID = networkId(CLOUD, LAN);
const update = ({ network }: Connection, changes: Partial<NetworkSettings>) =>
  (network as Required<NetworkOps>).update(ID, changes, {}, { restart: false }, signal);

it('F-402 puts the subnets back when the network refuses its part', () =>
  withCloud(async ({ world }, connection) => {
    const before = structuredClone(world.neutron.rows('subnets'));
    world.neutron.failOn = 'network';
    const error = await refusal(update(connection, { mtu: 1400, forwarders: ['192.0.2.53'] }));
    expect([error.code, error.message]).toEqual(['op.conflict', expect.stringMatching(/Quota exceeded for network/)]);
    expect(world.neutron.rows('subnets')).toEqual(before);
  }));

it('F-402 changes the range of the one subnet of its version of IP, and leaves the other alone', () =>
  withCloud(async ({ world }, connection) => {
    await update(connection, { range: '10.0.0.50-10.0.0.99' });
    const [four, six] = world.neutron.rows('subnets').filter((row) => row['network_id'] === LAN);
    expect(four?.['allocation_pools']).toEqual([{ start: '10.0.0.50', end: '10.0.0.99' }]);
    expect(six?.['allocation_pools']).toEqual([{ start: 'fd00:1::2', end: 'fd00:1::250' }]);
  }));

it.each<[Partial<NetworkSettings>, RegExp]>([
  [{ mode: 'nat' }, /no mode that its users change/],
  [{ range: '' }, /no usual range/],
  [{ mtu: 500 }, /1280 or more/],
])('F-402 refuses %j before anything is sent', (changes, why) =>
  withCloud(async (cloud, connection) => {
    const error = await refusal(update(connection, changes));
    expect([error.code, error.message]).toEqual(['op.refused', expect.stringMatching(why)]);
    expect(cloud.requests.some((request) => request.startsWith('PUT'))).toBe(false);
  }),
);
