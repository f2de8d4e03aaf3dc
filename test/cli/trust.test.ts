import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

const SHOWN = 'SHA256:c2ltdWxhdGVkIGtleSBvZiB0aGUgZGVtbyBmbGVldAo';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(simulated({ demo: { vms: 3, 'host-key': 'unknown' } }));
});
afterEach(() => desk.clear());

describe('endpoint trust without a terminal', () => {
  it.each([[[]], [['--yes']]])('accepts no unknown key, and says what does: %j', async (more: string[]) => {
    const { code, stderr } = await desk.run('endpoint', 'trust', 'demo', ...more);
    expect(code).toBe(4);
    expect(stderr).toContain(SHOWN);
    expect(stderr).toContain(`drover endpoint trust demo --fingerprint ${SHOWN}`);
    expect(stderr).toContain('ssh-keygen -lf');
  });

  it('accepts the key that has the given fingerprint', async () => {
    const { code, stderr } = await desk.run('endpoint', 'trust', 'demo', '--fingerprint', SHOWN);
    expect([code, stderr]).toEqual([0, expect.stringContaining('the host key of demo is trusted')]);
  });

  it('refuses a key with another fingerprint, and shows it', async () => {
    const { code, stderr } = await desk.run('endpoint', 'trust', 'demo', '--fingerprint', 'SHA256:other');
    expect([code, stderr]).toEqual([
      4,
      expect.stringContaining(`shows another key than that one: ssh-ed25519 ${SHOWN}`),
    ]);
  });
});
