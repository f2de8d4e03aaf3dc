/** What the command line makes of its words before a command runs, and what is left when one fails. */
import { PassThrough, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli.ts';
import type { CrashSource } from '../../src/crash/report.ts';
import { programVersion } from '../../src/version.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(simulated({ demo: { vms: 3 } }));
});
afterEach(() => desk.clear());

describe('words', () => {
  it.each([
    [['--version'], `drover ${programVersion()}`],
    [['-V'], `drover ${programVersion()}`],
    [['version'], `drover ${programVersion()}`],
    [['version', '--version'], `drover ${programVersion()}`],
  ])('%j are the version', async (words, line) => {
    const { code, stdout, stderr } = await desk.run(...words);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')[0]).toContain(line.replace('drover ', ''));
  });

  it('that are none, or --help alone, are the help', async () => {
    const help = await desk.run('help');
    expect(help.stdout).toContain('vm pause NAME');
    expect(await desk.run()).toMatchObject({ code: 0, stdout: help.stdout, stderr: '' });
    expect(await desk.run('--help')).toMatchObject({ code: 0, stdout: help.stdout, stderr: '' });
  });

  it('with --help are explained, and nothing is done: a command of drover itself, a noun, a verb', async () => {
    const own = await desk.run('doctor', '--help');
    expect([own.code, own.stderr]).toEqual([0, '']);
    expect(own.stdout).toMatch(/doctor/);
    expect(own.stdout).not.toMatch(/^Node/m);
    const noun = await desk.run('vm', '--help');
    expect([noun.code, noun.stderr]).toEqual([0, '']);
    expect(noun.stdout).toContain('vm start NAME');
    const verb = await desk.run('vm', 'delete', 'x', '--help');
    expect([verb.code, verb.stderr]).toEqual([0, '']);
    expect(verb.stdout).toContain('--keep-disks');
  });

  it.each([
    [['vmm', 'list'], 'there is no command "vmm" (did you mean vm?)', 'drover help lists them'],
    [['dcotor'], 'there is no command "dcotor" (did you mean doctor?)', 'drover help lists them'],
    [['xyzzy'], 'there is no command "xyzzy"', 'drover help lists them'],
    [['vm'], 'vm needs a verb', 'drover help vm lists what there is'],
    [['vm', 'strat'], 'vm has no "strat" (did you mean start?)', 'drover help vm lists what there is'],
    [['vm', 'strat', '--help'], 'vm has no "strat" (did you mean start?)', 'drover help vm lists what there is'],
    [['node', 'xyzzy'], 'node has no "xyzzy"', 'drover help node lists what there is'],
    [['list'], 'there is no command "list"', 'vm list'],
    [['vm', 'monitor'], 'vm has no "monitor"', "drover can't open the monitor of QEMU yet"],
  ])('%j are wrong, with the nearest that there is, or what they mean here', async (words, what, fix) => {
    const { code, stdout, stderr } = await desk.run(...words);
    expect([code, stdout]).toEqual([2, '']);
    const [first, second] = stderr.split('\n');
    expect(first).toBe(what);
    expect(second).toContain(fix);
  });

  it.each([
    [['--demo', 'vm', 'list', '-o', 'name'], 200],
    [['vm', 'list', '-o', 'name', '--demo'], 200],
    [['--demo', '5', 'vm', 'list', '-o', 'name'], 5],
    [['--demo=6', 'vm', 'list', '-o', 'name'], 6],
    [['vm', 'list', '-o', 'name'], 3],
  ])('%j are of a fleet of %d VMs', async (words, count) => {
    const { code, stdout } = await desk.run(...words);
    expect([code, stdout.trim().split('\n').length]).toEqual([0, count]);
  });

  it('name another configuration', async () => {
    const other = await openDesk(simulated({ lab: { vms: 2 } }));
    const { stdout } = await desk.run('--config', other.config, 'vm', 'list', '-o', 'json');
    expect(JSON.parse(stdout).map(({ endpoint }: { endpoint: string }) => endpoint)).toEqual(['lab', 'lab']);
    await other.clear();
  });
});

