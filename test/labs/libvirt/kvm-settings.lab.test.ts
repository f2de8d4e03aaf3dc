/** Settings of a guest by keys and by the command line, while it runs and while it is off; virsh says what is true. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFreshGuests } from './fresh-guests.ts';
import { closeTerminals, type FreshTerminal, openFresh, untilConnected } from './fresh-terminal.ts';
import { guestState, host2, removeGuests, site, untilGuestIs, untilLoginPrompt, virsh } from './hosts.ts';

const host = host2;
const VM = 'tuned';
const [ENTER, DOWN, RIGHT, TOP, BUTTONS, CLEAR] = ['\r', '\x1b[B', '\x1b[C', '\x1b[5~', '\x1b[6~', '\x15'];
/** An emulated guest boots meanwhile: generous, since only a test that would hang waits for it. */
const DEADLINE_MS = 60_000;

const PROGRAM = `${import.meta.dirname}/../../../bin/drover`;

let home = '';
let screen: FreshTerminal;
async function press(keys: string, shown: string | RegExp): Promise<void> {
  screen.type(keys);
  await screen.until(shown, DEADLINE_MS);
}
async function goTo(columns = 120, rows = 40): Promise<void> {
  screen = await openFresh({ columns, rows });
  await untilConnected(screen);
  await screen.goTo(VM);
}
interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
const drover = (...args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const env = { ...process.env, DROVER_CONFIG: site.files.config, HOME: home };
    execFile(PROGRAM, args, { env, timeout: DEADLINE_MS }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
const edit = (...args: readonly string[]) => drover('vm', 'edit', VM, ...args);
const xml = (...flags: readonly string[]) => virsh(host, 'dumpxml', VM, ...flags);
const memory = async (flag: '--live' | '--config') => {
  const text = await xml(...(flag === '--config' ? ['--inactive'] : []));
  return Number(/<currentMemory unit='KiB'>(\d+)/.exec(text)?.[1]) / 1024;
};
const vcpus = async () =>
  (await virsh(host, 'vcpucount', VM)).match(/^(current|maximum).*$/gm)?.map((line) => line.replace(/ +/g, ' '));

closeTerminals();
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'drover-settings-'));
  await makeFreshGuests(host, VM);
});
afterAll(async () => {
  await removeGuests(host, VM);
  await rm(home, { recursive: true, force: true });
});

describe('a guest that is off', () => {
  it('F-071 F-076 is changed with a form, after a question that says what becomes of what', async () => {
    await goTo();
    await press('e', new RegExp(`Settings of ${VM}`));
    await press('', /Memory +128MiB/);
    await press(`${DOWN}${CLEAR}192MiB`, /128MiB → 192MiB, now/);
    await press(BUTTONS + ENTER, `Change ${VM} on ${host.name}?`);
    expect(screen.screen()).toContain('Memory: 128MiB → 192MiB, now');
    await screen.answer(`Change ${VM} on ${host.name}?`);
    await press('', `${VM} has Memory 192MiB saved`);
    expect(await memory('--config')).toBe(192);
  });

  it('F-055 is not changed over what another program has changed meanwhile', async () => {
    await goTo();
    await press('e', /Memory +192MiB/);
    await virsh(host, 'setmem', VM, '160MiB', '--config');
    await press(`${DOWN}${CLEAR}208MiB`, /192MiB → 208MiB/);
    await press(BUTTONS + ENTER, 'was changed by another program meanwhile');
    await press('', 'memory is 160MiB now, not 192MiB');
    await press(TOP, /160MiB → 208MiB/);
    expect(await memory('--config')).toBe(160);
    await press(BUTTONS + ENTER, `Change ${VM} on ${host.name}?`);
    await screen.answer(`Change ${VM} on ${host.name}?`);
    await press('', `${VM} has Memory 208MiB saved`);
    expect(await memory('--config')).toBe(208);
    await virsh(host, 'setmem', VM, '128MiB', '--config');
  });

  it('F-097 F-098 has everything that its definition says from the command line, and starts with it', async () => {
    const said = await edit(
      ...[
        '--cpu',
        'qemu64',
        '--sockets',
        '1',
        '--cores',
        '2',
        '--threads',
        '1',
        '--pmu',
        'off',
        '--clock',
        'localtime',
      ],
      ...['--on-reboot', 'destroy', '--on-crash', 'preserve', '--video', 'virtio'],
      ...['--rng', '--memory-reports', '2'],
    );
    expect(said.stdout + said.stderr).toContain(`${VM} has `);
    const text = await xml('--inactive');
    for (const part of [
      /<model fallback='forbid'>qemu64</,
      /<topology sockets='1' dies='1' cores='2' threads='1'/,
      /<pmu state='off'/,
      /<clock offset='localtime'/,
      /<on_reboot>destroy</,
      /<on_crash>preserve</,
      /<video>\s*<model type='virtio'/,
      /<rng model='virtio'>/,
      /<stats period='2'/,
    ])
      expect(text).toMatch(part);
    const { code, stderr } = await edit('--on-reboot', 'destroy', '--on-poweroff', 'restart');
    expect([code === 0, stderr]).toEqual([false, expect.stringContaining('onReboot')]);
    await edit('--on-reboot', 'restart');
    await virsh(host, 'start', VM);
    await untilLoginPrompt(host, VM);
    expect(await guestState(host, VM)).toBe('running');
  });

  it('F-110 has a window of SDL and devices on USB, and a screen for viewers again', async () => {
    const before = /<graphics type='(\w+)'/.exec(await xml('--inactive'))?.[1] ?? 'none';
    expect((await edit('--graphics', 'sdl')).stderr).toContain('a window of SDL is on a display of X');
    await edit(
      '--graphics',
      'sdl',
      '--sdl-display',
      ':0',
      '--sdl-xauth',
      '/root/.Xauthority',
      '--usb-mouse',
      '--usb-keyboard',
    );
    const text = await xml('--inactive');
    expect(text).toContain("<graphics type='sdl' display=':0' xauth='/root/.Xauthority'");
    for (const type of ['mouse', 'keyboard']) expect(text).toMatch(new RegExp(`<input type='${type}' bus='usb'>`));
    await edit('--graphics', before);
    expect(await xml('--inactive')).not.toContain('sdl');
  });

  it.each([
    ['--cpu', 'nonsense', 'this host has no CPU nonsense'],
    ['--graphics', 'spice', ''],
    ['--max-vcpus', '5000', 'Max vCPUs must be'],
    ['--sockets', '3', ''],
  ])('F-077 refuses or takes %s %s as the host does', async (flag, value, why) => {
    const { code, stderr, stdout } = await edit(flag, value, '--dry-run');
    if (why === '') expect(stdout + stderr).toContain('would change');
    else expect([code === 0, stderr]).toEqual([false, expect.stringContaining(why)]);
  });
});

