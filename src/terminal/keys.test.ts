import { describe, expect, it } from 'vitest';
import { createInputParser } from './input-parser.ts';
import type { InputEvent } from './keys.ts';

/** `ctrl-alt-shift-name`, and behind a colon what it types. */
const spelled = (event: InputEvent): string =>
  event.kind === 'key'
    ? `${event.ctrl ? 'ctrl-' : ''}${event.alt ? 'alt-' : ''}${event.shift ? 'shift-' : ''}${event.name}${event.text && `:${event.text}`}`
    : event.kind;

function keys(sent: string): string {
  const parser = createInputParser();
  return [...parser.push(sent), ...parser.flush()].map(spelled).join(' ');
}

describe('a character', () => {
  it.each([
    ['a', 'a:a'],
    ['A', 'A:A'],
    ['ä', 'ä:ä'],
    ['仮', '仮:仮'],
    [' ', 'space: '],
    ['~', '~:~'],
    ['\x1ba', 'alt-a'],
    ['\x1b ', 'alt-space'],
    ['\r', 'enter'],
    ['\x1b\r', 'alt-enter'],
    ['\t', 'tab'],
    ['\x1b\t', 'alt-tab'],
    ['\b', 'backspace'],
    ['\x7f', 'backspace'],
    ['\x1b\x7f', 'alt-backspace'],
    ['\0', 'ctrl-space'],
    ['\x1b\0', 'ctrl-alt-space'],
    ['\x01', 'ctrl-a'],
    ['\x1a', 'ctrl-z'],
    ['\x1b\x01', 'ctrl-alt-a'],
    ['\x1c', 'ctrl-\\'],
    ['\x1d', 'ctrl-]'],
    ['\x1e', 'ctrl-^'],
    ['\x1f', 'ctrl-_'],
    ['\x1b\x1c', 'ctrl-alt-\\'],
  ])('%j is %s', (sent, key) => {
    expect(keys(sent)).toBe(key);
  });
});

describe('a key with a sequence of its own', () => {
  it.each([
    ['A', 'up'],
    ['B', 'down'],
    ['C', 'right'],
    ['D', 'left'],
    ['E', 'clear'],
    ['F', 'end'],
    ['H', 'home'],
    ['P', 'f1'],
    ['Q', 'f2'],
    ['R', 'f3'],
    ['S', 'f4'],
  ])('is told by its letter: %s is %s', (letter, name) => {
    expect(keys(`\x1b[${letter}\x1bO${letter}`)).toBe(`${name} ${name}`);
    expect(keys(`\x1b\x1b[${letter}`)).toBe(`alt-${name}`);
    // with a parameter R is a report of the cursor's place
    expect(keys(`\x1b[1;5${letter}`)).toBe(letter === 'R' ? '' : `ctrl-${name}`);
    expect(keys(`\x1bO5${letter}\x1bO1;5${letter}`)).toBe(`ctrl-${name} ctrl-${name}`);
  });

  it.each([
    [1, 'home'],
    [2, 'insert'],
    [3, 'delete'],
    [4, 'end'],
    [5, 'pageup'],
    [6, 'pagedown'],
    [7, 'home'],
    [8, 'end'],
    [11, 'f1'],
    [12, 'f2'],
    [13, 'f3'],
    [14, 'f4'],
    [15, 'f5'],
    [17, 'f6'],
    [18, 'f7'],
    [19, 'f8'],
    [20, 'f9'],
    [21, 'f10'],
    [23, 'f11'],
    [24, 'f12'],
  ])('is told by its number: %d is %s, with modifiers in each way', (number, name) => {
    expect(keys(`\x1b[${number}~\x1b[${number};3~`)).toBe(`${name} alt-${name}`);
    expect(keys(`\x1b[${number}$\x1b[${number}^\x1b[${number}@`)).toBe(`shift-${name} ctrl-${name} ctrl-shift-${name}`);
  });

  it.each([
    ['\x1b[[A\x1b[[B\x1b[[C\x1b[[D\x1b[[E', 'f1 f2 f3 f4 f5'],
    ['\x1b\x1b[[A', 'alt-f1'],
    ['\x1b[[F\x1b[[@', ''],
    ['\x1b[Z\x1b[1Z\x1b[1;5Z', 'shift-tab shift-tab ctrl-shift-tab'],
    ['\x1b[2Z', ''],
    ['\x1b[a\x1b[b\x1b[c\x1b[d', 'shift-up shift-down shift-right shift-left'],
    ['\x1b\x1b[a', 'alt-shift-up'],
    ['\x1b[e\x1b[1a\x1b[5d', ''],
    ['\x1bOa\x1bOb\x1bOc\x1bOd\x1bOe', 'ctrl-up ctrl-down ctrl-right ctrl-left'],
    ['\x1bO2a', 'ctrl-shift-up'],
    ['\x1bOI\x1bO2I', 'tab shift-tab'],
    ['\x1bO \x1bOX', 'space:  =:='],
    ['\x1bOj\x1bOk\x1bOl\x1bOm\x1bOn\x1bOo', '*:* +:+ ,:, -:- .:. /:/'],
    ['\x1bOp\x1bOq\x1bOx\x1bOy', '0:0 1:1 8:8 9:9'],
    ['\x1bOi\x1bOz\x1bOG\x1bO@', ''],
    ['\x1bOM', 'enter'],
    ['\x1b\x1bOp', 'alt-0'],
    ['\x1b[1A\x1b[1;A\x1b[1;1A', 'up up up'],
    ['\x1b[2A\x1b[G\x1b[9~\x1b[16~\x1b[22~\x1b[25~\x1b[?1A\x1b[>A', ''],
  ])('%j is %j', (sent, key) => {
    expect(keys(sent)).toBe(key);
  });
});

