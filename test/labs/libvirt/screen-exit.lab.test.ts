import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { UNTOUCHED } from '../../terminal/open-pty.ts';
import { closeTerminals, openFresh, SHELL_COMMAND, untilConnected } from './fresh-terminal.ts';

closeTerminals();

describe('the terminal is left as it was', () => {
  it.each([
    ['q', 0],
    ['\x03', 0],
  ])('after %j, at once and with three hosts connected', async (key, code) => {
    const drover = await openFresh();
    await untilConnected(drover);
    const pressedAt = performance.now();
    drover.type(key);
    expect(await drover.exit).toEqual({ code, signal: 0 });
    expect(performance.now() - pressedAt).toBeLessThan(3_000);
    expect(drover.modes()).toEqual(UNTOUCHED);
    expect(drover.screen()).toBe('');
  });

  it.each([
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ] as const)('after %s', async (name, number) => {
    const drover = await openFresh();
    await untilConnected(drover);
    process.kill(drover.pid, name);
    expect(await drover.exit).toEqual({ code: 0, signal: number });
    expect(drover.modes()).toEqual(UNTOUCHED);
    expect(drover.screen()).toBe('');
  });

  it('after a crash, and says where the report is', async () => {
    const drover = await openFresh({ canCrash: true });
    await untilConnected(drover);
    process.kill(drover.pid, 'SIGUSR2');
    const { code } = await drover.exit;
    expect(code).not.toBe(0);
    expect(drover.modes()).toEqual(UNTOUCHED);
    expect(drover.screen()).toContain('drover has crashed');
    const [report = ''] = /\/\S+\/crash-\S+\.txt/.exec(drover.screen().replaceAll('\n', '')) ?? [];
    expect(await readFile(report, 'utf8')).toContain('an uncaught bug');
  });

  it('while it is stopped by ctrl-Z, and fg brings back a living screen', async () => {
    const shell = await openFresh({ fromShell: true });
    await shell.until('shell>');
    shell.type('stty -a | md5sum\n');
    const before = /\w{32}/.exec(await shell.until(/\w{32}/))?.[0];
    shell.type(SHELL_COMMAND);
    await untilConnected(shell);
    shell.type('\x1a');
    await shell.until(/Stopped|shell>$/);
    expect(shell.modes()).toEqual(UNTOUCHED);
    shell.type('clear; echo typed-$((1 + 1)); stty -a | md5sum\n');
    expect(/\w{32}/.exec(await shell.until(/typed-2\s+\w{32}/))?.[0]).toBe(before);

    shell.type('fg\n');
    await untilConnected(shell);
    expect(shell.modes()).toMatchObject({ alternateScreen: true, cursor: false });
    await shell.goTo('web1');
    shell.type('q');
    await shell.until(/shell>$/);
    expect(shell.modes()).toEqual(UNTOUCHED);
    shell.type('clear; echo back-$((1 + 1)); stty -a | md5sum\n');
    expect(/\w{32}/.exec(await shell.until(/back-2\s+\w{32}/))?.[0]).toBe(before);
  });
});
