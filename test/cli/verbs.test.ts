/** What verbs say of each VM, how they end, and what they give to programs. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(simulated({ demo: { vms: 12 } }));
});
afterEach(() => desk.clear());

const ended = async (line: string, answers?: readonly string[]) => {
  const { code, stdout, stderr } = await desk.runWith(answers ? { answers } : {}, ...line.split(' '));
  return [code, stdout, stderr];
};

it('F-240 a VM that is down is refused a restart, and stays as it is', async () => {
  const said = 'billing-web1: only a running VM can be rebooted; it is stopped\n';
  expect(await ended('vm restart demo/vm-2 --yes')).toEqual([3, '', said]);
  expect(await ended('vm status demo/vm-2')).toEqual([0, 'stopped\n', '']);
});

describe('verbs', () => {
  it.each<[string, number, string, string]>([
    ['vm start demo/vm-1', 0, '', 'gateway is running already\n'],
    [
      'vm reboot demo/vm-1 --dry-run',
      0,
      '',
      'would send to demo: vm.restart demo/vm-1 graceful\ngateway: nothing was sent\n',
    ],
    [
      'vm kill demo/vm-1 demo/vm-4 --yes -o jsoncompact',
      0,
      '[{"result":"success","name":"gateway"},{"result":"success","name":"wiki-queue1"}]\n',
      'gateway is stopped\nwiki-queue1 is stopped\n',
    ],
    [
      'vm pause demo/vm-1 demo/vm-2 --yes',
      1,
      '',
      'gateway is paused\nbilling-web1: only a running VM can be paused; it is stopped\n',
    ],
    ['vm pause demo/vm-2', 3, '', 'billing-web1: only a running VM can be paused; it is stopped\n'],
    ['vm console demo/vm-2', 3, '', 'billing-web1: only a VM that is on has a console; it is stopped\n'],
    [
      `vm view ${[1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => `demo/vm-${number}`).join(' ')}`,
      2,
      '',
      'viewer: 9 VMs are too many at once: choose 8 at most\n',
    ],
    ['vm edit demo/vm-2', 2, '', 'nothing to change: give the new values as flags\n'],
    [
      'vm edit demo/vm-2 --memory 2GiB -o jsoncompact',
      0,
      '{"result":"success"}\n',
      'billing-web1 has Memory 2GiB saved\n',
    ],
    [
      'vm edit demo/vm-2 demo/vm-11 --memory 2GiB -o jsoncompact',
      0,
      '[{"result":"success","name":"billing-web1"},{"result":"success","name":"mail-api2"}]\n',
      'billing-web1 has Memory 2GiB saved\nmail-api2 has Memory 2GiB saved\n',
    ],
    [
      'vm edit demo/vm-2 --running --memory 2GiB',
      1,
      '',
      'billing-web1 is stopped: nothing of it runs that could be changed\n  change the saved settings instead\n',
    ],
  ])('drover %s', async (line, code, stdout, stderr) => {
    expect(await ended(line)).toEqual([code, stdout, stderr]);
  });

  it('that fail are a failure for programs, and end with 1', async () => {
    await desk.write(simulated({ demo: { vms: 12, fails: 'vm.pause' } }));
    expect(await ended('vm pause demo/vm-1 -o jsoncompact')).toEqual([
      1,
      '{"result":"failure","reason":"pausing gateway failed half-way","code":"op.failed"}\n',
      'pausing gateway failed half-way\n',
    ]);
    expect(await ended('vm pause demo/vm-1 demo/vm-4 --yes')).toEqual([
      1,
      '',
      'pausing gateway failed half-way\npausing wiki-queue1 failed half-way\n',
    ]);
  });

  it('show all that a filter finds, with what is lost, before they ask', async () => {
    const list =
      '  billing-db1 on fra-01 (running)\n  wiki-db1 on fra-01 (running)\n' +
      'What the guest has not written to its disks is lost.\nForce off 2 VMs? [y/N] ';
    const filter = 'vm kill --filter name:*-db1';
    expect(await ended(filter, ['n'])).toEqual([130, '', `${list}n\nnothing was done\n`]);
    expect(await ended(filter, ['y'])).toEqual([0, '', expect.stringMatching(/\] y\nbilling-db1 .*\nwiki-db1 .*\n$/)]);
    expect(await ended('vm kill --filter name:wiki-worker1 --yes', [])).toEqual([0, '', 'wiki-worker1 is stopped\n']);
  });
});

it('sends nothing more after as many failures as --stop-after says, and ends as failed', async () => {
  await desk.write(simulated({ demo: { vms: 12, fails: 'vm.pause' } }));
  const found = await desk.run('vm', 'list', '--filter', 'state:running', '-o', 'name');
  const names = found.stdout.trim().split('\n').slice(0, 3);
  const ran = await desk.run('vm', 'pause', ...names, '--yes', '--at-once', '1', '--stop-after', '1');
  expect(ran.code).toBe(1);
  expect(ran.stderr.trim().split('\n')).toEqual([
    expect.stringMatching(/pausing \S+ failed half-way/),
    expect.stringMatching(/^\S+: not sent, since 1 had failed$/),
    expect.stringMatching(/^\S+: not sent, since 1 had failed$/),
  ]);
});