describe('modifiers', () => {
  it.each([
    ['', 'up'],
    ['0', 'up'],
    ['1', 'up'],
    ['2', 'shift-up'],
    ['3', 'alt-up'],
    ['4', 'alt-shift-up'],
    ['5', 'ctrl-up'],
    ['6', 'ctrl-shift-up'],
    ['7', 'ctrl-alt-up'],
    ['8', 'ctrl-alt-shift-up'],
    // super, hyper and meta are the window manager's
    ['9', ''],
    ['17', ''],
    ['33', ''],
    // caps lock and num lock
    ['65', 'up'],
    ['129', 'up'],
    ['198', 'ctrl-shift-up'],
    // press, repeat, release
    ['2:1', 'shift-up'],
    ['2:2', 'shift-up'],
    ['2:3', ''],
  ])('%j of an arrow: %s', (parameter, key) => {
    expect(keys(`\x1b[1;${parameter}A`)).toBe(key);
    expect(keys(`\x1bO${parameter}A`)).toBe(key);
  });
});

describe('a key of the kitty protocol', () => {
  it.each([
    [57_399, '0:0'],
    [57_400, '1:1'],
    [57_408, '9:9'],
    [57_409, '.:.'],
    [57_410, '/:/'],
    [57_411, '*:*'],
    [57_412, '-:-'],
    [57_413, '+:+'],
    [57_414, 'enter'],
    [57_415, '=:='],
    [57_416, ''],
    [57_417, 'left'],
    [57_418, 'right'],
    [57_419, 'up'],
    [57_420, 'down'],
    [57_421, 'pageup'],
    [57_422, 'pagedown'],
    [57_423, 'home'],
    [57_424, 'end'],
    [57_425, 'insert'],
    [57_426, 'delete'],
    [57_427, 'clear'],
    [57_428, ''],
    [57_398, ''],
    [57_344, ''],
    [63_743, ''],
    [57_343, ''],
    [63_744, '\uf900:\uf900'],
    [0xd7ff, '\ud7ff:\ud7ff'],
    [0xd800, ''],
    [0xdfff, ''],
    [0x1f, ''],
    [0x20, 'space: '],
    [0x7f, 'backspace'],
    [0x80, ''],
    [0x9f, ''],
    [0xa0, '\xa0:\xa0'],
    [0x10_ffff, '\u{10ffff}:\u{10ffff}'],
    [0x11_0000, ''],
    [8, 'backspace'],
    [9, 'tab'],
    [13, 'enter'],
    [27, 'esc'],
    [3, ''],
    [0, ''],
    ['', ''],
  ])('with the number %s is %j', (code, key) => {
    expect(keys(`\x1b[${code}u`)).toBe(key);
  });

  it.each([
    // a letter with shift is a capital on every keyboard, a digit or a sign only where it is said what it types
    ['97;2', 'A:A'],
    ['122;2', 'Z:Z'],
    ['65;2', 'A:A'],
    ['97;6', 'ctrl-a'],
    ['97;4', 'alt-A'],
    ['97;3', 'alt-a'],
    ['49;2', ''],
    ['49:33;2', '!:!'],
    ['49;2;33', '!:!'],
    ['49:33;2;64', '@:@'],
    ['49:33;1', '1:1'],
    ['49:33;6', 'ctrl-1'],
    ['49;6', 'ctrl-1'],
    ['49;4', 'alt-1'],
    ['96;2', ''],
    ['123;2', ''],
    ['126;2', ''],
    ['33;2', ''],
    ['32;2', 'shift-space: '],
    ['127;2', 'shift-backspace'],
    ['223;2', 'ß:ß'],
    ['229;2', 'Å:Å'],
    ['97;5;98', 'ctrl-a'],
    ['97;3;98', 'alt-a'],
    ['97;1;98', 'b:b'],
    ['97;1;98:99', 'b:b'],
    ['97;1;0', 'a:a'],
    ['57400;5', 'ctrl-1'],
    ['57400;2', '1:1'],
    ['57417;2', 'shift-left'],
    ['13;2', 'shift-enter'],
    ['97;9', ''],
    ['97;1:3', ''],
  ])('sent as CSI %s u is %j', (parameters, key) => {
    expect(keys(`\x1b[${parameters}u`)).toBe(key);
  });

  it('is xterm with a number of its own, too', () => {
    expect(keys('\x1b[27;5;105~\x1b[27;2;13~\x1b[27;6;65~\x1b[27;3;97~\x1b[27;9;97~\x1b[27~')).toBe(
      'ctrl-i shift-enter ctrl-A alt-a',
    );
  });
});