describe('a failure', () => {
  it('is printed as JSON where that is asked for', async () => {
    const { code, stdout, stderr } = await desk.run('vm', 'start', 'missing', '-o', 'json');
    expect(code).toBe(1);
    expect(`${stdout}${stderr}`).toContain('"code": "vm.not-found"');
  });

  it('of the format itself is a wrong use', async () => {
    expect(await desk.run('vm', 'list', '-o', 'xml')).toMatchObject({ code: 2, stdout: '' });
  });

  it('of a configuration of which nothing is left says what is wrong, and that nothing can be done with it', async () => {
    await desk.write('endpoints:\n  demo: { platform: fake\n');
    const { code, stderr } = await desk.run('vm', 'list');
    expect(code).toBe(2);
    expect(stderr).toMatch(/config\.yaml:\d+:\d+: .*\n(.*\n)*the configuration cannot be used\n/);
  });

  it('of one endpoint is reported with what to do, and the others are there', async () => {
    await desk.write('endpoints:\n  demo: { platform: fake, vms: 2 }\n  odd: { platform: fkae }\n');
    const { code, stderr } = await desk.run('vm', 'list');
    expect(code).toBe(0);
    expect(stderr).toMatch(/: odd: unknown platform "fkae".*\n {2}drover platform list shows/);
    expect(stderr).not.toContain('cannot be used');
  });
});

/** One command in this process, and what a crash would tell of it. */
async function guarded(
  words: readonly string[],
  options: { readonly columns?: number; readonly aborted?: boolean } = {},
) {
  const interrupt = new AbortController();
  if (options.aborted) interrupt.abort(new Error('interrupted'));
  let source: CrashSource | undefined;
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') =>
    new Writable({
      decodeStrings: false,
      write(text: string | Buffer, _encoding, done) {
        written[name] += String(text);
        done();
      },
    });
  const code = await runCli(
    words,
    {
      describedBy(known) {
        source = known;
      },
    },
    {
      env: { PATH: process.env['PATH'], HOME: desk.home, XDG_STATE_HOME: desk.home, DROVER_CONFIG: desk.config },
      stdin: Object.assign(new PassThrough().end(), { isTTY: false }),
      stdout: Object.assign(stream('stdout'), { isTTY: options.columns !== undefined, columns: options.columns ?? 30 }),
      stderr: Object.assign(stream('stderr'), { isTTY: false }),
      clock: desk.clock,
      interrupt: interrupt.signal,
    },
  );
  return { code, source, ...written };
}

describe('a command', () => {
  it('leaves what was sent for the report of a crash, with its secrets blotted out', async () => {
    await desk.write(simulated({ demo: { vms: 3, password: 'cmd:echo right' } }));
    const names = await desk.run('vm', 'list', '-o', 'name');
    const { source } = await guarded(['vm', 'info', names.stdout.split('\n')[0] ?? '']);
    const [section] = source?.sections() ?? [];
    expect(section?.title).toBe('wire log');
    expect(section?.lines.join('\n')).toContain('vm.info');
    expect(source?.redact('the password is right')).not.toContain('right');
  });

  it('that is interrupted ends with 130, and connects to nothing', async () => {
    const { code, stdout, source } = await guarded(['vm', 'list'], { aborted: true });
    expect([code, stdout]).toEqual([130, '']);
    expect(source?.sections()[0]?.lines).toEqual([]);
  });

  it.each([
    [60, true],
    [0, false],
    [undefined, false],
  ])('knows the columns of a terminal that has %s of them: %s', async (columns, known) => {
    const { stdout } = await guarded(['vm', 'list'], columns === undefined ? {} : { columns });
    const longest = Math.max(...stdout.split('\n').map((line) => line.length));
    expect(longest <= 60).toBe(known);
  });

  it('that hits a bug rejects with it', async () => {
    const odd = {
      describedBy: () => {
        throw new TypeError('a bug');
      },
    };
    const host = { env: {}, clock: desk.clock, interrupt: new AbortController().signal } as never;
    const failed = runCli(['--config', desk.config, 'vm', 'list'], odd, {
      ...(host as object),
      env: { HOME: desk.home },
      stdin: new PassThrough(),
      stdout: new PassThrough(),
      stderr: new PassThrough(),
    } as never);
    await expect(failed).rejects.toThrow(new TypeError('a bug'));
  });
});
