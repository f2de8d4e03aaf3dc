/** What only a process of its own shows: the files in dist/, exit codes, pipes and signals. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

const DROVER = fileURLToPath(new URL('../../bin/drover', import.meta.url));

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(simulated({ demo: { vms: 12 } }));
});
afterEach(() => desk.clear());

const start = (...args: readonly string[]) =>
  spawn(DROVER, args, {
    env: {
      PATH: process.env['PATH'],
      HOME: desk.home,
      DROVER_CONFIG: desk.config,
      XDG_STATE_HOME: desk.home,
    },
  });

describe('the built program', () => {
  it('prints data on stdout and nothing else, and ends with 0', async () => {
    const { code, stderr, json } = await desk.runBuilt({}, 'vm', 'list', '-o', 'json');
    expect([code, stderr]).toEqual([0, '']);
    expect(json<unknown[]>()).toHaveLength(12);
  });

  it('ends with the code of what went wrong, and says it on stderr', async () => {
    const wrongUse = await desk.runBuilt({}, 'vm', 'lst');
    expect([wrongUse.code, wrongUse.stdout, wrongUse.stderr]).toEqual([2, '', expect.stringContaining('did you mean')]);
    const unknown = await desk.runBuilt({}, 'vm', 'stop', 'nope');
    expect([unknown.code, unknown.stdout, unknown.stderr]).toEqual([1, '', expect.stringContaining('nope')]);
    await desk.write(simulated({ bad: { vms: 3, password: 'wrong' } }));
    expect((await desk.runBuilt({}, 'vm', 'list')).code).toBe(4);
  });

  it('F-229 says the same, in English and in the same order, whatever language the environment asks for', async () => {
    const said = async (...words: readonly string[]) => {
      const plain = await desk.runBuilt({ env: { LC_ALL: 'C' } }, ...words);
      const turkish = await desk.runBuilt({ env: { LC_ALL: 'tr_TR.UTF-8', LANGUAGE: 'tr' } }, ...words);
      expect(turkish).toMatchObject({ code: plain.code, stdout: plain.stdout, stderr: plain.stderr });
      return `${turkish.stdout}${turkish.stderr}`;
    };
    expect(await said('vm', 'list', '--filter', 'STATE:RUNNING', '--columns', 'NAME,os')).toMatch(/^NAME +SYSTEM/);
    expect(await said('vm', 'lst')).toContain('did you mean');
    expect(await said('vm', 'create', '--help')).toContain('Make a VM from an image');
  });

  it('F-357 shows a console and sends it what is piped in', async () => {
    const { json } = await desk.runBuilt({}, 'vm', 'list', '--filter', 'state:running', '-o', 'json');
    const [vm] = json<{ readonly id: string }[]>();
    expect((await desk.runBuilt({ input: '\r' }, 'vm', 'console', vm?.id ?? '')).stdout).toMatch(/login: /);
  });

  it('ends with 130 on ctrl-c while it waits for an endpoint', async () => {
    await desk.write(simulated({ slow: { vms: 3, latency: 60_000 }, odd: { platform: 'fkae' } }));
    const child = start('vm', 'list', '-o', 'json');
    // a warning about the configuration comes just before anything is connected
    const [warning] = await once(child.stderr, 'data');
    expect(String(warning)).toContain('unknown platform "fkae"');
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    expect(code).toBe(130);
  });

  it.each([
    ['>&-', 'it is closed'],
    ['>/dev/full', 'the disk is full'],
  ])('fails when what it prints is lost: %s', async (output, why) => {
    const child = spawn('/bin/sh', ['-c', `"$0" --version ${output}`, DROVER], {
      env: { PATH: process.env['PATH'], HOME: desk.home },
    });
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    const [code] = await once(child, 'close');
    expect([code, said]).toEqual([1, `the output can't be written: ${why}\n`]);
  });

  it('ends well when the reader of its output has gone', async () => {
    const child = start('vm', 'list', '--demo', '5000', '-o', 'json');
    child.stdout.once('data', () => child.stdout.destroy());
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  });
});
