import { StringDecoder } from 'node:string_decoder';
import { COMMANDS } from './shell-commands.ts';
import type { Foreground, Host } from './shell-host.ts';

export interface ShellIo {
  write(text: string): void;
  end(): void;
}

export interface Shell {
  input(bytes: Uint8Array): void;
  /** Stops what runs in the foreground. */
  close(): void;
}

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_U = '\u0015';
const KEY_SEQUENCE = /\u001b(?:\[[0-9;]*[A-Za-z~]|O[A-Z])/g;
const BACKSPACE = /[\b\u007f]/;

/** A terminal session on a simulated machine: a login unless `user` is in already, then a line at a time. */
export function createShell(host: Host, io: ShellIo, user?: string): Shell {
  const decoder = new StringDecoder('utf8');
  const hostname = host.name.replaceAll(/[^A-Za-z0-9.-]+/g, '-');
  let stage: 'login' | 'password' | 'shell' = user === undefined ? 'login' : 'shell';
  let who = user ?? '';
  let line = '';
  let foreground: Foreground | undefined;

  const print = (text: string) => io.write(text.replaceAll('\n', '\r\n'));

  function prompt() {
    if (stage === 'login') print(`${hostname} login: `);
    else if (stage === 'password') print('Password: ');
    else print(`${who}@${hostname}:~${who === 'root' ? '#' : '$'} `);
  }

  function logIn(answer: string) {
    if (stage === 'password') {
      stage = 'shell';
      print(`Welcome to ${host.system}. This machine is simulated; try \`help\`.\n`);
    } else if (answer !== '') {
      who = answer;
      stage = 'password';
    }
  }

  function logOut() {
    print('logout\n');
    if (user !== undefined) return io.end();
    stage = 'login';
    greet();
  }

  function run(text: string) {
    const [name = '', ...args] = text.trim().split(/\s+/);
    if (name === '') return;
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command) foreground = command.run({ host, who, args, print });
    else print(`${name}: command not found\n`);
  }

  function enter() {
    print('\n');
    const text = line;
    line = '';
    if (stage !== 'shell') logIn(text.trim());
    else if (/^\s*(exit|logout)\s*$/.test(text)) return logOut();
    else run(text);
    if (!foreground) prompt();
  }

  function key(typed: string) {
    if (foreground) {
      if (foreground.key(typed)) return;
      foreground = undefined;
      prompt();
    } else if (typed === '\r' || typed === '\n') enter();
    else if (typed === CTRL_C || typed === CTRL_U) {
      line = '';
      print(typed === CTRL_C ? '^C\n' : '\r\u001b[K');
      prompt();
    } else if (typed === CTRL_D) {
      if (line === '' && stage === 'shell') logOut();
    } else if (BACKSPACE.test(typed)) erase();
    else if (typed >= ' ') {
      line += typed;
      if (stage !== 'password') print(typed);
    }
  }

  function erase() {
    if (line === '') return;
    line = [...line].slice(0, -1).join('');
    if (stage !== 'password') print('\b \b');
  }

  function greet() {
    if (stage === 'login') print(`\n${host.system} ${hostname} ttyS0\n\n`);
    prompt();
  }

  greet();
  return {
    input(bytes) {
      // Enter arrives as CR, and pasted lines as CR LF: one line end. Arrows and the like mean nothing here.
      const text = decoder.write(Buffer.from(bytes)).replaceAll('\r\n', '\r').replaceAll(KEY_SEQUENCE, '');
      for (const typed of text) key(typed);
    },
    close() {
      foreground?.stop();
      foreground = undefined;
    },
  };
}
