import { Duplex, PassThrough } from 'node:stream';
import { type IPty, spawn } from '@lydell/node-pty';
import { afterEach, describe, expect, it } from 'vitest';
import { attach } from '../../src/cli/attach.ts';
import { type CommandContext, globalsOf } from '../../src/cli/command.ts';
import { createPrinter } from '../../src/cli/print.ts';
import { systemClock } from '../../src/clock.ts';
import { compose } from '../../src/compose.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
let shell: IPty | undefined;
afterEach(async () => {
  shell?.kill();
  await desk.clear();
});

/** Takes the first key that is typed, as what a profile starts may do. */
const EATS_A_KEY = 'stty raw -echo; dd bs=1 count=1 of=/dev/null 2>/dev/null; stty sane;';

/** A shell on a terminal of its own. */
function shellAfter(profile: string): Duplex {
  const pty = spawn('/bin/sh', ['-c', `${profile} exec /bin/sh -i`], { env: { PS1: '$ ' } });
  shell = pty;
  const stream = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      pty.write(chunk.toString());
      done();
    },
  });
  pty.onData((text) => void stream.push(text));
  pty.onExit(() => stream.destroy());
  return stream;
}

/** `drover node shell host1` with this piped in; answers the exit code and what came out. */
async function piped(input: string, profile = ''): Promise<{ readonly code: number; readonly output: string }> {
  desk = await openDesk(simulated({ demo: { vms: 1 } }));
  const env = { HOME: desk.home, XDG_STATE_HOME: desk.home };
  const options = { readOnly: false, dryRun: false, interest: () => [], remember: false, warn: () => undefined };
  const app = compose({ ...options, config: desk.config, env, clock: systemClock });
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  let output = '';
  stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const context: CommandContext = {
    app,
    format: 'table',
    printer: createPrinter(stdout),
    say: () => undefined,
    progress: () => undefined,
    columns: undefined,
    interactive: false,
    ask: async () => undefined,
    stdin,
    stdout,
    env: {},
    runCommand: async () => 0,
    global: globalsOf({}, {}),
    signal: new AbortController().signal,
  };
  stdin.end(input);
  try {
    const code = await attach({ kind: 'stream', stream: shellAfter(profile) }, 'host1', context, true);
    return { code, output };
  } finally {
    await app.close();
  }
}

describe('a shell without a terminal', () => {
  it('ends when nothing is piped in, also one that is not ready for its end yet', async () => {
    expect((await piped('', EATS_A_KEY)).code).toBe(0);
  });

  it('runs what is piped in, and ends', async () => {
    const { code, output } = await piped('echo it is $((40 + 2))\n');
    expect(code).toBe(0);
    expect(output).toContain('it is 42');
  });
});

it('ends well when what is piped in ends the shell', async () => {
  desk = await openDesk(simulated({ demo: { vms: 1 } }));
  const { code, stdout, stderr } = await desk.runWith({ input: 'exit\r' }, 'node', 'shell', 'demo');
  expect([code, stderr, stdout]).toEqual([0, '', expect.stringMatching(/exit\r\nlogout\r\n$/)]);
  const none = await desk.runWith({ input: '' }, 'node', 'shell', 'demo');
  expect([none.code, none.stderr, none.stdout]).toEqual([0, '', expect.stringMatching(/logout\r\n$/)]);
});

it('runs a command on one node, and ends with its exit code', async () => {
  desk = await openDesk(simulated({ demo: { vms: 1 } }));
  const ran = await desk.run('node', 'shell', 'demo', '--', 'echo', 'from the node');
  expect([ran.code, ran.stdout, ran.stderr]).toEqual([0, 'from the node\n', '']);
  expect((await desk.run('node', 'shell', 'demo', 'exit', '7')).code).toBe(7);
});
