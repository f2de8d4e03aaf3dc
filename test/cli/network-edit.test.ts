/** Networks that are changed on the command line. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(simulated({ one: { vms: 40, latency: 0 } }));
  await desk.run('network', 'create', 'web', '--cidr', '10.9.0.0/24', '--domain', 'one.test', '--plan', 'p1');
});
afterEach(() => desk.clear());

const edit = (...args: readonly string[]) => desk.run('network', 'edit', 'web', ...args);
const shown = async () =>
  (await desk.run('network', 'info', 'web', '-o', 'json')).json<Readonly<Record<string, unknown>>>();

it('F-270 F-402 changes what was given, after it was shown what changes and when', async () => {
  const { code, stderr } = await edit('--domain', 'two.test', '--no-dhcp', '--plan', 'p2', '--yes');
  expect(stderr.split('\n')).toEqual([
    'DHCP: yes → no (at once)',
    'Domain: one.test → two.test (from its next start on)',
    'Plan: p1 → p2 (at once)',
    'web of one has DHCP no, Domain two.test, Plan p2; domain: from the next start of web on',
    '',
  ]);
  expect(code).toBe(0);
  expect(await shown()).toMatchObject({ dhcp: false, plan: 'p2', domain: 'one.test' });
  await desk.run('network', 'stop', 'web');
  await desk.run('network', 'start', 'web');
  expect(await shown()).toMatchObject({ domain: 'two.test' });
});

it('F-270 restarts it where that was asked for; the same again is no change', async () => {
  const mode = ['--mode', 'isolated', '--mtu', '1400', '--domain=', '--restart', '--yes'] as const;
  const { code, stderr } = await edit(...mode);
  expect([code, stderr.split('\n').slice(0, 3)]).toEqual([
    0,
    [
      'Mode: nat → isolated (by a restart)',
      'Domain: one.test → none (by a restart)',
      'MTU: 1500 → 1400 (by a restart)',
    ],
  ]);
  expect(await shown()).toMatchObject({ mode: 'isolated', mtu: 1400, domain: null });
  expect((await edit(...mode)).stderr).toBe('web: nothing was changed\n');
});

it('F-270 names the VMs that lose their link, changes nothing without a yes, and says what it can not be', async () => {
  const [vm] = (await desk.run('vm', 'list', '--filter', 'state:running', '-o', 'json')).json<{ name: string }[]>();
  await desk.run('nic', 'create', vm?.name ?? '', 'web');
  const asked = await desk.runWith({ answers: ['n'] }, 'network', 'edit', 'web', '--domain', 'two.test', '--restart');
  expect(asked.stderr).toContain(`VMs that run lose their link: ${vm?.name}`);
  expect(asked.stderr).toContain('Edit network web? [y/N]');
  expect((await edit()).stderr).toBe('web: nothing was changed\n');
  expect(await shown()).toMatchObject({ domain: 'one.test' });
  const bridge = await desk.run('network', 'edit', 'lan', '--no-dhcp', '--yes');
  expect([bridge.code, bridge.stderr]).toEqual([3, expect.stringContaining('this network has none of its own: dhcp')]);
});
