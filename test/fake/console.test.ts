import type { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { patient } from '../contract/bench.ts';
import { openTerminal } from '../contract/terminal.ts';
import { type FakeVisit, visitFake } from './visit.ts';

async function consoleOf({ connection, find }: FakeVisit): Promise<Duplex> {
  const vm = find((one) => one.state === 'running' && one.name === 'gateway');
  const attachment = await connection.console?.serial?.(vm.id, { force: false }, patient());
  if (attachment?.kind !== 'stream') throw new Error('no stream');
  return attachment.stream;
}

const logIn = (terminal: ReturnType<typeof openTerminal>) => {
  terminal.type('root\r');
  terminal.type('secret\r');
  return terminal.see(/root@gateway:~# $/);
};

it('lets people log in, hides the password, and lists its commands', async () => {
  const terminal = openTerminal(await consoleOf(await visitFake({ running: 100 })));
  await terminal.see(/gateway login: $/);
  await logIn(terminal);
  expect(terminal.shown()).not.toContain('secret');
  terminal.type('lss\u007f\u001b[A\r');
  await terminal.see(/README {2}backup\.sh/);
  terminal.type('help\r');
  await terminal.see(/poweroff +stop this machine/);
  terminal.type('nonsense\r');
  await terminal.see(/nonsense: command not found/);
  terminal.type('half a line\u0003');
  await terminal.see(/\^C\r\nroot@gateway:~# $/);
  terminal.type('exit\r');
  await terminal.see(/logout[\s\S]*login: $/);
});

it('refreshes top every second until q', async () => {
  const visit = await visitFake({ running: 100 });
  const terminal = openTerminal(await consoleOf(visit));
  await logIn(terminal);
  terminal.type('top\r');
  await terminal.see(/COMMAND/);
  const drawings = () => terminal.shown().split('\u001b[2J').length - 1;
  await visit.clock.pass(3000);
  expect(drawings()).toBe(4);
  terminal.type('q');
  await terminal.see(/# $/);
  await visit.clock.pass(3000);
  expect(drawings()).toBe(4);
});

it('is switched off from within, and the terminal ends', async () => {
  const visit = await visitFake({ running: 100 });
  const terminal = openTerminal(await consoleOf(visit));
  await logIn(terminal);
  terminal.type('poweroff\r');
  await visit.clock.pass(5000);
  await terminal.see(/switched off/);
  await terminal.ended;
  expect(visit.find((vm) => vm.name === 'gateway').state).toBe('stopped');
});

it('crashes when its guest is told to', async () => {
  const visit = await visitFake({ running: 100 });
  const terminal = openTerminal(await consoleOf(visit));
  await logIn(terminal);
  terminal.type('panic\r');
  await terminal.see(/Kernel panic/);
  await visit.clock.pass(1000);
  expect(visit.find((vm) => vm.name === 'gateway').state).toBe('crashed');
});

it('ends quietly when the connection is closed, and with an error when the link is lost', async () => {
  const quiet = await visitFake({ running: 100 });
  const first = await consoleOf(quiet);
  const firstErrors: unknown[] = [];
  first.on('error', (error) => firstErrors.push(error));
  const ended = openTerminal(first).ended;
  await quiet.connection.close();
  await ended;
  expect(firstErrors).toEqual([]);

  const broken = await visitFake({ running: 100 });
  const second = await consoleOf(broken);
  const lost = new Promise((resolve) => second.once('error', resolve));
  broken.server.faults.cutLink();
  expect(await lost).toMatchObject({ code: 'host.unreachable' });
});
