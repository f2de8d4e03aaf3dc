import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(simulated({ one: { vms: 12, latency: 0 } }));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await desk.clear();
});

/** On which a VM starts in no time; a deadline is as long as ever. */
const quick: Clock = { ...systemClock, after: (ms, call) => systemClock.after(ms < 5_000 ? ms / 50 : ms, call) };

const inState = async (state: string, clock = desk.clock) =>
  (await desk.runWith({ clock }, 'vm', 'list', '--filter', `state:${state}`, '-o', 'json')).json<
    { id: string; name: string }[]
  >()[0];

describe('vm wait', () => {
  it('F-332 ends when a VM is in the state, and says so', async () => {
    const vm = await inState('stopped', quick);
    const waiting = desk.runWith({ clock: quick }, 'vm', 'wait', vm?.id ?? '', '--timeout', '600s');
    await desk.runWith({ clock: quick }, 'vm', 'start', vm?.id ?? '');
    expect(await waiting).toMatchObject({ code: 0, stderr: `${vm?.name} is running\n` });
  });

  it('says what is missing when the time is over, of each', async () => {
    const [on, off] = [await inState('running'), await inState('stopped')];
    const ended = await desk.run('vm', 'wait', on?.id ?? '', off?.id ?? '', '--for', 'ip', '--timeout', '1s');
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(new RegExp(`^${on?.name} has the address 10\\.0\\.`, 'm'));
    expect(ended.stderr).toContain(`${off?.name}: after 1 s it has no address; it is stopped\n`);
  });

  it('F-332 runs a command of one’s own in the guest until it ends with 0', async () => {
    const ssh = join(desk.home, 'ssh');
    await writeFile(
      ssh,
      `#!/bin/sh\necho "$@" >> ${desk.home}/asked\nexec sh -c 'for last; do :; done; eval "$last"' sh "$@"\n`,
    );
    await chmod(ssh, 0o755);
    vi.stubEnv('PATH', `${desk.home}:${process.env['PATH']}`);
    const vm = await inState('running');
    const waiting = (command: string, ...more: readonly string[]) =>
      desk.run('vm', 'wait', vm?.id ?? '', '--command', command, ...more);
    const asked = async () => (await readFile(join(desk.home, 'asked'), 'utf8')).trim().split('\n');
    const done = await waiting('exit 0', '--user', 'debian', '--for', 'command');
    expect([done.code, done.stderr]).toEqual([0, expect.stringMatching(/is ready: the command has succeeded at 10\./)]);
    expect((await asked())[0]).toMatch(/^-o BatchMode=yes -l debian -o ConnectTimeout=10 -- 10\.[\d.]+ exit 0$/);
    /** The time is over when the command was run so often. */
    const over = async (command: string, times: number) => {
      await writeFile(join(desk.home, 'asked'), '');
      let end = () => {};
      const clock: Clock = {
        ...quick,
        after(ms, call) {
          if (ms !== 777_000) return quick.after(ms, call);
          end = call;
          return () => {};
        },
      };
      const words = ['vm', 'wait', vm?.id ?? '', '--command', command, '--timeout', '777s'];
      const ended = desk.runWith({ clock }, ...words);
      await vi.waitFor(async () => expect((await asked()).length).toBeGreaterThanOrEqual(times), 30_000);
      end();
      return ended;
    };
    for (const [command, times, said] of [
      ['exit 3', 2, /after 777 s the command has not succeeded at .*: it ended with 3\n/],
      ['exit 255', 2, /after 777 s ssh can't log in at 10\./],
    ] as const)
      expect(await over(command, times)).toMatchObject({ code: 1, stderr: expect.stringMatching(said) });
    const slow = await waiting('exec sleep 60', '--timeout', '0.1s');
    expect([slow.code, slow.stderr]).toEqual([
      1,
      expect.stringContaining('after 0.1 s what was run in it has not ended'),
    ]);
    expect((await desk.run('vm', 'wait', vm?.id ?? '', '--for', 'command')).stderr).toContain('--command is needed');
    expect((await waiting('exit 0', '--for', 'ip')).stderr).toContain('--command is run while a command is waited for');
  });

  it('asks at the terminal of one alone, and says what a guest complains about once and without its sequences', async () => {
    const ssh = join(desk.home, 'ssh');
    const complaint = "printf '\\033]52;c;aGk=\\007odd\\nlast' >&2";
    await writeFile(
      ssh,
      `#!/bin/sh\necho "$@" >> ${desk.home}/asked\n${complaint}\n[ $(wc -l < ${desk.home}/asked) -gt 3 ]\n`,
    );
    await chmod(ssh, 0o755);
    vi.stubEnv('PATH', `${desk.home}:${process.env['PATH']}`);
    const running = (
      await desk.runWith({ clock: quick }, 'vm', 'list', '--filter', 'state:running', '-o', 'json')
    ).json<{ id: string; name: string }[]>();
    const [one, two] = running;
    const wait = async (...ids: readonly (string | undefined)[]) => {
      await writeFile(join(desk.home, 'asked'), '');
      const words = ids.map((id) => id ?? '');
      const pieces: string[] = [];
      const surroundings = { clock: quick, answers: [], onStderr: (text: string) => void pieces.push(text) };
      const { code } = await desk.runWith(surroundings, 'vm', 'wait', ...words, '--command', 'x');
      expect([code, pieces.join('').includes('\x1b]52')]).toEqual([0, false]);
      const asked = (await readFile(join(desk.home, 'asked'), 'utf8')).trim().split('\n');
      return { asks: asked.map((line) => !line.startsWith('-o BatchMode=yes')), said: pieces.join('') };
    };
    const alone = await wait(one?.id);
    expect(new Set(alone.asks)).toEqual(new Set([true]));
    expect(alone.said.split('\n').filter((line) => /odd|last/.test(line))).toEqual([
      expect.stringMatching(new RegExp(`^${one?.name}: .*odd$`)),
      `${one?.name}: last`,
    ]);
    expect(new Set((await wait(one?.id, two?.id)).asks)).toEqual(new Set([false]));
  });

  it('refuses a time that is none', async () => {
    const vm = await inState('running');
    expect(await desk.run('vm', 'wait', vm?.id ?? '', '--timeout', 'soon')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"soon" is no time'),
    });
  });
});
