import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk(simulated({ demo: { vms: 6, running: 100 } }));
});
afterAll(() => desk.clear());

it('F-061 the address that a viewer is given is said, and on the clipboard of the terminal', async () => {
  const ran = await desk.runWith({ answers: [] }, 'vm', 'console', 'demo/vm-1', '--viewer', '--program', 'true {url}');
  expect([ran.code, ran.stderr]).toEqual([0, expect.stringMatching(/^true shows it, at vnc:\/\/127\.0\.0\.1:\d+$/m)]);
  const [address] = /vnc:\S+/.exec(ran.stderr) ?? [];
  const [, copied = ''] = /\x1b\]52;c;([^\x07]*)\x07/.exec(ran.stdout) ?? [];
  expect(Buffer.from(copied, 'base64').toString()).toBe(address);
});
