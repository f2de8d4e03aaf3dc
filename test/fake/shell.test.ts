import { describe, expect, it } from 'vitest';
import { createShell } from '../../src/platforms/fake/shell.ts';
import { gib } from '../../src/units.ts';
import { createTestClock } from '../clock.ts';

/** A terminal at a machine, with what it has shown since it was last looked at. */
function sit(user?: string, name = 'web1') {
  const clock = createTestClock(Date.UTC(2026, 0, 3, 12));
  let shown = '';
  const done: string[] = [];
  const host = {
    name,
    system: 'debian-12',
    cpus: 2,
    memory: gib(4),
    clock,
    bootedAt: () => Date.UTC(2026, 0, 1, 9, 55),
    load: () => ({ cpu: 0.5, memory: gib(1) }),
    files: ['README', 'notes.txt'],
    powerOff: () => void done.push('off'),
    reboot: () => void done.push('reboot'),
    panic: () => void done.push('panic'),
  };
  const shell = createShell(host, { write: (text) => (shown += text), end: () => void done.push('end') }, user);
  const seen = () => {
    const text = shown;
    shown = '';
    return text;
  };
  return {
    clock,
    done,
    shell,
    seen,
    type(...parts: readonly (string | Buffer)[]) {
      for (const part of parts) shell.input(Buffer.from(part));
      return seen();
    },
  };
}
const asRoot = () => {
  const terminal = sit('root');
  terminal.seen();
  return terminal;
};
const PROMPT = 'root@web1:~# ';

describe('a login', () => {
  it('asks for a name and a password, which it does not show', () => {
    const { type, seen } = sit();
    expect(seen()).toBe('\r\ndebian-12 web1 ttyS0\r\n\r\nweb1 login: ');
    expect(type('\r')).toBe('\r\nweb1 login: ');
    expect(type(' me \r')).toBe(' me \r\nPassword: ');
    expect(type('ab\u007fc\r')).toBe('\r\nWelcome to debian-12. This machine is simulated; try `help`.\r\nme@web1:~$ ');
    expect(type('exit\r')).toBe('exit\r\nlogout\r\n\r\ndebian-12 web1 ttyS0\r\n\r\nweb1 login: ');
    expect(type('\u0004')).toBe('');
    expect(type('x\u0003')).toBe('x^C\r\nweb1 login: ');
  });

  it('is not needed where a user is in already, and the end is one', () => {
    for (const way of ['exit\r', ' logout \r', '\u0004']) {
      const { type, seen, done } = sit('root');
      expect(seen()).toBe(PROMPT);
      expect(type(way)).toMatch(/logout\r\n$/);
      expect(done).toEqual(['end']);
    }
    expect(sit('me', 'büro 1_x').seen()).toBe('me@b-ro-1-x:~$ ');
  });
});

describe('a line', () => {
  it.each<[string, readonly (string | Buffer)[], string]>([
    ['of blanks does nothing', ['  \r'], '  \r\n'],
    ['is echoed and run', ['echo  a   b\r'], 'echo  a   b\r\na b\r\n'],
    ['may end as pasted ones do', ['echo a\r\necho b\n'], `echo a\r\na\r\n${PROMPT}echo b\r\nb\r\n`],
    ['is taken back letter by letter', ['echo aü😀\b\u007f\r'], 'echo aü😀\b \b\b \b\r\na\r\n'],
    ['that is empty has nothing to take back', ['\u007f\r'], '\r\n'],
    ['is given up by ctrl-c', ['echo a\u0003echo b\r'], `echo a^C\r\n${PROMPT}echo b\r\nb\r\n`],
    ['is emptied by ctrl-u', ['echo a\u0015echo b\r'], `echo a\r\u001b[K${PROMPT}echo b\r\nb\r\n`],
    ['knows no arrows', ['ec\u001b[A\u001bOPho\u001b[1;5C\u001b[3~ a\r'], 'echo a\r\na\r\n'],
    ['knows no other control keys', ['echo\u0001 \u0004a\r'], 'echo a\r\na\r\n'],
    [
      'may come in parts of a letter',
      [Buffer.from([0x65, 0x63, 0x68, 0x6f, 0x20, 0xc3]), Buffer.from([0xbc]), '\r'],
      'echo ü\r\nü\r\n',
    ],
    ['may be nonsense', ['toString x\r'], 'toString x\r\ntoString: command not found\r\n'],
  ])('%s', (_what, keys, shown) => expect(asRoot().type(...keys)).toBe(`${shown}${PROMPT}`));
});

describe('a command', () => {
  it.each([
    ['ls', 'README  notes.txt'],
    ['cat notes.txt', '(simulated) notes.txt'],
    ['cat none', 'cat: none: no such file'],
    ['cat', 'cat: : no such file'],
    ['hostname', 'web1'],
    ['whoami', 'root'],
    ['uname', 'debian-12'],
    ['date', 'Sat, 03 Jan 2026 12:00:00 GMT'],
    ['uptime', 'up 2 days, 2:05, CPU 50%'],
    ['free', 'total 4.0G  used 1.0G  free 3.0G'],
  ])('%s', (command, says) => expect(asRoot().type(`${command}\r`)).toBe(`${command}\r\n${says}\r\n${PROMPT}`));

  it.each([
    ['reboot', 'The system is going down now.', 'reboot'],
    ['poweroff', 'The system is going down now.', 'off'],
    ['panic', 'Kernel panic - not syncing: as ordered', 'panic'],
  ])('%s acts on the machine', (command, says, act) => {
    const { type, done } = asRoot();
    expect(type(`${command}\r`)).toBe(`${command}\r\n${says}\r\n${PROMPT}`);
    expect(done).toEqual([act]);
  });

  it('is listed by help', () => {
    expect(asRoot().type('help\r').split('\r\n').slice(1, -1)).toEqual([
      'help      this list',
      'ls        files here',
      'cat       show a file',
      'echo      say it again',
      'hostname  name of this machine',
      'whoami    name of this user',
      'uname     system',
      'date      time',
      'uptime    time since boot',
      'free      memory',
      'mouse     what the mouse does (q ends)',
      'top       what runs, live (q ends)',
      'reboot    restart this machine',
      'poweroff  stop this machine',
      'panic     crash this machine',
      'exit      log out',
    ]);
  });

  const TOP = [
    '\u001b[H\u001b[2Jweb1: 2 CPUs, 50.0% busy, 1.0G of 4.0G used',
    '',
    '   PID   %CPU   MEM COMMAND',
    '     1   62.0  635M server',
    '   138   21.0  215M worker',
    '   275    6.0   61M journald',
    '   412    3.0   31M sshd',
    '   549    1.0   10M init',
    '',
  ].join('\r\n');

  it('stays and draws itself again every second, until q or ctrl-c', async () => {
    const { type, clock, seen, shell } = asRoot();
    for (const end of ['q', '\u0003']) {
      expect(type('top\r')).toBe(`top\r\n${TOP}`);
      expect(type('x\r')).toBe('');
      await clock.pass(999);
      expect(seen()).toBe('');
      await clock.pass(1);
      expect(seen()).toBe(TOP);
      expect(type(end)).toBe(PROMPT);
      await clock.pass(5_000);
      expect(seen()).toBe('');
    }
    type('top\r');
    shell.close();
    await clock.pass(5_000);
    expect(seen()).toBe('');
  });
});