describe('the mouse', () => {
  const reports = (sent: string) =>
    createInputParser()
      .push(sent)
      .map((event) =>
        event.kind === 'mouse'
          ? `${event.ctrl ? 'ctrl-' : ''}${event.alt ? 'alt-' : ''}${event.shift ? 'shift-' : ''}${event.action} ${event.button ?? 'none'} ${event.column},${event.row} ${event.read}`
          : spelled(event),
      )
      .join('; ');

  it.each([
    ['\x1b[<0;1;1M', 'press left 0,0 1'],
    ['\x1b[<1;2;3M', 'press middle 1,2 1'],
    ['\x1b[<2;2;3M', 'press right 1,2 1'],
    ['\x1b[<3;2;3M', 'press none 1,2 1'],
    ['\x1b[<2;2;3m', 'release right 1,2 1'],
    ['\x1b[<33;2;3M', 'drag middle 1,2 1'],
    ['\x1b[<32;2;3m', 'drag left 1,2 1'],
    ['\x1b[<4;2;3M', 'shift-press left 1,2 1'],
    ['\x1b[<8;2;3M', 'alt-press left 1,2 1'],
    ['\x1b[<16;2;3M', 'ctrl-press left 1,2 1'],
    ['\x1b[<64;2;3M', 'wheel-up none 1,2 1'],
    ['\x1b[<65;2;3M', 'wheel-down none 1,2 1'],
    ['\x1b[<81;2;3M', 'ctrl-wheel-down none 1,2 1'],
    ['\x1b[<66;2;3M\x1b[<67;2;3M\x1b[<128;2;3M\x1b[<0;0;3M\x1b[<0;2;0M\x1b[<0;2M\x1b[<0M\x1b[<-1;2;3M', ''],
    ['\x1b[<0.5;2;3M\x1b[<0;2;3A', ''],
    ['\x1b[32;2;3M', 'press left 1,2 1'],
    ['\x1b[34;2;3M', 'press right 1,2 1'],
    ['\x1b[35;2;3M', 'release none 1,2 1'],
    ['\x1b[39;2;3M', 'shift-release none 1,2 1'],
    ['\x1b[64;2;3M', 'drag left 1,2 1'],
    ['\x1b[67;2;3M', 'drag none 1,2 1'],
    ['\x1b[96;2;3M\x1b[97;2;3M', 'wheel-up none 1,2 1; wheel-down none 1,2 1'],
    ['\x1b[31;2;3M\x1b[160;2;3M\x1b[;2;3M', ''],
    ['\x1b[M !!', 'press left 0,0 1'],
    ['\x1b[M"\x22\x23', 'press right 1,2 1'],
    ['\x1b[M  !\x1b[M !\x00', ''],
  ])('%j is %j', (sent, said) => {
    expect(reports(sent)).toBe(said);
  });
});
