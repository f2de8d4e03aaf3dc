import { describe, expect, it } from 'vitest';
import type { Attachment } from '../../src/platforms/contract.ts';
import { patient } from '../contract/bench.ts';
import { refusal } from '../contract/refusal.ts';
import { openTerminal } from '../contract/terminal.ts';
import { type FakeVisit, visitFake } from './visit.ts';

const atConsole = ({ connection, vm }: FakeVisit, force = false): Promise<Attachment> =>
  connection.console?.serial?.(vm(1), { force }, patient()) ?? Promise.reject(new Error('no console'));
const streamOf = (attachment: Attachment) => {
  if (attachment.kind !== 'stream') throw new Error('no stream');
  return attachment.stream;
};
const sitDown = async (visit: FakeVisit, force = false) => openTerminal(streamOf(await atConsole(visit, force)));

/** Who has logged in, and run these. */
async function running(visit: FakeVisit, ...commands: readonly string[]) {
  const terminal = await sitDown(visit);
  terminal.type(`root\rx\r${commands.map((command) => `${command}\r`).join('')}`);
  return terminal;
}

describe('the console of a VM', () => {
  it('is not available while the VM is off', async () => {
    const visit = await visitFake();
    visit.server.enter(0, 'paused');
    expect(await refusal(atConsole(visit))).toMatchObject({
      code: 'op.conflict',
      message: 'gateway is paused: its console is not available',
      fix: 'start it first',
    });
  });

  it('has one place, which is taken by force or when it is free', async () => {
    const visit = await visitFake({ running: 100 });
    const first = await sitDown(visit);
    expect(await refusal(atConsole(visit))).toMatchObject({
      code: 'op.conflict',
      message: 'another client is at the console of gateway',
      fix: 'take it over',
    });
    const second = await sitDown(visit, true);
    await first.ended;
    expect(first.shown()).toMatch(/\r\nThe console was taken over\.\r\n$/);
    // The first one's end does not free the place of the second.
    expect((await refusal(atConsole(visit))).code).toBe('op.conflict');
    visit.server.visitors.get(0)?.('Go.');
    await second.ended;
    await sitDown(visit);
  });

  it('ends with the machine', async () => {
    for (const end of ['stopped', 'starting'] as const) {
      const visit = await visitFake({ running: 100 });
      const terminal = await sitDown(visit);
      visit.server.enter(0, 'paused');
      visit.server.enter(0, 'running');
      visit.server.enter(0, end);
      await terminal.ended;
      expect(terminal.shown().match(/The machine was switched off\./g)).toHaveLength(1);
    }
  });

  it('breaks down when it is told to', async () => {
    const visit = await visitFake({ running: 100, fails: 'console.serial' });
    const terminal = await sitDown(visit);
    await terminal.ended;
    expect(terminal.shown()).toMatch(/The console broke down half-way\.\r\n$/);
  });

  it('shows the machine as it is', async () => {
    const visit = await visitFake({ running: 100 });
    const { image, memory } = visit.find(({ id }) => id === visit.vm(1));
    const terminal = await running(visit, 'uname', 'ls', 'free', 'uptime');
    await terminal.see(/up \d+ days/);
    expect(terminal.shown()).toContain(`\r\n${image}\r\n`);
    expect(terminal.shown()).toContain('README  backup.sh  notes.txt');
    const [, used, free] = /total \S+ {2}used (\S+) {2}free (\S+)/.exec(terminal.shown()) ?? [];
    expect(used).toMatch(/^[1-9]/);
    expect(free).toMatch(/^[1-9]/);
    expect(memory).toBeGreaterThan(0);
    expect(terminal.shown()).toMatch(/up \d+ days, \d+:\d\d, CPU [1-9]\d*%/);
  });

  it.each([
    ['reboot', ['stopping', 'starting', 'running']],
    ['poweroff', ['stopping', 'stopped', 'stopped']],
  ])('lets %s act on the machine', async (command, states) => {
    const visit = await visitFake({ running: 100 });
    await running(visit, command);
    const seen: string[] = [];
    for (const ms of [100, 3_000, 5_000]) {
      await visit.clock.pass(ms);
      seen.push(visit.find(({ id }) => id === visit.vm(1)).state);
    }
    expect(seen[0]).toBe(states[0]);
    expect(seen.at(-1)).toBe(states.at(-1));
  });

  it('lets a panic end what the machine was about to do', async () => {
    const visit = await visitFake({ running: 100 });
    const terminal = await running(visit, 'reboot', 'panic');
    await terminal.see(/Kernel panic/);
    await visit.clock.pass(10_000);
    expect(visit.find(({ id }) => id === visit.vm(1)).state).toBe('crashed');
  });

  it('stops what is drawn when a user leaves', async () => {
    const visit = await visitFake({ running: 100 });
    const stream = streamOf(await atConsole(visit));
    const terminal = openTerminal(stream);
    terminal.type('root\rx\rtop\r');
    await terminal.see(/COMMAND/);
    const closed = new Promise((resolve) => stream.once('close', resolve));
    stream.destroy();
    await closed;
    const before = terminal.shown();
    await visit.clock.pass(5_000);
    expect(terminal.shown()).toBe(before);
    await sitDown(visit);
  });
});

it('shows what a guest has written since it was started, and nothing of one that is off', async () => {
  const visit = await visitFake({ running: 100 });
  const output = async () => visit.connection.console?.output?.(visit.vm(1), patient());
  visit.server.enter(0, 'starting');
  visit.server.enter(0, 'running');
  const since = new Date(visit.clock.now()).toISOString();
  const text = [
    '[    0.000000] Booting debian-12',
    '[    0.400000] 2 processors, 4.0G of memory',
    '[    1.200000] eth0: link is up',
    '[    1.900000] eth0: 10.0.0.1',
    `[    2.600000] Started at ${since}`,
    '',
    'gateway login: ',
  ].join('\r\n');
  expect(await output()).toEqual({ text, at: undefined });
  visit.server.enter(0, 'paused');
  expect(await output()).toEqual({ text, at: undefined });
  for (const state of ['stopped', 'suspended', 'crashed'] as const) {
    visit.server.enter(0, state);
    expect(await output()).toEqual({ text: '', at: undefined });
  }
});

it('opens a shell on a node, which can not be ended from there', async () => {
  const visit = await visitFake({ running: 100 });
  const shell = async () =>
    (await visit.connection.node?.shell?.(visit.node('fra-01'), { columns: 80, rows: 24 }, patient())) as Attachment;
  await visit.clock.pass(3_600_000 * 25 + 60_000 * 7);
  const terminal = openTerminal(streamOf(await shell()));
  terminal.type('uname\rls\ruptime\rfree\rwhoami\rreboot\rpoweroff\rpanic\rexit\r');
  await terminal.ended;
  const { version, memory } = visit.server.fleet.nodes()[0] as { version: string; memory: number };
  const gibibytes = (share: number) => `${Math.round((memory * share) / 1024 ** 3)}G`;
  expect(
    terminal
      .shown()
      .split('\r\n')
      .filter((line) => !line.includes('#')),
  ).toEqual([
    version,
    'iso  vms',
    'up 1 days, 1:07, CPU 20%',
    `total ${gibibytes(1)}  used ${gibibytes(0.4)}  free ${gibibytes(0.6)}`,
    'root',
    'The system is going down now.',
    'The system is going down now.',
    'Kernel panic - not syncing: as ordered',
    'logout',
    '',
  ]);
  expect(visit.server.fleet.nodes()[0]).toMatchObject({ state: 'up' });
});
