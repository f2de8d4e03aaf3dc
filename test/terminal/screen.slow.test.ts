import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasTerminal, openPty, type Pty, UNTOUCHED } from './open-pty.ts';

const SAMPLE = 'test/terminal/sample/app.ts';
let pty: Pty;

/** The sample under a shell that tells afterwards how the terminal is set. */
async function openSample(env: Record<string, string> = {}): Promise<number> {
  const script = `${process.execPath} ${SAMPLE}; echo "code $?"; stty -a; echo over`;
  pty = openPty({ argv: ['sh', '-c', script], rows: 40, env });
  const [, pid] = /sample (\d+)/.exec(await pty.until('bottom')) ?? [];
  return Number(pid);
}

async function expectRestored(): Promise<string> {
  const screen = await pty.until(/^over$/m);
  expect(screen).toMatch(/(^|\s)icanon/);
  expect(screen).toMatch(/(^|\s)echo\s/);
  expect(pty.modes()).toEqual(UNTOUCHED);
  expect(screen).not.toContain('bottom');
  return screen;
}

afterEach(() => pty.close());

describe('the terminal', () => {
  it('is full screen while the program runs', async () => {
    await openSample();
    expect(pty.modes()).toEqual({
      alternateScreen: true,
      cursor: false,
      mouse: false,
      paste: true,
      focus: true,
      wrap: false,
    });
  });

  it.each([
    ['quitting', 'q', 'code 3'],
    ['process.exit', 'x', 'code 4'],
    ['an uncaught error', 'C', 'SyntaxError'],
    ['an unhandled rejection', 'R', 'unhandled on purpose'],
  ])('is left as it was after %s', async (_how, key, said) => {
    await openSample();
    pty.type('m');
    pty.type(key);
    expect(await expectRestored()).toContain(said);
  });

  it.each([
    ['SIGTERM', 'code 143'],
    ['SIGHUP', 'code 129'],
    ['SIGINT', 'code 130'],
    ['SIGQUIT', 'code 131'],
  ] as const)('is left as it was after %s, and the shell learns of the signal', async (signal, said) => {
    process.kill(await openSample(), signal);
    expect(await expectRestored()).toContain(said);
  });

  it('is given back on ctrl-Z, and taken again by fg', async () => {
    pty = openPty({ argv: ['bash', '--norc', '--noprofile', '-i'], env: { PS1: '$ ' } });
    await pty.until('$');
    pty.type(`${process.execPath} ${SAMPLE}\r`);
    await pty.until('bottom');
    pty.type('z');
    await pty.until('Stopped');
    expect(pty.modes()).toEqual({ ...UNTOUCHED, paste: pty.modes().paste });
    pty.type('stty -a\r');
    expect(await pty.until('icanon')).not.toMatch(/-icanon|-echo\s/);
    pty.type('fg\r');
    await pty.until('bottom');
    expect(pty.modes()).toMatchObject({ alternateScreen: true, cursor: false, paste: true });
    pty.type('a');
    await pty.until(/"name":"a"/);
    pty.type('q');
    await pty.until((screen) => screen.includes('$') && !screen.includes('bottom'));
    expect(pty.modes()).toMatchObject({ alternateScreen: false, cursor: true });
  });

  it('is ours again when there is no shell that could stop us', async () => {
    pty = openPty({ argv: [process.execPath, SAMPLE] });
    await pty.until('bottom');
    pty.type('z');
    await pty.until((screen) => !screen.includes('bottom'));
    await pty.until('bottom');
    pty.type('a');
    await pty.until(/"name":"a"/);
  });

  it('comes back after SIGSTOP and SIGCONT with everything painted again', async () => {
    const pid = await openSample();
    process.kill(pid, 'SIGSTOP');
    spawnSync('stty', ['sane', '-F', `/proc/${pid}/fd/0`]);
    process.kill(pid, 'SIGCONT');
    pty.type('a');
    await pty.until(/"name":"a"/);
    expect(pty.screen()).toContain('bottom');
  });

  it('shows the new size', async () => {
    await openSample();
    pty.resize(100, 30);
    await pty.until('100x30');
    await pty.until((screen) => screen.split('\n')[29] === `bottom${' '.repeat(93)}|`);
    pty.resize(40, 10);
    await pty.until((screen) => screen.includes('40x10') && screen.split('\n')[9] === `bottom${' '.repeat(33)}|`);
  });

  it('asks for the size again when it continues after a stop, and when it is painted again', async () => {
    pty = openPty({ argv: ['bash', '--norc', '--noprofile', '-i'], env: { PS1: '$ ' } });
    await pty.until('$');
    pty.type(`${process.execPath} ${SAMPLE}\r`);
    await pty.until('80x24');
    pty.type('z');
    await pty.until('Stopped');
    // Only the shell gets the signal: the stopped job is not in front.
    pty.resize(100, 30);
    pty.type('fg\r');
    await pty.until('100x30');
  });

  it('is not painted over by what a library prints; it stands there afterwards', async () => {
    await openSample();
    pty.type('w');
    await pty.until(/"name":"w"/);
    expect(pty.screen()).not.toContain('warning of a library');
    pty.type('q');
    expect(await expectRestored()).toContain('a warning of a library');
  });

  it('puts text on the clipboard', async () => {
    await openSample();
    pty.type('y');
    await pty.until(/"name":"y"/);
    await expect.poll(() => pty.bytes().toString()).toContain('\x1b]52;c;d2ViMQ==\x07');
  });
});

