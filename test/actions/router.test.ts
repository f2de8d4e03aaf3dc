import { describe, expect, it } from 'vitest';
import { routerActions } from '../../src/actions/cloud/router.ts';
import { endpointName, networkId, routerId } from '../../src/ids.ts';
import type { Connection, Network, Router, Settings } from '../../src/platforms/contract.ts';

const ONE = endpointName('one');
const { signal } = new AbortController();
const gate: Router = {
  ...{ id: routerId(ONE, 'r1'), name: 'gate', outside: 'public', address: undefined },
  ...{ networks: ['lan'], active: true },
};

/** The action of this id on the router, which is so when it is read again; networks `lan` and `dmz` have ids of their own. */
async function on(id: string, args: Settings, now: Partial<Router> = {}) {
  const action = routerActions.find((one) => one.id === id);
  const networks = ['lan', 'dmz'].map((name) => ({ id: networkId(ONE, `id-of-${name}`), name }) as Network);
  const connection = {
    router: { list: async () => [{ ...gate, ...now }] },
    network: { list: async () => networks },
  } as unknown as Connection;
  const all = { ...(await action?.reads?.(connection, gate as never, signal)), ...args };
  const outcome = action?.outcome?.(all, gate as never);
  if (outcome?.by !== 'read') throw new Error('the outcome is read');
  return { differs: action?.differs?.(all), seen: await outcome.read(connection, signal, undefined) };
}

describe('a router', () => {
  it('keeps its way outside where no other is said, and loses it where that is said', async () => {
    expect((await on('router.update', {})).differs).toEqual([]);
    expect((await on('router.update', { outside: '' })).differs).toEqual(['Outside: public → nowhere']);
    expect(routerActions.find(({ id }) => id === 'router.update')?.options?.[0]).not.toHaveProperty('default');
  });

  it('is seen to lead to a network that was named by its id, whatever else was connected meanwhile', async () => {
    const args = { network: 'id-of-dmz' };
    expect((await on('router.connect', args, { networks: ['lan', 'other'] })).seen).toMatch('does not lead to');
    expect((await on('router.connect', args, { networks: ['dmz'] })).seen).toBe(true);
  });

  it('is seen to lead to a network no more, whatever else was connected meanwhile', async () => {
    const args = { network: 'id-of-lan' };
    expect((await on('router.disconnect', args, { networks: ['lan'] })).seen).toMatch('still leads to');
    expect((await on('router.disconnect', args, { networks: ['dmz'] })).seen).toBe(true);
    expect((await on('router.disconnect', { network: 'lan' }, { networks: ['dmz', 'other'] })).seen).toBe(true);
  });
});
