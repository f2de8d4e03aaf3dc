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
    ['\x1b\x1b', ['esc', 'esc']],
    ['\x1b\x1bx', ['esc', 'alt-x']],
    ['\x1b\x1b\x1b[A', ['esc', 'alt-up']],
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
    // the kitty protocol: shift, locks, events, alternate keys, text; releases and keys that only modify are no keys
    ['\x1b[97;2u\x1b[97:65;2u\x1b[49:33;2u\x1b[229;1;229u', ['A', 'A', '!', 'å']],
    ['\x1b[97;129u\x1b[97;1:1u\x1b[97;1:2u\x1b[97;1:3u\x1b[49;2u', ['a', 'a', 'a']],
    ['\x1b[27u\x1b[13u\x1b[9;2u\x1b[127u\x1b[32;5u', ['esc', 'enter', 'shift-tab', 'backspace', 'ctrl-space']],
    ['\x1b[1;1:3A\x1b[1;5:2A\x1b[5;1:3~\x1b[1;9A\x1b[100;9u\x1b[100;33u', ['ctrl-up']],
    ['\x1b[57441;2u\x1b[57358u\x1b[57400u\x1b[57414u\x1b[57419u\x1b[3u', ['1', 'enter', 'up']],
    // the keypad in application mode, modifiers behind SS3
    ['\x1bOp\x1bOy\x1bOM\x1bOk\x1bO5A\x1bO2P', ['0', '9', 'enter', '+', 'ctrl-up', 'shift-f1']],
    ['\x1b[23$\x1b[1;2H', ['shift-f11', 'shift-home']],
    ['é👨‍👩‍👧', ['é', '👨‍👩‍👧']],
  ])('%j is %j', (typed, keys) => {
    expect(read(typed)).toEqual(keys);
  });

  it('gives the text that a key types, and none for those that type nothing', () => {
    const events = createInputParser().push('a A\x1bx\x01\x1b[A');
    expect(events.map((event) => (event.kind === 'key' ? event.text : undefined))).toEqual(['a', ' ', 'A', '', '', '']);
  });

  it('have the number of the read that they came in', () => {
    const parser = createInputParser();
    const events = [...parser.push('jk'), ...parser.push('\x1b'), ...parser.push('[A'), ...parser.push('j')];
    expect(events.map((event) => event.kind === 'key' && event.read)).toEqual([1, 1, 3, 4]);
    expect(parser.reads()).toBe(4);
  });

  it('wait for nothing before anything has come', () => {
    const parser = createInputParser();
    expect([parser.pending(), parser.reads()]).toEqual([undefined, 0]);
    expect(parser.push('[A').map(short)).toEqual(['[', 'A']);
  });

  it('keep their characters when a read ends inside of one', () => {
    for (const text of ['é', '仮', '😀', 'aé仮😀b']) {
      const parser = createInputParser();
      const events = [...Buffer.from(text)].flatMap((byte) => parser.push(Uint8Array.of(byte)));
      expect([...events, ...parser.push('j')].map(short)).toEqual([...text, 'j']);
    }
  });

  it('leave nothing to wait for when they are whole, or given up for good', () => {
    const parser = createInputParser();
    parser.push('\x1b[A');
    expect(parser.pending()).toBeUndefined();
    parser.push('\x1b[<0;1');
    expect(parser.pending()).toBe('sequence');
    parser.giveUp();
    expect(parser.pending()).toBe('rest');
    parser.giveUp();
    expect(parser.pending()).toBeUndefined();
    expect(parser.push('2').map(short)).toEqual(['2']);
  });

  it('puts together what came in pieces', () => {
    expect(read('\x1b', '[', '1;5', 'C')).toEqual(['ctrl-right']);
    expect(read('\x1bO', 'P')).toEqual(['f1']);
  });

  it('keeps every byte for a caller that parses again', () => {
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
    expect(parser.pending()).toBe('escape');
    expect(parser.flush().map(short)).toEqual(['esc']);
    expect(parser.pending()).toBeUndefined();
    expect(read('\x1b[')).toEqual(['alt-[']);
    expect(read('\x1b[12')).toEqual([]);
  });
});

