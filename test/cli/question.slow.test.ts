import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPty, type Pty } from '../terminal/open-pty.ts';
import { type Desk, DROVER, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
let shell: Pty;
beforeEach(async () => {
  desk = await openDesk(simulated({ demo: { vms: 12 } }));
});
afterEach(async () => {
  shell.close();
  await desk.clear();
});

/** A shell that a person sits at, and a command of theirs that asks. */
async function ask(command: string, asks: string): Promise<void> {
  shell = openPty({
    argv: ['bash', '--norc', '--noprofile', '-i'],
    columns: 100,
    env: { PS1: 'shell> ', HOME: desk.home, XDG_STATE_HOME: desk.home, DROVER_CONFIG: desk.config },
  });
  await shell.until('shell>');
  shell.type(`${command}\r`);
  await shell.until(asks);
}

/** What is on the screen behind the last line with this. */
const behind = (text: string): string => shell.screen().slice(shell.screen().lastIndexOf(text));

const over = () => shell.until(/shell>$/);

/** Waits until the question stands there once more, behind the shell's own words. */
const askedAgain = (asks: string) => shell.until(() => behind('fg\n').includes(asks));

describe('a question on the command line', () => {
  it.each([
    ['y', 'gateway is stopped'],
    ['n', 'nothing was done'],
  ])('is shown again after ctrl-Z and fg, and %s answers it', async (answer, outcome) => {
    await ask(`${DROVER} vm stop --filter state:running`, '[y/N]');
    shell.type('\x1a');
    await shell.until('Stopped');
    shell.type('echo "still $((40 + 2))"\r');
    await shell.until('still 42');
    shell.type('fg\r');
    await askedAgain('[y/N]');
    shell.type(`${answer}\r`);
    await shell.until(outcome);
    await over();
  });

  it('keeps what was typed so far, for a name too, and takes ctrl-C', async () => {
    await ask(`${DROVER} vm delete billing-web1`, 'to continue:');
    shell.type('billing');
    await shell.until(/: billing$/);
    shell.type('\x1a');
    await shell.until('Stopped');
    shell.type('fg\r');
    await shell.until(() => /: billing$/.test(behind('fg\n')));
    shell.type('\x03');
    await shell.until('nothing was done');
    await over();
    expect(shell.screen()).not.toContain('is deleted');
  });

  it('about a host key is shown again too, and can be answered', async () => {
    await desk.write(simulated({ demo: { vms: 12, 'host-key': 'unknown' } }));
    await ask(`${DROVER} endpoint trust demo`, 'of this host? [y/N]');
    shell.type('\x1a');
    await shell.until('Stopped');
    shell.type('fg\r');
    await askedAgain('of this host? [y/N]');
    shell.type('y\r');
    await shell.until('is trusted');
    await over();
  });

  it('about a secret shows nothing of it, neither before nor after it is shown again', async () => {
    await ask(`${process.execPath} test/terminal/sample/question.ts wholesecret`, 'Password:');
    shell.type('whole');
    shell.type('\x1a');
    await shell.until('Stopped');
    shell.type('fg\r');
    await askedAgain('Password:');
    shell.type('secrex\x7ft\r');
    await shell.until('got 11 characters: true');
    const typed = shell.bytes().toString().replaceAll('ts wholesecret', '');
    expect(typed).not.toMatch(/whole|secre/);
  });

  it('is not answered by what was typed before it was there', async () => {
    const asks = '[y/N]';
    shell = openPty({
      argv: [DROVER, '--config', desk.config, 'vm', 'stop', '--filter', 'state:running'],
      env: { HOME: desk.home, XDG_STATE_HOME: desk.home },
    });
    shell.type('y\r');
    await shell.until(asks);
    shell.type('\x04');
    await shell.until('nothing was done');
    await shell.exit;
  });

  it('takes nothing for keys but keys: reports of the mouse, answers and sequences in pieces', async () => {
    await ask(`${DROVER} vm stop --filter state:running`, '[y/N]');
    for (const piece of [
      '\x1b[Myy',
      'y\x1b[<0;12;5M',
      '\x1b]11;rgb:0/0/0\x07',
      '\x1b[?62;4c',
      '\x1b',
      '[1;1',
      ';yn',
      '\x7f\x7f',
      'n',
    ]) {
      shell.type(piece);
    }
    await shell.until(/\[y\/N\] n$/);
    shell.type('\r');
    await shell.until('nothing was done');
    await over();
  });
});
