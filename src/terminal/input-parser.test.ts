import { describe, expect, it } from 'vitest';
import { createInputParser } from './input-parser.ts';
import type { InputEvent } from './keys.ts';

/** `ctrl-alt-shift-name` for keys, the rest in short. */
function short(event: InputEvent): string {
  switch (event.kind) {
    case 'key':
      return `${event.ctrl ? 'ctrl-' : ''}${event.alt ? 'alt-' : ''}${event.shift ? 'shift-' : ''}${event.name}`;
    case 'paste':
      return `paste(${event.text})`;
    case 'mouse':
      return `${event.action}(${event.button ?? ''} ${event.column},${event.row})${event.ctrl ? ' ctrl' : ''}`;
    case 'focus':
      return event.focused ? 'focus in' : 'focus out';
  }
}

const read = (...chunks: string[]): string[] => {
  const parser = createInputParser();
  return [...chunks.flatMap(parser.push), ...parser.flush()].map(short);
};

describe('keys', () => {
  it.each([
    ['jjj', ['j', 'j', 'j']],
    ['gG', ['g', 'G']],
    [' ', ['space']],
    ['\r', ['enter']],
    ['\t', ['tab']],
    ['\x1b[Z', ['shift-tab']],
    ['\x7f', ['backspace']],
    ['\x1b', ['esc']],
    ['\x03', ['ctrl-c']],
    ['\x1d', ['ctrl-]']],
    ['\x00', ['ctrl-space']],
    ['\x1bx', ['alt-x']],
    ['\x1bä', ['alt-ä']],
    ['\x1b\x1b', ['alt-esc']],
    ['\x1b[A\x1bOA', ['up', 'up']],
    ['\x1b[1;5C', ['ctrl-right']],
    ['\x1b[1;4D', ['alt-shift-left']],
    ['\x1b\x1b[A', ['alt-up']],
    ['\x1b[5~\x1b[6~', ['pageup', 'pagedown']],
    ['\x1b[3;2~', ['shift-delete']],
    ['\x1bOP\x1b[11~\x1b[[A', ['f1', 'f1', 'f1']],
    ['\x1b[15~\x1b[24~\x1b[2~', ['f5', 'f12', 'insert']],
    ['\x1b[H\x1b[F\x1b[1~\x1b[4~', ['home', 'end', 'home', 'end']],
    ['\x1b[a\x1bOd\x1b[7$\x1b[8^', ['shift-up', 'ctrl-left', 'shift-home', 'ctrl-end']],
    ['\x1b[97;5u\x1b[27;5;105~', ['ctrl-a', 'ctrl-i']],
    ['é👨‍👩‍👧', ['é', '👨‍👩‍👧']],
  ])('%j is %j', (typed, keys) => {
    expect(read(typed)).toEqual(keys);
  });

  it('gives the text that a key types, and none for those that type nothing', () => {
    const events = createInputParser().push('a A\x1bx\x01\x1b[A');
    expect(events.map((event) => (event.kind === 'key' ? event.text : undefined))).toEqual(['a', ' ', 'A', '', '', '']);
  });

  it('puts together what came in pieces', () => {
    expect(read('\x1b', '[', '1;5', 'C')).toEqual(['ctrl-right']);
    expect(read('\x1bO', 'P')).toEqual(['f1']);
  });

  it('keeps every byte for whoever parses again', () => {
    const events = createInputParser().push('j\x1b[1;5C\x1bOP\x1bx');
    expect(events.map((event) => (event.kind === 'key' ? event.raw : ''))).toEqual([
      'j',
      '\x1b[1;5C',
      '\x1bOP',
      '\x1bx',
    ]);
  });

  it('waits for the rest of a sequence, but not forever', () => {
    const parser = createInputParser();
    expect(parser.push('\x1b')).toEqual([]);
    expect(parser.isPending()).toBe(true);
    expect(parser.flush().map(short)).toEqual(['esc']);
    expect(parser.isPending()).toBe(false);
    expect(read('\x1b[')).toEqual(['alt-[']);
    expect(read('\x1b[12')).toEqual([]);
  });
});

describe('pastes', () => {
  it('are one event, however they come', () => {
    expect(read('\x1b[200~dd\rq', '\x1b[A', 'x\x1b[20', '1~j')).toEqual(['paste(dd\nq[Ax)', 'j']);
  });

  it('are no keys where the terminal does not mark them either', () => {
    expect(read('sudo systemctl restart libvirtd\r')).toEqual(['paste(sudo systemctl restart libvirtd\n)']);
  });

  it('are not made of held keys', () => {
    expect(read('j'.repeat(100))).toHaveLength(100);
  });

  it('end when their end never comes', () => {
    const parser = createInputParser();
    parser.push('\x1b[200~half');
    expect(parser.isPasting()).toBe(true);
    expect(parser.flush().map(short)).toEqual(['paste(half)']);
  });
});

describe('reports', () => {
  it.each([
    ['\x1b[<0;12;5M\x1b[<0;12;5m', ['press(left 11,4)', 'release(left 11,4)']],
    ['\x1b[<2;1;1M', ['press(right 0,0)']],
    ['\x1b[<32;300;200M', ['drag(left 299,199)']],
    ['\x1b[<64;1;1M\x1b[<65;1;1M', ['wheel-up( 0,0)', 'wheel-down( 0,0)']],
    ['\x1b[<16;1;1M', ['press(left 0,0) ctrl']],
    ['\x1b[<66;1;1M\x1b[<;M\x1b[<0;0;0M', []],
    ['\x1b[I\x1b[O', ['focus in', 'focus out']],
    ['\x1b[?64;1;2cj', ['j']],
    ['\x1b[24;80Rj', ['j']],
    ['\x1b]11;rgb:0000/0000/0000\x1b\\j', ['j']],
    ['\x1bP>|xterm(390)\x1b\\j', ['j']],
  ])('%j is %j', (sent, events) => {
    expect(read(sent)).toEqual(events);
  });
});

it('takes anything without losing what comes after it', () => {
  const parts = ['\x1b', '[', 'O', ']', '<', '0', ';', '~', 'M', 'A', '\x1b[200~', '\x1b[201~', 'x', 'é', '\x07', '\\'];
  let seed = 11;
  for (let round = 0; round < 3000; round++) {
    const parser = createInputParser();
    for (let length = 0; length < 10; length++) {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      parser.push(parts[seed % parts.length] ?? '');
    }
    parser.flush();
    expect(parser.push('j').map(short)).toEqual(['j']);
  }
});