describe('a guest that runs', () => {
  it('F-072 F-075 gets a vCPU and memory at once, and has them saved; both sides stand beside each other', async () => {
    await goTo();
    await press('e', 'Change what');
    await press('', /Memory +128MiB +running 128MiB/);
    await press(RIGHT, /Memory +128MiB +saved 128MiB/);
    await press(`${DOWN.repeat(2)}${CLEAR}192MiB${DOWN.repeat(2)}${CLEAR}2`, /1 → 2, now/);
    await press(BUTTONS + ENTER, `Change ${VM} on ${host.name}?`);
    await screen.answer(`Change ${VM} on ${host.name}?`);
    await press('', `${VM} has Memory 192MiB, vCPUs 2 now`);
    expect([await memory('--live'), await memory('--config')]).toEqual([192, 192]);
    expect(await vcpus()).toEqual(['maximum config 2', 'maximum live 2', 'current config 2', 'current live 2']);
  });

  it('F-071 shows in its row and details what its next start changes', async () => {
    await edit('--memory', '160MiB', '--clock', 'utc');
    await goTo();
    await screen.untilRow(VM, 'running*', DEADLINE_MS);
    await screen.until(/Next start +Memory 160M, Clock utc/, DEADLINE_MS);
    const { stdout } = await drover('vm', 'list', '--columns', 'name,pending', '--filter', VM);
    expect(stdout).toMatch(new RegExp(`${VM} +Memory 160M, Clock utc`));
    await virsh(host, 'destroy', VM);
    await virsh(host, 'start', VM);
    await untilLoginPrompt(host, VM);
    expect(await xml()).toContain("<clock offset='utc'/>");
  });

  it('F-077 is warned about what its node has not, before anything is sent', async () => {
    await edit('--max-memory', '900GiB', '--max-vcpus', '64', '--sockets', '64', '--cores', '1', '--threads', '1');
    const { stderr } = await edit('--memory', '800GiB', '--vcpus', '64', '--dry-run');
    expect(stderr).toMatch(/Memory: the host has .* of memory in all/);
    expect(stderr).toMatch(/vCPUs: the host has \d+ CPUs: 64 vCPUs wait for each other/);
    expect(await memory('--config')).toBe(160);
    const { stderr: live } = await edit('--vcpus', '1', '--running', '--dry-run');
    expect(live).toContain('QEMU 7.2 died of the next device that was added');
    await virsh(host, 'destroy', VM);
    await untilGuestIs(host, VM, 'shut off');
  });

  it('grows in one step while it is off, its limit with it', async () => {
    const { stdout, stderr } = await edit('--max-memory', '256MiB', '--memory', '256MiB');
    expect(stdout + stderr).toContain('Memory 256MiB');
    const said = await edit('--memory', '512MiB');
    expect(said.stdout + said.stderr).toContain('max-memory is raised to 512M as well');
    expect(await memory('--config')).toBe(512);
  });
});