describe('a console', () => {
  it('gets every byte that is typed, and the terminal its answers', async () => {
    await openSample();
    pty.type('g');
    await pty.until('Connected; ctrl-] detaches');
    pty.type('q\x1b[A\x03');
    await pty.until('<711b5b4103>');
  });

  it('is left as it was, too, when a signal ends the program in the middle of it', async () => {
    const pid = await openSample();
    pty.type('g');
    await pty.until('Connected');
    pty.type('x');
    await pty.until('<78>');
    process.kill(pid, 'SIGTERM');
    expect(await expectRestored()).toContain('code 143');
  });

  it('gets raw bytes again after the program was stopped and went on', async () => {
    const pid = await openSample();
    pty.type('g');
    await pty.until('Connected');
    process.kill(pid, 'SIGSTOP');
    spawnSync('stty', ['sane', '-F', `/proc/${pid}/fd/0`]);
    process.kill(pid, 'SIGCONT');
    // As soon as the terminal is raw: until then a ctrl-C would be for the program.
    // The shell's own line editor takes keys one by one as well: the terminal must be the program's again.
    await expect.poll(() => hasTerminal(Number(pid)), { timeout: 45_000 }).toBe(true);
    await expect
      .poll(() => spawnSync('stty', ['-F', `/proc/${pid}/fd/0`]).stdout.toString(), { timeout: 45_000 })
      .toContain('-icanon');
    pty.type('q\x03');
    await pty.until(/<71(?:>.*<)?03>/);
    pty.type('\x1d');
    await pty.until('result detached');
    expect(pty.screen()).toContain('bottom');
  });

  it('is there again after fg', async () => {
    pty = openPty({ argv: ['bash', '--norc', '--noprofile', '-i'], env: { PS1: '$ ' } });
    await pty.until('$');
    pty.type(`${process.execPath} ${SAMPLE}\r`);
    const [, pid] = /sample (\d+)/.exec(await pty.until('bottom')) ?? [];
    pty.type('g');
    await pty.until('Connected');
    process.kill(Number(pid), 'SIGTSTP');
    await pty.until('Stopped');
    pty.type('stty -a\r');
    expect(await pty.until('icanon')).not.toMatch(/-icanon|-echo\s/);
    pty.type('fg\r');
    // The shell's own line editor takes keys one by one as well: the terminal must be the program's again.
    await expect.poll(() => hasTerminal(Number(pid)), { timeout: 45_000 }).toBe(true);
    await expect
      .poll(() => spawnSync('stty', ['-F', `/proc/${pid}/fd/0`]).stdout.toString(), { timeout: 45_000 })
      .toContain('-icanon');
    pty.type('\x03');
    await pty.until('<03>');
    pty.type('\x1d');
    await pty.until('result detached');
  });

  it('is left by its key, and whatever it switched on is off again', async () => {
    await openSample();
    pty.type('g');
    await pty.until('Connected');
    pty.type('x');
    await pty.until('<78>');
    expect(pty.modes()).toMatchObject({ mouse: true });
    pty.type('last\x1dq');
    await pty.until(/result detached 786c617374$/m);
    expect(pty.screen()).toContain('bottom');
    expect(pty.modes()).toMatchObject({ alternateScreen: true, mouse: false, cursor: false });
    pty.type('q');
    expect(await expectRestored()).toContain('code 3');
  });
});

describe('another program', () => {
  it('finds the terminal as a shell gives it, and its exit code comes back', async () => {
    await openSample();
    pty.type('s');
    const settings = await pty.until(/\bicanon\b/);
    expect(settings).not.toMatch(/-icanon|-echo\s|-isig/);
    pty.type('answer\r');
    await pty.until('result 7');
    expect(pty.screen()).toContain('bottom');
    pty.type('a');
    await pty.until(/"name":"a"/);
  });

  it('takes ctrl-C for itself', async () => {
    pty = openPty({ argv: [process.execPath, SAMPLE] });
    await pty.until('bottom');
    pty.type('s');
    await pty.until(/\bicanon\b/);
    pty.type('\x03');
    await pty.until('result 130');
    pty.type('q');
    expect(await pty.exit).toEqual({ code: 3, signal: 0 });
    expect(pty.modes()).toEqual(UNTOUCHED);
  });
});

describe('a stalled link', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'drover-stall-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs into a terminal that reads nothing, until frames have waited for a while. test/bench/ measures how long it stands. */
  async function stall(): Promise<{ pid: number }> {
    const report = join(folder, 'stalled');
    const pid = await openSample({ SAMPLE_STALLED: report });
    pty.stall();
    pty.type('f');
    await expect.poll(() => existsSync(report) && readFileSync(report, 'utf8'), { timeout: 45_000 }).toBeTruthy();
    return { pid };
  }

  it('does not stop the program, and shows the newest frame when it goes on', async () => {
    await stall();
    const before = pty.bytes().length;
    pty.unstall();
    await pty.until(/frames \d{3}/);
    expect(pty.bytes().length - before).toBeLessThan(300_000);
    pty.type('q');
    await expectRestored();
  });

  it('does not keep the program from ending', async () => {
    const { pid } = await stall();
    process.kill(pid, 'SIGTERM');
    await expect.poll(() => existsSync(`/proc/${pid}`), { timeout: 45_000 }).toBe(false);
  });
});
