import { describe, expect, it } from 'vitest';
import { openServices } from './open-services.ts';

describe('a session', () => {
  it('F-028 F-340 shows the fleet of an endpoint once it is connected', async () => {
    const { status, store } = await openServices();
    expect(status()).toMatchObject({ phase: 'up' });
    expect(store.fleet.vms.size).toBe(60);
    expect(store.fleet.nodes.size).toBeGreaterThan(0);
  });

  it('marks rows stale with the time of the last word, within one interval and two seconds of silence', async () => {
    const { clock, server, status } = await openServices();
    await clock.pass(2_000);
    expect(status()?.staleSince).toBeUndefined();
    const silentFrom = clock.now();
    server.faults.freeze();
    await clock.pass(3_000);
    expect(status()?.phase).toBe('up');
    expect(status()?.staleSince).toBeGreaterThan(silentFrom - 1_001);
    expect(status()?.staleSince).toBeLessThanOrEqual(silentFrom + 1);
  });

  it('gives a platform that is asked rarely half of its interval to answer', async () => {
    const { clock, server, status } = await openServices({}, undefined, undefined, 10_000);
    server.faults.freeze();
    await clock.pass(14_000);
    expect(status()?.staleSince).toBeUndefined();
    await clock.pass(3_000);
    expect(status()?.staleSince).toBeDefined();
  });

  it('is fresh again by itself when the other side goes on', async () => {
    const { clock, server, status } = await openServices();
    server.faults.freeze();
    await clock.pass(4_000);
    expect(status()?.staleSince).toBeDefined();
    server.faults.thaw();
    await clock.pass(1_500);
    expect(status()).toMatchObject({ phase: 'up' });
    expect(status()?.staleSince).toBeUndefined();
  });

  it('keeps the rows of a dropped link, says since when, and comes back by itself', async () => {
    const { clock, server, status, store } = await openServices();
    server.faults.cutLink();
    await clock.pass(500);
    expect(status()).toMatchObject({ phase: 'down', problem: { code: 'host.unreachable' } });
    expect(status()?.staleSince).toBeDefined();
    expect(store.fleet.vms.size).toBe(60);
    server.faults.restoreLink();
    await clock.pass(5_000);
    expect(status()).toMatchObject({ phase: 'up' });
    expect(status()?.staleSince).toBeUndefined();
  });

  it('waits longer and longer between attempts, but never longer than a quarter of a minute', async () => {
    const { clock, server, status } = await openServices();
    server.faults.cutLink();
    const attempts: number[] = [];
    let before = '';
    for (let second = 0; second < 90; second += 0.5) {
      await clock.pass(500);
      const now = `${status()?.phase} ${status()?.since}`;
      if (now !== before && status()?.phase === 'down') attempts.push(second);
      before = now;
    }
    const gaps = attempts.slice(1).map((at, i) => at - (attempts[i] ?? 0));
    expect(gaps.at(-1)).toBeGreaterThan(10);
    expect(Math.max(...gaps)).toBeLessThan(17);
    expect(gaps[0]).toBeLessThan(3);
  });

  it('never repeats a rejected login by itself, and tries again when it is asked to', async () => {
    const { clock, server, sessions, status, endpoint } = await openServices();
    server.faults.refuseLogins(true);
    server.faults.cutLink();
    await clock.pass(100);
    server.faults.restoreLink();
    await clock.pass(5_000);
    expect(status()).toMatchObject({ phase: 'blocked', problem: { code: 'auth.rejected' } });
    server.faults.refuseLogins(false);
    await clock.pass(120_000);
    expect(status()?.phase).toBe('blocked');
    const connected = sessions.reconnect(endpoint.name, {});
    await clock.pass(1_000);
    await connected;
    expect(status()?.phase).toBe('up');
  });

  it('asks about an unknown host key only when the user can answer', async () => {
    const { clock, sessions, status, endpoint } = await openServices({ 'host-key': 'unknown' });
    expect(status()).toMatchObject({ phase: 'blocked', problem: { code: 'trust.unknown-host' } });
    const asked: string[] = [];
    const connected = sessions.reconnect(endpoint.name, {
      trust: async ({ fingerprint }) => {
        asked.push(fingerprint);
        return true;
      },
    });
    await clock.pass(1_000);
    await connected;
    expect(asked).toHaveLength(1);
    expect(status()?.phase).toBe('up');
  });

  it('connects by itself once a host key that has changed is put right', async () => {
    const { clock, sessions, status, spec, endpoint } = await openServices({ 'host-key': 'changed' });
    let { values } = endpoint;
    sessions.open({ ...spec, resolve: async () => ({ ...endpoint, values }) });
    await clock.pass(20_000);
    expect(status()).toMatchObject({ phase: 'blocked', problem: { code: 'trust.changed-host' } });
    values = { ...values, 'host-key': 'known' };
    await clock.pass(16_000);
    expect(status()?.phase).toBe('up');
  });

  it('says to the caller that asked for it why a new attempt failed too', async () => {
    const { clock, server, sessions, endpoint } = await openServices();
    server.faults.refuseLogins(true);
    server.faults.cutLink();
    await clock.pass(100);
    server.faults.restoreLink();
    await clock.pass(5_000);
    const attempt = sessions.reconnect(endpoint.name, {}).catch((error) => error);
    await clock.pass(1_000);
    expect(await attempt).toMatchObject({ code: 'auth.rejected' });
  });

  it('shows nothing of the old host under the name of an endpoint that points to another one now', async () => {
    const { clock, sessions, store, spec } = await openServices();
    sessions.open({ ...spec, address: 'another host', resolve: () => new Promise(() => {}) });
    await clock.pass(1_000);
    expect(store.fleet.vms.size).toBe(0);
    expect(store.fleet.endpoints.get(spec.name)).toMatchObject({ address: 'another host', phase: 'connecting' });
  });

  it('keeps the rows of an endpoint that was taken away and came back at once', async () => {
    const { clock, sessions, store, spec, status } = await openServices();
    const removed = sessions.remove(spec.name);
    sessions.open(spec);
    await clock.pass(1_000);
    await removed;
    await clock.pass(1_000);
    expect(status()).toMatchObject({ phase: 'up' });
    expect(store.fleet.vms.size).toBe(60);
  });

  it('asks the user who connects while another attempt is under way', async () => {
    const { clock, server, sessions, status, spec } = await openServices({ 'host-key': 'unknown' });
    server.faults.slow(2_000);
    sessions.reconnect(spec.name, {}).catch(() => {});
    await clock.pass(500);
    expect(status()?.phase).toBe('connecting');
    let asked = 0;
    const connected = sessions.reconnect(spec.name, {
      trust: async () => {
        asked++;
        return true;
      },
    });
    await clock.pass(10_000);
    await connected;
    expect([asked, status()?.phase]).toEqual([1, 'up']);
  });

  it('F-029 takes all rows away when the endpoint is closed', async () => {
    const { clock, sessions, store, endpoint } = await openServices();
    const removed = sessions.remove(endpoint.name);
    await clock.pass(500);
    await removed;
    await clock.pass(100);
    expect(store.fleet.vms.size).toBe(0);
    expect(store.fleet.nodes.size).toBe(0);
    expect(store.fleet.endpoints.size).toBe(0);
  });
});