describe('pastes', () => {
  it('are one event, however they come', () => {
    expect(read('\x1b[200~dd\rq', '\x1b[A', 'x\x1b[20', '1~j')).toEqual(['paste(dd\nq[Ax)', 'j']);
  });

  it('are what is marked: typed in one read, keys are keys, with Enter at their end', () => {
    const typed = read('sudo systemctl restart libvirtd\r');
    expect(typed).toHaveLength(32);
    expect(typed.at(-1)).toBe('enter');
  });

  it('are no keys where the terminal does not mark them', () => {
    const parser = createInputParser({ marksPastes: false });
    expect(parser.push('sudo systemctl restart libvirtd\r').map(short)).toEqual([
      'paste(sudo systemctl restart libvirtd\n)',
    ]);
    expect(parser.push('j'.repeat(100))).toHaveLength(100);
  });

  it.each([
    ['abcdefgh'.repeat(3), 1],
    ['abcdefgh'.repeat(3).slice(1), 23],
    ['abcdefg'.repeat(4), 28],
  ])('that the terminal does not mark are 24 characters or more, eight of them different: %s', (text, count) => {
    expect(createInputParser({ marksPastes: false }).push(text)).toHaveLength(count);
  });

  it('are taken as far as they came when their end is late, and the rest is dropped, not typed', () => {
    const parser = createInputParser();
    parser.push('\x1b[200~half');
    expect(parser.pending()).toBe('paste');
    expect(parser.giveUp().map(short)).toEqual(['paste(half)']);
    expect(parser.push('dD\ry')).toEqual([]);
    expect(parser.push('\x1b[201~j').map(short)).toEqual(['j']);
  });

  it('end with a mark that is late, and what comes behind it is typed', () => {
    const parser = createInputParser();
    parser.push('\x1b[200~half');
    parser.giveUp();
    expect([...parser.push('\x1b[201~'), ...parser.push('[j')].map(short)).toEqual(['[', 'j']);
    parser.push('\x1b[200~half');
    parser.giveUp();
    expect([parser.pending(), parser.giveUp(), parser.pending()]).toEqual(['paste rest', [], undefined]);
    expect(parser.push('j').map(short)).toEqual(['j']);
  });

  it('whose end mark is lost end with ctrl-C or Esc by itself', () => {
    const late = () => {
      const parser = createInputParser();
      parser.push('\x1b[200~half');
      parser.giveUp();
      return parser;
    };
    expect(late().push('\x03').map(short)).toEqual(['ctrl-c']);
    const parser = late();
    expect([...parser.push('\x1b'), ...parser.giveUp()]).toEqual([]);
    expect(parser.push('j').map(short)).toEqual(['j']);
    const arrow = late();
    expect([...arrow.push('\x1b'), ...arrow.push('[A'), ...arrow.push('j')].map(short)).toEqual(['j']);
    const cut = late();
    expect([...cut.push('\x1b'), ...cut.push('[201~j')].map(short)).toEqual(['j']);
  });

  it('keep their characters when a piece ends inside of one', () => {
    const bytes = Buffer.from('\x1b[200~zürich\x1b[201~');
    const parser = createInputParser();
    expect([...bytes].flatMap((byte) => parser.push(Uint8Array.of(byte))).map(short)).toEqual(['paste(zürich)']);
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
    // X10's encoding, by itself and in UTF-8, and urxvt's
    ['\x1b[M y!\x1b[M#y!j', ['press(left 88,0)', 'release( 88,0)', 'j']],
    ['\x1b[M@yD', ['drag(left 88,35)']],
    ['\x1b[M `\u0084\x1b[M#\u0108yj', ['press(left 63,99)', 'release( 231,88)', 'j']],
    ['\x1b[32;80;12M\x1b[35;80;12Mj', ['press(left 79,11)', 'release( 79,11)', 'j']],
    ['\x1b[M\x03j', ['ctrl-c', 'j']],
    // highlight tracking, the size in all its forms, modes, colours of the kitty protocol and of xterm
    ['\x1b[t!!\x1b[T!!!!!!j', ['j']],
    ['\x1b[8;24;80t\x1b[4;480;640t\x1b[48;24;80;480;640t\x1b[?2026;2$y\x1b[4;1$y\x1b[?997;1nj', ['j']],
    ['\x1b]4;1;rgb:ffff/0000/0000\x07\x1bP1$r0m\x1b\\\x1b_Gi=31;OK\x1b\\\x1b^note\x1b\\\x1bXnote\x1b\\j', ['j']],
    ['\x1b[1;1R\x1b[1;5R\x1b[?1;5Rj', ['j']],
    ['\x1b[65;30;68;1;0;1_j', ['j']],
    // C1 controls in 8 bits
    ['\u009b1;5C\u009d11;rgb:0/0/0\u009cj', ['ctrl-right', 'j']],
  ])('%j is %j', (sent, events) => {
    expect(read(sent)).toEqual(events);
  });

  it('in 8 bits that are no UTF-8 are taken whole too', () => {
    const parser = createInputParser();
    const x10 = Buffer.from([0x1b, 0x5b, 0x4d, 0x20, 0xf0, 0xe9, 0x6a]);
    expect(parser.push(x10).map(short)).toEqual(['press(left 207,200)', 'j']);
    expect(parser.push(Buffer.from([0x9b, 0x41, 0x6a])).map(short)).toEqual(['up', 'j']);
  });

  it.each([
    ['\x1b]11;rgb:0000', 'a string that never ends'],
    ['\x1b[M ', 'a report of the mouse without its place'],
    ['\x1b[<0;1', 'half a report'],
  ])('of which the rest comes after %j was given up are dropped: %s', (beginning) => {
    const rest = { '\x1b]11;rgb:0000': '/0000/yD\x07', '\x1b[M ': 'yD', '\x1b[<0;1': '2;5M' }[beginning] ?? '';
    const parser = createInputParser();
    expect([...parser.push(beginning), ...parser.giveUp(), ...parser.push(`${rest}j`)].map(short)).toEqual(['j']);
  });

  it('whose escape was taken for the Esc key are dropped when their rest comes', () => {
    const parser = createInputParser();
    expect([...parser.push('\x1b'), ...parser.giveUp()].map(short)).toEqual(['esc']);
    expect(parser.push('[<0;12;5Mj').map(short)).toEqual(['j']);
    expect([...parser.push('\x1b'), ...parser.giveUp(), ...parser.giveUp()].map(short)).toEqual(['esc']);
    expect(parser.push('[j').map(short)).toEqual(['[', 'j']);
  });

  it('never end with ctrl-C: that is a key', () => {
    expect(read('\x1b]52;c;AAAA', '\x03', 'j')).toEqual(['ctrl-c', 'j']);
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
